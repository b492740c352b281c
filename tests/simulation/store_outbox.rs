//! The outbox of a device's store: saving, sending, and the answers.

use std::collections::BTreeSet;

use domain::api::PushReply;
use domain::edit::WRITES_MAX;
use domain::{Dot, Edit, EditId, EditState, HlcClock, MerchantId, OutcomeState, Problem, TraceId};
use uuid::Uuid;

use crate::device_store::DeviceStore;
use crate::entry::{Awaits, Draft, Entry, is_in, size};

/// The longest time that a deferred edit waits, in milliseconds. A later time was written under another
/// setting of the clock and is ignored.
pub const DEFER_MS_MAX: u64 = 15_000;

impl DeviceStore {
    /// Saves an edit: counter, stamp and outbox row in one transaction. Only then the window says "saved".
    pub fn save(&mut self, wall_ms: u64, id: Uuid, draft: Draft) -> EditId {
        if self.real.is_some() {
            return self.really(|real| real.save(wall_ms, id, draft)).map(|(edit_id, _)| edit_id).unwrap();
        }
        let Draft { merchant_id, actor, source, writes, settles } = draft;
        assert!(!writes.is_empty() && writes.len() <= WRITES_MAX);
        let base = self.base(&merchant_id);
        let mut clock = HlcClock::after(self.clock);
        self.clock = clock.tick(wall_ms);
        self.counter += 1;
        let edit = Edit {
            edit_id: EditId(id),
            merchant_id,
            dot: Dot { device: self.device, counter: self.counter },
            base,
            hlc: self.clock,
            actor: Some(actor),
            source,
            writes,
            settles,
            trace_id: TraceId(id),
        };
        let edit_id = edit.edit_id;
        self.outbox.insert(self.counter, Entry::of(edit));
        edit_id
    }

    /// Takes an edit back. Only one that was never sent: a copy of a sent one may be on its way.
    pub fn cancel(&mut self, edit_id: EditId) -> bool {
        if self.real.is_some() {
            let queued = self.entry(edit_id).is_some_and(|entry| entry.state == EditState::Queued);
            return queued && self.really(|real| real.discard(edit_id)).is_some_and(|(cancelled, _)| cancelled);
        }
        let never_sent = |entry: &&mut Entry| entry.state == EditState::Queued && entry.attempts == 0;
        match self.entry(edit_id).filter(never_sent) {
            Some(entry) => entry.state = EditState::Cancelled,
            None => return false,
        }
        true
    }

    pub fn entry(&mut self, edit_id: EditId) -> Option<&mut Entry> {
        let counter = self.outbox.values().find(|entry| entry.edit.edit_id == edit_id)?.edit.dot.counter;
        self.outbox.get_mut(&counter)
    }

    /// The next edits that are due, marked `sending`. Oldest first; of each merchant in order; a merchant
    /// whose head is on its way or not due is passed over, so that order within a merchant holds.
    pub fn load_batch(&mut self, wall_ms: u64, edits_max: usize, bytes_max: usize) -> (Vec<Edit>, Option<u64>) {
        if let Some((batch, _)) = self.really(|real| real.load_batch(wall_ms, edits_max, bytes_max)) {
            return batch;
        }
        let mut waiting: BTreeSet<&MerchantId> = BTreeSet::new();
        let mut next_due_ms: Option<u64> = None;
        let mut batch: Vec<u64> = Vec::new();
        let mut bytes = 0;
        for (counter, entry) in self.outbox.iter() {
            if entry.state == EditState::Sending {
                waiting.insert(&entry.edit.merchant_id);
            }
            if entry.state != EditState::Queued || waiting.contains(&entry.edit.merchant_id) {
                continue;
            }
            let due_ms = entry.retry_at_ms.filter(|at| *at <= wall_ms + DEFER_MS_MAX).unwrap_or(0);
            if due_ms > wall_ms {
                next_due_ms = Some(next_due_ms.map_or(due_ms, |at| at.min(due_ms)));
                waiting.insert(&entry.edit.merchant_id);
                continue;
            }
            bytes += size(&entry.edit);
            if batch.len() == edits_max || (!batch.is_empty() && bytes > bytes_max) {
                break;
            }
            batch.push(*counter);
        }
        let mark = |counter: &u64| {
            let entry = self.outbox.get_mut(counter)?;
            entry.state = EditState::Sending;
            entry.attempts += 1;
            Some(entry.edit.clone())
        };
        (batch.iter().filter_map(mark).collect(), next_due_ms)
    }

    /// Writes the answers down. An answered edit stays on top until the device has pulled that far.
    /// Returns the edits whose state changed.
    pub fn store_outcomes(&mut self, reply: &PushReply, retry_at_ms: u64) -> Vec<EditId> {
        if let Some(((), touched)) = self.really(|real| real.store_outcomes(reply, retry_at_ms)) {
            return touched;
        }
        let mut touched = Vec::new();
        for outcome in &reply.outcomes {
            let open = |entry: &&mut Entry| !entry.state.is_answered() && entry.state != EditState::Cancelled;
            let counter = self.outbox.values().find(|entry| entry.edit.edit_id == outcome.edit_id);
            let counter = counter.map(|entry| entry.edit.dot.counter);
            let Some(entry) = counter.and_then(|counter| self.outbox.get_mut(&counter)).filter(open) else {
                continue;
            };
            touched.push(outcome.edit_id);
            entry.state = match outcome.state {
                OutcomeState::Applied => EditState::Applied,
                OutcomeState::Merged => EditState::Merged,
                OutcomeState::InReview => EditState::InReview,
                OutcomeState::Rejected => EditState::Rejected,
                OutcomeState::Deferred => {
                    entry.state = EditState::Queued;
                    entry.retry_at_ms = Some(retry_at_ms);
                    continue;
                }
            };
            entry.reason = outcome.refusal().map(|(field, code, text)| Problem::new(code, text).about(field.as_str()));
            entry.answer = Some(outcome.clone());
            let record = self.records.get(&entry.edit.merchant_id);
            let in_record = record.is_some_and(|r| r.seq >= outcome.seq) && self.epoch.as_ref() == Some(&reply.epoch);
            let in_record = in_record && is_in(record.map(|stored| &**stored.record), &entry.edit);
            entry.awaits = (!in_record && entry.state != EditState::Rejected)
                .then(|| Awaits { epoch: reply.epoch.clone(), seq: outcome.seq });
        }
        touched.extend(self.settle_reviews());
        touched
    }

    /// No answer came: queued again.
    pub fn release(&mut self, edit_ids: &[EditId]) {
        if self.really(|real| real.release(edit_ids)).is_some() {
            return;
        }
        for edit_id in edit_ids {
            if let Some(entry) = self.entry(*edit_id)
                && entry.state == EditState::Sending
            {
                entry.state = EditState::Queued;
            }
        }
    }

    /// The server will never take it: kept, with the reason.
    pub fn reject(&mut self, edit_id: EditId, problem: &Problem) {
        if self.really(|real| real.reject(edit_id, problem)).is_some() {
            return;
        }
        if let Some(entry) = self.entry(edit_id) {
            entry.state = EditState::Rejected;
            entry.reason = Some(problem.clone());
        }
    }
}
