//! What people type and what head offices send, read: brought into one form first, then judged. One rule set
//! for the window, the command line, the importer and, through the stored forms of `domain`, the server.
//!
//! Pure: no I/O, no clock, no randomness. Errors are what cannot be stored; warnings are what somebody should
//! look at. Each says what to type instead.

pub mod category;
mod check;
mod chinese;
mod choices;
pub mod coordinates;
pub mod custom;
mod empty;
mod finding;
pub mod hours;
pub mod licences;
pub mod locale;
pub mod names;
pub mod phones;
pub mod region;

pub use check::{Checked, check, flag, register, tags};
pub use chinese::simplified;
pub use choices::{Choice, choices};
pub use empty::{is_empty, says_nothing};
pub use finding::{Finding, TEXT_CHARS_MAX};
