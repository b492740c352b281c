//! Connections that are used without a thread between: opening a profile and saving it are a dozen small statements, and
//! handing each to another thread costs more than running it. They run on a thread that may block.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::BUSY_TIMEOUT;
use crate::error::{Error, Result};
use domain::problem::ErrorCode;

/// Prepared statements that are kept.
const STATEMENTS_MAX: usize = 64;

/// SQLite's number of `synchronous = FULL`.
const SYNCHRONOUS_FULL: i64 = 2;

/// A connection that writes, and one that can only read.
pub(super) struct Direct {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// Runs on a thread that may block.
async fn run<T: Send + 'static>(
    connection: &Arc<Mutex<Connection>>,
    work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    let connection = Arc::clone(connection);
    let done = tokio::task::spawn_blocking(move || {
        let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut connection)
    });
    done.await.map_err(|_| Error::new(ErrorCode::Internal, "the work on the cache broke off: nothing was changed"))?
}

fn commit<T>(connection: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = work(&tx)?;
    tx.commit()?;
    Ok(result)
}

impl Direct {
    /// Opens a file that is there and up to date.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = connect(path)?;
        for (name, value) in [
            ("synchronous", "FULL"),
            ("temp_store", "memory"),
            ("mmap_size", "268435456"),
            ("cache_size", "-16384"),
            ("wal_autocheckpoint", super::WAL_PAGES),
            ("journal_size_limit", super::WAL_BYTES_KEPT),
        ] {
            connection.pragma_update(None, name, value)?;
        }
        let reader = connect(path)?;
        for (name, value) in [("query_only", "1"), ("mmap_size", "268435456"), ("cache_size", "-8192")] {
            reader.pragma_update(None, name, value)?;
        }
        Ok(Self { writer: Arc::new(Mutex::new(connection)), reader: Arc::new(Mutex::new(reader)) })
    }

    /// Does work in one write transaction; it is committed, as durable as the cache is, when this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        run(&self.writer, |connection| commit(connection, work)).await
    }

    /// The same, and if the work wrote anything, it and all that was committed before is on the disk when this
    /// returns, however durable the cache is otherwise: a flush of the log is one of the whole log.
    pub async fn write_through<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let flushed = |connection: &mut Connection| {
            let level: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
            if level >= SYNCHRONOUS_FULL {
                return commit(connection, work);
            }
            connection.pragma_update(None, "synchronous", SYNCHRONOUS_FULL)?;
            let result = commit(connection, work);
            if let Err(error) = connection.pragma_update(None, "synchronous", level) {
                tracing::warn!(%error, "every change is flushed to the disk until this program starts again");
            }
            result
        };
        run(&self.writer, flushed).await
    }

    /// Reads what is stored at one moment.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        run(&self.reader, |connection| work(&connection.transaction()?)).await
    }

    /// Sets a pragma of the writing connection, outside of transactions.
    pub async fn set(&self, name: &'static str, value: &'static str) -> Result<()> {
        run(&self.writer, move |connection| Ok(connection.pragma_update(None, name, value)?)).await
    }

    /// The number that a pragma of the writing connection has.
    pub async fn number(&self, name: &'static str) -> Result<i64> {
        run(&self.writer, move |connection| Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)).await
    }

    /// Changes when another connection has written; nothing while this one is in use.
    pub fn data_version(&self) -> Result<Option<i64>> {
        let Ok(connection) = self.writer.try_lock() else { return Ok(None) };
        Ok(Some(connection.pragma_query_value(None, "data_version", |row| row.get(0))?))
    }
}
