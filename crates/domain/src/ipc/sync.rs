//! The state of everything, for status bar and badges.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{IpcError, Session};

/// What the status bar says. First match, top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// The cache or the server's answers cannot be used; see `problem`.
    Error,
    /// Sign in again: nothing is sent until then.
    Paused,
    /// The server cannot be reached; work goes on here.
    Offline,
    /// Sending or receiving.
    Syncing,
    /// Edits wait.
    Pending,
    /// Outbox empty and the last pull complete: the only state that is called synced.
    Synced,
}

/// The state of everything, for status bar and badges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusView {
    /// In one word.
    pub phase: SyncPhase,
    /// Changes (lines of the outbox) that the server has not answered.
    pub queued: u64,
    /// Age of the oldest of them, in seconds.
    pub oldest_unsynced_s: Option<u64>,
    /// Changes that wait for people.
    pub in_review: u64,
    /// Changes that the server refused.
    pub rejected: u64,
    /// Merchants with open reviews.
    pub reviews: u64,
    /// Merchants in the cache.
    pub merchants: u64,
    /// Did the server answer last time?
    pub online: bool,
    /// How long its last answer took, in milliseconds.
    pub latency_ms: Option<u64>,
    /// When outbox and pull were last complete.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// When the next attempt is made, if one is waited for.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// This computer's name.
    pub device_name: String,
    /// The backend's address; of several, the one in use.
    pub server: String,
    /// Is it not the preferred one of several?
    #[serde(default)]
    pub fallback: bool,
    /// The last comparison of this computer's records with the server's.
    #[serde(default)]
    pub checked: Option<DataCheck>,
    /// How far this computer's clock is ahead of the server's, in milliseconds, if more than five minutes.
    pub clock_ahead_ms: Option<u64>,
    /// What is wrong, for [`SyncPhase::Error`].
    pub problem: Option<IpcError>,
    /// Who uses the window.
    pub session: Session,
}

/// A comparison of this computer's records with the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataCheck {
    /// When.
    pub at: DateTime<Utc>,
    /// Were they the same at its end?
    pub equal: bool,
    /// How many records were fetched anew before.
    pub mended: u64,
}
