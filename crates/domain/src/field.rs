//! The path of a register within a profile.

use std::fmt;
use std::str::FromStr;

use crate::id::serde_as_word;
use crate::problem::{ErrorCode, Problem};

/// The longest path, in bytes.
pub const FIELD_BYTES_MAX: usize = 128;

/// The register that says that a merchant is deleted.
pub const DELETED: &str = "deleted";

/// Weekdays in the order of a week, as `hours.*` names them.
pub const WEEKDAYS: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

/// `name`, `hours.tu`, `hours.special.2026-10-01`, `phones.+8613800138000`, `tags.清真`, `custom.seats`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(String);
serde_as_word!(FieldPath);

impl FieldPath {
    /// Takes `root` or `root.key`: the root in small ASCII letters, digits and `_`; the key any text
    /// without control characters. Unknown roots are allowed: a newer schema may know them.
    ///
    /// # Errors
    /// `bad_field` for anything else, or for more than 128 bytes.
    pub fn new(path: impl Into<String>) -> Result<Self, Problem> {
        let path = path.into();
        if Self::is_good(&path) {
            Ok(Self(path))
        } else {
            Err(Problem::new(ErrorCode::BadField, format!("no such field: {}", path.escape_debug())))
        }
    }
    /// May it be a path?
    pub(crate) fn is_good(path: &str) -> bool {
        let (root, key) = match path.split_once('.') {
            Some((root, key)) => (root, Some(key)),
            None => (path, None),
        };
        let good_root = root.starts_with(|c: char| c.is_ascii_lowercase())
            && root.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        good_root
            && path.len() <= FIELD_BYTES_MAX
            && key.is_none_or(|key| !key.is_empty())
            && !path.chars().any(char::is_control)
    }
    /// A path that is known to be well formed because its parts are.
    pub(crate) fn trusted(path: impl Into<String>) -> Self {
        Self(path.into())
    }
    /// A fixed register such as `name`.
    pub fn fixed(root: &'static str) -> Self {
        Self(root.to_owned())
    }
    /// The register of a weekday, 0 = Monday.
    pub fn hours(weekday: usize) -> Self {
        Self(format!("hours.{}", WEEKDAYS[weekday % 7]))
    }
    /// The register that says that the merchant is deleted.
    pub fn deleted() -> Self {
        Self::fixed(DELETED)
    }
    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// `hours` of `hours.tu`.
    pub fn root(&self) -> &str {
        Self::root_of(&self.0)
    }
    /// The same of a path that is only text.
    pub fn root_of(path: &str) -> &str {
        path.split('.').next().unwrap_or_default()
    }
    /// `tu` of `hours.tu`; nothing for `name`.
    pub fn key(&self) -> Option<&str> {
        Self::key_of(&self.0)
    }
    /// The same of a path that is only text.
    pub fn key_of(path: &str) -> Option<&str> {
        path.split_once('.').map(|(_, key)| key)
    }
    /// What kind of register it is.
    pub fn kind(&self) -> FieldKind {
        FieldKind::of(&self.0)
    }
    /// The field under which people see the register: all phones are one field, each weekday its own.
    pub fn shown_as(&self) -> &str {
        match self.root() {
            root @ ("phones" | "tags") => root,
            _ => &self.0,
        }
    }
}

/// How a register is normalised, merged and edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// One element of a set: `true` or absent.
    SetElement,
    /// Spans of one day: a list of `HH:MM-HH:MM`; `[]` closed; `null` not given.
    Hours,
    /// A field that an administrator added.
    Custom,
    /// Whether the merchant is deleted.
    Deleted,
    /// From a newer schema: kept, sent back, never edited here.
    Unknown,
}

impl FieldKind {
    /// Of a path that is well formed.
    pub fn of(path: &str) -> Self {
        match (FieldPath::root_of(path), FieldPath::key_of(path)) {
            ("phones", Some("primary")) => Self::Text,
            ("phones" | "tags", Some(_)) => Self::SetElement,
            ("hours", Some(_)) => Self::Hours,
            ("custom", Some(_)) => Self::Custom,
            (DELETED, None) => Self::Deleted,
            ("name" | "branch" | "address" | "category" | "status" | "region" | "note", None) => Self::Text,
            _ if crate::schema::declared_path(path).is_some() => Self::Text,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl FromStr for FieldPath {
    type Err = Problem;
    fn from_str(text: &str) -> Result<Self, Problem> {
        Self::new(text)
    }
}
impl TryFrom<String> for FieldPath {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        Self::new(text)
    }
}
impl From<FieldPath> for String {
    fn from(path: FieldPath) -> String {
        path.0
    }
}
