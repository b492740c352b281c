//! The bulk edit of the list: which fields all chosen stores shall have.

mod bar;
mod dialog;
mod wish;
mod wishes;

pub use bar::SelectionBar;
pub use dialog::BulkEdit;
