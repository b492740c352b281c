//! What the list leaves out: how stores stand with the sync, and conditions on any field.

mod add;
mod condition;
mod line;
mod pill;

pub use line::Filters;
