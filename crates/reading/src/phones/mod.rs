//! A cell of telephone numbers.

mod all_day;
mod cell;
mod label;
mod number;
mod plan;
mod seams;

use std::borrow::Cow;

use domain::{ErrorCode, Value, stored_phone};
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
    /// As it is stored: [`stored_phone::StoredPhone`].
    pub fn stored(&self) -> Cow<'_, str> {
        let number = match (&self.e164, &self.service) {
            (Some(e164), _) => Cow::Borrowed(e164.as_str()),
            (None, Some(service)) => stored_phone::of_service(service).into(),
            (None, None) => Cow::Borrowed(""),
        };
        match &self.ext {
            Some(ext) => stored_phone::with_extension(&number, ext).into(),
            None => number,
        }
    }
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
    /// Words before or behind a number, such as whose it is.
    pub note: Option<String>,
    /// A number of mainland China may be meant for one of another country.
    pub may_be_foreign: bool,
    /// A number without an area code was read with that of the number before it.
    pub area_code_assumed: bool,
    /// A number ends with so many zeros that digits may have been lost.
    pub may_be_rounded: bool,
}

/// Zeros at the end of a mobile number that a spreadsheet, or whoever did not know it, may have put there.
const ROUNDED: &str = "0000000";

/// Is it a mobile number that may have lost its last digits?
pub fn is_rounded(phone: &Phone) -> bool {
    let number = phone.e164.as_deref().filter(|_| phone.kind == Kind::Mobile);
    number.is_some_and(|number| number.starts_with("+86") && number.ends_with(ROUNDED))
}

impl Phones {
    /// The numbers as they are stored, each once.
    pub fn stored(&self) -> Vec<String> {
        self.phones.iter().map(|phone| phone.stored().into_owned()).collect()
    }
    /// What should be looked at of a cell that is kept whole.
    pub fn warnings(&self) -> Vec<Finding> {
        self.note.as_deref().map(kept).into_iter().chain(self.doubts()).collect()
    }
    /// What should be looked at where only [`Self::stored`] is kept.
    pub fn stored_warnings(&self) -> Vec<Finding> {
        let lost = self.note.as_deref().map(Finding::not_kept);
        lost.into_iter().chain(self.doubts()).collect()
    }
    fn doubts(&self) -> impl Iterator<Item = Finding> {
        let assumed = self.area_code_assumed.then(|| {
            let numbers = self.stored().join(", ");
            let text = format!("was read as {numbers}: a number without an area code has that of the number before it");
            Finding::new(ErrorCode::AreaCodeAssumed, text)
        });
        self.foreign().into_iter().chain(assumed).chain(self.rounded())
    }
    fn rounded(&self) -> Option<Finding> {
        self.may_be_rounded.then(|| {
            let rounded = self.phones.iter().filter(|phone| is_rounded(phone)).map(|phone| phone.stored());
            let numbers = rounded.collect::<Vec<_>>().join(", ");
            let text =
                format!("{numbers} ends with so many zeros that a spreadsheet may have rounded it: check the number");
            Finding::new(ErrorCode::DigitsLostSuspected, text)
        })
    }
    fn foreign(&self) -> Option<Finding> {
        self.may_be_foreign.then(|| {
            let numbers = self.stored().join(", ");
            let text = format!("was read as {numbers}: for a number of another country, write + and its code in front");
            Finding::new(ErrorCode::ForeignUnlikely, text)
        })
    }
}

/// Reads all numbers of a cell. `country` (such as `886`) is tried for numbers that carry it without `+`.
///
/// # Errors
/// Why the cell cannot be read: `empty`, `mangled_scientific`, `missing_area_code`, `too_short`, `too_long`,
/// `invalid_range`, `not_a_number`, `foreign_unlikely`; `too_large` for what is no cell of numbers.
pub fn read(cell: &str, country: Option<&str>) -> Result<Phones, Finding> {
    cell::phones(cell, country).map_err(|(code, part)| Finding::new(code, message(code, cell, part.as_deref())))
}

/// Reads one number in the form that is stored, and what is not kept of the text: words.
///
/// # Errors
/// As [`read`]; `not_a_number` for several numbers.
pub fn one(typed: &str) -> Result<(String, Vec<Finding>), Finding> {
    let found = read(typed, None)?;
    match found.stored().as_slice() {
        [number] => Ok((number.clone(), found.stored_warnings())),
        _ => {
            let text = format!("“{}”: write one number with its area code", shortened(typed));
            Err(Finding::new(ErrorCode::NotANumber, text))
        }
    }
}

/// The same as the value of a register.
pub(crate) fn register(typed: &str) -> Result<(Value, Vec<Finding>), Finding> {
    one(typed).map(|(number, warnings)| (Value::text(number), warnings))
}

/// What is wrong with a cell of telephone numbers, or with one part of it, and what to type instead.
fn message(code: ErrorCode, cell: &str, part: Option<&str>) -> String {
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
    let of = part.map_or_else(String::new, |part| format!("“{}” in ", shortened(part)));
    format!("{of}“{}” {cure}", shortened(cell))
}
