//! What the syncing process leaves in the cache for others: they show it, and ask for more.

use serde::{Deserialize, Serialize};
use sync_engine::device::{Checked, Progress};

use super::Parts;
use crate::cache::Cache;
use crate::clock;
use crate::error::Result;

const LAST_KNOWN: &str = "sync_state";
const ADDRESS: &str = "server_in_use";
const REQUESTED: &str = "sync_requested_ms";
/// When somebody wanted everything fetched anew.
const REBUILD_REQUESTED: &str = "rebuild_requested_ms";

/// The state of the sync as its process left it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LastKnown {
    /// Did the server answer last time?
    pub online: bool,
    /// Is nothing sent until somebody signs in?
    pub paused: bool,
    /// When no server could be reached last, in milliseconds since 1970.
    pub unreachable_ms: Option<u64>,
    /// When a pull was last complete, in milliseconds since 1970.
    pub last_pull_ms: Option<u64>,
    /// When all that could be sent was sent and a pull complete, in milliseconds since 1970.
    pub last_sync_ms: Option<u64>,
    /// What the last comparison with the server's digests showed.
    pub checked: Option<LastCheck>,
}

/// A comparison with the server's digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheck {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Did both hold the same at its end?
    pub equal: bool,
    /// How many records were fetched anew before.
    pub mended: u64,
}

impl LastKnown {
    /// What was left.
    ///
    /// # Errors
    /// `storage`.
    pub async fn load(cache: &Cache) -> Result<Self> {
        Ok(cache.fact(LAST_KNOWN).await?.unwrap_or_default())
    }
}

/// What a request to the server came to, as far as others want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// A page, which is stored.
    Page,
    /// No answer, and no other server is left to try.
    NoAnswer,
    /// Something else, or there was none.
    Other,
}

/// Leaves the state.
pub(super) async fn keep(parts: &Parts, progress: &Progress, came: Came) -> Result<()> {
    let before = LastKnown::load(&parts.cache).await?;
    let mut now = before;
    now.online = progress.online.unwrap_or(before.online);
    now.paused = progress.paused;
    if let Some(Checked { at_ms, equal, mended }) = progress.checked {
        now.checked = Some(LastCheck { at_ms, equal, mended });
    }
    if came == Came::NoAnswer {
        now.unreachable_ms = Some(clock::now_ms());
    }
    if came == Came::Page && progress.pull_complete {
        now.last_pull_ms = Some(clock::now_ms());
        let numbers = parts.cache.numbers().await?;
        // What was refused waits for a person, and keeps nothing else from being complete.
        if numbers.queued == 0 && numbers.coming_back == 0 && numbers.pull_complete {
            now.last_sync_ms = now.last_pull_ms;
        }
    }
    if now != before {
        parts.cache.note_fact(LAST_KNOWN, &now).await?;
    }
    Ok(())
}

/// Leaves the address in use, where there are several.
pub(super) async fn keep_address(cache: &Cache, address: &str) -> Result<()> {
    cache.set_fact(ADDRESS, address).await
}

/// The address that the syncing process uses, if it left the preferred one.
///
/// # Errors
/// `storage`.
pub async fn address(cache: &Cache) -> Result<Option<String>> {
    cache.fact(ADDRESS).await
}

/// Asks the process that syncs to do it now.
///
/// # Errors
/// `storage`.
pub async fn request_sync(cache: &Cache) -> Result<()> {
    cache.set_fact(REQUESTED, &clock::now_ms()).await
}

/// Asks the process that syncs to fetch everything anew.
///
/// # Errors
/// `storage`.
pub async fn request_rebuild(cache: &Cache) -> Result<()> {
    cache.set_fact(REBUILD_REQUESTED, &clock::now_ms()).await
}

/// When somebody asked last, in milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requested {
    pub sync_ms: u64,
    pub rebuild_ms: u64,
}

impl Requested {
    pub async fn read(cache: &Cache) -> Result<Self> {
        Ok(Self {
            sync_ms: cache.fact(REQUESTED).await?.unwrap_or(0),
            rebuild_ms: cache.fact(REBUILD_REQUESTED).await?.unwrap_or(0),
        })
    }
}
