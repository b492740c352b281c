//! How values, times, fields and problems are worded. Pure: given the language, the same words every time.

pub mod change;
pub mod cure;
pub mod field;
pub mod found;
pub mod problem;
pub mod remark;
pub mod role;
mod sentences;
pub mod source;
pub mod time;
mod undone;
pub mod value;

pub use sentences::{behind, joined};
pub use undone::undone_text;
