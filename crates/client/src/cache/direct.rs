//! The connection that writes and one that reads, used without a thread between: opening a profile and saving it are a
//! dozen small statements, a page of the server is ten thousand, and handing each to another thread costs more than
//! running it. They run on a thread that may block.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::runtime::{Handle, RuntimeFlavor};

use super::BUSY_TIMEOUT;
use super::folding::{Folding, WAL_BYTES_KEPT, WAL_PAGES};
use super::list::Journal;
use crate::error::{Error, Result};
use domain::problem::ErrorCode;

/// Prepared statements that are kept.
const STATEMENTS_MAX: usize = 64;
/// The cache of the connection that writes: negative, in KiB.
const WRITER_CACHE: &str = "-16384";
/// The same of the one that reads single profiles.
const READER_CACHE: &str = "-4096";

/// When a transaction is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flush {
    /// With its commit however the cache is set, and with it all that was committed before: a flush of the log is one of
    /// the whole log.
    Now,
    /// As the cache is set: with its commit, or with the next checkpoint.
    AsSet,
    /// With the next transaction that is flushed, or the next checkpoint. For what is made again from what is stored or
    /// fetched again from the cursor beside it: a loss of power takes all of it or nothing.
    Later,
}

/// A connection that writes, and one that can only read.
pub(super) struct Direct {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
    /// Who writes next: in the order in which they asked.
    turn: Arc<tokio::sync::Mutex<()>>,
    flushing: Arc<Flushing>,
    journal: Arc<Journal>,
    folding: Arc<Folding>,
}

/// What `synchronous` is and shall be.
struct Flushing {
    /// Is a commit flushed, as the cache is set?
    wanted: AtomicBool,
    /// Does the connection not flush at the moment? After a panic too.
    relaxed: AtomicBool,
}

impl Flushing {
    /// Brings the connection to what the next transaction needs.
    fn prepare(&self, connection: &Connection, flush: Flush) -> Result<()> {
        let relaxed = match flush {
            Flush::Now => false,
            Flush::AsSet => !self.wanted.load(Ordering::SeqCst),
            Flush::Later => true,
        };
        if relaxed != self.relaxed.load(Ordering::SeqCst) {
            connection.pragma_update(None, "synchronous", if relaxed { "NORMAL" } else { "FULL" })?;
            self.relaxed.store(relaxed, Ordering::SeqCst);
        }
        Ok(())
    }
}

/// Some of these are texts and some numbers: a number as text counts too.
pub(super) fn connect(path: &Path, flags: OpenFlags, pragmas: &[(&str, &str)]) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    for (name, value) in pragmas {
        connection.pragma_update(None, name, value)?;
    }
    Ok(connection)
}

fn broke_off<E>(_: E) -> Error {
    Error::new(ErrorCode::Internal, "the work on the cache broke off: nothing was changed")
}

/// Runs what takes long on a thread for that.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(broke_off)?
}

/// Runs work on this very thread, where the runtime has others for what is to be done meanwhile: waking another thread
/// and being woken by it costs about as much as a save.
async fn here<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
        return tokio::task::block_in_place(|| catch_unwind(AssertUnwindSafe(work))).map_err(broke_off)?;
    }
    blocking(work).await
}

/// Work with the connection that writes, within somebody's turn.
fn in_turn<T: Send + 'static>(
    turn: tokio::sync::OwnedMutexGuard<()>,
    writer: Arc<Mutex<Connection>>,
    work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
) -> impl FnOnce() -> Result<T> + Send + 'static {
    move || {
        let _turn = turn;
        work(&mut writer.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Direct {
    /// Opens the file or makes it, prepares it, and returns what the preparation made of it.
    pub async fn open<T: Send + 'static>(
        path: &Path,
        prepare: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<(Self, T)> {
        let path = path.to_path_buf();
        here(move || {
            if let Err(error) = coalescing::install() {
                tracing::warn!(%error, "saves take longer");
            }
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
            let kept = WAL_BYTES_KEPT.to_string();
            let writing = [
                ("journal_mode", "WAL"),
                ("synchronous", "FULL"),
                ("temp_store", "memory"),
                ("cache_size", WRITER_CACHE),
                ("wal_autocheckpoint", WAL_PAGES),
                ("journal_size_limit", &kept),
            ];
            let mut writer = connect(&path, flags, &writing)?;
            let prepared = prepare(&mut writer)?;
            let journal = Arc::new(Journal::default());
            journal.listen(&writer)?;
            let reading = [("query_only", "1"), ("cache_size", READER_CACHE)];
            let reader = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE, &reading)?;
            let direct = Self {
                writer: Arc::new(Mutex::new(writer)),
                reader: Arc::new(Mutex::new(reader)),
                turn: Arc::default(),
                flushing: Arc::new(Flushing { wanted: true.into(), relaxed: false.into() }),
                folding: Arc::new(Folding::of(path)),
                journal,
            };
            Ok((direct, prepared))
        })
        .await
    }

    /// Uses the connection that writes, as the only one of this process. Whoever stops waiting does not stop the work,
    /// and nobody else begins before it has ended.
    pub async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        here(in_turn(turn, Arc::clone(&self.writer), work)).await
    }

    /// Does work in one write transaction; it is committed when this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        flush: Flush,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (flushing, folding) = (Arc::clone(&self.flushing), Arc::clone(&self.folding));
        let journal = Arc::clone(&self.journal);
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let work = in_turn(turn, Arc::clone(&self.writer), move |connection| {
            flushing.prepare(connection, flush)?;
            let result = commit_noted(connection, &journal, work)?;
            folding.committed(connection);
            Ok(result)
        });
        // What need not be on the disk at once is much: a page, a chunk of the index.
        let result = if flush == Flush::Later { blocking(work).await? } else { here(work).await? };
        if flush == Flush::Later && self.flushing.wanted.load(Ordering::SeqCst) {
            Folding::write_out(&self.folding);
        }
        Folding::now_and_then(&self.folding);
        Ok(result)
    }

    /// Which rows of the list were written lately.
    pub fn journal(&self) -> Arc<Journal> {
        Arc::clone(&self.journal)
    }

    /// Reads a little of what is stored at one moment. Through the connection that writes if nobody does: it has the pages
    /// at hand, while every commit makes another one forget its own.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (writer, reader) = (Arc::clone(&self.writer), Arc::clone(&self.reader));
        here(move || {
            if let Ok(mut writer) = writer.try_lock() {
                return work(&writer.transaction()?);
            }
            let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            work(&reader.transaction()?)
        })
        .await
    }

    /// Reads much: whoever saves meanwhile does not wait for it.
    pub async fn scan<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let reader = Arc::clone(&self.reader);
        blocking(move || {
            let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            work(&reader.transaction()?)
        })
        .await
    }

    /// After much was written: folds the log into the file, beside whoever saves meanwhile.
    pub async fn fold(&self) -> Result<()> {
        Folding::where_due(&self.folding).await
    }

    /// Whether a commit is flushed, from the next one on.
    pub async fn set_flushes(&self, flushes: bool) -> Result<()> {
        let flushing = Arc::clone(&self.flushing);
        self.alone(move |connection| {
            flushing.wanted.store(flushes, Ordering::SeqCst);
            flushing.prepare(connection, Flush::AsSet)
        })
        .await
    }

    /// Is a commit flushed that has to be as durable as the cache is set?
    pub async fn flushes(&self) -> Result<bool> {
        let flushing = Arc::clone(&self.flushing);
        self.alone(move |connection| {
            flushing.prepare(connection, Flush::AsSet)?;
            let level: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
            // SQLite's numbers: 1 is NORMAL, 2 is FULL, 3 is EXTRA.
            Ok(level >= 2)
        })
        .await
    }

    /// Changes when another process has written; nothing while this one is writing.
    pub fn data_version(&self) -> Result<Option<i64>> {
        let Ok(connection) = self.writer.try_lock() else { return Ok(None) };
        Ok(Some(connection.pragma_query_value(None, "data_version", |row| row.get(0))?))
    }

    /// Closes both; the last connection to a file folds the log into it.
    pub async fn close(self) {
        self.folding.ended().await;
        let closed = blocking(move || {
            drop((self.reader, self.writer));
            Ok(())
        });
        if let Err(error) = closed.await {
            tracing::warn!(%error, "closing the cache");
        }
    }
}

/// Runs work in a transaction that begins as a writer, so that it need not wait in its middle.
pub(super) fn commit<T>(connection: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = work(&tx)?;
    coalescing::together(|| tx.commit())?;
    Ok(result)
}

/// The same, with the rows of the list that it writes noted in the journal.
fn commit_noted<T>(
    connection: &mut Connection,
    journal: &Journal,
    work: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<T> {
    journal.begin();
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = work(&tx)?;
    let version = journal.note(&tx)?;
    if let Err(error) = coalescing::together(|| tx.commit()) {
        version.into_iter().for_each(|version| journal.withdraw(version));
        return Err(error.into());
    }
    Ok(result)
}
