//! A power cut for SQLite: a layer under it writes down what is written to its files and when they are synced,
//! so that after a kill everything since the last sync of each file can be taken back, in whole or in part, as a
//! disk without power does.
//!
//! [`install`] goes into the process that is killed, [`cut_power`] is called when it is dead. Files that were
//! made or removed count as on the disk at once.

mod journal;
mod vfs;

pub use journal::{Lost, cut_power};
pub use vfs::{InstallError, install};

/// Where the process writes down what it writes: the path of a file. Absent: it runs as always.
pub const LOG_VARIABLE: &str = "MERCHANT_CONSOLE_TEST_UNSYNCED";
