//! The cache: one SQLite file. One connection writes, in transactions that begin as writers and end before anything
//! waits for the network; others read and can do nothing else.

mod bulk;
mod checking;
mod creating;
mod direct;
mod durability;
mod fetched;
mod folding;
mod imports;
mod in_flight;
mod landing;
mod last_read;
mod list;
mod listing;
mod merchant;
mod meta;
mod migrations;
mod numbers;
mod open_fields;
mod outbox;
mod outbox_window;
mod pages;
mod permits;
mod ready;
mod records;
mod refused;
mod resending;
mod reviews;
mod rules;
mod saving;
mod schema;
mod sending;
mod status;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use domain::DeviceId;
use domain::rules::RuleSet;
use rusqlite::{Connection, Transaction};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::clock::{Machine, ThisMachine};
use crate::error::Result;
use direct::{Direct, Flush};

pub(crate) use bulk::{Looked, OpenBulk};
pub use checking::Mended;
pub(crate) use creating::NewMerchant;
pub use imports::{Counts, JournalRow, NewImport, OpenImport, RowToUndo};
pub(crate) use imports::{Extent, ImportBatch};
pub(crate) use numbers::NumberIndex;
pub use outbox::Discarded;
pub use ready::Ready;
pub(crate) use records::Shown;
pub use refused::HandledRefused;
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

/// Readers at the same time.
const READERS_MAX: u32 = 4;
/// The cache of each: negative, in KiB.
const READER_CACHE: &str = "-8192";

/// The cache of one data folder. Several processes may hold one.
pub struct Cache {
    direct: Direct,
    lists: list::Lists,
    cut_ahead: list::CutAhead,
    readers: SqlitePool,
    path: PathBuf,
    device: DeviceId,
    rules: Arc<rules::Rules>,
    schemas: Arc<schema::Schemas>,
    machine: Arc<dyn Machine>,
    in_flight: Arc<in_flight::InFlight>,
    longest_delay_ms: AtomicU64,
}

impl Cache {
    /// Opens or makes the cache in a data folder.
    ///
    /// # Errors
    /// `newer_data` if a newer version has written it; `storage` if SQLite refuses.
    pub async fn open(home: &Path) -> Result<Self> {
        Self::open_on(home, Arc::new(ThisMachine)).await
    }

    /// The same with another source of time and ids.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_on(home: &Path, machine: Arc<dyn Machine>) -> Result<Self> {
        std::fs::create_dir_all(home)?;
        let path = home.join(FILE_NAME);
        let file = path.clone();
        let prepare = move |connection: &mut Connection| {
            migrations::run(connection)?;
            Ok((meta::device(connection, &file)?, rules::Rules::load(connection)?, schema::Schemas::load(connection)?))
        };
        let (direct, (device, rules, schemas)) = Direct::open(&path, prepare).await?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(false)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(false)
            .statement_cache_capacity(200)
            .pragma("temp_store", "memory")
            .pragma("query_only", "1")
            .pragma("cache_size", READER_CACHE)
            .disable_statement_logging();
        // Opened when they are asked for: a save or a sync needs none of them.
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            // A file does not go away as a server does.
            .test_before_acquire(false)
            .connect_lazy_with(options);
        let lists = list::Lists::new(&path, direct.journal());
        let (rules, schemas) = (Arc::new(rules), Arc::new(schemas));
        let cut_ahead = list::CutAhead::default();
        let (in_flight, longest_delay_ms) = (Arc::default(), AtomicU64::new(sending::DEFER_MS_MAX));
        let cache = Self {
            direct,
            lists,
            cut_ahead,
            readers,
            path,
            device,
            rules,
            schemas,
            machine,
            in_flight,
            longest_delay_ms,
        };
        cache.apply_rules().await?;
        cache.apply_schema().await?;
        Ok(cache)
    }

    /// Does work in one write transaction, on a thread that may block, with the rules that are in force while it
    /// writes.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>, &RuleSet) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.write_flushed(Flush::AsSet, work).await
    }

    /// The same, on the disk when that is said.
    async fn write_flushed<T: Send + 'static>(
        &self,
        flush: Flush,
        work: impl FnOnce(&Transaction<'_>, &RuleSet) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let rules = Arc::clone(&self.rules);
        // Read within the turn: rules change only while nobody writes.
        self.direct.write(flush, move |tx| work(tx, &rules.now())).await
    }

    /// A number that changes when another process has written; nothing while this one is writing.
    ///
    /// # Errors
    /// `storage`.
    pub fn foreign_version(&self) -> Result<Option<i64>> {
        self.direct.data_version()
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

    /// After much was written: folds the write-ahead log into the file, beside whoever saves meanwhile.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn fold(&self) -> Result<()> {
        self.direct.fold().await
    }

    /// Closes all connections; the write-ahead log is folded into the file.
    pub async fn close(self) {
        self.readers.close().await;
        self.lists.close();
        self.direct.close().await;
    }
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
