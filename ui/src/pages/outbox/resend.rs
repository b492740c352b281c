//! A refused edit as it is put right: what stands in the inputs, and the writes that come out.

use domain::field::{FieldKind, FieldPath};
use domain::ipc::OutboxRow;
use domain::{EditId, ErrorCode, Value, Write};

use super::model::editable;

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The one value of the line.
    Value,
    /// Elements that the edit adds to a set.
    Added,
    /// Elements that it removes.
    Removed,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditInput {
    /// What it holds.
    pub holds: Holds,
    /// The field by which the text is checked.
    pub check: String,
    /// What stands there at first.
    pub typed: String,
}

/// One line of a refused edit that is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditLine {
    /// The field as shown.
    pub field: String,
    /// What was sent for it.
    pub writes: Vec<Write>,
    /// Its inputs; none where nothing can be typed: it is sent again as it was.
    pub inputs: Vec<EditInput>,
}

/// The lines of a refused edit, ready to be edited.
pub fn edit_lines(edit_id: EditId, rows: &[OutboxRow]) -> Vec<EditLine> {
    rows.iter().filter(|row| row.edit_id == edit_id).map(edit_line).collect()
}

fn edit_line(row: &OutboxRow) -> EditLine {
    let elements = |pick: fn(&Write) -> &Value| {
        let there = row.writes.iter().filter(|write| is_element(write) && !pick(write).is_null());
        there.filter_map(|write| write.field.key()).collect::<Vec<_>>().join(", ")
    };
    let set = row.writes.iter().any(is_element);
    let inputs = match row.writes.last() {
        Some(_) if set => [(Holds::Added, elements(|w| &w.value)), (Holds::Removed, elements(|w| &w.base_value))]
            .into_iter()
            .map(|(holds, typed)| EditInput { holds, check: row.change.field.clone(), typed })
            .collect(),
        Some(write) if editable(&row.change.field) => {
            let (check, typed) = (write.field.as_str().to_owned(), typed_text(&write.field, &write.value));
            vec![EditInput { holds: Holds::Value, check, typed }]
        }
        _ => Vec::new(),
    };
    EditLine { field: row.change.field.clone(), writes: row.writes.clone(), inputs }
}

fn is_element(write: &Write) -> bool {
    write.field.kind() == FieldKind::SetElement
}

/// A value as it is put into an input: hours as people write them, everything else plain.
pub fn typed_text(field: &FieldPath, value: &Value) -> String {
    match (field.kind(), value.as_list()) {
        (FieldKind::Hours, Some(spans)) if spans.is_empty() => "closed".to_owned(),
        _ => value.plain(),
    }
}

/// What is stored for a value: what checking made of the text, as a number or a truth where it was one before.
pub fn stored(sent: &Value, normalised: &Value) -> Value {
    let same_kind = |value: &serde_json::Value| {
        (value.is_number() && sent.0.is_number()) || (value.is_boolean() && sent.0.is_boolean())
    };
    normalised
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .filter(same_kind)
        .map_or_else(|| normalised.clone(), Value)
}

/// The writes of a line of the new edit, from what checking made of each of its inputs.
///
/// # Errors
/// `bad_field` for an element that cannot be one.
pub fn writes(line: &EditLine, normalised: &[Value]) -> Result<Vec<Write>, ErrorCode> {
    match normalised {
        [value] => {
            Ok(line.writes.iter().map(|write| Write { value: stored(&write.value, value), ..write.clone() }).collect())
        }
        [added, removed] => set_writes(line, &items(added), &items(removed)),
        _ => Ok(line.writes.clone()),
    }
}

fn items(value: &Value) -> Vec<String> {
    value.as_list().unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// Elements as they are now. What is both added and removed stays out of it. A main phone that was one of the added
/// ones follows its correction.
fn set_writes(line: &EditLine, added: &[String], removed: &[String]) -> Result<Vec<Write>, ErrorCode> {
    let element = |item: &String, value: Value| {
        let field = FieldPath::new(format!("{}.{item}", line.field)).map_err(|problem| problem.code)?;
        let before = line.writes.iter().find(|write| write.field == field).map(|write| write.base_value.clone());
        let there = if value.is_null() { Value::yes() } else { Value::NULL };
        Ok(Write { base_value: before.unwrap_or(there), field, value })
    };
    let mut writes = Vec::new();
    for item in added.iter().filter(|item| !removed.contains(item)) {
        writes.push(element(item, Value::yes())?);
    }
    for item in removed.iter().filter(|item| !added.contains(item)) {
        writes.push(element(item, Value::NULL)?);
    }
    let sent: Vec<&str> =
        line.writes.iter().filter(|w| is_element(w) && !w.value.is_null()).filter_map(|w| w.field.key()).collect();
    for write in line.writes.iter().filter(|write| !is_element(write)) {
        let place = write.value.as_str().and_then(|main| sent.iter().position(|number| *number == main));
        let value = match place {
            None => Some(write.value.clone()),
            Some(place) => added.get(place).or(added.first()).map(|number| Value::text(number.as_str())),
        };
        writes.extend(value.map(|value| Write { value, ..write.clone() }));
    }
    Ok(writes)
}

#[cfg(test)]
#[path = "resend_tests.rs"]
mod tests;
