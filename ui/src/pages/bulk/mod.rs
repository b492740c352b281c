//! The same change for many stores: looked at first, saved with progress, taken back together. Whoever opens the dialog
//! says which stores and which change; the rest is the same for all.

mod dialog;
mod flow;
mod model;
mod past;
mod plan;
mod selection;
mod undo;

pub use dialog::BulkDialog;
pub use flow::{Flow, use_flow};
pub use past::PastEdits;
pub use selection::Selection;
