//! Which commit this thread is in: SQLite works on the thread of whoever calls it, and does not say when a transaction is
//! given up.

use std::cell::Cell;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many there were in this process.
static COMMITS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The number of the one that is under way.
    static UNDER_WAY: Cell<Option<NonZeroU64>> = const { Cell::new(None) };
}

/// Ends a commit, also when its thread panics.
struct Ends;

impl Drop for Ends {
    fn drop(&mut self) {
        UNDER_WAY.set(None);
    }
}

/// Commits a transaction, and nothing else: what SQLite writes to its log meanwhile goes there in one piece. Without
/// [`crate::install`] it only calls.
pub fn together<T>(commit: impl FnOnce() -> T) -> T {
    // No two have the same number, on whatever threads: what one has left behind must not pass for another's.
    UNDER_WAY.set(NonZeroU64::new(COMMITS.fetch_add(1, Ordering::Relaxed) + 1));
    let _ends = Ends;
    commit()
}

/// The number of this thread's commit.
pub(crate) fn under_way() -> Option<NonZeroU64> {
    UNDER_WAY.get()
}
