//! From a batch of edits to what is stored and answered. Pure: the decisions are the engine's
//! ([`sync_engine::authority`]); here they get their numbers and become rows.

use std::collections::{BTreeMap, HashMap};

use domain::api::{HistoryEntry, Landed, marker};
use domain::digest::Bucket;
use domain::edit::{Decision, Edit, FieldDecision, Outcome};
use domain::field::FieldPath;
use domain::rules::{RuleSet, SUPERSEDED};
use domain::schema::Schema;
use domain::{Actor, EditId, ErrorCode, MerchantId, Record, digest};
use sync_engine::authority::{self, REASON_CHARS_MAX};
use sync_engine::reconcile;

use crate::db::edits::{ConflictRow, EditRow, Loaded, MerchantRow, Plan, StoredWrite};
use crate::db::{DbError, StoredMerchant};

/// The most that is kept of a refused edit beside the field that was refused, in bytes of its values.
const REFUSED_BYTES_MAX: usize = 64 * 1024;

/// Decides about a batch, in order.
///
/// # Errors
/// `storage` if a record cannot be written as JSON.
pub fn plan(
    edits: &[Edit],
    actor: &Actor,
    rules: &RuleSet,
    schema: &Schema,
    loaded: Loaded,
    received_at_ms: u64,
) -> Result<Plan, DbError> {
    let mut batch = Batch {
        plan: Plan { head: loaded.head, ..Plan::default() },
        answers: loaded.answers,
        merchants: loaded.merchants,
        changed: BTreeMap::new(),
        before: loaded.head,
        before_marker: loaded.head_marker,
        newest: None,
    };
    batch.plan.outcomes.reserve(edits.len());
    batch.plan.edits.reserve(edits.len());
    for edit in edits {
        let outcome = match batch.answers.get(&edit.edit_id) {
            Some(known) => known.clone(),
            None => batch.decide(edit, actor, (rules, schema), received_at_ms)?,
        };
        batch.plan.outcomes.push(outcome);
    }
    batch.finish(rules)
}

struct Batch {
    plan: Plan,
    answers: HashMap<EditId, Outcome>,
    merchants: HashMap<MerchantId, StoredMerchant>,
    /// The merchants that changed, in the order of their newest change.
    changed: BTreeMap<MerchantId, u64>,
    /// The newest change before the batch.
    before: u64,
    before_marker: String,
    /// The edit that made the newest change of the batch.
    newest: Option<EditId>,
}

impl Batch {
    fn decide(
        &mut self,
        edit: &Edit,
        actor: &Actor,
        (rules, schema): (&RuleSet, &Schema),
        received_at_ms: u64,
    ) -> Result<Outcome, DbError> {
        let (mut seq, record) = self.merchants.remove(&edit.merchant_id).map(|known| (known.seq, known.record)).unzip();
        let mut verdict = authority::accept(record, edit, actor, rules, schema);
        if verdict.changed {
            self.plan.head += 1;
            self.newest = Some(edit.edit_id);
            self.changed.insert(edit.merchant_id.clone(), self.plan.head);
            seq = Some(self.plan.head);
        }
        if let Some(seq) = seq {
            self.merchants.insert(edit.merchant_id.clone(), StoredMerchant { seq, record: verdict.record });
        }
        if verdict.outcome.refusal().is_some_and(|(_, code, _)| code == ErrorCode::Forbidden) {
            // Nothing is kept of what somebody may not do: they could fill the disk with it, and with the
            // right person or role the same edit is judged anew.
            return Ok(verdict.outcome);
        }
        verdict.outcome.seq = seq.unwrap_or(0);
        self.count_conflicts(edit, &verdict.outcome, received_at_ms);
        self.plan.edits.push(edit_row(edit, actor, &verdict.outcome, verdict.history, received_at_ms)?);
        self.answers.insert(edit.edit_id, verdict.outcome.clone());
        Ok(verdict.outcome)
    }

    fn count_conflicts(&mut self, edit: &Edit, outcome: &Outcome, received_at_ms: u64) {
        for FieldDecision { field, decision } in &outcome.decisions {
            let reviewed = match decision {
                Decision::NeedsReview => true,
                // What arrived after its successor is late, but no conflict.
                Decision::AutoResolved { rule, .. } if rule != SUPERSEDED => false,
                _ => continue,
            };
            self.plan.conflicts.push(ConflictRow {
                received_at_ms,
                merchant_id: edit.merchant_id.clone(),
                group: group(field),
                source: edit.source,
                reviewed,
            });
        }
    }

    fn finish(mut self, rules: &RuleSet) -> Result<Plan, DbError> {
        let mut changed: Vec<(u64, MerchantId)> = self.changed.into_iter().map(|(id, seq)| (seq, id)).collect();
        changed.sort_unstable();
        self.plan.merchants.reserve(changed.len());
        let mut digests = Bucket::default();
        for (_, id) in changed {
            if let Some(merchant) = self.merchants.remove(&id) {
                let row = merchant_row(merchant.seq, &merchant.record, rules)?;
                digests.add(row.digest);
                self.plan.merchants.push(row);
            }
        }
        self.plan.landed = self.newest.map(|newest| Landed {
            before: self.before,
            before_marker: self.before_marker,
            head: self.plan.head,
            marker: marker(newest),
            changed: digests,
        });
        Ok(self.plan)
    }
}

/// The charts' field groups.
fn group(field: &FieldPath) -> &'static str {
    match field.root() {
        "phones" => "phones",
        "hours" => "hours",
        "address" => "address",
        "name" => "name",
        _ => "other",
    }
}

/// A merchant as it is stored, with the columns that are read off its record.
///
/// # Errors
/// `storage` if the record cannot be written as JSON.
pub fn merchant_row(seq: u64, record: &Record, rules: &RuleSet) -> Result<MerchantRow, DbError> {
    // A question needs two candidates, or a deletion: most merchants have neither.
    let may_be_open = record.registers.contains_key(&FieldPath::deleted())
        || record.registers.values().any(|register| register.siblings.len() > 1);
    let contested = match may_be_open.then(|| reconcile::review(record, rules)).flatten() {
        Some(review) => u32::try_from(review.items.len()).unwrap_or(u32::MAX),
        None => 0,
    };
    let text = digest::canonical(record)?;
    Ok(MerchantRow {
        seq,
        merchant_id: record.merchant_id.clone(),
        name: shown_name(record, rules),
        deleted: may_be_open && reconcile::is_deleted(record, rules),
        contested,
        digest: digest::row(&text),
        bucket: digest::bucket(&record.merchant_id),
        record: text,
    })
}

fn shown_name(record: &Record, rules: &RuleSet) -> String {
    let field = FieldPath::fixed("name");
    let Some(register) = record.registers.get(&field) else { return String::new() };
    let shows = reconcile::settle(&field, register, &record.edits, rules).map(|settlement| settlement.dot());
    let sibling = register.siblings.iter().find(|sibling| Some(sibling.dot) == shows);
    sibling.and_then(|sibling| sibling.value.as_str()).unwrap_or_default().to_owned()
}

/// The lines that are kept of an edit: of a refused one what was refused, and beside it what is small. It can be sent
/// again and again with other ids, and would fill the disk.
fn kept(mut history: Vec<HistoryEntry>, outcome: &Outcome) -> Vec<HistoryEntry> {
    let Some((refused, ..)) = outcome.refusal() else { return history };
    let mut left = REFUSED_BYTES_MAX;
    let keep = |line: &HistoryEntry| {
        let bytes = line.before.canonical().len() + line.after.canonical().len();
        let keep = line.field == *refused || bytes <= left;
        left = left.saturating_sub(bytes * usize::from(keep));
        keep
    };
    history.retain(keep);
    history
}

fn edit_row(
    edit: &Edit,
    actor: &Actor,
    outcome: &Outcome,
    history: Vec<HistoryEntry>,
    received_at_ms: u64,
) -> Result<EditRow, DbError> {
    let writes: Vec<StoredWrite> = kept(history, outcome)
        .into_iter()
        .map(|line| StoredWrite { field: line.field, before: line.before, after: line.after, decision: line.decision })
        .collect();
    let same = writes.len() == outcome.decisions.len()
        && writes.iter().zip(&outcome.decisions).all(|(w, d)| w.field == d.field && w.decision == d.decision);
    Ok(EditRow {
        edit_id: edit.edit_id,
        merchant_id: edit.merchant_id.clone(),
        dot: edit.dot.to_string(),
        hlc: edit.hlc.to_string(),
        actor: actor.id.as_str().to_owned(),
        actor_name: actor.name.clone(),
        role: actor.role.as_str(),
        source: edit.source,
        // Of a refused edit it may be of any length; then it is not kept.
        reason: edit
            .settles
            .as_ref()
            .and_then(|settles| settles.reason.clone())
            .filter(|reason| reason.chars().count() <= REASON_CHARS_MAX),
        trace_id: edit.trace_id.0,
        received_at_ms,
        lag_ms: Some(received_at_ms.saturating_sub(edit.hlc.wall_ms())),
        seq: outcome.seq,
        state: outcome.state,
        writes: serde_json::to_string(&writes)?,
        answer: if same { None } else { Some(serde_json::to_string(&outcome.decisions)?) },
    })
}
