//! The cache: one SQLite file. One connection writes at a time, in transactions that begin as writers and end before
//! anything waits for the network; a pool of others reads and can do nothing else.

mod direct;
mod fetched;
mod foreign;
mod indexer;
mod listing;
mod merchant;
mod meta;
mod migrations;
mod outbox;
mod pages;
mod records;
mod reviews;
mod saving;
mod sending;
mod status;
mod stores;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
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

/// When a saved edit is on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// When the save returns: it survives a power cut. `PRAGMA synchronous=FULL`.
    #[default]
    Full,
    /// When the system gets round to it: it survives a crash of this program, and of a power cut the edits of the
    /// last moments may be lost, never the file. `PRAGMA synchronous=NORMAL`.
    Normal,
}

impl Durability {
    fn synchronous(self) -> SqliteSynchronous {
        match self {
            Self::Full => SqliteSynchronous::Full,
            Self::Normal => SqliteSynchronous::Normal,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
        }
    }
}

/// The cache of one data folder. Several processes may hold one.
pub struct Cache {
    writer: Writer,
    direct: Direct,
    readers: SqlitePool,
    path: PathBuf,
    device: DeviceId,
    rules: Arc<RuleSet>,
}

impl Cache {
    /// Opens or makes the cache in a data folder.
    ///
    /// # Errors
    /// `newer_data` if a newer version has written it; `storage` if SQLite refuses.
    pub async fn open(home: &Path) -> Result<Self> {
        Self::open_with(home, Durability::default()).await
    }

    /// The same, with another durability of what is saved.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_with(home: &Path, durability: Durability) -> Result<Self> {
        std::fs::create_dir_all(home)?;
        let path = home.join(FILE_NAME);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(durability.synchronous())
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
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(1)
            // A file does not go away as a server does.
            .test_before_acquire(false)
            .connect_with(options.create_if_missing(false).pragma("query_only", "1").pragma("cache_size", "-16384"))
            .await?;
        let direct = Direct::open(&path, durability)?;
        Ok(Self { writer: Writer::new(writer), direct, readers, path, device, rules: Arc::default() })
    }

    /// Does work in one write transaction, on a thread that may block.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _turn = self.writer.turn().await;
        self.direct.write(work).await
    }

    /// This device.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The rules by which registers are settled.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
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
