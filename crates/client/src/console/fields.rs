//! `FIELD=VALUE` as people type it, and values in the form that is stored.

use domain::field::{FieldKind, FieldPath};
use domain::ipc::{CheckField, Checked, Finding};
use domain::problem::{ErrorCode, Problem};
use domain::profile::Registers;
use domain::{Value, phone, text, validate};

use crate::error::Result;
use crate::reading::{phones, week};

/// A register by its name and the value that was typed for it. An empty text clears it.
///
/// # Errors
/// `bad_field`, `read_only` for a field of a newer version, the problem of the value.
pub fn register(name: &str, typed: &str) -> Result<(FieldPath, Value)> {
    let mut field = FieldPath::new(name)?;
    let value = match field.kind() {
        FieldKind::SetElement => {
            if let Some(number) = field.key().filter(|_| field.root() == "phones") {
                field = FieldPath::new(format!("phones.{}", phone::e164(number)?))?;
            }
            flag(typed).ok_or_else(|| bad(name, "write true to add it, false to remove it"))?
        }
        FieldKind::Deleted => flag(typed).ok_or_else(|| bad(name, "write true or false"))?,
        FieldKind::Custom => custom(typed),
        FieldKind::Text if name == "phones.primary" && !typed.trim().is_empty() => Value::text(phone::e164(typed)?),
        FieldKind::Text | FieldKind::Hours => Value::text(typed),
        FieldKind::Unknown => {
            return Err(Problem::new(ErrorCode::ReadOnly, format!("{name} is no field that can be set"))
                .about(name)
                .into());
        }
    };
    let value = validate::normalise(&field, &value)?;
    Ok((field, value))
}

/// Changes registers as `FIELD=VALUE` says. Beside registers there are the whole fields `phones`, `tags`
/// (lists separated by commas) and `hours` (a week's text).
///
/// # Errors
/// As [`register`].
pub fn assign(registers: &mut Registers, name: &str, typed: &str) -> Result<()> {
    let mut put = |field: FieldPath, value: Value| {
        if value.is_null() {
            registers.remove(&field);
        } else {
            registers.insert(field, value);
        }
    };
    match name {
        "phones" => {
            let numbers = phones::read(typed, None).map_err(|reason| bad_phones(typed, reason))?.numbers;
            registers.retain(|field, _| field.root() != "phones");
            if let Some(first) = numbers.first() {
                registers.insert(FieldPath::new("phones.primary")?, Value::text(first.as_str()));
            }
            for number in numbers {
                registers.insert(FieldPath::new(format!("phones.{number}"))?, Value::yes());
            }
        }
        "tags" => {
            registers.retain(|field, _| field.root() != "tags");
            for tag in typed.split([',', '，', '、']).map(text::tidy).filter(|tag| !tag.is_empty()) {
                registers.insert(FieldPath::new(format!("tags.{tag}"))?, Value::yes());
            }
        }
        "hours" if typed.trim().is_empty() => (0..7).for_each(|n| put(FieldPath::hours(n), Value::NULL)),
        "hours" => {
            let week = week::read(typed).map_err(|reason| bad_week(typed, reason))?;
            week.registers().for_each(|(field, value)| put(field, value));
        }
        _ => {
            let (field, value) = register(name, typed)?;
            put(field, value);
        }
    }
    Ok(())
}

/// Normalises and checks one field while it is typed.
pub fn check(asked: &CheckField) -> Checked {
    let outcome = match asked.field.as_str() {
        "phones" => phones::read(&asked.text, None)
            .map(|found| (Value::list(found.numbers), found.has_more))
            .map_err(|reason| bad_phones(&asked.text, reason)),
        "hours" if asked.text.trim().is_empty() => Ok((Value::NULL, false)),
        "hours" => week::read(&asked.text)
            .map(|week| {
                let days = week.registers().filter_map(|(field, value)| Some((field.key()?.to_owned(), value.0)));
                (Value(days.collect()), week.has_more)
            })
            .map_err(|reason| bad_week(&asked.text, reason)),
        name => register(name, &asked.text).map(|(_, value)| (value, false)).map_err(Problem::from),
    };
    match outcome {
        Ok((normalised, more)) => {
            let partly = Finding {
                code: ErrorCode::BadValue,
                message: "a part of the text is not kept: extensions, service numbers, remarks".to_owned(),
            };
            Checked { ok: true, normalised, errors: Vec::new(), warnings: more.then_some(partly).into_iter().collect() }
        }
        Err(problem) => Checked {
            ok: false,
            normalised: Value::text(asked.text.as_str()),
            errors: vec![Finding { code: problem.code, message: problem.title }],
            warnings: Vec::new(),
        },
    }
}

fn flag(typed: &str) -> Option<Value> {
    match text::key(typed).as_str() {
        "true" | "1" | "yes" | "是" => Some(Value::yes()),
        "" | "false" | "0" | "no" | "null" | "否" => Some(Value::NULL),
        _ => None,
    }
}

/// A number or a truth value stays one; all else is text.
fn custom(typed: &str) -> Value {
    match serde_json::from_str::<serde_json::Value>(typed.trim()) {
        Ok(value) if value.is_number() || value.is_boolean() => Value(value),
        _ => Value::text(typed),
    }
}

fn bad(name: &str, cure: &str) -> Problem {
    Problem::new(ErrorCode::BadValue, format!("{name}: {cure}")).about(name)
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn bad_phones(typed: &str, reason: &str) -> Problem {
    let title = format!(
        "“{}” is no telephone number ({reason}): write the area code too, or +country code; separate several by commas",
        shortened(typed)
    );
    Problem::new(ErrorCode::BadPhone, title).about("phones")
}

fn bad_week(typed: &str, reason: &str) -> Problem {
    let title = format!(
        "“{}” cannot be read as opening hours ({reason}): write them like Mon-Fri 10:00-14:00, 17:00-02:00; Sun closed",
        shortened(typed)
    );
    Problem::new(ErrorCode::BadHours, title).about("hours")
}
