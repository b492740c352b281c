//! The one place that reads the wall clock.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use domain::{Hlc, HlcClock};

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The wall time as a date.
pub fn now() -> DateTime<Utc> {
    date(now_ms())
}

/// Milliseconds since 1970 as a date; the epoch itself where no calendar has it.
pub fn date(at_ms: u64) -> DateTime<Utc> {
    i64::try_from(at_ms).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}

/// A date as milliseconds since 1970; 0 for earlier ones.
pub fn millis(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp_millis()).unwrap_or_default()
}

/// The server's hybrid logical clock.
#[derive(Debug, Default)]
pub struct ServerClock(Mutex<HlcClock>);

impl ServerClock {
    /// The next stamp.
    pub fn tick(&self) -> Hlc {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).tick(now_ms())
    }
}
