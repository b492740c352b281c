//! The list of stores: find one of many, and change many at once.

mod address;
mod asked;
mod bulk;
mod columns;
mod filters;
mod geometry;
mod keys;
mod layout;
mod model;
mod panel;
mod row;
mod search;
mod state;
mod table;
mod view;
mod views;

pub use asked::{narrows, page};
pub use state::{provide, use_list};
pub use view::StoresPage;
