//! A cell of telephone numbers.

mod cell;
mod number;
mod plan;

use domain::{ErrorCode, Value};
use serde_json::{Value as Json, json};

use crate::check::kept;
use crate::finding::{Finding, shortened};

pub use plan::is_possible;

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A mobile.
    Mobile,
    /// A fixed line, and where a plan does not tell the two apart.
    Fixed,
    /// The called side pays all or a part.
    TollFreeOrShared,
    /// A short number that is known only within its country.
    Service,
}

impl Kind {
    /// The kind as programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Fixed => "fixed",
            Self::TollFreeOrShared => "toll_free_or_shared",
            Self::Service => "service",
        }
    }
}

/// One number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// In E.164; nothing for a service number.
    pub e164: Option<String>,
    /// Digits to dial behind it.
    pub ext: Option<String>,
    /// A service number's digits.
    pub service: Option<String>,
    /// What it is.
    pub kind: Kind,
}

impl Phone {
    /// As programs read it: `{"e164":…,"type":…}`, with `ext` or `service` where there is one.
    pub fn json(&self) -> Json {
        let mut out = json!({"e164": self.e164, "type": self.kind.as_str()});
        for (key, value) in [("ext", &self.ext), ("service", &self.service)] {
            if let Some(value) = value {
                out[key] = json!(value);
            }
        }
        out
    }
}

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phones {
    /// In the order of the cell, each once.
    pub phones: Vec<Phone>,
    /// Words in brackets behind a number, such as whose it is.
    pub note: Option<String>,
    /// A number of mainland China may be meant for one of another country.
    pub may_be_foreign: bool,
}

impl Phones {
    /// The numbers that have E.164, each once.
    pub fn numbers(&self) -> Vec<String> {
        let mut numbers: Vec<String> = Vec::new();
        for number in self.phones.iter().filter_map(|phone| phone.e164.clone()) {
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        numbers
    }
    /// What should be looked at.
    pub fn warnings(&self) -> Vec<Finding> {
        let foreign = self.may_be_foreign.then(|| {
            let numbers = self.numbers().join(", ");
            let text = format!("was read as {numbers}: for a number of another country, write + and its code in front");
            Finding::new(ErrorCode::ForeignUnlikely, text)
        });
        self.note.as_deref().map(kept).into_iter().chain(foreign).collect()
    }
    /// Does the cell say more than numbers in E.164: extensions, service numbers, words?
    pub fn has_more(&self) -> bool {
        self.note.is_some() || self.phones.iter().any(|phone| phone.ext.is_some() || phone.service.is_some())
    }
}

/// Reads all numbers of a cell. `country` (such as `886`) is tried for numbers that carry it without `+`.
///
/// # Errors
/// Why the cell cannot be read: `empty`, `mangled_scientific`, `missing_area_code`, `too_short`, `too_long`,
/// `invalid_range`, `not_a_number`, `foreign_unlikely`; `too_large` for what is no cell of numbers.
pub fn read(cell: &str, country: Option<&str>) -> Result<Phones, Finding> {
    cell::phones(cell, country).map_err(|code| Finding::new(code, message(code, cell)))
}

/// Reads one number that is stored in E.164, and what is not kept of the text: an extension, words.
///
/// # Errors
/// As [`read`]; `not_a_number` for several numbers and for a service number.
pub(crate) fn one(typed: &str) -> Result<(Value, Vec<Finding>), Finding> {
    let found = read(typed, None)?;
    let [Phone { e164: Some(number), ext, .. }] = found.phones.as_slice() else {
        let text = format!("“{}”: write one number with its area code", shortened(typed));
        return Err(Finding::new(ErrorCode::NotANumber, text));
    };
    let lost = |ext: &String| Finding::new(ErrorCode::Note, format!("the extension {ext} is not kept: {number} is"));
    let warnings = ext.iter().map(lost).chain(found.warnings()).collect();
    Ok((Value::text(number.as_str()), warnings))
}

/// What is wrong with a cell of telephone numbers, and what to type instead.
pub fn message(code: ErrorCode, cell: &str) -> String {
    let cure = match code {
        ErrorCode::Empty => return "no telephone number: write area code and number, or a mobile number".to_owned(),
        ErrorCode::MangledScientific => {
            "was cut by a spreadsheet: its last digits are lost; type the number again, with the column set to text"
        }
        ErrorCode::MissingAreaCode => "has no area code: write it in front, like 010-82868686",
        ErrorCode::TooShort => "has too few digits: a mobile number has 11, a fixed line its area code and 7 or 8 more",
        ErrorCode::TooLong => "has too many digits: separate several numbers by commas, write an extension like 转801",
        ErrorCode::InvalidRange => "is no number that anybody has: check the first digits",
        ErrorCode::ForeignUnlikely => "is a number only in another country: write + and the country code in front",
        ErrorCode::TooLarge => "is too long for a cell of telephone numbers: at most 50 numbers",
        _ => "is no telephone number: write digits only, like 13800138000 or 010-82868686",
    };
    format!("“{}” {cure}", shortened(cell))
}
