//! Pages. Each is a folder: what it decides in `model.rs`, what it shows in `view.rs`.

pub mod bulk;
pub mod conflicts;
pub mod imports;
pub mod insights;
pub mod outbox;
pub mod profile;
pub mod settings;
pub mod sign_in;
pub mod stores;
