//! Settings: connection, account, appearance, this device, keys.

mod sync;
mod sync_form;
mod view;

pub use view::SettingsPage;
