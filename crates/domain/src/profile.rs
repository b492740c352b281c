//! A profile as people and files exchange it, and its registers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::edit::Write;
use crate::field::FieldPath;
use crate::id::MerchantId;
use crate::validate;
use crate::value::Value;

/// Registers and their values; a missing register and `null` mean the same.
pub type Registers = BTreeMap<FieldPath, Value>;

/// The values of a field as texts: of one register, or of all of a kind (`tags`, `phones`, the primary one first).
pub fn values(registers: &Registers, field: &FieldPath) -> Vec<String> {
    let primary = || registers.get(&FieldPath::trusted("phones.primary")).and_then(Value::as_str).unwrap_or_default();
    match (field.root(), field.key()) {
        (root @ ("tags" | "phones"), None) => {
            let elements = registers.iter().filter(|(path, value)| path.root() == root && **value == Value::yes());
            let mut keys: Vec<String> = elements.filter_map(|(path, _)| path.key().map(str::to_owned)).collect();
            if root == "phones" {
                keys.sort_by_key(|number| number != primary());
            }
            keys
        }
        (root @ "hours", None) => {
            let days = registers.iter().filter(|(path, value)| path.root() == root && !value.is_null());
            days.map(|(_, value)| value.plain()).collect()
        }
        _ => {
            let given = registers.get(field).filter(|value| !value.is_null());
            given.map(Value::plain).filter(|text| !text.is_empty()).into_iter().collect()
        }
    }
}

/// One profile as one JSON object. Registers that this version does not know travel in `other`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Which merchant.
    pub merchant_id: MerchantId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its address.
    #[serde(default)]
    pub address: String,
    /// Numbers as they are stored ([`crate::stored_phone`]); the primary one first.
    #[serde(default)]
    pub phones: Vec<String>,
    /// What it sells.
    #[serde(default)]
    pub category: String,
    /// Spans of each weekday; a missing day is not given, an empty list is closed.
    #[serde(default)]
    pub hours: BTreeMap<String, Vec<String>>,
    /// Spans of single dates (ISO 8601), before the weekday's.
    #[serde(default)]
    pub special_hours: BTreeMap<String, Vec<String>>,
    /// Words.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// Fields that an administrator added.
    #[serde(default)]
    pub custom: BTreeMap<String, Value>,
    /// All other registers, by their path: `branch`, `region`, `status`, `note`, and unknown ones.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// Keys that `get` prints beside a profile and that are not part of it.
pub const BESIDE: [&str; 3] = ["state", "version", "review"];

fn spans(value: &Value) -> Option<Vec<String>> {
    Some(value.as_list()?.into_iter().map(str::to_owned).collect())
}

impl Profile {
    /// An empty profile.
    pub fn new(merchant_id: MerchantId) -> Self {
        Self {
            merchant_id,
            name: String::new(),
            address: String::new(),
            phones: Vec::new(),
            category: String::new(),
            hours: BTreeMap::new(),
            special_hours: BTreeMap::new(),
            tags: BTreeSet::new(),
            custom: BTreeMap::new(),
            other: BTreeMap::new(),
        }
    }

    /// Puts registers together. A register whose value is not of its kind travels in `other`, so that
    /// nothing is lost.
    pub fn from_registers(merchant_id: MerchantId, registers: &Registers) -> Self {
        let mut profile = Self::new(merchant_id);
        let mut primary = None;
        for (field, value) in registers.iter().filter(|(_, value)| !value.is_null()) {
            let text = value.as_str().map(str::to_owned);
            match (field.root(), field.key(), text) {
                ("name", None, Some(text)) => profile.name = text,
                ("address", None, Some(text)) => profile.address = text,
                ("category", None, Some(text)) => profile.category = text,
                ("phones", Some("primary"), Some(text)) => primary = Some(text),
                ("phones", Some(number), None) if value == &Value::yes() => profile.phones.push(number.to_owned()),
                ("tags", Some(tag), None) if value == &Value::yes() => {
                    profile.tags.insert(tag.to_owned());
                }
                ("custom", Some(key), _) => {
                    profile.custom.insert(key.to_owned(), value.clone());
                }
                ("hours", Some(key), None) if spans(value).is_some() => {
                    let spans = spans(value).unwrap_or_default();
                    match key.strip_prefix("special.") {
                        Some(date) => profile.special_hours.insert(date.to_owned(), spans),
                        None => profile.hours.insert(key.to_owned(), spans),
                    };
                }
                _ => {
                    profile.other.insert(field.as_str().to_owned(), value.clone());
                }
            }
        }
        if let Some(primary) = primary {
            profile.phones.sort_by_key(|number| *number != primary);
        }
        profile
    }

    /// Takes it apart into registers, without the ones that are absent.
    pub fn to_registers(&self) -> Registers {
        let mut registers = Registers::new();
        let mut put = |path: String, value: Value| {
            if let Ok(field) = FieldPath::new(path) {
                registers.insert(field, value);
            }
        };
        for (field, text) in [("name", &self.name), ("address", &self.address), ("category", &self.category)] {
            if !text.is_empty() {
                put(field.to_owned(), Value::text(text.as_str()));
            }
        }
        for number in &self.phones {
            put(format!("phones.{number}"), Value::yes());
        }
        // What is no register cannot be the primary one either.
        let primary = self.phones.iter().find(|number| FieldPath::new(format!("phones.{number}")).is_ok());
        if let Some(primary) = primary {
            put("phones.primary".to_owned(), Value::text(primary.as_str()));
        }
        for tag in &self.tags {
            put(format!("tags.{tag}"), Value::yes());
        }
        for (day, spans) in &self.hours {
            put(format!("hours.{day}"), Value::list(spans.iter().map(String::as_str)));
        }
        for (date, spans) in &self.special_hours {
            put(format!("hours.special.{date}"), Value::list(spans.iter().map(String::as_str)));
        }
        for (key, value) in self.custom.iter().filter(|(_, value)| !value.is_null()) {
            put(format!("custom.{key}"), value.clone());
        }
        for (path, value) in &self.other {
            if !value.is_null() && !BESIDE.contains(&path.as_str()) {
                put(path.clone(), value.clone());
            }
        }
        registers
    }
}

/// The writes that lead from one profile to another: only what differs.
pub fn diff(before: &Registers, after: &Registers) -> Vec<Write> {
    let fields: BTreeSet<&FieldPath> = before.keys().chain(after.keys()).collect();
    fields
        .into_iter()
        .filter_map(|field| {
            let old = before.get(field).unwrap_or(&Value::NULL);
            let new = after.get(field).unwrap_or(&Value::NULL);
            (old != new).then(|| Write { field: field.clone(), base_value: old.clone(), value: new.clone() })
        })
        .collect()
}

/// The writes that take others back: of the registers that still have the value these gave them.
pub fn inverse(writes: &[Write], now: &Registers) -> Vec<Write> {
    let inverse = writes.iter().filter_map(|write| {
        let value = now.get(&write.field).cloned().unwrap_or_default();
        let changed = !validate::same(&write.field, &write.base_value, &write.value);
        (changed && validate::same(&write.field, &value, &write.value)).then(|| Write {
            field: write.field.clone(),
            base_value: value,
            value: write.base_value.clone(),
        })
    });
    inverse.collect()
}
