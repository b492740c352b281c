//! How long to wait after failures: a quick burst, then a slow lane; full jitter in both
//! (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).

/// Delays after failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Attempts of the burst.
    pub burst: u32,
    /// Longest first delay, in milliseconds; doubles with each attempt of the burst.
    pub first_ms: u64,
    /// Longest delay within the burst, in milliseconds.
    pub burst_max_ms: u64,
    /// Longest delay afterwards, in milliseconds.
    pub slow_ms: u64,
}

/// No delay is shorter: nothing is retried at once.
pub(super) const DELAY_MS_MIN: u64 = 100;

impl Default for Backoff {
    fn default() -> Self {
        Self { burst: 3, first_ms: 1_000, burst_max_ms: 10_000, slow_ms: 15_000 }
    }
}

impl Backoff {
    /// No delay is longer, in milliseconds.
    pub fn longest_ms(&self) -> u64 {
        self.slow_ms.max(self.burst_max_ms).max(self.first_ms).max(DELAY_MS_MIN)
    }

    /// The delay after the nth failure in a row (from 1), in milliseconds: evenly between the least delay
    /// and the cap of that attempt.
    pub fn delay_ms(&self, failures: u32, jitter: u64) -> u64 {
        let cap = if failures <= self.burst {
            self.first_ms.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(self.burst_max_ms)
        } else {
            self.slow_ms
        };
        let cap = cap.max(DELAY_MS_MIN);
        DELAY_MS_MIN + jitter % (cap - DELAY_MS_MIN + 1)
    }
}
