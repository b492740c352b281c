//! Decisions only. No I/O, no clock, no randomness, no `async`: time, chance and what the world answered
//! come in as inputs, so that every run can be repeated from a seed.
//!
//! - [`reconcile`]: from the candidates of a register to what it shows, and which questions are open.
//! - [`authority`]: what the server makes of an edit.
//! - [`preview`]: what other rules would make of a record.
//! - [`device`]: what a device does next.
//! - [`three_way`]: three profiles into one, without a server.

pub mod authority;
pub mod device;
pub mod preview;
pub mod reconcile;
pub mod three_way;
