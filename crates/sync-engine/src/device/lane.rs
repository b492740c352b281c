//! One direction of traffic: at most one request at a time, wanted or not, due now or later.

use super::backoff::Backoff;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    /// A request is being made ready or is under way.
    Busy,
    /// Its result is being written to disk.
    Storing,
}

/// One direction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lane {
    phase: Phase,
    wanted: bool,
    /// Not before this, in milliseconds since 1970.
    due_ms: u64,
    /// Until when it waits for more of the same, in milliseconds since 1970.
    linger_until_ms: u64,
    failures: u32,
    /// The server itself asked for the delay.
    asked_to_wait: bool,
    /// Where a wait is for, even if nothing is wanted: the poll, or an edit that is due later.
    later_ms: Option<u64>,
}

/// A server that asks for more than an hour is asked again after an hour.
const RETRY_AFTER_MS_MAX: u64 = 3_600_000;

/// How long the server asks to wait, in milliseconds, within reason.
pub(super) fn asked_delay_ms(retry_after_ms: Option<u64>) -> u64 {
    retry_after_ms.unwrap_or(0).min(RETRY_AFTER_MS_MAX)
}

impl Lane {
    /// Something is to be done, as soon as it is due.
    pub fn want(&mut self) {
        self.wanted = true;
        self.linger_until_ms = 0;
    }
    /// Something is to be done; more of it may come until then, and goes with it. Who was first decides.
    pub fn want_by(&mut self, at_ms: u64) {
        if !self.wanted {
            self.wanted = true;
            self.linger_until_ms = at_ms;
        }
    }
    /// What is wanted need not wait for more of the same.
    pub fn linger_no_more(&mut self) {
        self.linger_until_ms = 0;
    }
    /// Something is to be done now, whatever the delay.
    pub fn hurry(&mut self) {
        self.want();
        self.due_ms = 0;
        self.failures = 0;
        self.asked_to_wait = false;
    }
    /// The other lane got through: try now what failed before, unless the server asked for the delay.
    pub fn hurry_if_failing(&mut self) {
        if self.failures > 0 && !self.asked_to_wait {
            self.hurry();
        }
    }
    /// Something will be to be done at that time.
    pub fn not_before(&mut self, at_ms: u64) {
        self.later_ms = Some(at_ms);
    }
    /// Starts if wanted, idle and due.
    pub fn start_if_due(&mut self, now_ms: u64) -> bool {
        if self.later_ms.is_some_and(|at| at <= now_ms) {
            self.later_ms = None;
            self.want();
        }
        let starts = self.phase == Phase::Idle && self.wanted && self.due_ms.max(self.linger_until_ms) <= now_ms;
        if starts {
            self.phase = Phase::Busy;
            self.wanted = false;
            self.linger_until_ms = 0;
        }
        starts
    }
    /// Takes the lane for something that nobody asked for. What is wanted meanwhile follows it.
    pub fn occupy(&mut self) {
        self.phase = Phase::Busy;
    }
    /// The request was answered; its result goes to disk.
    pub fn store(&mut self) {
        self.phase = Phase::Storing;
    }
    /// The server answered.
    pub fn succeed(&mut self) {
        self.failures = 0;
        self.due_ms = 0;
        self.asked_to_wait = false;
    }
    /// The request is over. Returns whether something is wanted again.
    pub fn finish(&mut self, more: bool) -> bool {
        self.phase = Phase::Idle;
        let wanted_meanwhile = self.wanted;
        if more {
            self.want();
        }
        wanted_meanwhile
    }
    /// The request failed: wait, then try again.
    pub fn fail(&mut self, now_ms: u64, backoff: &Backoff, jitter: u64, retry_after_ms: Option<u64>) {
        self.failures = self.failures.saturating_add(1);
        let own = backoff.delay_ms(self.failures, jitter);
        let asked = asked_delay_ms(retry_after_ms);
        // What the server asked for outlasts another failure, say of the disk, in between.
        let still_asked = self.asked_to_wait && self.due_ms > now_ms;
        let earliest_ms = if still_asked { self.due_ms } else { 0 };
        self.due_ms = earliest_ms.max(now_ms + own.max(asked));
        self.asked_to_wait = asked > 0 || still_asked;
        self.phase = Phase::Idle;
        self.want();
    }
    /// The wall clock was set back by so much: delays stay as long as they were.
    pub fn clock_set_back(&mut self, by_ms: u64) {
        self.due_ms = self.due_ms.saturating_sub(by_ms);
        self.linger_until_ms = self.linger_until_ms.saturating_sub(by_ms);
        self.later_ms = self.later_ms.map(|at| at.saturating_sub(by_ms));
    }
    /// A request is under way.
    pub fn is_busy(&self) -> bool {
        self.phase != Phase::Idle
    }
    /// Nothing is under way, nothing is wanted, and the last request went well.
    pub fn is_quiet(&self) -> bool {
        self.phase == Phase::Idle && !self.wanted && self.failures == 0
    }
    /// The last request failed.
    pub fn is_failing(&self) -> bool {
        self.failures > 0
    }
    /// When it wants to be ticked.
    pub fn due_ms(&self) -> Option<u64> {
        if self.phase != Phase::Idle {
            return None;
        }
        if self.wanted { Some(self.due_ms.max(self.linger_until_ms)) } else { self.later_ms }
    }
}
