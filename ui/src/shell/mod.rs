//! What stands around every page.

mod help;
mod help_keys;
mod palette;
mod rail;
mod sign_out;
mod status_bar;
pub mod status_words;
mod top_bar;

pub use help::HelpDialog;
pub use help_keys::ShortcutList;
pub use palette::Palette;
pub use rail::{Mark, Rail};
pub use sign_out::{SignOutDialog, use_sign_out};
pub use status_bar::StatusBar;
pub use top_bar::{LanguageSwitch, TopBar};
