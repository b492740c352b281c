//! What a device does next: a state machine over explicit inputs.
//!
//! The driver feeds it what happened ([`Input`]) together with the time and a random number, and carries out
//! what it answers ([`Effect`]). Push and pull are separate lanes: neither waits for the other. The outbox on
//! disk is the queue: four bounded batches at most pass through, and the engine holds the one that is ready.
//!
//! - `pushing`, `pulling`, `checking`, `signing`: what the engine makes of what it is told, by subject.
//! - `lane`, `backoff`: one direction of traffic, and how long it waits after failures.
//! - `servers`: which of several addresses is used, a machine of its own beside the engine.

mod backoff;
mod checking;
mod lane;
mod message;
mod pulling;
mod pushing;
mod servers;
mod signing;

use domain::api::PushReply;
use domain::hlc::SKEW_WARN_MS;
use domain::id::EditId;

pub use backoff::Backoff;
pub use message::{CHECK_MS_MIN, Checked, Comparison, Config, Effect, Failure, Input, Progress};
pub use servers::{ServerEffect, ServerInput, Servers};

use checking::Checker;
use lane::Lane;
use pushing::{Ahead, Kept};
use signing::{Session, Signing};

/// The device's state machine.
#[derive(Clone, Debug)]
pub struct Engine {
    config: Config,
    signing: Signing,
    push: Lane,
    pull: Lane,
    checker: Checker,
    /// Edits that travel, or are to be released; on disk they are marked `sending`, as are the following ones.
    in_flight: Vec<EditId>,
    /// Whose answer is on its way to disk.
    storing: Vec<EditId>,
    /// Edits that an answer left out, or that were not sent: to be released when the rest is done.
    unanswered: Vec<EditId>,
    /// The batch after the one that travels.
    ahead: Ahead,
    /// What the server said of what travels, until it is taken up.
    arrived: Option<Result<PushReply, Failure>>,
    /// An answer that waits for the disk.
    kept: Option<Kept>,
    /// Answers are on their way to disk; what the server made of the edits comes back by pull.
    storing_outcomes: bool,
    /// The answered batch was full: another one is to be expected.
    more_follows: bool,
    /// Replies in a row with edits that the server put off.
    deferrals: u32,
    /// Batches are made smaller while the server refuses them whole.
    batch_edits: usize,
    /// Edits saved since the last batch was asked for.
    saved_meanwhile: usize,
    /// The latest time that it was told, in milliseconds since 1970.
    now_ms: u64,
    online: Option<bool>,
    pull_complete: bool,
    page_complete: bool,
    /// A person wants everything pulled anew, and the cursor is not forgotten yet.
    rebuild_wanted: bool,
    clock_ahead_ms: Option<u64>,
    storage_failed: bool,
}

impl Engine {
    /// A device that has not started yet.
    pub fn new(config: Config) -> Self {
        let batch_edits = config.batch_edits_max;
        Self {
            config,
            signing: Signing::default(),
            push: Lane::default(),
            pull: Lane::default(),
            checker: Checker::default(),
            in_flight: Vec::new(),
            storing: Vec::new(),
            unanswered: Vec::new(),
            ahead: Ahead::Nothing,
            arrived: None,
            kept: None,
            storing_outcomes: false,
            more_follows: false,
            deferrals: 0,
            batch_edits,
            saved_meanwhile: 0,
            now_ms: 0,
            online: None,
            pull_complete: false,
            page_complete: false,
            rebuild_wanted: false,
            clock_ahead_ms: None,
            storage_failed: false,
        }
    }

    /// Takes one input and answers with what to do, in order. `jitter` is any random number.
    pub fn step(&mut self, now_ms: u64, jitter: u64, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.note_time(now_ms);
        match input {
            Input::Started { signed_in } => {
                self.signing.session = if signed_in { Session::Open } else { Session::Paused };
                self.checker.begin(now_ms.saturating_add(self.config.first_check_ms));
                self.push.want();
                self.pull.want();
            }
            Input::EditSaved => self.edit_saved(now_ms),
            Input::SignedIn => {
                self.signing.open();
                // They may see merchants that the one before did not.
                self.pull_complete = false;
                self.push.hurry();
                self.pull.hurry();
            }
            Input::SignedOut => self.signing.pause(),
            Input::SyncNow => {
                self.push.hurry();
                self.pull.hurry();
                self.signing.hurry(now_ms);
            }
            Input::Rebuild => {
                self.rebuild_wanted = true;
                self.pull_complete = false;
                self.pull.hurry();
                self.signing.hurry(now_ms);
            }
            Input::WakeUp => {
                self.pull_complete = false;
                // Not in a hurry: a failing pull keeps its delay however often it is woken.
                self.pull.want();
            }
            Input::Tick => {}
            Input::Batch { edits, next_due_ms } => self.batch(now_ms, jitter, edits, next_due_ms, &mut effects),
            Input::Pushed(answer) => self.came_back(now_ms, jitter, answer, &mut effects),
            Input::OutcomesStored => self.outcomes_stored(now_ms, jitter, &mut effects),
            Input::Pulled(Ok(page)) => self.pulled(now_ms, page, &mut effects),
            Input::Pulled(Err(failure)) => {
                if failure == Failure::EpochChanged {
                    self.checker.want();
                }
                self.pull_failed(now_ms, jitter, failure, &mut effects);
            }
            Input::PageStored => self.page_stored(now_ms),
            Input::PullRestarted => self.pull_restarted(now_ms),
            Input::DigestsCompared(result) => self.digests_compared(now_ms, jitter, result, &mut effects),
            Input::BucketsRepaired(result) => self.buckets_repaired(now_ms, jitter, result, &mut effects),
            Input::Refreshed(result) => self.refreshed(now_ms, jitter, result),
            Input::PushStorageFailed => self.push_storage_failed(now_ms, jitter, &mut effects),
            Input::PullStorageFailed => self.pull_storage_failed(now_ms, jitter),
        }
        self.start_what_is_due(now_ms, &mut effects);
        effects
    }

    /// When [`Input::Tick`] is needed next, in milliseconds since 1970.
    pub fn next_wake_ms(&self) -> Option<u64> {
        let waits = match self.signing.session {
            Session::Open => [self.push.due_ms(), self.pull.due_ms(), self.check_due_ms()],
            Session::Refreshing => [self.signing.refresh_at_ms, self.release_due_ms(), None],
            Session::Paused => [self.release_due_ms(), None, None],
        };
        waits.into_iter().flatten().min()
    }

    /// Delays are spans of the wall clock; when that is set back, they move with it.
    fn note_time(&mut self, now_ms: u64) {
        let back_ms = self.now_ms.saturating_sub(now_ms);
        if back_ms > 0 {
            self.push.clock_set_back(back_ms);
            self.pull.clock_set_back(back_ms);
            self.checker.clock_set_back(back_ms);
            self.signing.clock_set_back(back_ms);
        }
        self.now_ms = now_ms;
    }

    /// For the status bar.
    pub fn progress(&self) -> Progress {
        Progress {
            online: self.online,
            paused: self.signing.session == Session::Paused,
            busy: self.push.is_busy() || self.pull.is_busy() && !self.pull_complete,
            pull_complete: self.pull_complete,
            next_attempt_ms: self.next_attempt_ms(),
            clock_ahead_ms: self.clock_ahead_ms,
            storage_failed: self.storage_failed,
            checked: self.checker.checked(),
            damaged_buckets: self.checker.damaged(),
        }
    }

    /// When what failed is tried again; the poll of a lane that works is no attempt.
    fn next_attempt_ms(&self) -> Option<u64> {
        let mut failing = [&self.push, &self.pull].into_iter().filter(|lane| lane.is_failing());
        match self.signing.session {
            Session::Open => failing.filter_map(Lane::due_ms).min(),
            Session::Refreshing | Session::Paused => failing.next().and_then(|_| self.next_wake_ms()),
        }
    }

    /// A request was answered: the server is there and takes the token.
    fn came_through(&mut self) {
        if self.online != Some(true) {
            // The server is back: the other lane need not wait out its delay.
            self.push.hurry_if_failing();
            self.pull.hurry_if_failing();
        }
        self.online = Some(true);
        self.signing.worked();
    }

    fn answered(&mut self, now_ms: u64, server_ms: u64) {
        self.came_through();
        self.clock_ahead_ms = Some(now_ms.saturating_sub(server_ms)).filter(|ahead| *ahead > SKEW_WARN_MS);
    }

    fn start_what_is_due(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
        if !self.in_flight.is_empty() && self.push.start_if_due(now_ms) {
            self.push.store();
            effects.push(Effect::Release { edit_ids: self.in_flight.clone() });
        }
        match self.signing.session {
            Session::Open => {
                if self.push.start_if_due(now_ms) {
                    self.load_batch(effects);
                }
                if self.pull.start_if_due(now_ms) {
                    self.signing.pull_token = self.signing.token;
                    // The lane is free: no page of the old cursor is on its way.
                    effects.push(if self.rebuild_wanted {
                        Effect::ReadAnew
                    } else {
                        Effect::Pull { limit: self.config.page_changes_max }
                    });
                }
                self.check_if_due(now_ms, effects);
            }
            Session::Refreshing => {
                if self.signing.refresh_if_due(now_ms) {
                    effects.push(Effect::RefreshToken);
                }
            }
            Session::Paused => {}
        }
    }
}
