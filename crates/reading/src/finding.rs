//! What reading found about a text: a code for programs, a sentence for people.

use domain::ErrorCode;
use serde::Serialize;

/// One error or warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code.
    pub code: ErrorCode,
    /// What it is and what to type instead, in English.
    pub message: String,
}

impl Finding {
    /// A finding in these words.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
    /// A warning: the field has no room for these words.
    pub fn not_kept(words: &str) -> Self {
        Self::new(ErrorCode::NotKept, format!("not kept: {}", shortened(words)))
    }
}

/// The longest text that is read, in characters; a cell with more is no value of a field.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// A text short enough for a message.
pub(crate) fn shortened(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
