//! How values, times, fields and problems are worded. Pure: given the language, the same words every time.

pub mod field;
pub mod problem;
pub mod role;
pub mod time;
pub mod value;
