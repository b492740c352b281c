//! An edit in a device's outbox, a record as it was pulled, and what the one says of the other.

use domain::edit::Settles;
use domain::{ActorId, Dot, Edit, EditState, FieldPath, MerchantId, Outcome, Problem, Record, Source, Write};

use crate::held::Row;

/// How often an edit is sent again in one reading of the server's data because its record does not have it.
pub const SENT_AGAIN_MAX: u32 = 3;

/// A record as it was pulled.
#[derive(Clone)]
pub struct Stored {
    /// In which reading of the server's data it came: each begins with the first page.
    pub generation: u64,
    pub seq: u64,
    pub record: Row,
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
    pub missed_in: (u64, u32),
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
    pub fn answer_is_void(&mut self) {
        self.state = EditState::Queued;
        self.awaits = None;
        self.answer = None;
        self.retry_at_ms = None;
    }

    /// Has the server taken it, says its answer?
    pub fn is_taken(&self) -> bool {
        self.state.is_answered() && self.state != EditState::Rejected
    }

    /// The answer says that the server has it, and the record does not: the server was restored from an older
    /// backup. Sent again, a few times in each reading: of a merchant that is gone for good nothing ever comes back.
    /// `forgotten`: a merchant that is not there was deleted and forgotten, as far as can be told; nothing of it shows.
    pub fn send_again_if_missed(&mut self, record: Option<&Record>, generation: u64, forgotten: bool) -> bool {
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
    pub fn show_if_missed(&mut self, record: Option<&Record>) {
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

/// Bytes of an edit in a push, near enough: the values are what can be large.
pub fn size(edit: &Edit) -> usize {
    let of = |write: &Write| {
        let texts = [write.value.as_str(), write.base_value.as_str()];
        texts.into_iter().flatten().map(str::len).sum::<usize>() + 60
    };
    200 + edit.writes.iter().map(of).sum::<usize>()
}
