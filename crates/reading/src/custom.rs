//! Fields that an administrator declared, as people type them.

use domain::schema::CustomKind;
use domain::{Value, text};

use crate::finding::Finding;
use crate::phones;

/// Reads a value of a kind, and what should be looked at; nothing for an empty text.
///
/// # Errors
/// `bad_value`, `not_a_number`, `range`, `too_large`, or what a telephone number lacks, with what to write instead.
pub fn read(kind: &CustomKind, typed: &str) -> Result<(Value, Vec<Finding>), Finding> {
    // A text means what it says; a choice may have an option that reads like a placeholder (无), and a truth value has
    // words of its own (没有).
    let has_words = *kind == CustomKind::Boolean || !kind.options().is_empty();
    let meant = *kind == CustomKind::Text || has_words && kind.read(&Value::text(typed)).is_ok();
    if !meant && crate::is_empty(&text::tidy(typed)) {
        return Ok((Value::NULL, Vec::new()));
    }
    if *kind == CustomKind::Phone {
        return phones::register(typed);
    }
    let value = kind.read(&Value::text(typed)).map_err(|unfit| Finding::new(unfit.code, unfit.message))?;
    Ok((value, Vec::new()))
}
