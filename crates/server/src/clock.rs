//! The one place that reads the wall clock, and what else comes from the machine.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use domain::{Hlc, HlcClock};
use uuid::Uuid;

/// Where the exchange with devices gets the time and new ids from.
pub trait Machine: Send + Sync {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> u64;
    /// An id that was never given out before (UUIDv7).
    fn fresh_id(&self) -> Uuid;
}

/// The one that the program runs on.
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn now_ms(&self) -> u64 {
        now_ms()
    }
    fn fresh_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

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
    /// The next stamp at a wall time, in milliseconds since 1970.
    pub fn tick(&self, wall_ms: u64) -> Hlc {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).tick(wall_ms)
    }
}
