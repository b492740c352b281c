//! The declared registers of a profile. Registers that are not declared are kept and sent back as they are.

use crate::field::FieldPath;

/// A semantic version: a new register is minor, a removed one major.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemaVersion {
    /// Something was removed or changed its meaning.
    pub major: u16,
    /// Something was added.
    pub minor: u16,
    /// Words only.
    pub patch: u16,
}

impl std::fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

const fn version(major: u16, minor: u16) -> SchemaVersion {
    SchemaVersion { major, minor, patch: 0 }
}

/// The schema that this program knows.
pub const VERSION: SchemaVersion = version(1, 1);

/// The form in which a register is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A line of text.
    Line,
    /// `true` or absent.
    Element,
    /// Spans of one day.
    Hours,
    /// Whatever an administrator declared.
    Custom,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `lat,lng` in degrees (WGS-84), or with ` GCJ-02` behind it.
    Location,
    /// GB/T 2260, six digits.
    RegionCode,
    /// A node of the category tree: `food.hotpot`.
    CategoryCode,
    /// Unified social credit code.
    CreditCode,
    /// `JY` and 14 digits.
    FoodLicence,
    /// GB/T 4754: `H6210`.
    Industry,
    /// Two dates: `2026-02-10/2026-02-24`, `2026-02-10/..`.
    Period,
    /// BCP 47.
    Language,
    /// IANA.
    TimeZone,
}

/// One declared register, or a family of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The path; `*` stands for any key.
    pub path: &'static str,
    /// Its stored form.
    pub form: Form,
    /// A merchant cannot be without it.
    pub required: bool,
    /// The version that took it out of use; it is still kept.
    pub deprecated: Option<SchemaVersion>,
    /// The version that brought it.
    pub since: SchemaVersion,
}

const fn first(path: &'static str, form: Form) -> Declared {
    Declared { path, form, required: false, deprecated: None, since: version(1, 0) }
}

const fn second(path: &'static str, form: Form) -> Declared {
    Declared { since: version(1, 1), ..first(path, form) }
}

/// Business states that `status` can take.
pub const STATUSES: [&str; 4] = ["open", "paused", "moving", "closed"];

/// How often a merchant is paid: days after the trade, or once a week, two weeks, month.
pub const SETTLEMENT_CYCLES: [&str; 7] = ["t0", "t1", "t3", "t7", "weekly", "biweekly", "monthly"];

/// Every declared register.
pub const SCHEMA: [Declared; 23] = [
    Declared { required: true, ..first("name", Form::Line) },
    first("branch", Form::Line),
    Declared { required: true, ..first("address", Form::Line) },
    first("region", Form::Line),
    first("category", Form::Line),
    first("status", Form::Choice(&STATUSES)),
    first("note", Form::Line),
    first("phones.primary", Form::Line),
    first("phones.*", Form::Element),
    first("tags.*", Form::Element),
    first("hours.*", Form::Hours),
    first("custom.*", Form::Custom),
    first("deleted", Form::Element),
    second("region_code", Form::RegionCode),
    second("location", Form::Location),
    second("category_code", Form::CategoryCode),
    second("closure", Form::Period),
    second("licence.credit_code", Form::CreditCode),
    second("licence.food", Form::FoodLicence),
    second("settlement_cycle", Form::Choice(&SETTLEMENT_CYCLES)),
    second("industry", Form::Industry),
    second("language", Form::Language),
    second("time_zone", Form::TimeZone),
];

/// The declaration of a register; nothing for one that this schema does not know.
pub fn declared(field: &FieldPath) -> Option<&'static Declared> {
    let exact = SCHEMA.iter().find(|declared| declared.path == field.as_str());
    exact.or_else(|| {
        field.key()?;
        SCHEMA.iter().find(|declared| declared.path.strip_suffix(".*") == Some(field.root()))
    })
}

/// The registers that a merchant cannot be without.
pub fn required() -> impl Iterator<Item = FieldPath> {
    SCHEMA.iter().filter(|declared| declared.required).map(|declared| FieldPath::trusted(declared.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_register_is_declared_once_and_by_a_version_that_was() {
        for (n, one) in SCHEMA.iter().enumerate() {
            assert!(SCHEMA[..n].iter().all(|other| other.path != one.path), "{}", one.path);
            assert!(one.since <= VERSION && one.deprecated.is_none_or(|gone| gone > one.since), "{}", one.path);
        }
        let form = |path: &str| FieldPath::new(path).ok().and_then(|field| declared(&field)).map(|found| found.form);
        assert_eq!(form("phones.+8613800138000"), Some(Form::Element));
        assert_eq!(form("phones.primary"), Some(Form::Line));
        assert_eq!(form("licence.credit_code"), Some(Form::CreditCode));
        assert_eq!(form("licence.other"), None);
        assert_eq!(form("custom"), None);
        assert_eq!(VERSION.to_string(), "1.1.0");
    }
}
