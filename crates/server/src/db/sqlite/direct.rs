//! The connection that takes batches, without a thread between it and its caller, and the folding of the write-ahead log
//! into the file beside it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{BUSY_TIMEOUT, WAL_BYTES_KEPT};
use crate::db::DbError;

/// Prepared statements that are kept.
const STATEMENTS_MAX: usize = 32;
/// Pages of the write-ahead log after which a batch folds it in by itself, because the folding beside it does not keep
/// up: 256 MiB.
const WAL_PAGES_MAX: i64 = 65_536;

/// A connection that writes.
pub(super) struct Direct {
    writer: Arc<Mutex<Connection>>,
    folder: Arc<Mutex<Connection>>,
    folding: Arc<AtomicBool>,
    log: PathBuf,
}

fn connect(file: &Path, pragmas: &[(&str, i64)]) -> Result<Connection, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    for (name, value) in pragmas {
        connection.pragma_update(None, name, value)?;
    }
    Ok(connection)
}

impl Direct {
    /// Opens a file that is there and up to date. `cache_kib` bounds the pages that are kept in memory.
    pub fn open(file: &Path, cache_kib: i64) -> Result<Self, DbError> {
        let writer = connect(
            file,
            &[
                ("cache_size", -cache_kib),
                ("wal_autocheckpoint", WAL_PAGES_MAX),
                ("journal_size_limit", WAL_BYTES_KEPT),
                // Memory.
                ("temp_store", 2),
            ],
        )?;
        let folder = connect(file, &[("cache_size", -1_024), ("wal_autocheckpoint", 0)])?;
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        Ok(Self {
            writer: Arc::new(Mutex::new(writer)),
            folder: Arc::new(Mutex::new(folder)),
            folding: Arc::default(),
            log: log.into(),
        })
    }

    /// Does work in one write transaction, on a thread that may block. It is on the disk when this returns; on an error
    /// nothing has happened.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        let writer = Arc::clone(&self.writer);
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&tx)?;
            tx.commit()?;
            Ok(result)
        });
        let result = done.await.map_err(|_| DbError::corrupt("a transaction broke off; nothing of it was stored"))?;
        self.fold_if_long();
        result
    }

    /// Folds the log into the file beside the writing, once it is longer than what is kept of it: the commit that did it
    /// would wait for thousands of writes and two more flushes of the disk. The next commit begins the log anew and cuts
    /// it, so that its length tells when it is time again.
    fn fold_if_long(&self) {
        let is_long = std::fs::metadata(&self.log).is_ok_and(|log| log.len() > WAL_BYTES_KEPT.unsigned_abs());
        if !is_long || self.folding.swap(true, Ordering::SeqCst) {
            return;
        }
        let (folder, folding) = (Arc::clone(&self.folder), Arc::clone(&self.folding));
        tokio::task::spawn_blocking(move || {
            let connection = folder.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
                tracing::warn!(%error, "the write-ahead log could not be folded in; it is tried again");
            }
            folding.store(false, Ordering::SeqCst);
        });
    }
}
