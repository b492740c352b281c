//! A second writing connection, used without a thread between: a save is a dozen small statements, and handing each to
//! another thread costs more than running it. It runs on a thread that may block.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{BUSY_TIMEOUT, Durability};
use crate::error::{Error, Result};
use domain::problem::ErrorCode;

/// Prepared statements that are kept.
const STATEMENTS_MAX: usize = 64;

/// The connection.
pub(super) struct Direct(Arc<Mutex<Connection>>);

impl Direct {
    /// Opens a file that is there and up to date.
    pub fn open(path: &Path, durability: Durability) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        for (name, value) in [
            ("synchronous", durability.word()),
            ("temp_store", "memory"),
            ("mmap_size", "268435456"),
            ("cache_size", "-16384"),
            ("wal_autocheckpoint", super::WAL_PAGES),
            ("journal_size_limit", super::WAL_BYTES_KEPT),
        ] {
            connection.pragma_update(None, name, value)?;
        }
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does work in one write transaction; it is committed, as durable as the cache is, when this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&tx)?;
            tx.commit()?;
            Ok(result)
        });
        done.await
            .map_err(|_| Error::new(ErrorCode::Internal, "a write to the cache broke off: nothing was changed"))?
    }

    /// Changes when another connection has written; nothing while this one is in use.
    pub fn data_version(&self) -> Result<Option<i64>> {
        let Ok(connection) = self.0.try_lock() else { return Ok(None) };
        Ok(Some(connection.pragma_query_value(None, "data_version", |row| row.get(0))?))
    }
}
