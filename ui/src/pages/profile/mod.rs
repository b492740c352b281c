//! One store: its profile, its hours, its history.

mod editor;
mod fields;
mod history;
mod hours;
mod lists;
mod model;
mod special;
mod view;
mod week;

pub use view::ProfilePage;
