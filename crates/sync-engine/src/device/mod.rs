//! What a device does next: a state machine over explicit inputs.
//!
//! The driver feeds it what happened ([`Input`]) together with the time and a random number, and carries out
//! what it answers ([`Effect`]). Push and pull are separate lanes: neither waits for the other. The engine
//! holds no edits of its own; the outbox on disk is the queue, and one batch at a time passes through.

mod backoff;
mod lane;

use domain::api::{ChangesPage, PAGE_CHANGES_MAX, PUSH_BYTES_MAX, PUSH_EDITS_MAX, PushReply};
use domain::edit::Edit;
use domain::hlc::SKEW_WARN_MS;
use domain::id::EditId;
use domain::problem::Problem;

pub use backoff::Backoff;
use lane::Lane;

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
    /// The time that [`Engine::next_wake_ms`] named has come.
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

/// How far the session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Session {
    /// Requests may be sent.
    Open,
    /// A new token is being fetched.
    Refreshing,
    /// Nothing is sent until somebody signs in.
    Paused,
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
    /// How far this device's clock is ahead of the server's, if more than [`SKEW_WARN_MS`].
    pub clock_ahead_ms: Option<u64>,
    /// Did the disk refuse?
    pub storage_failed: bool,
}

/// The device's state machine.
#[derive(Clone, Debug)]
pub struct Engine {
    config: Config,
    session: Session,
    push: Lane,
    pull: Lane,
    /// Edits that are marked `sending` on disk.
    in_flight: Vec<EditId>,
    /// Batches are made smaller while the server refuses them whole.
    batch_edits: usize,
    refresh_attempts: u32,
    refresh_at_ms: Option<u64>,
    /// A refresh that did not help pauses: no loop of 401s.
    refreshed_in_vain: bool,
    online: Option<bool>,
    pull_complete: bool,
    page_complete: bool,
    clock_ahead_ms: Option<u64>,
    storage_failed: bool,
}

impl Engine {
    /// A device that has not started yet.
    pub fn new(config: Config) -> Self {
        let batch_edits = config.batch_edits_max;
        Self {
            config,
            session: Session::Paused,
            push: Lane::default(),
            pull: Lane::default(),
            in_flight: Vec::new(),
            batch_edits,
            refresh_attempts: 0,
            refresh_at_ms: None,
            refreshed_in_vain: false,
            online: None,
            pull_complete: false,
            page_complete: false,
            clock_ahead_ms: None,
            storage_failed: false,
        }
    }

    /// Takes one input and answers with what to do, in order. `jitter` is any random number.
    pub fn step(&mut self, now_ms: u64, jitter: u64, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Started { signed_in } => {
                self.session = if signed_in {
                    Session::Open
                } else {
                    Session::Paused
                };
                self.push.want();
                self.pull.want();
            }
            Input::EditSaved => self.push.want(),
            Input::SignedIn => self.sign_in(),
            Input::SignedOut => self.session = Session::Paused,
            Input::SyncNow => {
                self.push.hurry();
                self.pull.hurry();
                self.refresh_at_ms = self.refresh_at_ms.map(|_| now_ms);
            }
            Input::WakeUp => {
                self.pull_complete = false;
                self.pull.hurry();
            }
            Input::Tick => {}
            Input::Batch { edits, next_due_ms } => self.batch(edits, next_due_ms, &mut effects),
            Input::Pushed(Ok(reply)) => {
                self.answered(now_ms, reply.server_hlc.wall_ms());
                self.push.succeed();
                self.batch_edits = (self.batch_edits * 2).min(self.config.batch_edits_max);
                let retry_at_ms = now_ms + self.config.backoff.delay_ms(1, jitter);
                self.push.store();
                effects.push(Effect::StoreOutcomes { reply, retry_at_ms });
            }
            Input::Pushed(Err(failure)) => self.push_failed(now_ms, jitter, failure, &mut effects),
            Input::OutcomesStored => {
                self.storage_failed = false;
                self.in_flight.clear();
                self.push.finish(true);
                // What the server made of the edits comes back by pull.
                self.pull.want();
            }
            Input::Pulled(Ok(page)) => {
                self.answered(now_ms, page.server_hlc.wall_ms());
                self.page_complete = page.complete;
                self.pull.succeed();
                self.pull.store();
                effects.push(Effect::StorePage { page });
            }
            Input::Pulled(Err(failure)) => self.pull_failed(now_ms, jitter, failure, &mut effects),
            Input::PageStored => {
                self.storage_failed = false;
                let wanted_again = self.pull.finish(!self.page_complete);
                self.pull_complete = self.page_complete && !wanted_again;
                self.pull.not_before(now_ms + self.config.poll_ms);
            }
            Input::Refreshed(result) => self.refreshed(now_ms, jitter, result),
            Input::PushStorageFailed => {
                // What is still marked `sending` on disk is released before the next batch.
                self.storage_failed = true;
                self.push.fail(now_ms, &self.config.backoff, jitter, None);
            }
            Input::PullStorageFailed => {
                self.storage_failed = true;
                self.pull.fail(now_ms, &self.config.backoff, jitter, None);
            }
        }
        self.start_what_is_due(now_ms, &mut effects);
        effects
    }

    /// When [`Input::Tick`] is needed next, in milliseconds since 1970.
    pub fn next_wake_ms(&self) -> Option<u64> {
        match self.session {
            Session::Open => [self.push.due_ms(), self.pull.due_ms()]
                .into_iter()
                .flatten()
                .min(),
            Session::Refreshing => self.refresh_at_ms,
            Session::Paused => None,
        }
    }

    /// For the status bar.
    pub fn progress(&self) -> Progress {
        Progress {
            online: self.online,
            paused: self.session == Session::Paused,
            busy: self.push.is_busy() || self.pull.is_busy() && !self.pull_complete,
            pull_complete: self.pull_complete,
            next_attempt_ms: if self.push.is_failing() || self.pull.is_failing() {
                self.next_wake_ms()
            } else {
                None
            },
            clock_ahead_ms: self.clock_ahead_ms,
            storage_failed: self.storage_failed,
        }
    }

    fn sign_in(&mut self) {
        self.session = Session::Open;
        self.refreshed_in_vain = false;
        self.refresh_attempts = 0;
        self.refresh_at_ms = None;
        self.push.hurry();
        self.pull.hurry();
    }

    fn answered(&mut self, now_ms: u64, server_ms: u64) {
        if self.online != Some(true) {
            // The server is back: the other lane need not wait out its delay.
            self.push.hurry_if_failing();
            self.pull.hurry_if_failing();
        }
        self.online = Some(true);
        self.refreshed_in_vain = false;
        self.clock_ahead_ms =
            Some(now_ms.saturating_sub(server_ms)).filter(|ahead| *ahead > SKEW_WARN_MS);
    }

    fn batch(&mut self, edits: Vec<Edit>, next_due_ms: Option<u64>, effects: &mut Vec<Effect>) {
        if edits.is_empty() {
            self.push.finish(false);
            if let Some(due_ms) = next_due_ms {
                self.push.not_before(due_ms);
            }
        } else {
            self.in_flight = edits.iter().map(|edit| edit.edit_id).collect();
            effects.push(Effect::Push { edits });
        }
    }

    fn push_failed(
        &mut self,
        now_ms: u64,
        jitter: u64,
        failure: Failure,
        effects: &mut Vec<Effect>,
    ) {
        let edit_ids = std::mem::take(&mut self.in_flight);
        match failure {
            Failure::Refused(problem) if edit_ids.len() == 1 => {
                // A single edit that the server cannot take at all must not stop the others.
                self.online = Some(true);
                self.push.succeed();
                self.push.store();
                effects.push(Effect::Reject {
                    edit_id: edit_ids[0],
                    problem,
                });
                return;
            }
            Failure::Refused(_) => {
                self.online = Some(true);
                self.batch_edits = (edit_ids.len() / 2).max(1);
                self.push.succeed();
            }
            Failure::SignedOut => self.token_refused(effects),
            Failure::EpochChanged => self.push.fail(now_ms, &self.config.backoff, jitter, None),
            Failure::Unreachable => {
                self.online = Some(false);
                self.push.fail(now_ms, &self.config.backoff, jitter, None);
            }
            Failure::Busy { retry_after_ms } => {
                self.online = Some(true);
                self.push
                    .fail(now_ms, &self.config.backoff, jitter, retry_after_ms);
            }
        }
        self.push.store();
        self.in_flight.clone_from(&edit_ids);
        effects.push(Effect::Release { edit_ids });
    }

    fn pull_failed(
        &mut self,
        now_ms: u64,
        jitter: u64,
        failure: Failure,
        effects: &mut Vec<Effect>,
    ) {
        match failure {
            Failure::EpochChanged => {
                self.online = Some(true);
                self.pull_complete = false;
                self.pull.succeed();
                self.pull.finish(true);
                effects.push(Effect::RestartPull);
            }
            Failure::SignedOut => {
                self.pull.finish(true);
                self.token_refused(effects);
            }
            Failure::Unreachable => {
                self.online = Some(false);
                self.pull.fail(now_ms, &self.config.backoff, jitter, None);
            }
            Failure::Busy { retry_after_ms } => {
                self.online = Some(true);
                self.pull
                    .fail(now_ms, &self.config.backoff, jitter, retry_after_ms);
            }
            Failure::Refused(_) => {
                self.online = Some(true);
                self.pull.fail(now_ms, &self.config.backoff, jitter, None);
            }
        }
    }

    fn token_refused(&mut self, effects: &mut Vec<Effect>) {
        match self.session {
            Session::Open if self.refreshed_in_vain => self.session = Session::Paused,
            Session::Open => {
                self.session = Session::Refreshing;
                effects.push(Effect::RefreshToken);
            }
            Session::Refreshing | Session::Paused => {}
        }
    }

    fn refreshed(&mut self, now_ms: u64, jitter: u64, result: Result<(), Failure>) {
        if self.session != Session::Refreshing {
            return;
        }
        match result {
            Ok(()) => {
                self.sign_in();
                self.refreshed_in_vain = true;
            }
            Err(Failure::Unreachable | Failure::Busy { .. }) => {
                self.refresh_attempts += 1;
                self.refresh_at_ms =
                    Some(now_ms + self.config.backoff.delay_ms(self.refresh_attempts, jitter));
            }
            Err(_) => self.session = Session::Paused,
        }
    }

    fn next_push_effect(&mut self) -> Effect {
        if self.in_flight.is_empty() {
            Effect::LoadBatch {
                edits_max: self.batch_edits,
                bytes_max: self.config.batch_bytes_max,
            }
        } else {
            self.push.store();
            Effect::Release {
                edit_ids: self.in_flight.clone(),
            }
        }
    }

    fn start_what_is_due(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
        match self.session {
            Session::Open => {
                if self.push.start_if_due(now_ms) {
                    effects.push(self.next_push_effect());
                }
                if self.pull.start_if_due(now_ms) {
                    effects.push(Effect::Pull {
                        limit: self.config.page_changes_max,
                    });
                }
            }
            Session::Refreshing => {
                if self.refresh_at_ms.is_some_and(|at| at <= now_ms) {
                    self.refresh_at_ms = None;
                    effects.push(Effect::RefreshToken);
                }
            }
            Session::Paused => {}
        }
    }
}
