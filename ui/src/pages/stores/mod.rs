//! The list of stores: find one of many.

mod filters;
mod model;
mod panel;
mod row;
mod state;
mod table;
mod view;

pub use state::{provide, use_list};
pub use view::StoresPage;
