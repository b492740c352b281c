//! Fields that an administrator declared, as people type them.

use domain::schema::CustomKind;
use domain::{ErrorCode, Value, text};

use crate::finding::{Finding, shortened};
use crate::phones;

/// Reads a value of a kind; nothing for an empty text.
///
/// # Errors
/// `bad_value`, `not_a_number`, `range`, `too_large`, or what a telephone number lacks, with what to write instead.
pub fn read(kind: &CustomKind, typed: &str) -> Result<Value, Finding> {
    // A text means what it says, and a choice may have an option that reads like a placeholder: 无.
    let meant = *kind == CustomKind::Text || !kind.options().is_empty() && kind.read(&Value::text(typed)).is_ok();
    if !meant && crate::is_empty(&text::tidy(typed)) {
        return Ok(Value::NULL);
    }
    if *kind == CustomKind::Phone {
        let found = phones::read(typed, None)?;
        return match found.numbers().as_slice() {
            [one] => Ok(Value::text(one.as_str())),
            _ => {
                let text = format!("“{}”: write one number with its area code", shortened(typed));
                Err(Finding::new(ErrorCode::NotANumber, text))
            }
        };
    }
    kind.read(&Value::text(typed)).map_err(|unfit| Finding::new(unfit.code, unfit.message))
}
