//! Noticing what other processes write. Each of the two writing connections sees that the file was written by any
//! other one, the sibling included; so what the sibling wrote has to be told apart.

use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::sqlite::SqliteConnection;
use tokio::sync::{Mutex, MutexGuard};

use super::Cache;
use crate::error::Result;

/// The pool of one writing connection, and who wrote since somebody looked.
pub(super) struct Writer {
    connection: Mutex<SqliteConnection>,
    wrote: AtomicBool,
    wrote_directly: AtomicBool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    writer: i64,
    direct: i64,
    foreign: i64,
}

impl Writer {
    pub fn new(connection: SqliteConnection) -> Self {
        Self {
            connection: Mutex::new(connection),
            wrote: AtomicBool::new(true),
            wrote_directly: AtomicBool::new(true),
            seen: Mutex::default(),
        }
    }

    /// The connection, to write.
    pub async fn lock(&self) -> MutexGuard<'_, SqliteConnection> {
        let guard = self.connection.lock().await;
        self.wrote.store(true, Ordering::SeqCst);
        guard
    }

    /// The turn to write, for the other connection.
    pub async fn turn(&self) -> MutexGuard<'_, SqliteConnection> {
        let guard = self.connection.lock().await;
        self.wrote_directly.store(true, Ordering::SeqCst);
        guard
    }

    pub fn into_inner(self) -> SqliteConnection {
        self.connection.into_inner()
    }
}

impl Cache {
    /// A number that changes when another process has written; nothing while this one is writing. Where both
    /// connections of this process wrote, it may change although nobody else did.
    ///
    /// # Errors
    /// `storage`.
    pub async fn foreign_version(&self) -> Result<Option<i64>> {
        let Ok(mut writer) = self.writer.connection.try_lock() else { return Ok(None) };
        let Some(direct) = self.direct.data_version()? else { return Ok(None) };
        let version: i64 = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut *writer).await?;
        let wrote = self.writer.wrote.swap(false, Ordering::SeqCst);
        let wrote_directly = self.writer.wrote_directly.swap(false, Ordering::SeqCst);
        let mut seen = self.writer.seen.lock().await;
        let (by_others, by_others_of_direct) = (version != seen.writer, direct != seen.direct);
        let foreign = match (wrote, wrote_directly) {
            (false, _) if by_others_of_direct => true,
            (_, false) if by_others => true,
            (true, true) => by_others && by_others_of_direct,
            _ => false,
        };
        (seen.writer, seen.direct) = (version, direct);
        seen.foreign += i64::from(foreign);
        Ok(Some(seen.foreign))
    }
}
