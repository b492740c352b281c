//! What a device's store makes of what comes from the server: pages, comparisons and repairs.

use std::collections::BTreeSet;

use domain::api::{ChangesPage, ChangesQuery, DigestReply};
use domain::digest::{self, Digests};
use domain::{EditId, EditState, HlcClock, MerchantId};
use sync_engine::device::Comparison;
use sync_engine::reconcile;

use crate::device::{PageEnd, PullQuery, Whole};
use crate::device_store::DeviceStore;
use crate::entry::{Entry, SENT_AGAIN_MAX, Stored, digest_of, is_in};

impl DeviceStore {
    /// Where the next pull goes on; read in one go.
    pub fn pull_from(&self, limit: usize) -> PullQuery {
        if let Some(real) = &self.real {
            return PullQuery { changes: real.pull_from(limit), marker: None, whole: false };
        }
        let changes = ChangesQuery {
            cursor: self.cursor,
            limit: Some(limit),
            epoch: self.epoch.clone(),
            ..ChangesQuery::default()
        };
        PullQuery { changes, marker: self.marker, whole: self.reading_whole }
    }

    /// Page and cursor in one transaction. Returns the edits whose state changed.
    pub fn store_page(&mut self, page: &ChangesPage, end: &PageEnd) -> Vec<EditId> {
        if self.rules_epoch != page.epoch || self.rules.version != end.rules.version {
            // Before the page that was settled by them.
            (self.rules_epoch, self.rules) = (page.epoch.clone(), end.rules.clone());
        }
        if let Some((again, touched)) = self.really(|real| real.store_page(page, &end.rules)) {
            self.sent_again += again;
            return touched;
        }
        let generation = self.generation;
        let mut came: BTreeSet<MerchantId> = BTreeSet::new();
        for change in &page.changes {
            let merchant = &change.record.merchant_id;
            let newer = self
                .records
                .get(merchant)
                .is_none_or(|stored| stored.generation != generation || stored.seq < change.seq);
            if newer {
                let stored = Stored { generation, seq: change.seq, record: change.record.clone() };
                self.records.insert(merchant.clone(), stored);
                came.insert(merchant.clone());
            }
            let mut clock = HlcClock::after(self.clock);
            clock.observe(change.record.latest(), page.server_hlc.wall_ms());
            self.clock = clock.last();
        }
        let first_end = page.complete && std::mem::take(&mut self.reading_whole);
        let forgotten = first_end && self.is_same_epoch(&page.epoch);
        if first_end {
            self.epochs_before.clear();
        }
        self.cursor = page.next_cursor;
        self.marker = end.marker;
        self.epoch = Some(page.epoch.clone());
        if page.complete {
            // What a reading to the end does not have is not there any more.
            self.records.retain(|_, stored| stored.generation == generation);
        }
        for entry in self.outbox.values_mut() {
            let stored = self.records.get(&entry.edit.merchant_id).filter(|stored| stored.generation == generation);
            let Some(awaits) = &entry.awaits else {
                continue;
            };
            if awaits.epoch != page.epoch {
                if page.complete {
                    entry.answer_is_void();
                }
                continue;
            }
            // The cursor alone does not tell: a merchant that changed again has moved to a later page.
            let reached = stored.is_some_and(|stored| stored.seq >= awaits.seq);
            if reached || (page.complete && page.next_cursor >= awaits.seq) {
                // Nor does the number alone: after a restored backup it is another change's.
                let record = stored.map(|stored| &stored.record);
                if is_in(record, &entry.edit) {
                    entry.awaits = None;
                } else if entry.send_again_if_missed(record, generation, forgotten) {
                    self.sent_again += 1;
                }
            }
        }
        self.send_missed(|merchant| came.contains(merchant) || first_end, forgotten);
        self.settle_reviews()
    }

    /// Did this reading begin although the epoch is the same?
    fn is_same_epoch(&self, epoch: &str) -> bool {
        !self.epochs_before.is_empty() && self.epochs_before.iter().all(|before| before == epoch)
    }

    /// The log of sent edits against the records: what the server had taken and does not have is sent again.
    fn send_missed(&mut self, about: impl Fn(&MerchantId) -> bool, forgotten: bool) {
        for entry in self.outbox.values_mut().filter(|entry| entry.awaits.is_none()) {
            if about(&entry.edit.merchant_id) {
                let record = self.records.get(&entry.edit.merchant_id).map(|stored| &stored.record);
                entry.show_if_missed(record);
                self.sent_again += u64::from(entry.send_again_if_missed(record, self.generation, forgotten));
            }
        }
    }

    /// An edit in review is settled as soon as a record that contains it says so.
    pub fn settle_reviews(&mut self) -> Vec<EditId> {
        let mut touched = Vec::new();
        for entry in self.outbox.values_mut() {
            if entry.state != EditState::InReview || entry.awaits.is_some() {
                continue;
            }
            let (Some(stored), Some(answer)) = (self.records.get(&entry.edit.merchant_id), &entry.answer) else {
                continue;
            };
            let state = reconcile::settled_state_of(&stored.record, &entry.edit, &answer.decisions, &self.rules.rules);
            if state != entry.state {
                entry.state = state;
                touched.push(entry.edit.edit_id);
            }
        }
        touched
    }

    /// Of a merchant that is not there any more, no question is open, and nothing will come back. Only for who knows
    /// that none is missing.
    pub fn settle_absent(&mut self) -> Vec<EditId> {
        if self.real.is_some() {
            return Vec::new();
        }
        let mut touched = Vec::new();
        for entry in self.outbox.values_mut() {
            if entry.missed_in == (self.generation, SENT_AGAIN_MAX) {
                entry.awaits = None;
            }
            let absent = !self.records.contains_key(&entry.edit.merchant_id);
            if entry.state == EditState::InReview && entry.awaits.is_none() && absent {
                entry.state = EditState::Declined;
                touched.push(entry.edit.edit_id);
            }
        }
        touched
    }

    /// Is an edit in review whose merchant is not there?
    pub fn waits_for_absent(&self) -> bool {
        let absent = |entry: &Entry| !self.records.contains_key(&entry.edit.merchant_id);
        self.outbox.values().any(|entry| entry.state == EditState::InReview && absent(entry))
    }

    /// The server's data start anew: forget the cursor, keep the outbox, and show the old records until
    /// the new ones are there. An answer that has not come back was of data that are gone: sent again.
    pub fn restart_pull(&mut self) {
        if self.really(|real| real.restart_pull()).is_some() {
            return;
        }
        for entry in self.outbox.values_mut().filter(|entry| entry.awaits.is_some()) {
            entry.answer_is_void();
        }
        self.cursor = 0;
        self.marker = None;
        self.epochs_before.extend(self.epoch.take());
        self.generation += 1;
        self.reading_whole = true;
    }

    /// Compares what is stored with the server's digests. `None`: they are of another epoch.
    pub fn compare(&mut self, reply: &DigestReply) -> Option<Comparison> {
        if let Some((comparison, _)) = self.really(|real| real.compare(reply)) {
            return Some(comparison);
        }
        let theirs = &reply.digests;
        if self.epoch.as_ref() != Some(&theirs.epoch) {
            return None;
        }
        if self.cursor != theirs.seq {
            return Some(Comparison::Moved);
        }
        let mut own = Digests::empty(theirs.epoch.clone(), theirs.seq);
        for (merchant, stored) in &self.records {
            own.add(merchant, digest_of(&stored.record));
        }
        let buckets = own.differing(theirs);
        Some(if buckets.is_empty() { Comparison::Equal } else { Comparison::Different { buckets } })
    }

    /// Writes whole buckets anew; the outbox stays as it is. `None`: they are of another epoch. Returns how many
    /// records were mended.
    pub fn repair(&mut self, buckets: &[u8], whole: &Whole) -> Option<u64> {
        if self.real.is_some() {
            if self.epoch.as_ref() != Some(&whole.epoch) {
                return None;
            }
            let ((mended, again), _) = self.really(|real| real.repair(buckets, whole))?;
            self.sent_again += again;
            return Some(mended);
        }
        if self.epoch.as_ref() != Some(&whole.epoch) {
            return None;
        }
        let mut mended = 0;
        let came: BTreeSet<&MerchantId> = whole.changes.iter().map(|change| &change.record.merchant_id).collect();
        let before = self.records.len();
        self.records.retain(|merchant, _| !buckets.contains(&digest::bucket(merchant)) || came.contains(merchant));
        mended += (before - self.records.len()) as u64;
        for change in &whole.changes {
            let same = self.records.get(&change.record.merchant_id).is_some_and(|s| s.record == change.record);
            if !same {
                mended += 1;
                let (generation, seq) = (self.generation, change.seq);
                let stored = Stored { generation, seq, record: change.record.clone() };
                self.records.insert(change.record.merchant_id.clone(), stored);
            }
        }
        // A restored server whose numbers happen to fit is noticed only here.
        self.send_missed(|merchant| buckets.contains(&digest::bucket(merchant)), false);
        Some(mended)
    }
}
