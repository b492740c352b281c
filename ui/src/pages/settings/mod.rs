//! Settings: connection, account, appearance, this device, keys.

mod view;

pub use view::SettingsPage;
