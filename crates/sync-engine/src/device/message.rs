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
    /// After a save a push waits so long for more of them, in milliseconds, or until a batch is full.
    pub linger_ms: u64,
    /// The digests are compared with the server's at most so often, in milliseconds; at least [`CHECK_MS_MIN`].
    pub check_ms: u64,
    /// After the start they are not compared before so long, in milliseconds.
    pub first_check_ms: u64,
    /// How long to wait after failures.
    pub backoff: Backoff,
}

/// The shortest [`Config::check_ms`] that counts: a comparison reads all digests on both sides.
pub const CHECK_MS_MIN: u64 = 1_000;

impl Default for Config {
    fn default() -> Self {
        Self {
            batch_edits_max: PUSH_EDITS_MAX,
            batch_bytes_max: PUSH_BYTES_MAX / 2,
            page_changes_max: PAGE_CHANGES_MAX,
            poll_ms: 15_000,
            linger_ms: 10,
            check_ms: 600_000,
            first_check_ms: 0,
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
    /// The server's data start anew, or no longer reach back to the cursor.
    EpochChanged,
}

/// What a comparison of digests showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The server's newest change is not the one at the stored cursor: a pull comes first.
    Moved,
    /// Both hold the same.
    Equal,
    /// They do not.
    Different {
        /// In which buckets (`domain::digest`), rising.
        buckets: Vec<u8>,
    },
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
    /// A person doubts what this device holds: everything is to be pulled anew. The outbox stays.
    Rebuild,
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
    /// Answers [`Effect::RestartPull`] and [`Effect::ReadAnew`]: the cursor is given up on disk. After the first, answered
    /// edits that had not come back wait again.
    PullRestarted,
    /// Answers [`Effect::CompareDigests`].
    DigestsCompared(Result<Comparison, Failure>),
    /// Answers [`Effect::RepairBuckets`]: it is on disk. How many records were mended.
    BucketsRepaired(Result<u64, Failure>),
    /// Answers [`Effect::RefreshToken`].
    Refreshed(Result<(), Failure>),
    /// The disk refused an effect on the outbox.
    PushStorageFailed,
    /// The disk refused an effect on the pages, a comparison or a repair.
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
    /// The same within an epoch: the cursor that is given up goes on being asked about until everything has come, so that
    /// a restored server is noticed as before.
    ReadAnew,
    /// Ask for the server's digests and compare them with those of the pulled records, in one snapshot.
    CompareDigests,
    /// Fetch these buckets whole. Records that differ are replaced, whatever their change number; records that
    /// did not come are removed; the outbox is kept.
    RepairBuckets {
        /// Which, rising.
        buckets: Vec<u8>,
    },
    /// Get a new token.
    RefreshToken,
}

/// What the last finished comparison of digests showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Did device and server hold the same at its end?
    pub equal: bool,
    /// How many records were mended before.
    pub mended: u64,
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
    /// The last comparison of digests, if there was one since the start.
    pub checked: Option<Checked>,
    /// In how many buckets the device is known to differ from the server: being mended, or could not be.
    pub damaged_buckets: u16,
}
