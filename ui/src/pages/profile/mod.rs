//! One store: its profile, its hours, its history.

mod editor;
mod fields;
mod history;
mod hours;
mod lists;
mod model;
mod view;

pub use view::ProfilePage;
