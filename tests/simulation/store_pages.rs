//! What a device's store makes of what comes from the server: pages, comparisons and repairs.

use std::collections::BTreeSet;

use domain::api::{self, ChangesPage, ChangesQuery, DigestReply};
use domain::digest::{self, Digests};
use domain::{EditId, EditState, HlcClock, MerchantId};
use sync_engine::device::Comparison;
use sync_engine::reconcile;

use crate::device::{PageEnd, PullQuery, Whole};
use crate::device_store::DeviceStore;
use crate::entry::{Awaits, Entry, SENT_AGAIN_MAX, Stored, is_in};

impl DeviceStore {
    /// Where the next pull goes on; read in one go.
    pub fn pull_from(&self, limit: usize) -> PullQuery {
        if let Some(real) = &self.real {
            return PullQuery { changes: real.pull_from(limit), marker: None, whole: false };
        }
        let of_epoch = |awaits: &Awaits| self.epoch.as_ref() == Some(&awaits.epoch);
        let answers = self.outbox.values().filter_map(|entry| {
            entry.awaits.as_ref().filter(|awaits| of_epoch(awaits)).map(|awaits| (awaits.seq, Some(entry.edit.edit_id)))
        });
        let seen = answers.chain(self.witness).max_by_key(|(seq, _)| *seq);
        let changes = ChangesQuery {
            cursor: self.cursor,
            limit: Some(limit),
            epoch: self.epoch.clone(),
            answered: seen.map(|(seq, _)| seq),
            answered_marker: seen.and_then(|(_, marker)| marker).map(api::marker),
            ..ChangesQuery::default()
        };
        PullQuery { changes, marker: self.marker, whole: self.reading_whole }
    }

    /// Page and cursor in one transaction. Returns the edits whose state changed.
    pub fn store_page(&mut self, page: &ChangesPage, end: &PageEnd) -> Vec<EditId> {
        let same = page.rules_digest.as_ref() == Some(&self.rules.digest());
        if self.rules_epoch != page.epoch || self.rules.version != page.rules_version || !same {
            // Before the page that was settled by them.
            (self.rules_epoch, self.rules) = (page.epoch.clone(), end.rules.clone());
        }
        // What the rules settle is settled by the records before the page: not to be judged by those after it.
        self.really(|real| real.follow_rules(page, &end.rules));
        if let Some((again, touched)) = self.really(|real| real.store_page(page)) {
            self.sent_again += again;
            return touched;
        }
        let generation = self.generation;
        let mut came: BTreeSet<MerchantId> = BTreeSet::new();
        for (seq, record) in &end.rows {
            let merchant = &record.merchant_id;
            let newer =
                self.records.get(merchant).is_none_or(|stored| stored.generation != generation || stored.seq < *seq);
            if newer {
                self.records.insert(merchant.clone(), Stored { generation, seq: *seq, record: record.clone() });
                came.insert(merchant.clone());
            }
            let mut clock = HlcClock::after(self.clock);
            clock.observe(record.latest(), page.server_hlc.wall_ms());
            self.clock = clock.last();
        }
        let first_end = page.complete && std::mem::take(&mut self.reading_whole);
        let forgotten = first_end && self.is_same_epoch(&page.epoch);
        if first_end {
            self.epochs_before.clear();
            self.witness = None;
        }
        self.cursor = page.next_cursor;
        self.marker = end.marker;
        self.epoch = Some(page.epoch.clone());
        if page.complete {
            // What a reading to the end does not have is not there any more.
            self.forget_if(|_, stored| stored.generation != generation);
        }
        let (records, sent_again) = (&self.records, &mut self.sent_again);
        self.outbox.change(
            |entry| entry.awaits.is_some(),
            |entry| {
                let stored = records.get(&entry.edit.merchant_id).filter(|stored| stored.generation == generation);
                let Some(awaits) = &entry.awaits else {
                    return;
                };
                if awaits.epoch != page.epoch {
                    if page.complete {
                        entry.answer_is_void();
                    }
                    return;
                }
                // The cursor alone does not tell: a merchant that changed again has moved to a later page.
                let reached = stored.is_some_and(|stored| stored.seq >= awaits.seq);
                if reached || (page.complete && page.next_cursor >= awaits.seq) {
                    // Nor does the number alone: after a restored backup it is another change's.
                    let record = stored.map(|stored| &**stored.record);
                    if is_in(record, &entry.edit) {
                        entry.awaits = None;
                    } else if entry.send_again_if_missed(record, generation, forgotten) {
                        *sent_again += 1;
                    }
                }
            },
        );
        self.send_missed(|merchant| came.contains(merchant) || first_end, forgotten);
        self.settle_reviews()
    }

    fn forget_if(&mut self, gone: impl Fn(&MerchantId, &Stored) -> bool) {
        let ids = self.records.iter().filter(|(merchant, stored)| gone(merchant, stored)).map(|(merchant, _)| merchant);
        let ids: Vec<MerchantId> = ids.cloned().collect();
        ids.iter().for_each(|merchant| self.records.remove(merchant));
        self.forgotten.extend(ids);
    }

    /// The log of sent edits against the records, of which is known that they are the server's.
    pub fn look_through_log(&mut self) {
        if self.real.is_none() {
            let forgotten = std::mem::take(&mut self.forgotten);
            self.send_missed(|merchant| !forgotten.contains(merchant), false);
            self.forgotten = forgotten;
        }
    }

    /// Did this reading begin although the epoch is the same?
    fn is_same_epoch(&self, epoch: &str) -> bool {
        !self.epochs_before.is_empty() && self.epochs_before.iter().all(|before| before == epoch)
    }

    /// The log of sent edits against the records: what the server had taken and does not have is sent again.
    fn send_missed(&mut self, about: impl Fn(&MerchantId) -> bool, forgotten: bool) {
        let (records, sent_again, generation) = (&self.records, &mut self.sent_again, self.generation);
        let due = |entry: &Entry| (entry.quiet || entry.awaits.is_none()) && about(&entry.edit.merchant_id);
        self.outbox.change(due, |entry| {
            let record = records.get(&entry.edit.merchant_id).map(|stored| &**stored.record);
            entry.show_if_missed(record);
            if entry.awaits.is_none() {
                *sent_again += u64::from(entry.send_again_if_missed(record, generation, forgotten));
            }
        });
    }

    /// An edit in review is settled as soon as a record that contains it says so.
    pub fn settle_reviews(&mut self) -> Vec<EditId> {
        let mut touched = Vec::new();
        let (records, rules) = (&self.records, &self.rules.rules);
        let in_review = |entry: &Entry| entry.state == EditState::InReview && entry.awaits.is_none();
        self.outbox.change(in_review, |entry| {
            let (Some(stored), Some(answer)) = (records.get(&entry.edit.merchant_id), &entry.answer) else {
                return;
            };
            let state = reconcile::settled_state_of(&stored.record, &entry.edit, &answer.decisions, rules);
            if state != entry.state {
                entry.state = state;
                touched.push(entry.edit.edit_id);
            }
        });
        touched
    }

    /// Of a merchant that is not there any more, no question is open, and nothing will come back. Only for who knows
    /// that none is missing.
    pub fn settle_absent(&mut self) -> Vec<EditId> {
        if self.real.is_some() {
            return Vec::new();
        }
        let given_up = (self.generation, SENT_AGAIN_MAX);
        self.outbox.change(|entry| entry.missed_in == given_up, |entry| entry.awaits = None);
        let mut touched = self.settle_reviews();
        let records = &self.records;
        let asked_in_vain = |entry: &Entry| {
            let absent = !records.contains_key(&entry.edit.merchant_id);
            entry.state == EditState::InReview && entry.awaits.is_none() && absent
        };
        self.outbox.change(asked_in_vain, |entry| {
            entry.state = EditState::Declined;
            touched.push(entry.edit.edit_id);
        });
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
        self.outbox.change(|entry| entry.awaits.is_some(), Entry::answer_is_void);
        self.cursor = 0;
        self.marker = None;
        self.epochs_before.extend(self.epoch.take());
        self.witness = None;
        self.generation += 1;
        self.reading_whole = true;
    }

    /// Everything is read anew, of data that are the same as far as anybody knows. The change at the cursor is asked
    /// about until all has come.
    pub fn read_anew(&mut self) {
        if self.really(|real| real.read_anew()).is_some() {
            return;
        }
        let Some(epoch) = self.epoch.clone() else { return };
        self.witness = self.witness.or(Some((self.cursor, self.marker)));
        self.cursor = 0;
        self.marker = None;
        self.epochs_before.push(epoch);
        self.generation += 1;
        self.reading_whole = true;
    }

    /// Compares what is stored with the server's digests. `None`: they are of another epoch.
    pub fn compare(&mut self, reply: &DigestReply) -> Option<Comparison> {
        if let Some(((comparison, again), _)) = self.really(|real| real.compare(reply)) {
            self.sent_again += again;
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
        for (merchant, stored) in self.records.iter() {
            own.add(merchant, stored.record.digest());
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
        let came: BTreeSet<&MerchantId> = whole.rows.iter().map(|(_, record)| &record.merchant_id).collect();
        let before = self.records.len();
        // An answer to an edit that was sent meanwhile is newer than what was asked for.
        let at = self.cursor;
        let is_later = |seq: u64| seq > whole.head && seq <= at;
        self.forget_if(|merchant, stored| {
            buckets.contains(&digest::bucket(merchant)) && !came.contains(merchant) && !is_later(stored.seq)
        });
        mended += (before - self.records.len()) as u64;
        for (seq, record) in &whole.rows {
            let known = self.records.get(&record.merchant_id);
            if !known.is_some_and(|stored| stored.record == *record || is_later(stored.seq)) {
                mended += 1;
                let stored = Stored { generation: self.generation, seq: *seq, record: record.clone() };
                self.records.insert(record.merchant_id.clone(), stored);
            }
        }
        // A restored server whose numbers happen to fit is noticed only here.
        self.send_missed(|merchant| buckets.contains(&digest::bucket(merchant)), false);
        Some(mended)
    }
}
