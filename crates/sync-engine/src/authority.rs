//! What the server makes of an edit. Scope, role, validation and merge are decided here and nowhere else.

mod growth;

use std::collections::BTreeSet;

use domain::api::HistoryEntry;
use domain::edit::{Decision, Edit, FieldDecision, Outcome, OutcomeState, Source, WRITES_MAX, Write};
use domain::field::FieldPath;
use domain::id::ReviewId;
use domain::problem::{ErrorCode, Problem};
use domain::profile::Registers;
use domain::record::{REGISTERS_MAX, Record, Register, SIBLINGS_MAX, Sibling, WriteMeta};
use domain::role::Actor;
use domain::rules::RuleSet;
use domain::schema::Schema;
use domain::value::{VALUE_BYTES_MAX, Value};
use domain::version::VersionVector;

use crate::reconcile;

pub use growth::{RECORD_BYTES_MAX, RECORD_DEVICES_MAX, RECORD_DEVICES_MAX_OF_MERCHANTS};

/// The most devices that an edit's base may name.
pub const BASE_DEVICES_MAX: usize = 4096;

/// The largest number of an edit: both sides keep it as an integer with sign.
const COUNTER_MAX: u64 = i64::MAX as u64;

/// The longest reason of a resolution, in characters.
pub const REASON_CHARS_MAX: usize = 2000;

/// What an edit leads to. Nothing of it is stored yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The merchant afterwards.
    pub record: Record,
    /// Does the record differ from before? A refused edit changes nothing.
    pub changed: bool,
    /// The answer; its `seq` is 0 until the server gives it one.
    pub outcome: Outcome,
    /// A line for each write; `seq` and `received_at` are the server's to fill in.
    pub history: Vec<HistoryEntry>,
}

/// Decides about one edit of one merchant by one actor. Values are brought into the form of the schema; a merchant that
/// is new must have what the program requires (a declared field may have become required after the edit was made).
/// The record comes back in the verdict, as it was if nothing changed.
pub fn accept(record: Option<Record>, edit: &Edit, actor: &Actor, rules: &RuleSet, schema: &Schema) -> Verdict {
    let is_new = record.is_none();
    let before = record.unwrap_or_else(|| Record::empty(edit.merchant_id.clone()));
    match examine(&before, is_new, edit, actor, rules, schema) {
        Ok(writes) => apply(before, edit, &writes, actor, rules),
        Err(refusal) => refuse(before, edit, actor, &refusal.0, &refusal.1),
    }
}

/// The field and why; boxed, because almost every edit is taken.
type Refusal = Box<(FieldPath, Problem)>;

fn examine(
    record: &Record,
    is_new: bool,
    edit: &Edit,
    actor: &Actor,
    rules: &RuleSet,
    schema: &Schema,
) -> Result<Vec<Write>, Refusal> {
    let whole = |code, text: &str| Box::new((FieldPath::fixed("edit"), Problem::new(code, text)));
    if !actor.scope.contains(&edit.merchant_id) {
        return Err(whole(ErrorCode::Forbidden, "this merchant is outside what you may edit"));
    }
    if edit.actor.as_ref().is_some_and(|claimed| *claimed != actor.id) {
        return Err(whole(
            ErrorCode::Forbidden,
            "this edit was made by somebody else: they must be signed in to send it",
        ));
    }
    if edit.writes.is_empty() || edit.writes.len() > WRITES_MAX {
        return Err(whole(ErrorCode::BadRequest, "an edit has 1 to 256 writes"));
    }
    if edit.base.len() > BASE_DEVICES_MAX {
        return Err(whole(ErrorCode::BadRequest, "an edit can have seen the edits of at most 4,096 devices"));
    }
    let mut counters = edit.base.dots().chain([edit.dot]).map(|dot| dot.counter);
    if edit.dot.counter == 0 || counters.any(|counter| counter > COUNTER_MAX) {
        return Err(whole(ErrorCode::BadRequest, "a device counts its edits from 1, below 2^63"));
    }
    if edit.base.contains(edit.dot) {
        return Err(whole(ErrorCode::BadRequest, "an edit cannot have seen itself: its number was given twice"));
    }
    if record.edits.get(&edit.dot).is_some_and(|other| other.edit_id != edit.edit_id) {
        return Err(whole(
            ErrorCode::BadRequest,
            "another edit of this device has the same number: was its data folder copied or restored?",
        ));
    }
    if edit.source == Source::Resolution && edit.settles.is_none() {
        return Err(whole(ErrorCode::BadRequest, "a resolution must name the candidates it settles"));
    }
    if let Some(settles) = &edit.settles {
        if !actor.role.may_review() {
            return Err(whole(ErrorCode::Forbidden, "only operations may settle a review"));
        }
        if settles.review_id != ReviewId::of(&edit.merchant_id) {
            return Err(whole(ErrorCode::BadRequest, "a resolution settles the review of its own merchant"));
        }
        if settles.reason.as_ref().is_some_and(|text| text.chars().count() > REASON_CHARS_MAX) {
            return Err(whole(ErrorCode::TooLarge, "the reason is too long: at most 2,000 characters"));
        }
        if settles.candidates.len() != edit.writes.len() {
            return Err(whole(ErrorCode::BadRequest, "a resolution names the candidates of each of its fields"));
        }
    }
    let mut fields = BTreeSet::new();
    let mut writes = Vec::with_capacity(edit.writes.len());
    for (n, write) in edit.writes.iter().enumerate() {
        let at = |problem: Problem| Box::new((write.field.clone(), problem));
        let value = schema.normalise(&write.field, &write.value).map_err(at)?;
        if write.base_value.canonical().len() > VALUE_BYTES_MAX {
            return Err(at(Problem::new(ErrorCode::TooLarge, "what the editor saw is longer than a field can be")));
        }
        if !fields.insert(&write.field) {
            return Err(at(Problem::new(ErrorCode::BadRequest, "an edit writes each field once")));
        }
        if let Some(settles) = &edit.settles {
            let now = record.registers.get(&write.field).map(reconcile::candidates).unwrap_or_default();
            let open = reconcile::is_contested(record, &write.field, rules);
            if !open || settles.candidates[n] != now {
                return Err(at(Problem::new(
                    ErrorCode::ReviewMoved,
                    "the values to choose from have changed meanwhile: look again and choose again",
                )));
            }
            if !now.iter().all(|dot| edit.base.contains(*dot)) {
                return Err(at(Problem::new(
                    ErrorCode::BadRequest,
                    "a resolution must have seen the candidates that it names",
                )));
            }
        } else {
            guard_review(record, write, edit, actor, rules).map_err(at)?;
        }
        let crowd = record
            .registers
            .get(&write.field)
            .map_or(0, |r| r.siblings.iter().filter(|s| !edit.base.contains(s.dot)).count());
        if crowd >= SIBLINGS_MAX {
            return Err(at(Problem::new(
                ErrorCode::TooManyCandidates,
                "too many values wait for review here: settle them first",
            )));
        }
        writes.push(Write { field: write.field.clone(), base_value: write.base_value.clone(), value });
    }
    let new_registers = writes.iter().filter(|w| !record.registers.contains_key(&w.field)).count();
    if new_registers > 0 && record.registers.len() + new_registers > REGISTERS_MAX {
        return Err(whole(ErrorCode::TooLarge, "a merchant has at most 1,024 fields"));
    }
    growth::check(record, is_new, edit, &writes, actor.role)
        .map_err(|problem| Box::new((FieldPath::fixed("edit"), problem)))?;
    if is_new {
        let registers: Registers = writes.iter().map(|w| (w.field.clone(), w.value.clone())).collect();
        Schema::default().complete(&registers).map_err(|problem| {
            if !edit.base.is_empty() {
                return whole(
                    ErrorCode::NotFound,
                    "this merchant is not there any more: it was deleted; enter it anew, with name and address, if it still exists",
                );
            }
            let missing = problem.field.as_deref().map(FieldPath::new);
            let field = missing.and_then(Result::ok);
            Box::new((field.unwrap_or_else(|| writes[0].field.clone()), problem))
        })?;
    }
    Ok(writes)
}

/// Removing candidates between which people must choose is settling: only for who may. It does not matter whether still
/// others have arrived meanwhile; but of one who may not and one who may, it matters who came first.
fn guard_review(record: &Record, write: &Write, edit: &Edit, actor: &Actor, rules: &RuleSet) -> Result<(), Problem> {
    if actor.role.may_review() || !settles_by_writing(record, write, edit, rules) {
        return Ok(());
    }
    Err(Problem::new(
        ErrorCode::InReview,
        "operations are choosing between two values of this field: it can be edited when they are done",
    )
    .about(write.field.as_str()))
}

fn settles_by_writing(record: &Record, write: &Write, edit: &Edit, rules: &RuleSet) -> bool {
    let Some(register) = record.registers.get(&write.field) else {
        return false;
    };
    if write.field == FieldPath::deleted() && reconcile::is_contested(record, &write.field, rules) {
        return register.siblings.iter().any(|s| edit.base.contains(s.dot));
    }
    let seen = Register {
        siblings: register.siblings.iter().filter(|s| edit.base.contains(s.dot)).cloned().collect(),
        context: register.context.clone(),
    };
    reconcile::settle(&write.field, &seen, &record.edits, rules).is_some_and(|settlement| settlement.is_contested())
}

fn refuse(record: Record, edit: &Edit, actor: &Actor, field: &FieldPath, problem: &Problem) -> Verdict {
    let decisions: Vec<FieldDecision> = vec![FieldDecision {
        field: field.clone(),
        decision: Decision::Rejected { code: problem.code, message: problem.title.clone() },
    }];
    // Of a merchant that the actor may not see, not even a line of history is written; nor of what no
    // history could hold.
    let unfit = matches!(problem.code, ErrorCode::Forbidden | ErrorCode::BadRequest | ErrorCode::TooLarge);
    let history = if unfit {
        Vec::new()
    } else {
        let kept = edit.writes.iter().map(|write| entry(edit, write, actor, decisions[0].decision.clone()));
        kept.map(shortened).collect()
    };
    let outcome = Outcome { edit_id: edit.edit_id, state: OutcomeState::Rejected, decisions, seq: 0 };
    Verdict { record, changed: false, outcome, history }
}

/// A line of a refused edit: no value was looked at before all of it was taken, so what no field can hold is left out.
fn shortened(mut line: HistoryEntry) -> HistoryEntry {
    for value in [&mut line.before, &mut line.after] {
        if value.canonical().len() > VALUE_BYTES_MAX {
            *value = Value::NULL;
        }
    }
    line
}

fn entry(edit: &Edit, write: &Write, actor: &Actor, decision: Decision) -> HistoryEntry {
    HistoryEntry {
        seq: 0,
        merchant_id: edit.merchant_id.clone(),
        field: write.field.clone(),
        before: write.base_value.clone(),
        after: write.value.clone(),
        decision,
        actor: actor.id.clone(),
        actor_name: actor.name.clone(),
        role: actor.role,
        source: edit.source,
        dot: edit.dot,
        edit_id: edit.edit_id,
        hlc: edit.hlc,
        received_at: Default::default(),
        reason: edit.settles.as_ref().and_then(|s| s.reason.clone()),
        trace_id: edit.trace_id,
    }
}

/// Writes one register: removes the candidates that the writer had seen, adds the new one, unless a
/// successor has arrived before it.
pub fn write_register(register: &mut Register, sibling: Sibling, base: &VersionVector) {
    let superseded = register.context.contains(sibling.dot);
    register.siblings.retain(|s| !base.contains(s.dot));
    if !superseded && register.siblings.iter().all(|s| s.dot != sibling.dot) {
        register.siblings.push(sibling);
        register.siblings.sort_by_key(|s| s.dot);
    }
    register.context.join(base);
}

fn apply(mut record: Record, edit: &Edit, writes: &[Write], actor: &Actor, rules: &RuleSet) -> Verdict {
    let concurrent = !covers(&record, edit);
    let mut changed = false;
    for write in writes {
        let sibling = Sibling { dot: edit.dot, value: write.value.clone(), base_value: write.base_value.clone() };
        let before = record.registers.get(&write.field).cloned();
        let register = record.registers.entry(write.field.clone()).or_default();
        write_register(register, sibling, &edit.base);
        changed |= before.as_ref() != Some(register);
    }
    changed |= sign(&mut record, edit, actor);
    let decisions: Vec<FieldDecision> = writes
        .iter()
        .map(|write| FieldDecision {
            field: write.field.clone(),
            decision: reconcile::decision(&record, &write.field, edit.dot, rules),
        })
        .collect();
    let history =
        writes.iter().zip(&decisions).map(|(write, d)| entry(edit, write, actor, d.decision.clone())).collect();
    let state = if decisions.iter().any(|d| d.decision == Decision::NeedsReview) {
        OutcomeState::InReview
    } else if concurrent || decisions.iter().any(|d| matches!(d.decision, Decision::AutoResolved { .. })) {
        OutcomeState::Merged
    } else {
        OutcomeState::Applied
    };
    let outcome = Outcome { edit_id: edit.edit_id, state, decisions, seq: 0 };
    Verdict { changed, record, outcome, history }
}

/// Notes who made the edit, if something of it is left, and forgets the edits of which nothing is. Returns whether
/// the record's edits differ from before.
fn sign(record: &mut Record, edit: &Edit, actor: &Actor) -> bool {
    let meta = WriteMeta {
        edit_id: edit.edit_id,
        actor: actor.id.clone(),
        actor_name: actor.name.clone(),
        role: actor.role,
        source: edit.source,
        hlc: edit.hlc,
    };
    let before = record.edits.get(&edit.dot).cloned();
    let others = record.edits.len() - usize::from(before.is_some());
    record.edits.insert(edit.dot, meta);
    record.forget_unused_edits();
    let after = record.edits.get(&edit.dot);
    before.as_ref() != after || record.edits.len() - usize::from(after.is_some()) != others
}

/// Had the editor seen every edit of which something is left?
fn covers(record: &Record, edit: &Edit) -> bool {
    record.edits.keys().all(|dot| edit.base.contains(*dot))
}
