//! Whether requests may be sent, and new tokens.

use super::message::{Effect, Failure};
use super::{Engine, lane};

/// How far the session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Session {
    /// Requests may be sent.
    Open,
    /// A new token is being fetched.
    Refreshing,
    /// Nothing is sent until somebody signs in.
    Paused,
}

/// The session and its tokens.
#[derive(Clone, Debug)]
pub(super) struct Signing {
    pub session: Session,
    refresh_attempts: u32,
    pub refresh_at_ms: Option<u64>,
    /// A refresh that did not help pauses: no loop of 401s.
    refreshed_in_vain: bool,
    /// Counts sign-ins and refreshes: a request that was sent before the newest token says nothing about it.
    pub token: u64,
    pub push_token: u64,
    pub pull_token: u64,
}

impl Default for Signing {
    fn default() -> Self {
        Self {
            session: Session::Paused,
            refresh_attempts: 0,
            refresh_at_ms: None,
            refreshed_in_vain: false,
            token: 0,
            push_token: 0,
            pull_token: 0,
        }
    }
}

impl Signing {
    /// Somebody signed in, or a new token came.
    pub fn open(&mut self) {
        self.session = Session::Open;
        self.token += 1;
        self.refreshed_in_vain = false;
        self.refresh_attempts = 0;
        self.refresh_at_ms = None;
    }
    /// Nothing is sent until somebody signs in.
    pub fn pause(&mut self) {
        self.session = Session::Paused;
        self.refresh_at_ms = None;
    }
    /// A person asks for it now.
    pub fn hurry(&mut self, now_ms: u64) {
        self.refresh_at_ms = self.refresh_at_ms.map(|_| now_ms);
    }
    /// The server took the token.
    pub fn worked(&mut self) {
        self.refreshed_in_vain = false;
    }
    /// The wall clock was set back by so much.
    pub fn clock_set_back(&mut self, by_ms: u64) {
        self.refresh_at_ms = self.refresh_at_ms.map(|at| at.saturating_sub(by_ms));
    }
    /// Is a refresh that failed to be tried again now?
    pub fn refresh_if_due(&mut self, now_ms: u64) -> bool {
        let due = self.session == Session::Refreshing && self.refresh_at_ms.is_some_and(|at| at <= now_ms);
        if due {
            self.refresh_at_ms = None;
        }
        due
    }
}

impl Engine {
    pub(super) fn token_refused(&mut self, sent_with: u64, effects: &mut Vec<Effect>) {
        let signing = &mut self.signing;
        match signing.session {
            Session::Open if sent_with != signing.token => {}
            Session::Open if signing.refreshed_in_vain => signing.pause(),
            Session::Open => {
                signing.session = Session::Refreshing;
                effects.push(Effect::RefreshToken);
            }
            Session::Refreshing | Session::Paused => {}
        }
    }

    pub(super) fn refreshed(&mut self, now_ms: u64, jitter: u64, result: Result<(), Failure>) {
        if self.signing.session != Session::Refreshing {
            return;
        }
        let asked_ms = match result {
            Ok(()) => {
                self.signing.open();
                self.signing.refreshed_in_vain = true;
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
                self.signing.pause();
                return;
            }
        };
        let signing = &mut self.signing;
        signing.refresh_attempts = signing.refresh_attempts.saturating_add(1);
        let delay_ms = self.config.backoff.delay_ms(signing.refresh_attempts, jitter);
        signing.refresh_at_ms = Some(now_ms + delay_ms.max(lane::asked_delay_ms(asked_ms)));
    }
}
