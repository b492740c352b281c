//! What the server keeps, behind traits: one for each kind of thing, [`Database`] for all of them.
//! The implementation is chosen by the database's URL.

pub mod accounts;
pub mod declared;
pub mod edits;
pub mod in_force;
pub mod orders;
pub mod pull;
pub mod rules;
pub mod sqlite;

use std::sync::Arc;

use async_trait::async_trait;
use domain::metrics::SyncMetrics;
use domain::{ErrorCode, MerchantId, Problem, Record, Scope};

pub use accounts::{Account, AccountKind, AccountStore, NewToken, TokenKind};
pub use declared::SchemaStore;
pub use edits::{EditStore, Loaded, Plan};
pub use in_force::InForceStore;
pub use orders::OrderStore;
pub use pull::PullStore;
pub use rules::RuleStore;

/// Why the database did not do it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The engine refused or failed.
    #[error("the database failed: {0}")]
    Engine(#[from] sqlx::Error),
    /// The same, of the connection that takes batches.
    #[error("the database failed: {0}")]
    Statement(#[from] rusqlite::Error),
    /// Something in it cannot be read.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    /// Another server has put something in force since it was read what edits are decided by.
    #[error("others have put rules or a schema in force meanwhile: nothing was stored")]
    Overtaken,
    /// A newer version of the program wrote it.
    #[error("the database has schema {found}, this program knows {known}: nothing was changed, use the newer program")]
    NewerData {
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The URL names no database that we know.
    #[error("no such kind of database: {0}; write sqlite:FILE")]
    UnknownUrl(String),
}

impl DbError {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Engine(_) | Self::Statement(_) | Self::Corrupt(_) | Self::Overtaken => ErrorCode::Storage,
            Self::NewerData { .. } => ErrorCode::NewerData,
            Self::UnknownUrl(_) => ErrorCode::BadRequest,
        }
    }
    /// Something that was written does not read back.
    pub fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }
}

impl From<serde_json::Error> for DbError {
    fn from(error: serde_json::Error) -> Self {
        Self::corrupt(error)
    }
}
impl From<Problem> for DbError {
    fn from(problem: Problem) -> Self {
        Self::corrupt(problem)
    }
}

/// A merchant as stored.
#[derive(Clone, Debug)]
pub struct StoredMerchant {
    /// Its place in the server's order.
    pub seq: u64,
    /// Its record.
    pub record: Record,
}

/// A page of merchants. It ends early where their records are large.
#[derive(Debug, Default)]
pub struct MerchantsPage {
    /// In the order that was asked for.
    pub merchants: Vec<StoredMerchant>,
    /// Nothing after it?
    pub complete: bool,
}

impl std::ops::Deref for MerchantsPage {
    type Target = [StoredMerchant];
    fn deref(&self) -> &[StoredMerchant] {
        &self.merchants
    }
}

impl<'a> IntoIterator for &'a MerchantsPage {
    type Item = &'a StoredMerchant;
    type IntoIter = std::slice::Iter<'a, StoredMerchant>;
    fn into_iter(self) -> Self::IntoIter {
        self.merchants.iter()
    }
}

/// One page of changes, each already written as JSON.
#[derive(Clone, Debug, Default)]
pub struct RawChanges {
    /// `{"seq":…,"record":…}` joined by commas.
    pub json: String,
    /// Where to go on.
    pub next_cursor: u64,
    /// The marker of that change; empty where no edit made it.
    pub marker: String,
    /// The newest change number.
    pub head: u64,
    /// Nothing after it?
    pub complete: bool,
}

/// Merchants as pull and lists read them.
#[async_trait]
pub trait MerchantStore: Send + Sync {
    /// The changes after a number, within a scope, rising; of one bucket if one is given.
    async fn changes(&self, after: u64, limit: usize, scope: &Scope, bucket: Option<u8>)
    -> Result<RawChanges, DbError>;
    /// The merchants after an id, within a scope, by id, without deleted ones.
    async fn merchants(&self, after: &str, limit: usize, scope: &Scope) -> Result<MerchantsPage, DbError>;
    /// One merchant.
    async fn merchant(&self, id: &MerchantId) -> Result<Option<StoredMerchant>, DbError>;
    /// Merchants with open questions after an id, within a scope, by id.
    async fn contested(&self, after: &str, limit: usize, scope: &Scope) -> Result<MerchantsPage, DbError>;
    /// Merchants with open questions, and their registers that wait for people.
    async fn contested_count(&self, scope: &Scope) -> Result<(u64, u64), DbError>;
    /// The newest change number.
    async fn head(&self) -> Result<u64, DbError>;
}

/// What the sync charts ask for.
#[derive(Clone, Copy, Debug)]
pub struct SeriesQuery {
    /// Begin of the first day, in milliseconds since 1970.
    pub from_ms: u64,
    /// End, in milliseconds since 1970.
    pub to_ms: u64,
    /// Minutes that local time is ahead of UTC.
    pub utc_offset_min: i32,
    /// Width of a lag bucket, in seconds.
    pub bucket_s: u64,
}

/// Series for the charts.
#[async_trait]
pub trait SeriesStore: Send + Sync {
    /// Lag and conflicts of a range, within a scope. Only days with conflicts are listed.
    async fn sync_series(&self, query: &SeriesQuery, scope: &Scope) -> Result<SyncMetrics, DbError>;
}

/// Small facts about the server itself.
#[async_trait]
pub trait MetaStore: Send + Sync {
    /// Does it answer?
    async fn ping(&self) -> Result<(), DbError>;
    /// A named fact.
    async fn fact(&self, name: &str) -> Result<Option<String>, DbError>;
    /// Keeps a named fact.
    async fn set_fact(&self, name: &str, value: &str) -> Result<(), DbError>;
    /// Writes what is buffered and closes.
    async fn close(&self);
}

/// All that the server keeps.
pub trait Database:
    MetaStore
    + EditStore
    + MerchantStore
    + PullStore
    + AccountStore
    + OrderStore
    + SeriesStore
    + InForceStore
    + RuleStore
    + SchemaStore
{
}
impl<T> Database for T where
    T: MetaStore
        + EditStore
        + MerchantStore
        + PullStore
        + AccountStore
        + OrderStore
        + SeriesStore
        + InForceStore
        + RuleStore
        + SchemaStore
{
}

/// Opens the database that the URL names.
///
/// # Errors
/// `newer_data` if a newer program wrote it; `storage` if it cannot be opened; `bad_request` for an unknown URL.
pub async fn open(url: &str) -> Result<Arc<dyn Database>, DbError> {
    match url.split_once(':') {
        Some(("sqlite", file)) if !file.is_empty() => {
            Ok(Arc::new(sqlite::Sqlite::open(std::path::Path::new(file.trim_start_matches("//"))).await?))
        }
        _ => Err(DbError::UnknownUrl(url.split(':').next().unwrap_or_default().to_owned())),
    }
}
