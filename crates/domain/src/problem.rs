//! Stable error codes, and the problem document (RFC 9457) that carries one.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// What went wrong, for programs. A code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
            /// A code that this version does not know.
            #[serde(other, rename = "unknown")]
            Unknown,
        }
        impl ErrorCode {
            /// The code as text.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Unknown => "unknown",
                }
            }
            /// Every code with a name.
            pub const ALL: &'static [ErrorCode] = &[$(Self::$name),*];
        }
    };
}

codes! {
    /// An id is malformed.
    BadId = "bad_id",
    /// A field path is malformed.
    BadField = "bad_field",
    /// A value is not of its field's kind, or too long.
    BadValue = "bad_value",
    /// A name or address is missing.
    Required = "required",
    /// A telephone number cannot be read.
    BadPhone = "bad_phone",
    /// Opening hours cannot be read.
    BadHours = "bad_hours",
    /// The request is malformed.
    BadRequest = "bad_request",
    /// Something is larger than its limit.
    TooLarge = "too_large",
    /// No such thing, or not for this actor.
    NotFound = "not_found",
    /// Sign-in failed.
    BadCredentials = "bad_credentials",
    /// The token is missing, unknown or expired: sign in again.
    SignedOut = "signed_out",
    /// The role or scope does not allow it.
    Forbidden = "forbidden",
    /// The register is being reviewed and only operations may settle it.
    InReview = "in_review",
    /// A resolution whose candidates have changed meanwhile.
    ReviewMoved = "review_moved",
    /// A rule set that cannot be used.
    BadRules = "bad_rules",
    /// A change of rules that were changed meanwhile.
    RulesMoved = "rules_moved",
    /// Declared fields that cannot be used.
    BadSchema = "bad_schema",
    /// A change of the schema that was changed meanwhile.
    SchemaMoved = "schema_moved",
    /// The device's schema is older than the two majors that the server takes edits of.
    SchemaTooOld = "schema_too_old",
    /// One register has too many candidates.
    TooManyCandidates = "too_many_candidates",
    /// A field cannot be written by people.
    ReadOnly = "read_only",
    /// The device's outbox is full.
    OutboxFull = "outbox_full",
    /// The server's data start anew (restored or rebuilt): begin from the first page.
    EpochChanged = "epoch_changed",
    /// The device was away longer than deletions are remembered: begin from the first page.
    CursorTooOld = "cursor_too_old",
    /// The two sides speak versions of the protocol that do not go together.
    Protocol = "protocol",
    /// Nobody answers at the server's address.
    Unreachable = "unreachable",
    /// The server asks to wait.
    Busy = "busy",
    /// The cache on this computer cannot be read or written.
    Storage = "storage",
    /// The data folder is in use by another window.
    AlreadyOpen = "already_open",
    /// The data folder was written by a newer version.
    NewerData = "newer_data",
    /// A file cannot be read or has no usable content.
    BadFile = "bad_file",
    /// A cell: nothing, or a placeholder for it.
    Empty = "empty",
    /// Hours: no time in the text.
    NoTime = "no_time",
    /// Hours: not a time of day.
    BadTime = "bad_time",
    /// Hours: a start without an end.
    MissingEnd = "missing_end",
    /// Hours: a span that ends where it starts.
    ZeroLength = "zero_length",
    /// Hours: two spans share a time.
    Overlap = "overlap",
    /// Two readings are plausible: a person chooses.
    Ambiguous = "ambiguous",
    /// Hours: they depend on more than the weekday.
    Irregular = "irregular",
    /// Hours: one weekday has two different hours.
    ConflictDays = "conflict_days",
    /// Hours: no such weekday.
    BadDay = "bad_day",
    /// A spreadsheet made 1.38E+10 of a number: digits are lost.
    MangledScientific = "mangled_scientific",
    /// A telephone number without its area code.
    MissingAreaCode = "missing_area_code",
    /// Too few digits.
    TooShort = "too_short",
    /// Too many digits.
    TooLong = "too_long",
    /// The right number of digits, but nobody has such a number.
    InvalidRange = "invalid_range",
    /// Letters or words where a number belongs.
    NotANumber = "not_a_number",
    /// A number that is one only in another country, without its `+`.
    ForeignUnlikely = "foreign_unlikely",
    /// A character that cannot stand in this code.
    Charset = "charset",
    /// A code with too few or too many characters.
    Length = "length",
    /// A check character that does not fit its code.
    CheckDigit = "check_digit",
    /// The place 0, 0: a missing value.
    NullIsland = "null_island",
    /// A number outside of what is possible.
    Range = "range",
    /// Latitude and longitude changed places.
    Swapped = "swapped",
    /// No latitude and longitude.
    NotAPlace = "not_a_place",
    /// A well-formed code that the list does not have.
    UnknownCode = "unknown_code",
    /// Words beside the value, kept as a note.
    Note = "note",
    /// Whole numbers were read as millionths of a degree: a person looks whether that is meant.
    Millionths = "millionths",
    /// Words beside the value, for which the field has no room.
    NotKept = "not_kept",
    /// A telephone number without an area code, read with that of the number before it: a person looks.
    AreaCodeAssumed = "area_code_assumed",
    /// A telephone number that ends with so many zeros that a spreadsheet may have rounded it: a person looks.
    DigitsLostSuspected = "digits_lost_suspected",
    /// A defect of ours.
    Internal = "internal",
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A problem document. `title` is for people: what happened, what was kept, what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{title} [{code}]")]
pub struct Problem {
    /// Stable code.
    pub code: ErrorCode,
    /// In plain English.
    pub title: String,
    /// HTTP status, where it travelled over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The field that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// When to try again, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// For [`ErrorCode::Protocol`]: what the server speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Box<ProtocolRange>>,
}

/// Versions of the protocol that are understood, from one to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolRange {
    /// The oldest, such as `1.0`.
    pub min: String,
    /// The newest.
    pub max: String,
}

impl Problem {
    /// A problem with a code and a sentence.
    pub fn new(code: ErrorCode, title: impl Into<String>) -> Self {
        Self { code, title: title.into(), status: None, field: None, retry_after_ms: None, protocol: None }
    }
    /// The same, about one field.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}
