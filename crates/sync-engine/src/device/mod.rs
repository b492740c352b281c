//! What a device does next: a state machine over explicit inputs.
//!
//! The driver feeds it what happened ([`Input`]) together with the time and a random number, and carries out
//! what it answers ([`Effect`]). Push and pull are separate lanes: neither waits for the other. The engine
//! holds no edits of its own; the outbox on disk is the queue, and one batch at a time passes through.

mod backoff;
mod lane;
mod message;

use domain::edit::{Edit, Outcome, OutcomeState};
use domain::hlc::SKEW_WARN_MS;
use domain::id::EditId;

pub use backoff::Backoff;
pub use message::{Config, Effect, Failure, Input, Progress};

use backoff::DELAY_MS_MIN;
use lane::Lane;

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

/// The device's state machine.
#[derive(Clone, Debug)]
pub struct Engine {
    config: Config,
    session: Session,
    push: Lane,
    pull: Lane,
    /// Edits that are marked `sending` on disk.
    in_flight: Vec<EditId>,
    /// Of these, the ones that the stored answer left out.
    unanswered: Vec<EditId>,
    /// Answers are on their way to disk; what the server made of the edits comes back by pull.
    storing_outcomes: bool,
    /// Replies in a row with edits that the server put off.
    deferrals: u32,
    /// Batches are made smaller while the server refuses them whole.
    batch_edits: usize,
    refresh_attempts: u32,
    refresh_at_ms: Option<u64>,
    /// A refresh that did not help pauses: no loop of 401s.
    refreshed_in_vain: bool,
    /// Counts sign-ins and refreshes: a request that was sent before the newest token says nothing about it.
    token: u64,
    push_token: u64,
    pull_token: u64,
    /// The latest time that it was told, in milliseconds since 1970.
    now_ms: u64,
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
            unanswered: Vec::new(),
            storing_outcomes: false,
            deferrals: 0,
            batch_edits,
            refresh_attempts: 0,
            refresh_at_ms: None,
            refreshed_in_vain: false,
            token: 0,
            push_token: 0,
            pull_token: 0,
            now_ms: 0,
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
        self.note_time(now_ms);
        match input {
            Input::Started { signed_in } => {
                self.session = if signed_in { Session::Open } else { Session::Paused };
                self.push.want();
                self.pull.want();
            }
            Input::EditSaved => self.push.want(),
            Input::SignedIn => {
                self.open_session();
                self.push.hurry();
                self.pull.hurry();
            }
            Input::SignedOut => {
                self.session = Session::Paused;
                self.refresh_at_ms = None;
            }
            Input::SyncNow => {
                self.push.hurry();
                self.pull.hurry();
                self.refresh_at_ms = self.refresh_at_ms.map(|_| now_ms);
            }
            Input::WakeUp => {
                self.pull_complete = false;
                // Not in a hurry: a failing pull keeps its delay however often it is woken.
                self.pull.want();
            }
            Input::Tick => {}
            Input::Batch { edits, next_due_ms } => {
                self.batch(now_ms, edits, next_due_ms, &mut effects);
            }
            Input::Pushed(Ok(reply)) => {
                self.answered(now_ms, reply.server_hlc.wall_ms());
                self.push.succeed();
                self.batch_edits = (self.batch_edits * 2).min(self.config.batch_edits_max);
                let deferred = |o: &Outcome| o.state == OutcomeState::Deferred;
                self.deferrals = if reply.outcomes.iter().any(deferred) { self.deferrals.saturating_add(1) } else { 0 };
                let retry_at_ms = now_ms + self.config.backoff.delay_ms(self.deferrals, jitter);
                self.unanswered.clone_from(&self.in_flight);
                self.unanswered.retain(|id| reply.outcomes.iter().all(|o| o.edit_id != *id));
                self.storing_outcomes = true;
                self.push.store();
                effects.push(Effect::StoreOutcomes { reply, retry_at_ms });
            }
            Input::Pushed(Err(failure)) => self.push_failed(now_ms, jitter, failure, &mut effects),
            Input::OutcomesStored => {
                self.storage_failed = false;
                self.in_flight = std::mem::take(&mut self.unanswered);
                self.push.finish(true);
                if !self.in_flight.is_empty() {
                    // They are released before the next batch, and not sent again at once.
                    self.push.fail(now_ms, &self.config.backoff, jitter, None);
                }
                if std::mem::take(&mut self.storing_outcomes) {
                    self.pull.want();
                }
            }
            Input::Pulled(Ok(page)) => {
                self.answered(now_ms, page.server_hlc.wall_ms());
                self.page_complete = page.complete;
                self.pull_complete &= page.complete;
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
                self.unanswered.clear();
                self.storing_outcomes = false;
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
            Session::Open => [self.push.due_ms(), self.pull.due_ms()].into_iter().flatten().min(),
            Session::Refreshing => [self.refresh_at_ms, self.release_due_ms()].into_iter().flatten().min(),
            Session::Paused => self.release_due_ms(),
        }
    }

    /// Giving edits back to the queue needs no server.
    fn release_due_ms(&self) -> Option<u64> {
        (!self.in_flight.is_empty()).then(|| self.push.due_ms()).flatten()
    }

    /// Delays are spans of the wall clock; when that is set back, they move with it.
    fn note_time(&mut self, now_ms: u64) {
        let back_ms = self.now_ms.saturating_sub(now_ms);
        if back_ms > 0 {
            self.push.clock_set_back(back_ms);
            self.pull.clock_set_back(back_ms);
            self.refresh_at_ms = self.refresh_at_ms.map(|at| at.saturating_sub(back_ms));
        }
        self.now_ms = now_ms;
    }

    /// For the status bar.
    pub fn progress(&self) -> Progress {
        Progress {
            online: self.online,
            paused: self.session == Session::Paused,
            busy: self.push.is_busy() || self.pull.is_busy() && !self.pull_complete,
            pull_complete: self.pull_complete,
            next_attempt_ms: if self.push.is_failing() || self.pull.is_failing() { self.next_wake_ms() } else { None },
            clock_ahead_ms: self.clock_ahead_ms,
            storage_failed: self.storage_failed,
        }
    }

    fn open_session(&mut self) {
        self.session = Session::Open;
        self.token += 1;
        self.refreshed_in_vain = false;
        self.refresh_attempts = 0;
        self.refresh_at_ms = None;
    }

    fn answered(&mut self, now_ms: u64, server_ms: u64) {
        if self.online != Some(true) {
            // The server is back: the other lane need not wait out its delay.
            self.push.hurry_if_failing();
            self.pull.hurry_if_failing();
        }
        self.online = Some(true);
        self.refreshed_in_vain = false;
        self.clock_ahead_ms = Some(now_ms.saturating_sub(server_ms)).filter(|ahead| *ahead > SKEW_WARN_MS);
    }

    fn batch(&mut self, now_ms: u64, edits: Vec<Edit>, next_due_ms: Option<u64>, effects: &mut Vec<Effect>) {
        if edits.is_empty() {
            self.push.finish(false);
            if let Some(due_ms) = next_due_ms {
                // A time that another setting of the clock wrote is no reason to wait for ever, nor to spin.
                let earliest_ms = now_ms + DELAY_MS_MIN;
                let latest_ms = now_ms + self.config.backoff.longest_ms();
                self.push.not_before(due_ms.clamp(earliest_ms, latest_ms));
            }
            return;
        }
        self.in_flight = edits.iter().map(|edit| edit.edit_id).collect();
        if self.session == Session::Open {
            self.push_token = self.token;
            effects.push(Effect::Push { edits });
        } else {
            self.push.store();
            effects.push(Effect::Release { edit_ids: self.in_flight.clone() });
        }
    }

    fn push_failed(&mut self, now_ms: u64, jitter: u64, failure: Failure, effects: &mut Vec<Effect>) {
        let edit_ids = self.in_flight.clone();
        match failure {
            Failure::Refused(problem) if edit_ids.len() == 1 => {
                // A single edit that the server cannot take at all must not stop the others.
                self.online = Some(true);
                self.push.succeed();
                self.push.store();
                effects.push(Effect::Reject { edit_id: edit_ids[0], problem });
                return;
            }
            Failure::Refused(_) => {
                self.online = Some(true);
                self.batch_edits = (edit_ids.len() / 2).max(1);
                self.push.succeed();
            }
            Failure::SignedOut => self.token_refused(self.push_token, effects),
            Failure::EpochChanged => self.push.fail(now_ms, &self.config.backoff, jitter, None),
            Failure::Unreachable => {
                self.online = Some(false);
                self.push.fail(now_ms, &self.config.backoff, jitter, None);
            }
            Failure::Busy { retry_after_ms } => {
                self.online = Some(true);
                self.push.fail(now_ms, &self.config.backoff, jitter, retry_after_ms);
            }
        }
        self.push.store();
        effects.push(Effect::Release { edit_ids });
    }

    fn pull_failed(&mut self, now_ms: u64, jitter: u64, failure: Failure, effects: &mut Vec<Effect>) {
        match failure {
            Failure::EpochChanged => {
                self.online = Some(true);
                self.pull_complete = false;
                // With a delay: a server that says so every time must not be asked without end.
                self.pull.fail(now_ms, &self.config.backoff, jitter, None);
                effects.push(Effect::RestartPull);
            }
            Failure::SignedOut => {
                self.pull.finish(true);
                self.token_refused(self.pull_token, effects);
            }
            Failure::Unreachable => {
                self.online = Some(false);
                self.pull.fail(now_ms, &self.config.backoff, jitter, None);
            }
            Failure::Busy { retry_after_ms } => {
                self.online = Some(true);
                self.pull.fail(now_ms, &self.config.backoff, jitter, retry_after_ms);
            }
            Failure::Refused(_) => {
                self.online = Some(true);
                self.pull.fail(now_ms, &self.config.backoff, jitter, None);
            }
        }
    }

    fn token_refused(&mut self, sent_with: u64, effects: &mut Vec<Effect>) {
        match self.session {
            Session::Open if sent_with != self.token => {}
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
        let asked_ms = match result {
            Ok(()) => {
                self.open_session();
                self.refreshed_in_vain = true;
                // The server is there; that it asked for a delay before still counts.
                self.online = Some(true);
                self.push.want();
                self.pull.want();
                self.push.hurry_if_failing();
                self.pull.hurry_if_failing();
                return;
            }
            Err(Failure::Unreachable) => {
                self.online = Some(false);
                None
            }
            Err(Failure::Busy { retry_after_ms }) => retry_after_ms,
            Err(_) => {
                self.session = Session::Paused;
                return;
            }
        };
        self.refresh_attempts = self.refresh_attempts.saturating_add(1);
        let delay_ms = self.config.backoff.delay_ms(self.refresh_attempts, jitter);
        self.refresh_at_ms = Some(now_ms + delay_ms.max(lane::asked_delay_ms(asked_ms)));
    }

    fn start_what_is_due(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
        if !self.in_flight.is_empty() && self.push.start_if_due(now_ms) {
            self.push.store();
            effects.push(Effect::Release { edit_ids: self.in_flight.clone() });
        }
        match self.session {
            Session::Open => {
                if self.push.start_if_due(now_ms) {
                    effects.push(Effect::LoadBatch {
                        edits_max: self.batch_edits,
                        bytes_max: self.config.batch_bytes_max,
                    });
                }
                if self.pull.start_if_due(now_ms) {
                    self.pull_token = self.token;
                    effects.push(Effect::Pull { limit: self.config.page_changes_max });
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
