//! The wall clock, read in one place, and what else comes from the machine.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Where a cache gets the time and new ids from.
pub trait Machine: Send + Sync {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> u64;
    /// An id that no edit and no trace has had before (UUIDv7).
    fn fresh_id(&self) -> Uuid;
}

/// The one that the program runs on.
pub(crate) struct ThisMachine;

impl Machine for ThisMachine {
    fn now_ms(&self) -> u64 {
        now_ms()
    }
    fn fresh_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A time for people and files from milliseconds since 1970.
pub(crate) fn at(ms: u64) -> DateTime<Utc> {
    i64::try_from(ms).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}

/// A random number, for delays and ids.
pub(crate) fn random_u64() -> u64 {
    getrandom::u64().unwrap_or_else(|_| now_ms().wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
