//! What the server makes of an edit. Scope, role, validation and merge are decided here and nowhere else.

use domain::api::HistoryEntry;
use domain::edit::{
    Decision, Edit, FieldDecision, Outcome, OutcomeState, Source, WRITES_MAX, Write,
};
use domain::field::{FieldKind, FieldPath};
use domain::problem::{ErrorCode, Problem};
use domain::profile::Registers;
use domain::record::{REGISTERS_MAX, Record, Register, SIBLINGS_MAX, Sibling, WriteMeta};
use domain::role::Actor;
use domain::rules::RuleSet;
use domain::validate;
use domain::value::Value;
use domain::version::VersionVector;

use crate::reconcile;

/// The most devices that an edit's base may name.
pub const BASE_DEVICES_MAX: usize = 4096;

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

/// Decides about one edit of one merchant by one actor.
pub fn accept(record: Option<&Record>, edit: &Edit, actor: &Actor, rules: &RuleSet) -> Verdict {
    let before = record
        .cloned()
        .unwrap_or_else(|| Record::empty(edit.merchant_id.clone()));
    match examine(record, &before, edit, actor, rules) {
        Ok(writes) => apply(before, edit, &writes, actor, rules),
        Err((field, problem)) => refuse(before, edit, actor, &field, &problem),
    }
}

type Refusal = (FieldPath, Problem);

fn examine(
    stored: Option<&Record>,
    record: &Record,
    edit: &Edit,
    actor: &Actor,
    rules: &RuleSet,
) -> Result<Vec<Write>, Refusal> {
    let whole = |code, text: &str| (FieldPath::fixed("edit"), Problem::new(code, text));
    if !actor.scope.contains(&edit.merchant_id) {
        return Err(whole(
            ErrorCode::Forbidden,
            "this merchant is outside what you may edit",
        ));
    }
    if edit
        .actor
        .as_ref()
        .is_some_and(|claimed| *claimed != actor.id)
    {
        return Err(whole(
            ErrorCode::Forbidden,
            "this edit was made by somebody else: they must be signed in to send it",
        ));
    }
    if edit.writes.is_empty()
        || edit.writes.len() > WRITES_MAX
        || edit.base.len() > BASE_DEVICES_MAX
    {
        return Err(whole(ErrorCode::BadRequest, "an edit has 1 to 256 writes"));
    }
    if edit.source == Source::Resolution && edit.settles.is_none() {
        return Err(whole(
            ErrorCode::BadRequest,
            "a resolution must name the candidates it settles",
        ));
    }
    if let Some(settles) = &edit.settles {
        if !actor.role.may_review() {
            return Err(whole(
                ErrorCode::Forbidden,
                "only operations may settle a review",
            ));
        }
        if settles.candidates.len() != edit.writes.len() {
            return Err(whole(
                ErrorCode::BadRequest,
                "a resolution names the candidates of each of its fields",
            ));
        }
    }
    let mut writes = Vec::with_capacity(edit.writes.len());
    for (n, write) in edit.writes.iter().enumerate() {
        let at = |problem: Problem| (write.field.clone(), problem);
        let value = validate::normalise(&write.field, &write.value).map_err(at)?;
        element_key(&write.field, &value).map_err(at)?;
        if let Some(settles) = &edit.settles {
            let now = record
                .registers
                .get(&write.field)
                .map(reconcile::candidates)
                .unwrap_or_default();
            let open = reconcile::is_contested(record, &write.field, rules);
            if !open || settles.candidates[n] != now {
                return Err(at(Problem::new(
                    ErrorCode::ReviewMoved,
                    "the values to choose from have changed meanwhile: look again and choose again",
                )));
            }
        } else {
            guard_review(record, write, edit, actor, rules).map_err(at)?;
        }
        let crowd = record
            .registers
            .get(&write.field)
            .map_or(0, |r| r.siblings.len());
        if crowd >= SIBLINGS_MAX {
            return Err(at(Problem::new(
                ErrorCode::TooManyCandidates,
                "too many values wait for review here: settle them first",
            )));
        }
        writes.push(Write {
            field: write.field.clone(),
            base_value: write.base_value.clone(),
            value,
        });
    }
    if record.registers.len() + writes.len() > REGISTERS_MAX {
        return Err(whole(
            ErrorCode::TooLarge,
            "a merchant has at most 1,024 fields",
        ));
    }
    if stored.is_none() {
        let registers: Registers = writes
            .iter()
            .map(|w| (w.field.clone(), w.value.clone()))
            .collect();
        validate::complete(&registers).map_err(|p| (writes[0].field.clone(), p))?;
    }
    Ok(writes)
}

/// The key of a set's element must be in normal form itself.
fn element_key(field: &FieldPath, value: &Value) -> Result<(), Problem> {
    if value.is_null() || field.root() != "phones" || field.kind() != FieldKind::SetElement {
        return Ok(());
    }
    let number = field.key().unwrap_or_default();
    let digits = number.strip_prefix('+').unwrap_or_default();
    // ITU-T E.164: at most 15 digits. The device has checked more; a number of a country whose plan changed
    // since must still arrive.
    if digits.len() < 7 || digits.len() > 15 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::new(
            ErrorCode::BadPhone,
            format!("{number} is no telephone number: write +country code and number"),
        )
        .about(field.as_str()));
    }
    Ok(())
}

/// Writing to a contested register with every candidate seen is settling it: only for who may.
fn guard_review(
    record: &Record,
    write: &Write,
    edit: &Edit,
    actor: &Actor,
    rules: &RuleSet,
) -> Result<(), Problem> {
    if actor.role.may_review() || !reconcile::is_contested(record, &write.field, rules) {
        return Ok(());
    }
    let sees_all = record
        .registers
        .get(&write.field)
        .is_some_and(|r| r.siblings.iter().all(|s| edit.base.contains(s.dot)));
    if sees_all {
        return Err(Problem::new(
            ErrorCode::InReview,
            "operations are choosing between two values of this field: it can be edited when they are done",
        )
        .about(write.field.as_str()));
    }
    Ok(())
}

fn refuse(
    record: Record,
    edit: &Edit,
    actor: &Actor,
    field: &FieldPath,
    problem: &Problem,
) -> Verdict {
    let decisions: Vec<FieldDecision> = vec![FieldDecision {
        field: field.clone(),
        decision: Decision::Rejected {
            code: problem.code,
            message: problem.title.clone(),
        },
    }];
    // Of a merchant that the actor may not see, not even a line of history is written.
    let history = if problem.code == ErrorCode::Forbidden {
        Vec::new()
    } else {
        edit.writes
            .iter()
            .map(|write| entry(edit, write, actor, decisions[0].decision.clone()))
            .collect()
    };
    let outcome = Outcome {
        edit_id: edit.edit_id,
        state: OutcomeState::Rejected,
        decisions,
        seq: 0,
    };
    Verdict {
        record,
        changed: false,
        outcome,
        history,
    }
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

fn apply(
    mut record: Record,
    edit: &Edit,
    writes: &[Write],
    actor: &Actor,
    rules: &RuleSet,
) -> Verdict {
    let before = record.clone();
    let concurrent = !covers(&before, edit);
    record.edits.insert(
        edit.dot,
        WriteMeta {
            edit_id: edit.edit_id,
            actor: actor.id.clone(),
            actor_name: actor.name.clone(),
            role: actor.role,
            source: edit.source,
            hlc: edit.hlc,
        },
    );
    for write in writes {
        let sibling = Sibling {
            dot: edit.dot,
            value: write.value.clone(),
            base_value: write.base_value.clone(),
        };
        write_register(
            record.registers.entry(write.field.clone()).or_default(),
            sibling,
            &edit.base,
        );
    }
    record.forget_unused_edits();
    let decisions: Vec<FieldDecision> = writes
        .iter()
        .map(|write| FieldDecision {
            field: write.field.clone(),
            decision: reconcile::decision(&record, &write.field, edit.dot, rules),
        })
        .collect();
    let history = writes
        .iter()
        .zip(&decisions)
        .map(|(write, d)| entry(edit, write, actor, d.decision.clone()))
        .collect();
    let state = if decisions
        .iter()
        .any(|d| d.decision == Decision::NeedsReview)
    {
        OutcomeState::InReview
    } else if concurrent
        || decisions
            .iter()
            .any(|d| matches!(d.decision, Decision::AutoResolved { .. }))
    {
        OutcomeState::Merged
    } else {
        OutcomeState::Applied
    };
    let outcome = Outcome {
        edit_id: edit.edit_id,
        state,
        decisions,
        seq: 0,
    };
    Verdict {
        changed: record != before,
        record,
        outcome,
        history,
    }
}

/// Had the editor seen every edit of which something is left?
fn covers(record: &Record, edit: &Edit) -> bool {
    record.edits.keys().all(|dot| edit.base.contains(*dot))
}
