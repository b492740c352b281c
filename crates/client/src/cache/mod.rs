//! The cache: one SQLite file. One connection writes at a time, in transactions that begin as writers and end before
//! anything waits for the network; a pool of others reads and can do nothing else.

mod checking;
mod direct;
mod durability;
mod fetched;
mod foreign;
mod imports;
mod indexer;
mod landing;
mod listing;
mod merchant;
mod meta;
mod migrations;
mod outbox;
mod pages;
mod records;
mod resending;
mod reviews;
mod rules;
mod saving;
mod sending;
mod status;
mod stores;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use domain::DeviceId;
use domain::rules::RuleSet;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Sqlite, Transaction};

use crate::error::Result;
use direct::Direct;
use foreign::Writer;

pub use checking::Mended;
pub use imports::{Counts, JournalRow, NewImport, OpenImport, RowToUndo};
pub use outbox::Discarded;
pub use saving::{Draft, OUTBOX_EDITS_MAX};
pub use sending::Batch;
pub use status::Numbers;

/// The text of a statement in `sql/`.
macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cache/sql/", $name, ".sql"))
    };
}
pub(crate) use sql;

/// Name of the file within the data folder.
pub const FILE_NAME: &str = "cache.sqlite";

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// Pages of the write-ahead log after which it is folded into the file.
const WAL_PAGES: &str = "4000";
/// What is left of the log's file then, in bytes.
const WAL_BYTES_KEPT: &str = "67108864";

/// The cache of one data folder. Several processes may hold one.
pub struct Cache {
    writer: Writer,
    direct: Direct,
    readers: SqlitePool,
    path: PathBuf,
    device: DeviceId,
    rules: rules::Rules,
}

impl Cache {
    /// Opens or makes the cache in a data folder.
    ///
    /// # Errors
    /// `newer_data` if a newer version has written it; `storage` if SQLite refuses.
    pub async fn open(home: &Path) -> Result<Self> {
        std::fs::create_dir_all(home)?;
        let path = home.join(FILE_NAME);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(false)
            .statement_cache_capacity(200)
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "268435456")
            .disable_statement_logging();
        let writing = options
            .clone()
            .pragma("cache_size", "-65536")
            .pragma("wal_autocheckpoint", WAL_PAGES)
            .pragma("journal_size_limit", WAL_BYTES_KEPT);
        let mut writer = writing.connect().await?;
        migrations::run(&mut writer).await?;
        let device = meta::device(&mut writer).await?;
        let rules = rules::Rules::load(&mut writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(1)
            // A file does not go away as a server does.
            .test_before_acquire(false)
            .connect_with(options.create_if_missing(false).pragma("query_only", "1").pragma("cache_size", "-16384"))
            .await?;
        let direct = Direct::open(&path)?;
        let cache = Self { writer: Writer::new(writer), direct, readers, path, device, rules };
        cache.apply_rules().await?;
        Ok(cache)
    }

    /// Does work in one write transaction, on a thread that may block, with the rules that are in force while it
    /// writes.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>, &RuleSet) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _turn = self.writer.turn().await;
        // In its turn: rules change only while nobody writes.
        let rules = self.rules();
        self.direct.write(move |tx| work(tx, &rules)).await
    }

    /// This device.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads every page of the file and checks it. Slow for large files.
    ///
    /// # Errors
    /// `storage`.
    pub async fn quick_check(&self) -> Result<String> {
        Ok(sqlx::query_scalar("PRAGMA quick_check(5)").fetch_one(&self.readers).await?)
    }

    /// Closes all connections; the write-ahead log is folded into the file.
    pub async fn close(self) {
        drop(self.direct);
        self.readers.close().await;
        if let Err(error) = self.writer.into_inner().close().await {
            tracing::warn!(%error, "closing the cache");
        }
    }
}

/// Begins a write transaction.
async fn begin(writer: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>> {
    Ok(writer.begin_with("BEGIN IMMEDIATE").await?)
}

/// SQLite's integers are signed.
fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What SQLite counted.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// What SQLite counted, for types with 32 bits.
fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// A list as one JSON parameter.
fn json_list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    serde_json::Value::from_iter(items.into_iter().map(|item| item.to_string())).to_string()
}

/// Row numbers as one JSON parameter.
fn json_numbers(items: impl IntoIterator<Item = i64>) -> String {
    serde_json::Value::from_iter(items).to_string()
}

/// A stored word of one of our types.
fn parse<T: FromStr<Err = domain::Problem>>(text: &str) -> Result<T> {
    Ok(text.parse::<T>()?)
}
