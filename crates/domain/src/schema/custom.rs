//! Fields that an administrator declared: data of the server, copied by every device.

use serde::{Deserialize, Serialize};

use super::reading::BETWEEN;
use super::version::SchemaVersion;
use crate::field::FieldPath;
use crate::members::Shape;
use crate::problem::{ErrorCode, Problem};
use crate::text;

/// The most declared fields.
pub const CUSTOM_FIELDS_MAX: usize = 200;
/// The most options of a choice.
pub const OPTIONS_MAX: usize = 200;
/// The longest key of a field, in bytes.
pub const CUSTOM_KEY_BYTES_MAX: usize = 64;
/// The longest label, in characters.
pub const LABEL_CHARS_MAX: usize = 40;
/// The longest help text, in characters.
pub const HELP_CHARS_MAX: usize = 200;

/// The same in the languages of the interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Chinese.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zh: String,
    /// English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Words {
    /// In both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
    /// In Chinese or in English; in the other language where there is none.
    pub fn of(&self, chinese: bool) -> &str {
        let (first, second) = if chinese { (&self.zh, &self.en) } else { (&self.en, &self.zh) };
        if first.is_empty() { second } else { first }
    }
    /// In neither language?
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
    fn tidy(&mut self) {
        self.zh = text::tidy(&self.zh);
        self.en = text::tidy(&self.en);
    }
    fn is_longer_than(&self, chars: usize) -> bool {
        self.zh.chars().count().max(self.en.chars().count()) > chars
    }
}

/// One of the values that a choice can take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// What is stored.
    pub value: String,
    /// What people see.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub labels: Words,
    /// Not offered any more; where it is stored it stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
}

impl ChoiceOption {
    /// What people see.
    pub fn label(&self, chinese: bool) -> &str {
        if self.labels.is_empty() { &self.value } else { self.labels.of(chinese) }
    }
}

/// What a declared field holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CustomKind {
    /// A line of text.
    Text,
    /// A whole number: a JSON integer.
    Integer,
    /// A number in digits, kept as it is written: a JSON string.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// A day: `2026-10-01`.
    Date,
    /// One of some values.
    Choice {
        /// The values, in the order in which people see them.
        options: Vec<ChoiceOption>,
    },
    /// Several of some values: a list in the order of the options.
    Several {
        /// The values, in the order in which people see them.
        options: Vec<ChoiceOption>,
    },
    /// A telephone number as it is stored ([`crate::stored_phone`]).
    Phone,
    /// A web address over http or https.
    Url,
    /// A mail address.
    Email,
    /// Of a newer program: its values are kept as they are, and not edited here.
    #[serde(other)]
    Unknown,
}

impl CustomKind {
    /// The options of a choice; none of another kind.
    pub fn options(&self) -> &[ChoiceOption] {
        match self {
            Self::Choice { options } | Self::Several { options } => options,
            _ => &[],
        }
    }
    fn options_mut(&mut self) -> &mut [ChoiceOption] {
        match self {
            Self::Choice { options } | Self::Several { options } => options,
            _ => &mut [],
        }
    }
    /// The option with this value.
    pub fn option(&self, value: &str) -> Option<&ChoiceOption> {
        self.options().iter().find(|option| option.value == value)
    }
    /// `text`, `integer`, … as JSON names it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Choice { .. } => "choice",
            Self::Several { .. } => "several",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Email => "email",
            Self::Unknown => "unknown",
        }
    }
}

/// A field that an administrator declared. Its register is `custom.KEY`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// The register's key: letters, digits, `_` and `-`.
    pub key: String,
    /// What people see.
    pub labels: Words,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub help: Words,
    /// What it holds.
    #[serde(flatten)]
    pub kind: CustomKind,
    /// New merchants must have it, and nobody may clear it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Not for everybody's eyes: left out of lists and files unless somebody asks for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// The version that brought it; the server says so.
    #[serde(default)]
    pub since: SchemaVersion,
    /// The version that took it out of use; values are kept, and shown where there are some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<SchemaVersion>,
}

const WORDS: Shape = Shape::Members(&[("zh", Shape::Word), ("en", Shape::Word)]);
const OPTION: Shape = Shape::Members(&[("value", Shape::Word), ("labels", WORDS), ("deprecated", Shape::Any)]);
/// A [`CustomField`], as an administrator writes it.
pub(super) const FIELD: Shape = Shape::Members(&[
    ("key", Shape::Word),
    ("labels", WORDS),
    ("help", WORDS),
    ("type", Shape::Word),
    ("options", Shape::Each(&OPTION)),
    ("required", Shape::Any),
    ("sensitive", Shape::Any),
    ("since", Shape::Any),
    ("deprecated", Shape::Any),
]);

impl CustomField {
    /// A field of a kind, optional.
    pub fn new(key: impl Into<String>, labels: Words, kind: CustomKind) -> Self {
        Self {
            key: key.into(),
            labels,
            help: Words::default(),
            kind,
            required: false,
            sensitive: false,
            since: SchemaVersion::default(),
            deprecated: None,
        }
    }
    /// Its register.
    pub fn path(&self) -> FieldPath {
        FieldPath::trusted(format!("custom.{}", self.key))
    }
    /// What people see.
    pub fn label(&self, chinese: bool) -> &str {
        if self.labels.is_empty() { &self.key } else { self.labels.of(chinese) }
    }
    /// Offered to people who fill in a profile?
    pub fn is_offered(&self) -> bool {
        self.deprecated.is_none()
    }

    /// In the form that is kept, checked.
    ///
    /// # Errors
    /// `bad_schema` about the field, with what to write instead.
    pub(super) fn checked(mut self) -> Result<Self, Problem> {
        self.labels.tidy();
        self.help.tidy();
        for option in self.kind.options_mut() {
            option.value = text::tidy(&option.value);
            option.labels.tidy();
        }
        let key = self.key.clone();
        let bad = |text: String| Err(Problem::new(ErrorCode::BadSchema, text).about(format!("custom.{key}")));
        if !is_key(&key) {
            return bad(format!(
                "“{key}” is no key of a field: write 1 to {CUSTOM_KEY_BYTES_MAX} bytes of letters, digits, _ and -, like seats"
            ));
        }
        if self.labels.is_empty() {
            return bad(format!("{key} has no name: write one in Chinese or in English"));
        }
        if self.labels.is_longer_than(LABEL_CHARS_MAX) || self.help.is_longer_than(HELP_CHARS_MAX) {
            return bad(format!(
                "the words of {key} are too long: a name has at most {LABEL_CHARS_MAX} characters, a help text {HELP_CHARS_MAX}"
            ));
        }
        match &self.kind {
            CustomKind::Unknown => bad(format!("the type of {key} is of a newer program: use that one to change it")),
            CustomKind::Choice { options } | CustomKind::Several { options } => match wrong_option(options) {
                Some(wrong) => bad(format!("{key}: {wrong}")),
                None => Ok(self),
            },
            _ => Ok(self),
        }
    }
}

/// Could this be the key of a declared field?
pub fn is_key(key: &str) -> bool {
    (1..=CUSTOM_KEY_BYTES_MAX).contains(&key.len())
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// Why options cannot be used.
fn wrong_option(options: &[ChoiceOption]) -> Option<String> {
    if options.is_empty() || options.len() > OPTIONS_MAX {
        return Some(format!("a choice has 1 to {OPTIONS_MAX} options"));
    }
    let mut names = std::collections::BTreeMap::new();
    for (n, option) in options.iter().enumerate() {
        let value = &option.value;
        if value.is_empty() || value.chars().count() > LABEL_CHARS_MAX || option.labels.is_longer_than(LABEL_CHARS_MAX)
        {
            return Some(format!("an option has 1 to {LABEL_CHARS_MAX} characters"));
        }
        if value.contains(BETWEEN) {
            return Some(format!("“{value}”: an option has no comma and no semicolon in it"));
        }
        // A text that names one of them must name one only.
        for name in [value, &option.labels.zh, &option.labels.en].into_iter().filter(|name| !name.is_empty()) {
            if names.insert(text::key(name), n).is_some_and(|other| other != n) {
                return Some(format!("“{name}” names two options: each needs a name of its own"));
            }
        }
    }
    None
}
