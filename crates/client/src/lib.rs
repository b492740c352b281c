//! The device's effects: what the sync engine decides is carried out here.
//!
//! - [`console`]: the one façade that window and command line call.
//! - [`cache`]: SQLite: records, the list's rows, the outbox, the search index.
//! - [`remote`]: the backend over HTTP. - [`secrets`]: where tokens are kept.
//! - [`driver`]: feeds the engine and carries out its effects.
//! - [`importer`], [`exporter`]: files. - [`memory`]: how the program takes it.

pub mod cache;
mod clock;
pub mod console;
pub mod driver;
mod error;
pub mod exporter;
pub mod importer;
pub mod memory;
pub mod remote;
pub mod secrets;
pub mod session;

pub use clock::Machine;
pub use error::{Error, Result};

pub use console::{Console, Mode, Options};
