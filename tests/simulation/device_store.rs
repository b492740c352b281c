//! What a device keeps on disk, as a model: it says what the real cache must do. Each function is one
//! transaction. It happens wholly or not at all, and what it did outlives a crash.
//!
//! In some runs the real cache does it instead (`real_disk`); then this is what was read back from its file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::api::{ChangesPage, ChangesQuery, DigestReply, PushReply};
use domain::digest::{self, Digests};
use domain::edit::{Settles, WRITES_MAX};
use domain::profile::Registers;
use domain::rules::RuleBook;
use domain::{
    Actor, ActorId, DeviceId, Dot, Edit, EditId, EditState, FieldPath, Hlc, HlcClock, MerchantId, Outcome,
    OutcomeState, Problem, Record, Source, TraceId, VersionVector, Write,
};
use sync_engine::device::Comparison;
use sync_engine::reconcile;
use uuid::Uuid;

use crate::device::{Marker, PageEnd, PullQuery, Whole};
use crate::real_disk::RealDisk;

/// The longest time that a deferred edit waits, in milliseconds. A later time was written under another
/// setting of the clock and is ignored.
pub const DEFER_MS_MAX: u64 = 15_000;

/// How often an edit is sent again in one reading of the server's data because its record does not have it.
const SENT_AGAIN_MAX: u32 = 3;

/// A record as it was pulled.
#[derive(Clone)]
pub struct Stored {
    /// In which reading of the server's data it came: each begins with the first page.
    pub generation: u64,
    pub seq: u64,
    pub record: Record,
}

/// When an answered edit may be taken off the server's record.
#[derive(Clone, Debug)]
pub struct Awaits {
    /// Change numbers are only comparable within one epoch.
    pub epoch: String,
    pub seq: u64,
}

/// One edit in the outbox.
#[derive(Clone)]
pub struct Entry {
    pub edit: Edit,
    pub state: EditState,
    /// How often it may have been sent.
    pub attempts: u32,
    pub retry_at_ms: Option<u64>,
    pub answer: Option<Outcome>,
    pub awaits: Option<Awaits>,
    /// Why it was refused.
    pub reason: Option<Problem>,
    /// Its author has seen that it was refused.
    pub dismissed: bool,
    /// Sent again although its registers were written over: nothing of it shows.
    pub quiet: bool,
    /// In which reading of the server's data it was sent again because it was not in the record, and how often.
    missed_in: (u64, u32),
}

impl Entry {
    /// As a person just saved it.
    pub fn of(edit: Edit) -> Self {
        Self {
            edit,
            state: EditState::Queued,
            attempts: 0,
            retry_at_ms: None,
            answer: None,
            awaits: None,
            reason: None,
            dismissed: false,
            quiet: false,
            missed_in: (0, 0),
        }
    }

    /// Is it shown on top of the server's record?
    pub fn on_top(&self) -> bool {
        match self.state {
            EditState::Queued | EditState::Sending => true,
            EditState::Rejected | EditState::Cancelled => false,
            _ => self.awaits.is_some(),
        }
    }

    /// The answer was of data that are gone: the edit is sent again, and has one effect all the same.
    fn answer_is_void(&mut self) {
        self.state = EditState::Queued;
        self.awaits = None;
        self.answer = None;
        self.retry_at_ms = None;
    }

    /// Has the server taken it, says its answer?
    fn is_taken(&self) -> bool {
        self.state.is_answered() && self.state != EditState::Rejected
    }

    /// The answer says that the server has it, and the record does not: the server was restored from an older
    /// backup. Sent again, a few times in each reading: of a merchant that is gone for good nothing ever comes back.
    /// `forgotten`: a merchant that is not there was deleted and forgotten, as far as can be told; nothing of it shows.
    fn send_again_if_missed(&mut self, record: Option<&Record>, generation: u64, forgotten: bool) -> bool {
        let (last, before) = self.missed_in;
        let before = if last == generation { before } else { 0 };
        let missed = self.is_taken() && before < SENT_AGAIN_MAX && !is_in(record, &self.edit);
        if missed {
            self.answer_is_void();
            self.missed_in = (generation, before + 1);
            self.quiet = record.is_none() && forgotten;
        }
        missed
    }

    /// The record does not know of it, hence of nothing that was written over it: it shows again.
    fn show_if_missed(&mut self, record: Option<&Record>) {
        self.quiet &= record.is_none() || is_in(record, &self.edit);
    }
}

/// What a person wants to save.
pub struct Draft {
    pub merchant_id: MerchantId,
    pub actor: ActorId,
    pub source: Source,
    pub writes: Vec<Write>,
    pub settles: Option<Settles>,
}

pub struct DeviceStore {
    pub device: DeviceId,
    counter: u64,
    clock: Hlc,
    pub records: BTreeMap<MerchantId, Stored>,
    pub cursor: u64,
    /// Which edit made the change at the cursor.
    pub marker: Marker,
    pub epoch: Option<String>,
    pub generation: u64,
    /// The reading has not come to its end yet.
    pub reading_whole: bool,
    /// The epochs that were given up since the last reading came to its end.
    epochs_before: Vec<String>,
    /// Edits that were sent again because the server had lost them.
    pub sent_again: u64,
    /// By counter, hence in the order in which the edits were made.
    pub outbox: BTreeMap<u64, Entry>,
    /// The server's rules, and the epoch that they are of.
    pub rules: Arc<RuleBook>,
    rules_epoch: String,
    /// The real cache on a real disk, if it is what does all of this.
    real: Option<RealDisk>,
}

impl DeviceStore {
    pub fn new(device: DeviceId) -> Self {
        Self {
            device,
            counter: 0,
            clock: Hlc::default(),
            records: BTreeMap::new(),
            cursor: 0,
            marker: None,
            epoch: None,
            generation: 1,
            reading_whole: true,
            epochs_before: Vec::new(),
            sent_again: 0,
            outbox: BTreeMap::new(),
            rules: Arc::default(),
            rules_epoch: String::new(),
            real: None,
        }
    }

    /// From now on the real cache does it.
    pub fn on_real_disk(&mut self, actor: Actor) {
        self.real = Some(RealDisk::new(self.device, actor));
    }

    /// What the wall clock shows the real cache from now on.
    pub fn set_wall_ms(&self, wall_ms: u64) {
        if let Some(real) = &self.real {
            real.set_wall_ms(wall_ms);
        }
    }

    /// The program is gone, and with it its open file.
    pub fn kill(&mut self) {
        if let Some(real) = &mut self.real {
            real.kill();
        }
    }

    /// Lets the real cache do it, and reads back what is on its disk. `None` if there is none.
    fn really<T>(&mut self, act: impl FnOnce(&mut RealDisk) -> T) -> Option<(T, Vec<EditId>)> {
        let mut real = self.real.take()?;
        let done = act(&mut real);
        let touched = real.read_back(self);
        self.real = Some(real);
        Some((done, touched))
    }

    /// At start: whatever was on its way is queued again. Returns how many.
    pub fn open(&mut self) -> usize {
        if let Some((resumed, _)) = self.really(RealDisk::open) {
            return resumed;
        }
        let mut resumed = 0;
        for entry in self.outbox.values_mut() {
            if entry.state == EditState::Sending {
                entry.state = EditState::Queued;
                resumed += 1;
            }
        }
        resumed
    }

    /// What the author of a next edit of this merchant has seen: the pulled record and the device's own
    /// edits on top of it.
    fn base(&self, merchant: &MerchantId) -> VersionVector {
        let mut seen = match self.records.get(merchant) {
            Some(stored) => stored.record.version(),
            None => VersionVector::default(),
        };
        for entry in self.of(merchant).filter(|entry| entry.on_top() && !entry.quiet) {
            seen.add(entry.edit.dot);
        }
        seen
    }

    fn of<'s>(&'s self, merchant: &'s MerchantId) -> impl Iterator<Item = &'s Entry> {
        self.outbox.values().filter(move |entry| entry.edit.merchant_id == *merchant)
    }

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
        let Some(entry) = self.entry(edit_id) else {
            return false;
        };
        let never_sent = entry.state == EditState::Queued && entry.attempts == 0;
        if never_sent {
            entry.state = EditState::Cancelled;
        }
        never_sent
    }

    fn entry(&mut self, edit_id: EditId) -> Option<&mut Entry> {
        self.outbox.values_mut().find(|entry| entry.edit.edit_id == edit_id)
    }

    /// The next edits that are due, marked `sending`. Oldest first; of each merchant in order; a merchant
    /// whose head is on its way or not due is passed over, so that order within a merchant holds.
    pub fn load_batch(&mut self, wall_ms: u64, edits_max: usize, bytes_max: usize) -> (Vec<Edit>, Option<u64>) {
        if let Some((batch, _)) = self.really(|real| real.load_batch(wall_ms, edits_max, bytes_max)) {
            return batch;
        }
        let mut waiting: BTreeSet<MerchantId> = BTreeSet::new();
        let mut next_due_ms: Option<u64> = None;
        let mut batch = Vec::new();
        let mut bytes = 0;
        for entry in self.outbox.values_mut() {
            if entry.state == EditState::Sending {
                waiting.insert(entry.edit.merchant_id.clone());
            }
            if entry.state != EditState::Queued || waiting.contains(&entry.edit.merchant_id) {
                continue;
            }
            let due_ms = entry.retry_at_ms.filter(|at| *at <= wall_ms + DEFER_MS_MAX).unwrap_or(0);
            if due_ms > wall_ms {
                next_due_ms = Some(next_due_ms.map_or(due_ms, |at| at.min(due_ms)));
                waiting.insert(entry.edit.merchant_id.clone());
                continue;
            }
            bytes += size(&entry.edit);
            if batch.len() == edits_max || (!batch.is_empty() && bytes > bytes_max) {
                break;
            }
            entry.state = EditState::Sending;
            entry.attempts += 1;
            batch.push(entry.edit.clone());
        }
        (batch, next_due_ms)
    }

    /// Writes the answers down. An answered edit stays on top until the device has pulled that far.
    /// Returns the edits whose state changed.
    pub fn store_outcomes(&mut self, reply: &PushReply, retry_at_ms: u64) -> Vec<EditId> {
        if let Some(((), touched)) = self.really(|real| real.store_outcomes(reply, retry_at_ms)) {
            return touched;
        }
        let mut touched = Vec::new();
        for outcome in &reply.outcomes {
            let entry = self.outbox.values_mut().find(|entry| entry.edit.edit_id == outcome.edit_id);
            let Some(entry) = entry else {
                continue;
            };
            if entry.state.is_answered() || entry.state == EditState::Cancelled {
                continue;
            }
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
            let in_record = in_record && is_in(record.map(|stored| &stored.record), &entry.edit);
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
    fn settle_reviews(&mut self) -> Vec<EditId> {
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

    /// The author has seen why it was refused.
    pub fn dismiss_rejected(&mut self) {
        let refused = |entry: &&Entry| entry.state == EditState::Rejected && !entry.dismissed;
        let refused: Vec<EditId> = self.outbox.values().filter(refused).map(|entry| entry.edit.edit_id).collect();
        refused.into_iter().for_each(|edit_id| self.dismiss(edit_id));
    }

    /// The author has done something about this one.
    pub fn dismiss(&mut self, edit_id: EditId) {
        self.really(|real| real.discard(edit_id));
        if let Some(entry) = self.entry(edit_id) {
            entry.dismissed = true;
        }
    }

    /// What is left here of a row that rotted is what is left on the disk.
    pub fn rot(&mut self, merchant: &MerchantId) {
        if let Some(real) = &mut self.real {
            real.rot(merchant, self.records.get(merchant).map(|stored| &stored.record));
        }
    }

    /// What the window shows of a merchant.
    pub fn view(&self, merchant: &MerchantId) -> Registers {
        let mut registers = match self.records.get(merchant) {
            Some(stored) => reconcile::shown(&stored.record, &self.rules.rules),
            None => Registers::new(),
        };
        let own = self.of(merchant).filter(|entry| entry.on_top() && !entry.quiet);
        reconcile::overlay(&mut registers, own.map(|entry| &entry.edit));
        registers
    }

    /// Does the outbox allow the word "synced"? Edits that wait for people do not hinder it.
    pub fn nothing_open(&self) -> bool {
        self.outbox.values().all(|entry| {
            let refused = entry.state == EditState::Rejected && !entry.dismissed;
            !entry.on_top() && !refused
        })
    }

    /// Merchants that the window lists.
    pub fn merchants(&self) -> BTreeSet<MerchantId> {
        let own = self.outbox.values().filter(|entry| entry.on_top());
        self.records.keys().cloned().chain(own.map(|entry| entry.edit.merchant_id.clone())).collect()
    }
}

/// Does the record know of this edit, in each register that it wrote: as a candidate, or as one that a later
/// writer had seen?
pub fn is_in(record: Option<&Record>, edit: &Edit) -> bool {
    edit.writes.iter().all(|write| knows(record, &write.field, edit.dot))
}

/// Does the record know of this write: as a candidate, or as one that a later writer had seen?
pub fn knows(record: Option<&Record>, field: &FieldPath, dot: Dot) -> bool {
    let register = record.and_then(|record| record.registers.get(field));
    register.is_some_and(|r| r.context.contains(dot) || r.siblings.iter().any(|s| s.dot == dot))
}

/// The digest of a row.
pub fn digest_of(record: &Record) -> u64 {
    digest::row(&digest::canonical(record).unwrap())
}

/// Bytes of an edit in a push, near enough: the values are what can be large.
pub fn size(edit: &Edit) -> usize {
    let of = |write: &Write| {
        let texts = [write.value.as_str(), write.base_value.as_str()];
        texts.into_iter().flatten().map(str::len).sum::<usize>() + 60
    };
    200 + edit.writes.iter().map(of).sum::<usize>()
}
