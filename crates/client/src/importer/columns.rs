//! Which column goes where, and why.

use domain::field::{FieldKind, FieldPath};
use domain::ipc::MappingReason;
use domain::problem::{ErrorCode, Problem};
use domain::schema::CustomField;

use super::by_cells;
use super::datum::{self, Degrees};
use super::header::Header;
use super::header_words::{self, by_rule, header_key};
use super::remaining;
use super::table::bad_file;
use crate::error::Result;

/// Where the cells of a column go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// The merchant's id.
    Id,
    /// All telephone numbers.
    Phones,
    /// The area code of numbers in other columns.
    AreaCode,
    /// The whole week.
    Hours,
    /// When it opens, every day.
    Open,
    /// When it closes, every day.
    Close,
    /// All tags.
    Tags,
    /// Latitude, in degrees.
    Latitude,
    /// Longitude, in degrees.
    Longitude,
    /// Both, in one cell.
    Coordinates,
    /// The unified social credit code.
    CreditCode,
    /// The day on which it opened first.
    Opened,
    /// A region that is written in front of the address.
    AddressFront,
    /// One register.
    Register(FieldPath),
}

impl Target {
    /// A target by its name.
    ///
    /// # Errors
    /// `bad_field` for a field that cannot be imported.
    pub fn named(name: &str) -> Result<Self> {
        Ok(match name {
            "merchant_id" | "code" => Self::Id,
            "phones" | "phone" => Self::Phones,
            "area_code" => Self::AreaCode,
            "hours" => Self::Hours,
            "hours_open" => Self::Open,
            "hours_close" => Self::Close,
            "tags" => Self::Tags,
            "lat" => Self::Latitude,
            "lng" => Self::Longitude,
            "coords" => Self::Coordinates,
            "uscc" | "licence.credit_code" => Self::CreditCode,
            "opened" | "custom.opened" => Self::Opened,
            "location" => Self::Coordinates,
            "address_front" => Self::AddressFront,
            path => {
                let field = FieldPath::new(path)?;
                if matches!(field.kind(), FieldKind::Unknown | FieldKind::Deleted | FieldKind::SetElement) {
                    let title = format!("{path} cannot be imported: use a profile's field or custom.NAME");
                    return Err(Problem::new(ErrorCode::BadField, title).about(path).into());
                }
                Self::Register(field)
            }
        })
    }

    /// The name in reports.
    pub fn name(&self) -> &str {
        match self {
            Self::Id => "code",
            Self::Phones => "phone",
            Self::AreaCode => "area_code",
            Self::Hours => "hours",
            Self::Open => "hours_open",
            Self::Close => "hours_close",
            Self::Tags => "tags",
            Self::Latitude => "lat",
            Self::Longitude => "lng",
            Self::Coordinates => "coords",
            Self::CreditCode => "uscc",
            Self::Opened => "opened",
            Self::AddressFront => "address_front",
            Self::Register(field) => field.as_str(),
        }
    }
}

/// The declared field that is called so, in either language.
fn by_name(header: &str, declared: &[CustomField]) -> Option<(Target, &'static str)> {
    let key = header_key(header);
    let is_called = |field: &&CustomField| {
        field.is_offered()
            && [&field.labels.zh, &field.labels.en].iter().any(|name| !name.is_empty() && header_key(name) == key)
    };
    declared.iter().find(is_called).map(|field| (Target::Register(field.path()), "the name of a declared field"))
}

/// The columns that a report adds in front of a file's own.
pub(super) const REPORT_COLUMNS: [&str; 4] = ["import_row", "import_outcome", "import_problems", "import_warnings"];
/// And what a report of all rows says of each behind them.
pub(super) const STORE_COLUMNS: [&str; 3] = ["import_merchant", "import_name", "import_address"];

/// Columns that are named where none can be used, and characters of each.
const NAMED_MAX: usize = 8;
const NAME_CHARS_MAX: usize = 40;

/// A source's mapping: header → target, in the order of the file. A target of nothing: not imported.
pub(super) type Remembered = Vec<(String, Option<String>)>;

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub header: String,
    pub target: Option<Target>,
    pub reason: MappingReason,
}

/// All columns of a sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub all: Vec<Column>,
    /// Column number, target; in the order in which cells are joined.
    pub targets: Vec<(usize, Target)>,
}

/// What is known about a source's columns before its file is opened.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes<'a> {
    /// `REGISTER=COLUMN` by hand; an empty register keeps the column out.
    pub by_hand: &'a [(String, String)],
    /// The version and the mapping of the last file.
    pub remembered: Option<(u32, &'a Remembered)>,
    /// Fields that administrators declared: known by their names.
    pub declared: &'a [CustomField],
    /// What stands first beneath each header.
    pub first_cells: &'a [String],
    /// How many different texts stand beneath each header, among the first rows.
    pub varieties: &'a [usize],
}

impl Columns {
    /// By what was asked, else as remembered, else by rule. Several columns of one register are joined.
    ///
    /// # Errors
    /// `bad_request` for a column that is not there, `bad_field` for a field that cannot be imported.
    pub fn find(headers: &[String], wishes: &Wishes<'_>) -> Result<Self> {
        let mut asked: Vec<(usize, Option<Target>)> = Vec::new();
        for (register, column) in wishes.by_hand {
            let n = position(headers, column).ok_or_else(|| {
                let title = format!("there is no column “{column}”; there are: {}", headers.join(", "));
                Problem::new(ErrorCode::BadRequest, title).about(register)
            })?;
            asked.push((n, if register.is_empty() { None } else { Some(Target::named(register)?) }));
        }
        let mut columns = Self::default();
        let taken_by_hand = |target: &Target| asked.iter().any(|(_, other)| other.as_ref() == Some(target));
        for (n, header) in headers.iter().enumerate() {
            let (target, reason) = if let Some((_, target)) = asked.iter().find(|(column, _)| *column == n) {
                (target.clone(), MappingReason::ByHand)
            } else {
                let (mut target, mut reason) = unasked(header, wishes);
                if let (MappingReason::Rule { .. }, Some(cell)) = (&reason, wishes.first_cells.get(n)) {
                    target = target.and_then(|target| by_cells::corrected(target, header, cell));
                    if target.is_none() {
                        reason = MappingReason::Unknown;
                    }
                }
                let several = matches!(target, Some(Target::Phones | Target::Tags | Target::AddressFront));
                let taken = target.as_ref().is_some_and(|target| {
                    taken_by_hand(target) || !several && columns.targets.iter().any(|(_, other)| other == target)
                });
                let taken = taken || target.as_ref().is_some_and(|target| is_second_best(headers, n, target));
                let joined = matches!(reason, MappingReason::Remembered { .. });
                if taken && !joined { (None, MappingReason::Taken) } else { (target, reason) }
            };
            if let Some(target) = target.clone().filter(|_| !matches!(reason, MappingReason::ByHand)) {
                columns.targets.push((n, target));
            }
            columns.all.push(Column { header: header.clone(), target, reason });
        }
        columns.targets.extend(asked.into_iter().filter_map(|(n, target)| Some((n, target?))));
        remaining::place(&mut columns, wishes);
        Ok(columns)
    }

    /// Can its rows be stores?
    ///
    /// # Errors
    /// `bad_file` if no column goes to the name, without which there is none.
    pub fn can_be_stores(&self, header: &Header) -> Result<()> {
        if self.targets.iter().any(|(_, target)| target.name() == "name") {
            return Ok(());
        }
        let names = header.names.iter().filter(|name| !name.is_empty()).take(NAMED_MAX);
        let names: Vec<String> = names.map(|name| name.chars().take(NAME_CHARS_MAX).collect()).collect();
        Err(bad_file(format!(
            "no column goes to the store's name; row {} was taken for the header: {}. Say which row the header is (--header-row), or which column the name (--map name=COLUMN); nothing was imported",
            header.first + 1,
            names.join(", ")
        )))
    }

    /// Headers that go nowhere.
    pub fn unmapped(&self) -> Vec<String> {
        let out = self.all.iter().filter(|column| column.target.is_none() && !column.header.is_empty());
        out.filter(|column| column.reason != MappingReason::OfReport).map(|column| column.header.clone()).collect()
    }

    /// For the next file of this source.
    pub fn to_remember(&self) -> Remembered {
        let named =
            self.all.iter().filter(|column| !column.header.is_empty() && column.reason != MappingReason::OfReport);
        named.map(|column| (column.header.clone(), column.target.as_ref().map(|t| t.name().to_owned()))).collect()
    }

    /// Did a person say where something goes?
    pub fn by_hand(&self) -> bool {
        self.all.iter().any(|column| column.reason == MappingReason::ByHand)
    }
}

/// Degrees that nobody can use, where another column has the same in some that can be used.
fn is_second_best(headers: &[String], n: usize, target: &Target) -> bool {
    let is_usable = |header: &String| datum::said_by(header) != Some(Degrees::Unusable);
    matches!(target, Target::Latitude | Target::Longitude | Target::Coordinates)
        && !is_usable(&headers[n])
        && headers.iter().any(|other| is_usable(other) && header_words::standard(other).as_ref() == Some(target))
}

fn position(headers: &[String], column: &str) -> Option<usize> {
    let wanted = header_key(column);
    headers.iter().position(|header| header_key(header) == wanted)
}

fn unasked(header: &str, wishes: &Wishes<'_>) -> (Option<Target>, MappingReason) {
    if REPORT_COLUMNS.contains(&header) || STORE_COLUMNS.contains(&header) {
        return (None, MappingReason::OfReport);
    }
    if let Some((version, remembered)) = wishes.remembered {
        let key = header_key(header);
        if let Some((_, name)) = remembered.iter().find(|(known, _)| header_key(known) == key) {
            let target = name.as_deref().and_then(|name| Target::named(name).ok());
            // What went nowhere because no rule knew it may be known to a newer rule.
            if target.is_some() {
                return (target, MappingReason::Remembered { version });
            }
        }
    }
    match by_name(header, wishes.declared).or_else(|| by_rule(header)) {
        Some((target, pattern)) => (Some(target), MappingReason::Rule { pattern: pattern.to_owned() }),
        None => (None, MappingReason::Unknown),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::schema::{CustomKind, Words};

    use super::*;

    #[test]
    fn a_column_that_is_called_opened_may_hold_times() {
        let headers: Vec<String> = ["店名", "开店时间", "关店时间"].map(str::to_owned).to_vec();
        for (cell, expected) in [("2020-03-08", "opened"), ("10:00", "hours_open"), ("9：30-22:00", "hours")] {
            let first_cells = ["甲".to_owned(), cell.to_owned(), String::new()];
            let columns = Columns::find(&headers, &Wishes { first_cells: &first_cells, ..Wishes::default() }).unwrap();
            assert_eq!(columns.all[1].target.as_ref().map(Target::name), Some(expected), "{cell}");
        }
    }

    #[test]
    fn by_hand_goes_before_memory_and_memory_before_rules() {
        let headers: Vec<String> = ["店名", "地址", "甲", "乙", "电话"].map(str::to_owned).to_vec();
        let by_hand = [("note".to_owned(), "甲".to_owned()), (String::new(), "电话".to_owned())];
        let remembered = vec![("乙".to_owned(), Some("region".to_owned()))];
        let wishes = Wishes { by_hand: &by_hand, remembered: Some((3, &remembered)), ..Wishes::default() };
        let columns = Columns::find(&headers, &wishes).unwrap();
        let names: Vec<Option<&str>> = columns.all.iter().map(|c| c.target.as_ref().map(Target::name)).collect();
        assert_eq!(names, [Some("name"), Some("address"), Some("note"), Some("region"), None]);
        assert_eq!(columns.all[3].reason, MappingReason::Remembered { version: 3 });
        assert_eq!(columns.unmapped(), ["电话"]);
        let nowhere = [("note".to_owned(), "丙".to_owned())];
        assert!(Columns::find(&headers, &Wishes { by_hand: &nowhere, ..Wishes::default() }).is_err());
    }
    #[test]
    fn a_declared_field_is_known_by_its_names() {
        let mut seats = CustomField::new("seats", Words::new("座位数", "Seats"), CustomKind::Integer);
        let headers: Vec<String> = ["店名", "座位数", " seats:"].map(str::to_owned).to_vec();
        let names = |declared: &[CustomField]| -> Vec<Option<String>> {
            let columns = Columns::find(&headers, &Wishes { declared, ..Wishes::default() }).unwrap();
            columns.all.iter().map(|column| column.target.as_ref().map(|target| target.name().to_owned())).collect()
        };
        let of = |names: [Option<&str>; 3]| names.map(|name| name.map(str::to_owned)).to_vec();
        assert_eq!(names(&[]), of([Some("name"), None, None]));
        assert_eq!(names(std::slice::from_ref(&seats)), of([Some("name"), Some("custom.seats"), None]), "once");
        seats.deprecated = Some(domain::schema::VERSION);
        assert_eq!(names(&[seats]), of([Some("name"), None, None]), "out of use");
    }
}
