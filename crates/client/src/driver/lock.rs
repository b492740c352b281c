//! Locks of a data folder between processes. The system lets go of them when a process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::Result;

/// Held by the process that syncs.
pub const SYNC_LOCK: &str = "sync.lock";
/// Held by the one window.
pub const WINDOW_LOCK: &str = "window.lock";

/// A held lock.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes a lock of a data folder; nothing if another process has it.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn take(folder: &Path, name: &str) -> Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(name))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
