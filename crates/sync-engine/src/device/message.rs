//! What goes into the engine and what comes out of it.

use domain::api::{ChangesPage, PAGE_CHANGES_MAX, PUSH_BYTES_MAX, PUSH_EDITS_MAX, PushReply};
use domain::edit::Edit;
use domain::id::EditId;
use domain::problem::Problem;

use super::backoff::Backoff;

/// What a person may tune.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Most edits in a batch.
    pub batch_edits_max: usize,
    /// Most bytes of edits in a batch.
    pub batch_bytes_max: usize,
    /// Most changes in a page.
    pub page_changes_max: usize,
    /// A pull at least this often, should wake-ups fail to arrive, in milliseconds.
    pub poll_ms: u64,
    /// How long to wait after failures.
    pub backoff: Backoff,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            batch_edits_max: PUSH_EDITS_MAX,
            batch_bytes_max: PUSH_BYTES_MAX / 2,
            page_changes_max: PAGE_CHANGES_MAX,
            poll_ms: 15_000,
            backoff: Backoff::default(),
        }
    }
}

/// Why a request did not succeed.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// Nobody answered, or the answer was cut.
    Unreachable,
    /// The server asks to wait; for how long, in milliseconds, if it says so.
    Busy {
        /// Its wish.
        retry_after_ms: Option<u64>,
    },
    /// The token is not accepted.
    SignedOut,
    /// The server will not take this request, however often it is sent.
    Refused(Problem),
    /// The server's data start anew.
    EpochChanged,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The program runs, after the cache was opened and `sending` edits became `queued` again.
    Started {
        /// Is there a token or a way to get one?
        signed_in: bool,
    },
    /// An edit was committed to the outbox, or became due again by a person's wish.
    EditSaved,
    /// Somebody signed in.
    SignedIn,
    /// Somebody signed out.
    SignedOut,
    /// A person asks for it now, or the network came back.
    SyncNow,
    /// The server says that something changed.
    WakeUp,
    /// The time that [`super::Engine::next_wake_ms`] named has come.
    Tick,
    /// Answers [`Effect::LoadBatch`]. The edits are marked `sending` on disk.
    Batch {
        /// Oldest first; empty if none is due.
        edits: Vec<Edit>,
        /// When the next waiting edit is due, in milliseconds since 1970.
        next_due_ms: Option<u64>,
    },
    /// Answers [`Effect::Push`].
    Pushed(Result<PushReply, Failure>),
    /// Answers [`Effect::StoreOutcomes`], [`Effect::Release`] and [`Effect::Reject`]: it is on disk.
    OutcomesStored,
    /// Answers [`Effect::Pull`].
    Pulled(Result<ChangesPage, Failure>),
    /// Answers [`Effect::StorePage`]: page and cursor are on disk.
    PageStored,
    /// Answers [`Effect::RefreshToken`].
    Refreshed(Result<(), Failure>),
    /// The disk refused an effect on the outbox.
    PushStorageFailed,
    /// The disk refused an effect on the pages.
    PullStorageFailed,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read the next edits that are due, in order of each merchant, and mark them `sending`.
    LoadBatch {
        /// At most so many.
        edits_max: usize,
        /// At most so many bytes, but at least one edit.
        bytes_max: usize,
    },
    /// Send them.
    Push {
        /// In order.
        edits: Vec<Edit>,
    },
    /// Write the answers to disk. Deferred edits become `queued`, not before `retry_at_ms`.
    StoreOutcomes {
        /// The answers.
        reply: PushReply,
        /// For deferred edits, in milliseconds since 1970.
        retry_at_ms: u64,
    },
    /// No answer came: the edits become `queued` again.
    Release {
        /// Which.
        edit_ids: Vec<EditId>,
    },
    /// The server will never take this edit: it becomes `rejected`.
    Reject {
        /// Which.
        edit_id: EditId,
        /// Why.
        problem: Problem,
    },
    /// Ask for the page after the stored cursor.
    Pull {
        /// At most so many changes.
        limit: usize,
    },
    /// Write page and cursor to disk, in one transaction.
    StorePage {
        /// The page.
        page: ChangesPage,
    },
    /// Forget the cursor, keep the outbox: the next pull starts from the beginning.
    RestartPull,
    /// Get a new token.
    RefreshToken,
}

/// For the status bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Did the server answer last time? `None` before the first attempt.
    pub online: Option<bool>,
    /// Is nothing sent until somebody signs in?
    pub paused: bool,
    /// Is a request under way?
    pub busy: bool,
    /// Was the last pull complete, with no wake-up since?
    pub pull_complete: bool,
    /// When the next attempt is made, if one is waited for, in milliseconds since 1970.
    pub next_attempt_ms: Option<u64>,
    /// How far this device's clock is ahead of the server's, if more than [`domain::hlc::SKEW_WARN_MS`].
    pub clock_ahead_ms: Option<u64>,
    /// Did the disk refuse?
    pub storage_failed: bool,
}
