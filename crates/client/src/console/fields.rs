//! `FIELD=VALUE` as people type it, and values in the form that is stored.

use domain::Value;
use domain::edit::Write;
use domain::field::{FieldKind, FieldPath};
use domain::ipc::{CheckField, Checked, Finding};
use domain::problem::{ErrorCode, Problem};
use domain::profile::Registers;
use domain::schema::Schema;
use reading::{hours, phones};

use crate::error::Result;

/// A register by its name and the value that was typed for it. An empty text clears it.
///
/// # Errors
/// `bad_field`, `read_only` for a field of a newer version, the problem of the value.
pub fn register(schema: &Schema, name: &str, typed: &str) -> Result<(FieldPath, Value)> {
    let mut field = FieldPath::new(name)?;
    if let Some(number) = field.key().filter(|key| field.root() == "phones" && *key != "primary") {
        field = FieldPath::new(format!("phones.{}", one_phone(number)?))?;
    }
    let (value, _) = reading::register(schema, &field, typed).map_err(|finding| problem(field.as_str(), finding))?;
    Ok((field, value))
}

/// One telephone number as it is stored.
///
/// # Errors
/// The problem of the number.
pub fn one_phone(typed: &str) -> std::result::Result<String, Problem> {
    phones::one(typed).map(|(number, _)| number).map_err(|finding| problem("phones", finding))
}

/// Changes registers as `FIELD=VALUE` says. Beside registers there are the whole fields `phones`, `tags`
/// (lists separated by commas) and `hours` (a week's text).
///
/// # Errors
/// As [`register`].
pub fn assign(schema: &Schema, registers: &mut Registers, name: &str, typed: &str) -> Result<()> {
    let mut put = |field: FieldPath, value: Value| {
        if value.is_null() {
            registers.remove(&field);
        } else {
            registers.insert(field, value);
        }
    };
    match name {
        "phones" => {
            let numbers = numbers(typed).map_err(|finding| problem(name, finding))?.0;
            registers.retain(|field, _| field.root() != "phones");
            if let Some(first) = numbers.first() {
                registers.insert(FieldPath::new("phones.primary")?, Value::text(first.as_str()));
            }
            for number in numbers {
                registers.insert(FieldPath::new(format!("phones.{number}"))?, Value::yes());
            }
        }
        "tags" => {
            let tags = reading::tags(typed).map_err(|finding| problem(name, finding))?;
            registers.retain(|field, _| field.root() != "tags");
            for tag in tags {
                registers.insert(FieldPath::new(format!("tags.{tag}"))?, Value::yes());
            }
        }
        "hours" if typed.trim().is_empty() => (0..7).for_each(|n| put(FieldPath::hours(n), Value::NULL)),
        "hours" => {
            let found = hours::read(typed).map_err(|finding| problem(name, finding))?;
            found.registers().for_each(|(field, value)| put(field, value));
        }
        _ => {
            let (field, value) = register(schema, name, typed)?;
            put(field, value);
        }
    }
    Ok(())
}

/// The value of a write as it is stored. A text of a coded or declared field is read as people type it, by the same rule
/// that checked it.
///
/// # Errors
/// The problem of the value.
pub fn typed(schema: &Schema, write: &Write) -> Result<Value> {
    // A number that is stored already has its form, whatever became of its country's plan since.
    let text = write.field.kind() == FieldKind::Text && write.field.root() != "phones";
    let coded = text || schema.field(&write.field).is_some();
    match write.value.as_str() {
        Some(text) if coded => {
            let read = reading::register(schema, &write.field, text);
            Ok(read.map_err(|finding| problem(write.field.as_str(), finding))?.0)
        }
        _ => Ok(schema.normalise(&write.field, &write.value)?),
    }
}

/// The numbers of a cell that has some or is empty, as they are stored, and what is to be looked at.
pub fn numbers(typed: &str) -> std::result::Result<(Vec<String>, Vec<reading::Finding>), reading::Finding> {
    match phones::read(typed, None) {
        Ok(found) => Ok((found.stored(), found.stored_warnings())),
        Err(finding) if finding.code == ErrorCode::Empty => Ok((Vec::new(), Vec::new())),
        Err(finding) => Err(finding),
    }
}

/// Normalises and checks one field while it is typed: the value is in the form that is stored.
pub fn check(schema: &Schema, asked: &CheckField) -> Checked {
    let typed = asked.text.as_str();
    let outcome = match asked.field.as_str() {
        "phones" => numbers(typed).map(|(numbers, warnings)| (Value::list(numbers), warnings)),
        "hours" if typed.trim().is_empty() => Ok((Value::NULL, Vec::new())),
        "hours" => hours::read(typed).map(|found| {
            let days = found.registers().filter_map(|(field, value)| Some((field.key()?.to_owned(), value.0)));
            let more = found.has_more().then(|| reading::Finding::not_kept("what stands beside the hours"));
            (Value(days.collect()), more.into_iter().collect())
        }),
        "tags" => reading::tags(typed).map(|tags| (Value::list(tags), Vec::new())),
        name => FieldPath::new(name)
            .map_err(|problem| reading::Finding::new(problem.code, problem.title))
            .and_then(|field| reading::register(schema, &field, typed)),
    };
    let shown = |found: Vec<reading::Finding>| {
        found.into_iter().map(|found| Finding { code: found.code, message: found.message }).collect()
    };
    match outcome {
        Ok((normalised, warnings)) => Checked { ok: true, normalised, errors: Vec::new(), warnings: shown(warnings) },
        Err(finding) => {
            Checked { ok: false, normalised: Value::text(typed), errors: shown(vec![finding]), warnings: Vec::new() }
        }
    }
}

/// The problem of a field: its code is one that every version knows, its title says what was found.
pub fn problem(name: &str, finding: reading::Finding) -> Problem {
    let root = name.split('.').next().unwrap_or_default();
    let code = match (root, finding.code) {
        (_, code @ (ErrorCode::Required | ErrorCode::ReadOnly | ErrorCode::BadField | ErrorCode::TooLarge)) => code,
        ("hours", _) => ErrorCode::BadHours,
        ("phones", _) => ErrorCode::BadPhone,
        _ => ErrorCode::BadValue,
    };
    let title = if code == finding.code { finding.message } else { format!("{} ({})", finding.message, finding.code) };
    Problem::new(code, title).about(name)
}
