//! What goes to the server.
//!
//! One batch travels at a time. While a full one does, the next is read, so that it leaves as soon as the answer is
//! there. The disk does one thing at a time for this lane, so that it is known what a refusal of it is about; what is to
//! be sent comes before answers that are to be stored, of which one may wait, so that the server need not. What is read
//! ahead has no merchant in common with what travels or is not stored: whoever reads passes a merchant over whose
//! earlier edit is marked `sending`.

use std::collections::BTreeSet;

use domain::EditId;
use domain::api::PushReply;
use domain::edit::{Edit, OutcomeState};

use super::Engine;
use super::backoff::DELAY_MS_MIN;
use super::message::{Effect, Failure};
use super::signing::Session;

/// The longest that the pull after an answer waits for further batches, in milliseconds.
const PULL_BEHIND_MS: u64 = 5_000;

/// The batch after the one that travels. Its edits are marked `sending` on disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Ahead {
    #[default]
    Nothing,
    /// To be read as soon as the disk is free.
    Wanted,
    Loading,
    Ready(Vec<Edit>),
}

/// An answer that goes to the disk when that is free.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    /// What it is the answer to.
    edit_ids: Vec<EditId>,
    reply: PushReply,
    retry_at_ms: u64,
}

fn ids(edits: &[Edit]) -> impl Iterator<Item = EditId> {
    edits.iter().map(|edit| edit.edit_id)
}

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

    pub(super) fn load_batch(&mut self, effects: &mut Vec<Effect>) {
        self.saved_meanwhile = 0;
        effects.push(Effect::LoadBatch { edits_max: self.batch_edits, bytes_max: self.config.batch_bytes_max });
    }

    pub(super) fn batch(
        &mut self,
        now_ms: u64,
        jitter: u64,
        edits: Vec<Edit>,
        next_due_ms: Option<u64>,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(due_ms) = next_due_ms.filter(|_| edits.is_empty()) {
            // A time that another setting of the clock wrote is no reason to wait for ever, nor to spin.
            let earliest_ms = now_ms + DELAY_MS_MIN;
            let latest_ms = now_ms + self.config.backoff.longest_ms();
            self.push.not_before(due_ms.clamp(earliest_ms, latest_ms));
        }
        if self.ahead == Ahead::Loading {
            self.ahead = if edits.is_empty() { Ahead::Nothing } else { Ahead::Ready(edits) };
            self.go_on(now_ms, jitter, effects);
        } else if edits.is_empty() {
            self.push.finish(false);
            self.pull.linger_no_more();
        } else if self.signing.session == Session::Open {
            self.send(edits, effects);
            self.go_on(now_ms, jitter, effects);
        } else {
            self.in_flight = ids(&edits).collect();
            self.push.store();
            effects.push(Effect::Release { edit_ids: self.in_flight.clone() });
        }
    }

    fn send(&mut self, edits: Vec<Edit>, effects: &mut Vec<Effect>) {
        self.in_flight = ids(&edits).collect();
        self.signing.push_token = self.signing.token;
        // The next one is read while a full one travels; not while batches are halved to find the edit that the server
        // refuses.
        let most = self.config.batch_edits_max;
        let is_full = most > 1 && self.batch_edits == most && self.in_flight.len() >= most;
        self.ahead = if is_full { Ahead::Wanted } else { Ahead::Nothing };
        effects.push(Effect::Push { edits });
    }

    /// The server's word about what travels, or that none came. What it says of connection and token counts at once, the
    /// rest when the disk and the next batch let it.
    pub(super) fn came_back(
        &mut self,
        now_ms: u64,
        jitter: u64,
        answer: Result<PushReply, Failure>,
        effects: &mut Vec<Effect>,
    ) {
        match &answer {
            Ok(reply) => {
                // Before the others are hurried: this lane has got through.
                self.push.succeed();
                self.answered(now_ms, reply.server_hlc.wall_ms());
            }
            Err(Failure::SignedOut) => self.token_refused(self.signing.push_token, effects),
            Err(_) => {}
        }
        self.arrived = Some(answer);
        self.go_on(now_ms, jitter, effects);
    }

    /// What comes next of what travels, is read ahead, and is to be stored.
    fn go_on(&mut self, now_ms: u64, jitter: u64, effects: &mut Vec<Effect>) {
        if self.ahead == Ahead::Wanted
            && (matches!(self.arrived, Some(Err(_))) || self.signing.session != Session::Open)
        {
            self.ahead = Ahead::Nothing;
        }
        // The next batch leaves with the answer to this one: that waits for it, and for a place.
        if self.kept.is_none() && !matches!(self.ahead, Ahead::Wanted | Ahead::Loading) {
            match self.arrived.take() {
                Some(Ok(reply)) => self.pushed(now_ms, jitter, reply, effects),
                Some(Err(failure)) if !self.storing_outcomes => {
                    return self.push_failed(now_ms, jitter, failure, effects);
                }
                waits => self.arrived = waits,
            }
        }
        if self.storing_outcomes || self.ahead == Ahead::Loading {
            return;
        }
        if self.ahead == Ahead::Wanted {
            self.ahead = Ahead::Loading;
            self.load_batch(effects);
        } else if let Some(Kept { edit_ids, reply, retry_at_ms }) = self.kept.take() {
            (self.storing, self.storing_outcomes) = (edit_ids, true);
            effects.push(Effect::StoreOutcomes { reply, retry_at_ms });
            // There is a place for the next one.
            self.go_on(now_ms, jitter, effects);
        }
    }

    fn pushed(&mut self, now_ms: u64, jitter: u64, reply: PushReply, effects: &mut Vec<Effect>) {
        self.more_follows = self.in_flight.len() >= self.batch_edits;
        self.batch_edits = (self.batch_edits * 2).min(self.config.batch_edits_max);
        let deferred = reply.outcomes.iter().any(|outcome| outcome.state == OutcomeState::Deferred);
        self.deferrals = if deferred { self.deferrals.saturating_add(1) } else { 0 };
        let retry_at_ms = now_ms + self.config.backoff.delay_ms(self.deferrals, jitter);
        let answered: BTreeSet<EditId> = reply.outcomes.iter().map(|outcome| outcome.edit_id).collect();
        let edit_ids = std::mem::take(&mut self.in_flight);
        self.unanswered.extend(edit_ids.iter().filter(|id| !answered.contains(id)));
        self.kept = Some(Kept { edit_ids, reply, retry_at_ms });
        self.push.store();
        match std::mem::take(&mut self.ahead) {
            Ahead::Ready(edits) if self.unanswered.is_empty() && self.signing.session == Session::Open => {
                self.send(edits, effects);
            }
            Ahead::Ready(edits) => self.unanswered.extend(ids(&edits)),
            Ahead::Nothing | Ahead::Wanted | Ahead::Loading => {}
        }
    }

    fn push_failed(&mut self, now_ms: u64, jitter: u64, failure: Failure, effects: &mut Vec<Effect>) {
        let sent = self.in_flight.len();
        if let Ahead::Ready(edits) = std::mem::take(&mut self.ahead) {
            self.in_flight.extend(ids(&edits));
        }
        match failure {
            Failure::Refused(problem) if sent == 1 => {
                // A single edit that the server cannot take at all must not stop the others.
                self.online = Some(true);
                self.push.succeed();
                self.push.store();
                effects.push(Effect::Reject { edit_id: self.in_flight[0], problem });
                return;
            }
            Failure::Refused(_) => {
                self.online = Some(true);
                self.batch_edits = (sent / 2).max(1);
                self.push.succeed();
            }
            // Said when it came.
            Failure::SignedOut => {}
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
        self.in_flight.append(&mut self.unanswered);
        self.push.store();
        effects.push(Effect::Release { edit_ids: self.in_flight.clone() });
    }

    /// Answers, a release or a refusal are on disk.
    pub(super) fn outcomes_stored(&mut self, now_ms: u64, jitter: u64, effects: &mut Vec<Effect>) {
        self.storage_failed = false;
        if std::mem::take(&mut self.storing_outcomes) {
            self.storing.clear();
            if self.more_follows {
                // One pull for many batches: in between it would bring what the next answer says anyway.
                self.pull.want_by(now_ms + PULL_BEHIND_MS);
            } else {
                self.pull.want();
            }
            if self.is_under_way() {
                self.go_on(now_ms, jitter, effects);
                return;
            }
        }
        self.in_flight = std::mem::take(&mut self.unanswered);
        self.push.finish(true);
        if !self.in_flight.is_empty() {
            // They are released before the next batch, and not sent again at once.
            self.push.fail(now_ms, &self.config.backoff, jitter, None);
        }
    }

    pub(super) fn push_storage_failed(&mut self, now_ms: u64, jitter: u64, effects: &mut Vec<Effect>) {
        // What is still marked `sending` on disk is released before the next batch.
        self.storage_failed = true;
        let goes_on = self.ahead == Ahead::Loading || self.storing_outcomes && self.is_under_way();
        self.storing_outcomes = false;
        let mut marked = std::mem::take(&mut self.storing);
        let stored_not: BTreeSet<EditId> = marked.iter().copied().collect();
        marked.extend(self.unanswered.drain(..).filter(|id| !stored_not.contains(id)));
        if goes_on {
            if self.ahead == Ahead::Loading {
                self.ahead = Ahead::Nothing;
            }
            self.unanswered = marked;
            self.go_on(now_ms, jitter, effects);
        } else {
            self.in_flight.append(&mut marked);
            self.push.fail(now_ms, &self.config.backoff, jitter, None);
        }
    }

    /// Does a batch travel, or does an answer wait for the disk?
    fn is_under_way(&self) -> bool {
        !self.in_flight.is_empty() || self.kept.is_some()
    }

    /// Giving edits back to the queue needs no server.
    pub(super) fn release_due_ms(&self) -> Option<u64> {
        (!self.in_flight.is_empty()).then(|| self.push.due_ms()).flatten()
    }
}
