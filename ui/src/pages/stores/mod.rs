//! The list of stores: find one of many.

mod filters;
mod model;
mod panel;
mod row;
mod state;
mod table;
mod view;

pub use state::provide;
pub use view::StoresPage;
