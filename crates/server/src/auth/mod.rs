//! Who is asking: passwords and secrets, tokens, and how often somebody may try.

pub mod attempts;
pub mod hashing;
pub mod secrets;
pub mod sessions;

pub use attempts::Attempts;
pub use hashing::Hashing;
pub use sessions::{Sessions, SignedIn};
