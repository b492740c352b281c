//! Normalise, then validate: one rule set for window, command line, importer and server.

use crate::field::{FieldKind, FieldPath, WEEKDAYS};
use crate::forms;
use crate::hours;
use crate::place;
use crate::problem::{ErrorCode, Problem};
use crate::schema::{self, Form};
use crate::stored_phone::StoredPhone;
use crate::text;
use crate::value::{VALUE_BYTES_MAX, Value};

pub use crate::schema::STATUSES;

/// The longest line of text in a profile, in characters.
pub const TEXT_CHARS_MAX: usize = 500;

/// Brings a value into the form that is stored, and checks it. Idempotent. Unknown registers pass as
/// they are: a newer schema may know them.
///
/// # Errors
/// The problem of the value, about its field, with what to type instead.
pub fn normalise(field: &FieldPath, value: &Value) -> Result<Value, Problem> {
    if value.canonical().len() > VALUE_BYTES_MAX {
        return Err(Problem::new(ErrorCode::TooLarge, "too long: at most 16 KiB a field").about(field.as_str()));
    }
    if value.is_null() {
        return required(field, value).map(|()| Value::NULL);
    }
    key(field)?;
    let normal = match field.kind() {
        FieldKind::Text => line(field, value)?,
        FieldKind::SetElement => {
            if *value != Value::yes() {
                return Err(
                    Problem::new(ErrorCode::BadValue, "an element of a set is true or absent").about(field.as_str())
                );
            }
            value.clone()
        }
        FieldKind::Hours => {
            let spans = match value.as_str() {
                Some(typed) if typed.trim().is_empty() => None,
                Some(typed) => Some(hours::parse_day(typed).map_err(|p| p.about(field.as_str()))?),
                None => hours::from_value(value).map_err(|p| p.about(field.as_str()))?,
            };
            spans.map(|spans| hours::value(&spans)).unwrap_or_default()
        }
        FieldKind::Custom => match value.as_str() {
            Some(typed) => {
                let tidy = text::tidy(typed);
                if tidy.is_empty() { Value::NULL } else { Value::text(tidy) }
            }
            None => value.clone(),
        },
        FieldKind::Deleted => {
            if *value != Value::yes() {
                return Err(Problem::new(ErrorCode::BadValue, "deleted is true or absent").about(field.as_str()));
            }
            value.clone()
        }
        FieldKind::Unknown => value.clone(),
    };
    required(field, &normal)?;
    Ok(normal)
}

/// Names that a profile or its printed form has for something else than one register.
const TAKEN: [&str; 9] =
    ["merchant_id", "phones", "tags", "hours", "special_hours", "custom", "state", "version", "review"];

/// The key within a field must be in normal form itself, or one element would have two registers.
fn key(field: &FieldPath) -> Result<(), Problem> {
    let bad = |code, text: &str| Err(Problem::new(code, format!("{field}: {text}")).about(field.as_str()));
    match (field.root(), field.key()) {
        (root, None) if TAKEN.contains(&root) => {
            bad(ErrorCode::BadField, "no such field; name one of its parts, like hours.tu, tags.halal or custom.seats")
        }
        ("phones", Some("primary")) => Ok(()),
        ("phones", Some(number)) => {
            // Whoever typed it was told more; a number of a country whose plan changed since must still arrive.
            if StoredPhone::parse(number).is_some() {
                Ok(())
            } else {
                bad(ErrorCode::BadPhone, "no telephone number: write +country code and number")
            }
        }
        ("tags", Some(tag)) if text::tidy(tag) != tag => {
            bad(ErrorCode::BadField, "a tag has no blanks around it and no invisible characters")
        }
        ("hours", Some(day)) => {
            let known = match day.strip_prefix("special.") {
                Some(date) => forms::day(date).is_some(),
                None => WEEKDAYS.contains(&day),
            };
            if known {
                Ok(())
            } else {
                bad(ErrorCode::BadField, "no such day; use mo tu we th fr sa su, or hours.special.2026-10-01")
            }
        }
        _ => Ok(()),
    }
}

fn line(field: &FieldPath, value: &Value) -> Result<Value, Problem> {
    let typed = value
        .as_str()
        .ok_or_else(|| Problem::new(ErrorCode::BadValue, "this field takes a line of text").about(field.as_str()))?;
    let tidy = text::tidy(typed);
    if tidy.chars().count() > TEXT_CHARS_MAX {
        return Err(Problem::new(ErrorCode::TooLarge, "too long: at most 500 characters").about(field.as_str()));
    }
    if tidy.is_empty() {
        return Ok(Value::NULL);
    }
    let form = schema::declared(field).map_or(Form::Line, |declared| declared.form);
    stored(form, &tidy)
        .map(Value::text)
        .map_err(|cure| Problem::new(ErrorCode::BadValue, format!("{field}: {cure}")).about(field.as_str()))
}

/// A tidy text in the stored form of its register, or what to write instead.
fn stored(form: Form, tidy: &str) -> Result<String, String> {
    let (found, cure) = match form {
        Form::Line | Form::Element | Form::Hours | Form::Custom => return Ok(tidy.to_owned()),
        Form::Choice(of) => {
            let words = of.split_last().map(|(last, rest)| format!("{} or {last}", rest.join(", ")));
            return forms::choice(tidy, of).map_err(|_| words.unwrap_or_default());
        }
        Form::Location => (
            place::stored(tidy).ok_or(ErrorCode::BadValue),
            "latitude,longitude in degrees, like 39.9042,116.4074, with GCJ-02 behind it if it is of a Chinese map",
        ),
        Form::RegionCode => (forms::region_code(tidy), "six digits of GB/T 2260, like 110105"),
        Form::CategoryCode => (forms::category_code(tidy), "a code of the category tree, like food.hotpot"),
        Form::CreditCode => (forms::credit_code(tidy), "18 digits and capitals without I, O, S, V and Z"),
        Form::FoodLicence => (forms::food_licence(tidy), "JY and 14 digits"),
        Form::Industry => (forms::industry(tidy), "a code of GB/T 4754, like H6210"),
        Form::Period => (
            forms::period(tidy),
            "two days, the first not after the last, like 2026-02-10/2026-02-24, or 2026-02-10/..",
        ),
        Form::Language => (forms::language(tidy), "a language tag, like zh-CN or en"),
        Form::TimeZone => (forms::time_zone(tidy), "a time zone's name, like Asia/Shanghai"),
    };
    found.map_err(|_| cure.to_owned())
}

fn required(field: &FieldPath, value: &Value) -> Result<(), Problem> {
    if value.is_null() && schema::declared(field).is_some_and(|declared| declared.required) {
        return Err(
            Problem::new(ErrorCode::Required, format!("{field} is required: it cannot be empty")).about(field.as_str())
        );
    }
    Ok(())
}

/// Do two values of a field mean the same? Equal after normalisation, texts by their key.
pub fn same(field: &FieldPath, a: &Value, b: &Value) -> bool {
    if a == b {
        return true;
    }
    match (field.kind(), a.as_str(), b.as_str()) {
        (FieldKind::Text | FieldKind::Custom, Some(a), Some(b)) => text::key(a) == text::key(b),
        (FieldKind::Hours, _, _) => match (normalise(field, a), normalise(field, b)) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        },
        _ => false,
    }
}
