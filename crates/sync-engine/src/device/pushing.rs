//! What goes to the server.

use domain::api::PushReply;
use domain::edit::{Edit, Outcome, OutcomeState};

use super::Engine;
use super::backoff::DELAY_MS_MIN;
use super::message::{Effect, Failure};
use super::signing::Session;

impl Engine {
    /// Of edits that are saved one soon after the other, many go in one batch.
    pub(super) fn edit_saved(&mut self, now_ms: u64) {
        self.saved_meanwhile = self.saved_meanwhile.saturating_add(1);
        if self.config.linger_ms == 0 || self.saved_meanwhile >= self.batch_edits {
            self.push.want();
        } else {
            self.push.want_by(now_ms + self.config.linger_ms);
        }
    }

    pub(super) fn batch(&mut self, now_ms: u64, edits: Vec<Edit>, next_due_ms: Option<u64>, effects: &mut Vec<Effect>) {
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
        if self.signing.session == Session::Open {
            self.signing.push_token = self.signing.token;
            effects.push(Effect::Push { edits });
        } else {
            self.push.store();
            effects.push(Effect::Release { edit_ids: self.in_flight.clone() });
        }
    }

    pub(super) fn pushed(&mut self, now_ms: u64, jitter: u64, reply: PushReply, effects: &mut Vec<Effect>) {
        // Before the others are hurried: this lane has got through.
        self.push.succeed();
        self.answered(now_ms, reply.server_hlc.wall_ms());
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

    pub(super) fn push_failed(&mut self, now_ms: u64, jitter: u64, failure: Failure, effects: &mut Vec<Effect>) {
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
            Failure::SignedOut => self.token_refused(self.signing.push_token, effects),
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

    /// Answers, a release or a refusal are on disk.
    pub(super) fn outcomes_stored(&mut self, now_ms: u64, jitter: u64) {
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

    pub(super) fn push_storage_failed(&mut self, now_ms: u64, jitter: u64) {
        // What is still marked `sending` on disk is released before the next batch.
        self.storage_failed = true;
        self.unanswered.clear();
        self.storing_outcomes = false;
        self.push.fail(now_ms, &self.config.backoff, jitter, None);
    }

    /// Giving edits back to the queue needs no server.
    pub(super) fn release_due_ms(&self) -> Option<u64> {
        (!self.in_flight.is_empty()).then(|| self.push.due_ms()).flatten()
    }
}
