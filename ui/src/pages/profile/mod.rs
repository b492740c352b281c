//! One store: its profile, its hours, its history.

mod coded;
mod controls;
mod declared_fields;
mod editor;
mod fields;
mod history;
mod hours;
mod lists;
mod mistakes;
mod model;
mod view;

pub use view::ProfilePage;
