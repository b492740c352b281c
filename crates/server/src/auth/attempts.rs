//! How often somebody may fail to sign in.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Failures after which one has to wait.
pub const FAILURES_MAX: u32 = 8;
/// How long failures count, and how long one has to wait, in milliseconds.
pub const WINDOW_MS: u64 = 5 * 60 * 1000;
/// Sign-in names that are remembered.
const NAMES_MAX: usize = 10_000;

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    since_ms: u64,
}

/// Failed sign-ins by name. Bounded: when full, the oldest is forgotten.
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<String, Failures>>);

impl Attempts {
    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<String, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one attempt. It counts as failed until [`Self::succeeded`], so that many at once do not slip through.
    ///
    /// # Errors
    /// The milliseconds to wait, when there were too many failures.
    pub fn begin(&self, name: &str, now_ms: u64) -> Result<(), u64> {
        let mut map = self.map();
        if map.len() >= NAMES_MAX && !map.contains_key(name) {
            map.retain(|_, failures| failures.since_ms + WINDOW_MS > now_ms);
            if map.len() >= NAMES_MAX
                && let Some(oldest) = map.iter().min_by_key(|(_, f)| f.since_ms).map(|(name, _)| name.clone())
            {
                map.remove(&oldest);
            }
        }
        let failures = map.entry(name.to_owned()).or_insert(Failures { count: 0, since_ms: now_ms });
        if failures.since_ms + WINDOW_MS <= now_ms {
            *failures = Failures { count: 0, since_ms: now_ms };
        }
        if failures.count >= FAILURES_MAX {
            return Err(failures.since_ms + WINDOW_MS - now_ms);
        }
        failures.count += 1;
        Ok(())
    }

    /// The sign-in was good: earlier failures are forgotten.
    pub fn succeeded(&self, name: &str) {
        self.map().remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_failures_have_to_wait() {
        let attempts = Attempts::default();
        for n in 0..u64::from(FAILURES_MAX) {
            assert_eq!(attempts.begin("shop", n), Ok(()));
        }
        assert_eq!(attempts.begin("shop", 100), Err(WINDOW_MS - 100));
        assert_eq!(attempts.begin("ops", 100), Ok(()));
        assert_eq!(attempts.begin("shop", WINDOW_MS), Ok(()));
        attempts.succeeded("shop");
        assert_eq!(attempts.map().len(), 1);
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        for n in 0..NAMES_MAX as u64 + 50 {
            assert_eq!(attempts.begin(&format!("name{n}"), n), Ok(()));
        }
        assert_eq!(attempts.map().len(), NAMES_MAX);
    }
}
