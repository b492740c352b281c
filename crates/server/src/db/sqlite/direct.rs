//! Connections without a thread between them and their callers: one takes batches, a few read pages of a pull. Beside them
//! the write-ahead log is folded into the file.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::sync::Semaphore;

use super::{BUSY_TIMEOUT, WAL_BYTES_KEPT};
use crate::db::DbError;

/// Prepared statements that are kept.
const STATEMENTS_MAX: usize = 32;
/// Pages of the write-ahead log after which a batch folds it in by itself, because the folding beside it does not keep
/// up: 256 MiB.
const WAL_PAGES_MAX: i64 = 65_536;

/// Readers at the same time: each has file descriptors, and a page in memory.
const READERS_MAX: usize = 16;
/// Readers that are kept open for the next page.
const READERS_KEPT: usize = 4;
/// The pages that each keeps in memory, in KiB: a pull reads every page once.
const READER_CACHE_KIB: i64 = 4_096;

/// A connection that writes, and some that read.
pub(super) struct Direct {
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Mutex<Vec<Connection>>>,
    file: PathBuf,
    folder: Arc<Mutex<Connection>>,
    folding: Arc<AtomicBool>,
    log: PathBuf,
    turns: Arc<Semaphore>,
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
            readers: Arc::default(),
            file: file.to_owned(),
            folder: Arc::new(Mutex::new(folder)),
            folding: Arc::default(),
            log: log.into(),
            turns: Arc::new(Semaphore::new(READERS_MAX)),
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
            coalescing::together(|| tx.commit())?;
            Ok(result)
        });
        let result = done.await.map_err(|_| DbError::corrupt("a transaction broke off; nothing of it was stored"))?;
        self.fold_if_long();
        result
    }

    /// Reads what is stored at one moment, on a thread that may block. Some may read at the same time.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        let (readers, file) = (Arc::clone(&self.readers), self.file.clone());
        let turn =
            Arc::clone(&self.turns).acquire_owned().await.map_err(|_| DbError::corrupt("the reading broke off"))?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let kept = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut reader = match kept {
                Some(reader) => reader,
                None => connect(&file, &[("cache_size", -READER_CACHE_KIB), ("query_only", 1)])?,
            };
            let result = work(&*reader.transaction()?)?;
            let mut readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < READERS_KEPT {
                readers.push(reader);
            }
            Ok(result)
        });
        done.await.map_err(|_| DbError::corrupt("the reading broke off"))?
    }

    /// Lets go of the readers, so that the last connection folds the log in.
    pub fn close(&self) {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
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
