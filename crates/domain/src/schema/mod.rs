//! The schema of a profile: the registers that the program declares, and the fields that an administrator declared
//! beside them. Registers that are not declared are kept and sent back as they are.

mod change;
mod custom;
mod reading;
mod version;

use serde::{Deserialize, Serialize};

use crate::field::FieldPath;
use crate::problem::{ErrorCode, Problem};
use crate::profile::Registers;
use crate::validate;
use crate::value::Value;

pub use change::{
    FieldPreview, FieldStep, NewSchema, PREVIEW_EXAMPLES_MAX, SchemaDraft, SchemaEvent, SchemaPreview, UnfitExample,
    check_members,
};
pub use custom::{ChoiceOption, CustomField, CustomKind, Words, is_key};
pub use reading::Unfit;
pub use version::{SchemaVersion, Step};

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

impl Form {
    /// As the server's answer names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Element => "element",
            Self::Hours => "hours",
            Self::Custom => "custom",
            Self::Choice(_) => "choice",
            Self::Location => "location",
            Self::RegionCode => "region_code",
            Self::CategoryCode => "category_code",
            Self::CreditCode => "credit_code",
            Self::FoodLicence => "food_licence",
            Self::Industry => "industry",
            Self::Period => "period",
            Self::Language => "language",
            Self::TimeZone => "time_zone",
        }
    }
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
    declared_path(field.as_str())
}

/// The same of a path that is only text.
pub(crate) fn declared_path(path: &str) -> Option<&'static Declared> {
    let exact = SCHEMA.iter().find(|declared| declared.path == path);
    exact.or_else(|| {
        FieldPath::key_of(path)?;
        SCHEMA.iter().find(|declared| declared.path.strip_suffix(".*") == Some(FieldPath::root_of(path)))
    })
}

/// The registers that a merchant cannot be without.
pub fn required() -> impl Iterator<Item = FieldPath> {
    SCHEMA.iter().filter(|declared| declared.required).map(|declared| FieldPath::trusted(declared.path))
}

/// The schema as a server has it and a device copies it: one version over the program's registers and the declared
/// fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The version; never smaller than [`VERSION`] of the server's program.
    pub version: SchemaVersion,
    /// The declared fields, in the order in which people see them.
    #[serde(default)]
    pub custom: Vec<CustomField>,
}

impl Default for Schema {
    fn default() -> Self {
        Self { version: VERSION, custom: Vec::new() }
    }
}

impl Schema {
    /// The declared field with this key.
    pub fn custom(&self, key: &str) -> Option<&CustomField> {
        self.custom.iter().find(|field| field.key == key)
    }

    /// The declared field of a register; nothing for registers of the program and for keys that nobody declared.
    pub fn field(&self, register: &FieldPath) -> Option<&CustomField> {
        if register.root() != "custom" {
            return None;
        }
        self.custom(register.key()?)
    }

    /// The declared fields that are not out of use.
    pub fn offered(&self) -> impl Iterator<Item = &CustomField> {
        self.custom.iter().filter(|field| field.is_offered())
    }

    /// Can nobody clear it, and must a new merchant have it?
    pub fn is_required(&self, register: &FieldPath) -> bool {
        match self.field(register) {
            Some(field) => field.required && field.is_offered(),
            None => declared(register).is_some_and(|declared| declared.required),
        }
    }

    /// The registers that a new merchant must have.
    pub fn required(&self) -> impl Iterator<Item = FieldPath> {
        required().chain(self.offered().filter(|field| field.required).map(CustomField::path))
    }

    /// Brings a value into the form that is stored, and checks it: [`validate::normalise`], and of a declared field
    /// the form of its kind. Idempotent.
    ///
    /// # Errors
    /// The problem of the value, about its field, with what to type instead.
    pub fn normalise(&self, register: &FieldPath, value: &Value) -> Result<Value, Problem> {
        let normal = validate::normalise(register, value)?;
        let Some(field) = self.field(register) else { return Ok(normal) };
        let normal = field
            .kind
            .read(&normal)
            .map_err(|unfit| Problem::new(ErrorCode::BadValue, unfit.message).about(register.as_str()))?;
        self.not_missing(register, &normal)?;
        Ok(normal)
    }

    fn not_missing(&self, register: &FieldPath, value: &Value) -> Result<(), Problem> {
        if !value.is_null() || !self.is_required(register) {
            return Ok(());
        }
        let name = self.field(register).map_or(register.as_str(), |field| field.label(false));
        let text = format!("{name} is required: it cannot be empty");
        Err(Problem::new(ErrorCode::Required, text).about(register.as_str()))
    }

    /// Checks that a new merchant has what it needs.
    ///
    /// # Errors
    /// `required` about the first field that is missing.
    pub fn complete(&self, registers: &Registers) -> Result<(), Problem> {
        for register in self.required() {
            self.not_missing(&register, registers.get(&register).unwrap_or(&Value::NULL))?;
        }
        Ok(())
    }
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
