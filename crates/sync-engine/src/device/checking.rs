//! The check at the end: are the pulled records the server's? Digests are compared after a complete pull, when
//! nothing is on its way; buckets that differ are fetched anew, and compared once more.

use super::Engine;
use super::backoff::Backoff;
use super::message::{CHECK_MS_MIN, Checked, Comparison, Effect, Failure};

/// The state of the check.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Checker {
    /// A comparison or a repair has the pull lane.
    busy: bool,
    /// Not before this, in milliseconds since 1970.
    due_ms: u64,
    /// Comparisons in a row that came to no end.
    failures: u32,
    /// Something was repaired in this round: what still differs afterwards stays so for a while.
    repaired: bool,
    /// Records mended in this round.
    mended: u64,
    damaged: u16,
    checked: Option<Checked>,
}

impl Checker {
    /// Takes note that nothing of it is under way any more. Was something?
    pub fn stop(&mut self) -> bool {
        std::mem::take(&mut self.busy)
    }
    /// It came to no end: later.
    pub fn put_off(&mut self, now_ms: u64, backoff: &Backoff, jitter: u64) {
        self.failures = self.failures.saturating_add(1);
        self.due_ms = now_ms + backoff.delay_ms(self.failures, jitter);
    }
    /// Nothing is compared before this, in milliseconds since 1970.
    pub fn begin(&mut self, due_ms: u64) {
        self.due_ms = due_ms;
    }
    /// The next complete pull is to be checked.
    pub fn want(&mut self) {
        self.due_ms = 0;
    }
    /// The round is over; the next one comes after `check_ms`.
    fn end_round(&mut self, now_ms: u64, check_ms: u64) {
        self.due_ms = now_ms + check_ms.max(CHECK_MS_MIN);
        self.failures = 0;
        self.repaired = false;
        self.mended = 0;
    }
    /// The wall clock was set back by so much.
    pub fn clock_set_back(&mut self, by_ms: u64) {
        self.due_ms = self.due_ms.saturating_sub(by_ms);
    }
    /// For the status bar.
    pub fn checked(&self) -> Option<Checked> {
        self.checked
    }
    /// In how many buckets a difference is known.
    pub fn damaged(&self) -> u16 {
        self.damaged
    }
}

impl Engine {
    /// When a comparison may begin, if nothing but time is in its way.
    pub(super) fn check_due_ms(&self) -> Option<u64> {
        let still = self.pull_complete && self.pull.is_quiet() && self.push.is_quiet() && self.in_flight.is_empty();
        still.then_some(self.checker.due_ms)
    }

    pub(super) fn check_if_due(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
        if self.check_due_ms().is_some_and(|at| at <= now_ms) {
            self.pull.occupy();
            self.checker.busy = true;
            self.signing.pull_token = self.signing.token;
            effects.push(Effect::CompareDigests);
        }
    }

    pub(super) fn digests_compared(
        &mut self,
        now_ms: u64,
        jitter: u64,
        result: Result<Comparison, Failure>,
        effects: &mut Vec<Effect>,
    ) {
        self.checker.stop();
        let comparison = match result {
            Ok(comparison) => comparison,
            Err(failure) => return self.check_failed(now_ms, jitter, failure, effects),
        };
        // The answer went through the disk first: it says nothing about what failed meanwhile on the other lane.
        self.signing.worked();
        self.pull.succeed();
        let buckets = match comparison {
            Comparison::Moved => {
                self.checker.put_off(now_ms, &self.config.backoff, jitter);
                self.pull_complete = false;
                self.pull.finish(true);
                return;
            }
            Comparison::Equal => Vec::new(),
            Comparison::Different { buckets } => buckets,
        };
        self.checker.damaged = u16::try_from(buckets.len()).unwrap_or(u16::MAX);
        let equal = buckets.is_empty();
        if equal || self.checker.repaired {
            self.pull.finish(false);
            self.checker.checked = Some(Checked { at_ms: now_ms, equal, mended: self.checker.mended });
            self.checker.end_round(now_ms, self.config.check_ms);
            return;
        }
        self.checker.busy = true;
        effects.push(Effect::RepairBuckets { buckets });
    }

    pub(super) fn buckets_repaired(
        &mut self,
        now_ms: u64,
        jitter: u64,
        result: Result<u64, Failure>,
        effects: &mut Vec<Effect>,
    ) {
        self.checker.stop();
        match result {
            Ok(mended) => {
                self.signing.worked();
                self.pull.succeed();
                self.storage_failed = false;
                self.pull.finish(false);
                self.checker.mended = self.checker.mended.saturating_add(mended);
                self.checker.repaired = true;
                self.checker.want();
            }
            Err(failure) => self.check_failed(now_ms, jitter, failure, effects),
        }
    }

    fn check_failed(&mut self, now_ms: u64, jitter: u64, failure: Failure, effects: &mut Vec<Effect>) {
        if let Failure::Refused(_) = failure {
            // A server that does not know digests is no reason to stop pulling.
            self.online = Some(true);
            self.pull.finish(false);
            self.checker.end_round(now_ms, self.config.check_ms);
            return;
        }
        self.checker.put_off(now_ms, &self.config.backoff, jitter);
        self.pull_failed(now_ms, jitter, failure, effects);
    }
}
