//! Settings: connection, account, appearance, this device, keys.

mod field_form;
mod fields;
mod fields_model;
mod sections;
mod sync;
mod sync_form;
mod unsaved;
mod view;

pub use view::SettingsPage;
