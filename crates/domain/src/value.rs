//! The value of a register: JSON, with one canonical way to write it.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// The largest value of one register, in bytes of canonical JSON.
pub const VALUE_BYTES_MAX: usize = 16 * 1024;

/// A register's value. `null` means "not there": a removed phone, a cleared text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Value(pub serde_json::Value);

impl Value {
    /// Not there.
    pub const NULL: Value = Value(serde_json::Value::Null);

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(serde_json::Value::String(text.into()))
    }
    /// A list of texts.
    pub fn list<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Self {
        Self(items.into_iter().map(|item| serde_json::Value::String(item.into())).collect())
    }
    /// `true`, as sets write it for "is in".
    pub fn yes() -> Self {
        Self(serde_json::Value::Bool(true))
    }
    /// Not there?
    pub fn is_null(&self) -> bool {
        self.0.is_null()
    }
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }
    /// The texts of a list of texts.
    pub fn as_list(&self) -> Option<Vec<&str>> {
        self.0.as_array()?.iter().map(|item| item.as_str()).collect()
    }
    /// Canonical JSON: no blanks, keys sorted by their bytes. Equal values give equal bytes.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        write_canonical(&self.0, &mut out);
        out
    }
    /// As a person may read it in one line; `null` is empty.
    pub fn plain(&self) -> String {
        match &self.0 {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(items) => {
                items.iter().map(|item| Value(item.clone()).plain()).collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        }
    }
}

/// What a register says, read where it stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Said<'t> {
    /// A text.
    Text(&'t str),
    /// Anything else.
    Other(Cow<'t, Value>),
}

impl<'t> Said<'t> {
    /// Not there?
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Other(value) if value.is_null())
    }
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(value) => value.as_str(),
        }
    }
    /// As a value.
    pub fn to_value(&self) -> Cow<'_, Value> {
        match self {
            Self::Text(text) => Cow::Owned(Value::text(*text)),
            Self::Other(value) => Cow::Borrowed(value),
        }
    }
}

impl<'t> From<&'t Value> for Said<'t> {
    fn from(value: &'t Value) -> Self {
        value.as_str().map_or(Self::Other(Cow::Borrowed(value)), Self::Text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

/// Writes JSON with sorted keys, whatever map type serde_json was built with.
pub fn write_canonical(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        serde_json::Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            out.push('{');
            for (n, key) in keys.into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                // A String never fails to take what is written to it.
                let _ = write!(out, "{}:", serde_json::Value::String(key.clone()));
                write_canonical(&map[key], out);
            }
            out.push('}');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}
