//! SQLite in one file: WAL, every commit on the disk before it is answered, one writer, readers apart.

mod accounts;
pub mod batch;
mod declared;
mod direct;
mod edits;
mod in_force;
mod merchants;
mod orders;
mod pull;
mod rows;
mod rules;
mod schema;
mod series;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use domain::Scope;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection, SqlitePool};
use tokio::sync::Mutex;

use super::{DbError, MetaStore};
use direct::Direct;

/// Readers at the same time.
const READERS_MAX: u32 = 8;
/// The cache of each, in KiB as SQLite takes it: a pull reads every page once, and eight caches of the writer's size would
/// only hold the same pages eight times.
const READER_CACHE: &str = "-8192";
/// How long a write waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// Prepared statements that a connection keeps.
const STATEMENTS_MAX: usize = 128;

/// Pages of the write-ahead log after which a commit of this connection folds it into the file: only where what
/// [`direct`] does beside the writing does not suffice.
const WAL_PAGES: &str = "65536";
/// What is kept of the log's file when it begins anew, in bytes.
const WAL_BYTES_KEPT: i64 = 64 * 1024 * 1024;
/// Pages that the connection of batches keeps in memory, in KiB.
const BATCH_CACHE_KIB: i64 = 65_536;

/// The database in one file.
pub struct Sqlite {
    writer: Mutex<SqliteConnection>,
    direct: Direct,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens or creates the file and brings its schema up to date.
    ///
    /// # Errors
    /// `newer_data` if a newer program wrote it, `storage` otherwise.
    pub async fn open(file: &Path) -> Result<Self, DbError> {
        if let Err(error) = coalescing::install() {
            tracing::warn!(%error, "batches take longer");
        }
        make_private(file)?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(STATEMENTS_MAX)
            .pragma("cache_size", "-65536")
            .pragma("wal_autocheckpoint", WAL_PAGES)
            .pragma("temp_store", "memory")
            .pragma("journal_size_limit", WAL_BYTES_KEPT.to_string())
            .disable_statement_logging();
        let mut writer = options.connect().await?;
        schema::bring_up_to_date(&mut writer).await?;
        schema::draw_epoch(&mut writer).await?;
        pull::fill_digests(&mut writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_with(options.read_only(true).pragma("query_only", "1").pragma("cache_size", READER_CACHE))
            .await?;
        let direct = Direct::open(file, BATCH_CACHE_KIB)?;
        Ok(Self { writer: Mutex::new(writer), direct, readers })
    }
}

/// Makes the file, if it is not there, so that only its owner reads it: it holds all data and hashes of passwords. SQLite
/// gives the files beside it the same rights.
fn make_private(file: &Path) -> Result<(), DbError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(DbError::Engine(error.into())),
        _ => Ok(()),
    }
}

/// How a scope reaches SQL: null for all, else a JSON list of prefixes.
fn scope_json(scope: &Scope) -> Result<Option<String>, DbError> {
    Ok(match scope {
        Scope::All => None,
        Scope::Prefixes(prefixes) => Some(serde_json::to_string(prefixes)?),
    })
}

/// SQLite's integers are signed.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[async_trait]
impl MetaStore for Sqlite {
    async fn ping(&self) -> Result<(), DbError> {
        sqlx::query_scalar::<_, i64>("SELECT 1").fetch_one(&self.readers).await?;
        Ok(())
    }

    async fn fact(&self, name: &str) -> Result<Option<String>, DbError> {
        Ok(sqlx::query_scalar(include_str!("sql/fact.sql")).bind(name).fetch_optional(&self.readers).await?)
    }

    async fn set_fact(&self, name: &str, value: &str) -> Result<(), DbError> {
        let mut writer = self.writer.lock().await;
        sqlx::query(include_str!("sql/set_fact.sql")).bind(name).bind(value).execute(&mut *writer).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.direct.close();
        let mut writer = self.writer.lock().await;
        if let Err(error) =
            sqlx::raw_sql("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);").execute(&mut *writer).await
        {
            tracing::warn!(%error, "the write-ahead log was not folded in; the next start does it");
        }
    }
}
