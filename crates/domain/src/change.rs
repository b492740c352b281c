//! An edit as people see it: one line for each shown field, with its old and new value.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::edit::Write;
use crate::field::FieldPath;
use crate::value::Value;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field as shown: `name`, `phones`, `hours.tu`, `custom.seats`.
    pub field: String,
    /// Before.
    pub before: Value,
    /// After.
    pub after: Value,
}

/// Groups the writes of one edit: all phones are one line, so are all tags. Of a set the line shows the
/// elements that went and the ones that came; if only the primary phone changed, it shows that.
pub fn changes(writes: &[Write]) -> Vec<Change> {
    let mut order: Vec<String> = Vec::new();
    let mut groups: BTreeMap<String, Vec<&Write>> = BTreeMap::new();
    for write in writes {
        let shown = write.field.shown_as().to_owned();
        if !groups.contains_key(&shown) {
            order.push(shown.clone());
        }
        groups.entry(shown).or_default().push(write);
    }
    order
        .into_iter()
        .filter_map(|field| {
            let writes = groups.remove(&field)?;
            Some(match field.as_str() {
                "phones" | "tags" => set_change(field, &writes),
                _ => {
                    let write = writes.last()?;
                    Change { field, before: write.base_value.clone(), after: write.value.clone() }
                }
            })
        })
        .collect()
}

fn set_change(field: String, writes: &[&Write]) -> Change {
    let elements = |pick: fn(&Write) -> &Value| {
        Value::list(writes.iter().filter(|w| is_element(&w.field) && !pick(w).is_null()).filter_map(|w| w.field.key()))
    };
    match writes.iter().rfind(|w| !is_element(&w.field)) {
        // Only which of them is the primary one.
        Some(write) if writes.iter().all(|w| !is_element(&w.field)) => {
            Change { before: write.base_value.clone(), after: write.value.clone(), field }
        }
        _ => Change { before: elements(|w| &w.base_value), after: elements(|w| &w.value), field },
    }
}

fn is_element(field: &FieldPath) -> bool {
    field.kind() == crate::field::FieldKind::SetElement
}

/// How many lines an edit has.
pub fn count(writes: &[Write]) -> usize {
    writes.iter().map(|w| w.field.shown_as()).collect::<BTreeSet<_>>().len()
}
