//! A batch that nobody else came between: what the server made of it this device makes too, and need not pull.
//!
//! All or nothing, in the transaction that stores the answers. Whatever differs, is in question or is merely unusual
//! is left to the pull.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::MerchantId;
use domain::api::{Landed, PushReply};
use domain::digest::{self, Bucket};
use domain::edit::{EditState, Outcome, OutcomeState};
use domain::profile::Registers;
use domain::role::Actor;
use domain::rules::RuleSet;
use domain::schema::Schema;
use rusqlite::{Connection, params};
use sync_engine::authority;

use super::in_flight::{Place, Places};
use super::listing::{self, Touched};
use super::merchant::{self, Merchant};
use super::resending::{self, About};
use super::{checking, int, json_numbers, meta, pages, sql};
use crate::error::Result;

/// A merchant after the batch, and its newest change number.
struct Made {
    merchant: Merchant,
    /// What it showed before.
    shown: Registers,
    seq: u64,
    text: String,
}

/// What a batch made here.
#[derive(Default)]
struct Batch {
    merchants: BTreeMap<MerchantId, Made>,
    /// Rows of the outbox that are done, and how they ended.
    done: Vec<(i64, EditState)>,
}

/// Makes the batch's records here, if they come out as the server says, and moves the cursor behind them. Returns
/// what landed if it did; then its edits have left the outbox.
pub(super) fn land<'r>(
    tx: &Connection,
    (rules, schema): (&RuleSet, &Schema),
    (reply, places): (&'r PushReply, &Places),
    now_ms: u64,
) -> Result<Option<&'r Landed>> {
    let Some(landed) = reply.landed.as_ref().filter(|landed| landed.head > landed.before) else { return Ok(None) };
    if !follows(tx, landed, &reply.epoch)? {
        return Ok(None);
    }
    let Some(actor) = meta::last_actor(tx)? else { return Ok(None) };
    let new = reply.outcomes.iter().filter(|outcome| is_of(outcome, landed));
    let Some(Batch { merchants: made, done }) = make(tx, (rules, schema), &actor, (new, places))? else {
        return Ok(None);
    };
    let mut changed = Bucket::default();
    made.values().for_each(|made| changed.add(digest::row(&made.text)));
    if changed != landed.changed || made.values().map(|made| made.seq).max() != Some(landed.head) {
        return Ok(None);
    }
    let now_ms = int(now_ms);
    // In order, and almost always with one statement.
    let mut log = tx.prepare_cached(sql!("outbox/log_many"))?;
    for run in done.chunk_by(|one, next| one.0 < next.0 && one.1 == next.1) {
        log.execute(params![json_numbers(run.iter().map(|(n, _)| *n)), run[0].1.as_str(), now_ms])?;
    }
    let mut delete = tx.prepare_cached(sql!("outbox/delete_many"))?;
    delete.execute([json_numbers(done.iter().map(|(n, _)| *n))])?;
    tx.prepare_cached(sql!("outbox/trim_log"))?.execute([pages::LOG_EDITS_MAX])?;
    let generation = meta::number(tx, pages::GENERATION)?;
    let mut put = tx.prepare_cached(sql!("records/put"))?;
    for (id, made) in &made {
        let Some(record) = &made.merchant.record else { continue };
        let beside = checking::beside(id, &made.text, record, rules);
        let (digest, bucket, deleted) = (beside.digest, beside.bucket, beside.deleted);
        put.execute(params![id.as_str(), int(made.seq), int(generation), made.text, digest, bucket, deleted])?;
        // Almost always what was on top is now below: only the counts change.
        if listing::registers(Some(record), &made.merchant.own, rules) == made.shown {
            made.merchant.recount(tx, id, rules)?;
        } else {
            made.merchant.refresh(tx, id, rules)?;
        }
    }
    // What else waits of them and shows nothing shows if the records have no trace of it.
    let waiting = made.iter().filter(|(_, made)| !made.merchant.own.is_empty());
    let waiting: Touched = waiting.map(|(id, _)| (id.clone(), None)).collect();
    if !waiting.is_empty() {
        for id in resending::show_again(tx, int(generation), &About::Came(&waiting))? {
            merchant::refresh(tx, &id, rules)?;
        }
    }
    let mut set = tx.prepare_cached(sql!("meta/set"))?;
    set.execute([pages::CURSOR, &landed.head.to_string()])?;
    set.execute([pages::MARKER, &landed.marker])?;
    Ok(Some(landed))
}

/// Is everything before the batch here, and nothing else under way?
fn follows(tx: &Connection, landed: &Landed, epoch: &str) -> Result<bool> {
    Ok(meta::get(tx, pages::EPOCH)?.as_deref() == Some(epoch)
        && meta::number(tx, pages::CURSOR)? == landed.before
        && meta::get(tx, pages::MARKER)?.unwrap_or_default() == landed.before_marker
        && meta::number(tx, pages::OUTDATED)? == 0)
}

/// Was this edit taken with this batch? Answers that were given before have older numbers.
pub(super) fn is_of(outcome: &Outcome, landed: &Landed) -> bool {
    let taken = !matches!(outcome.state, OutcomeState::Rejected | OutcomeState::Deferred);
    taken && outcome.seq > landed.before && outcome.seq <= landed.head
}

/// The state of an edit that nobody is asked about.
fn state(outcome: &Outcome) -> Option<EditState> {
    match outcome.state {
        OutcomeState::Applied => Some(EditState::Applied),
        OutcomeState::Merged => Some(EditState::Merged),
        _ => None,
    }
}

/// The merchants as the engine makes them, edit by edit, in order; nothing where people are asked, or an edit is not
/// as it was sent.
fn make<'o>(
    tx: &Connection,
    (rules, schema): (&RuleSet, &Schema),
    actor: &Actor,
    (outcomes, places): (impl Iterator<Item = &'o Outcome>, &Places),
) -> Result<Option<Batch>> {
    let mut batch = Batch::default();
    for outcome in outcomes {
        let (Some(Place { n, merchant: id }), Some(state)) = (places.get(&outcome.edit_id), state(outcome)) else {
            return Ok(None);
        };
        if !batch.merchants.contains_key(id) {
            let merchant = Merchant::read(tx, id)?;
            let shown = listing::registers(merchant.record.as_deref(), &merchant.own, rules);
            let made = Made { merchant, shown, seq: 0, text: String::new() };
            batch.merchants.insert(id.clone(), made);
        }
        let Some(Made { merchant, seq, .. }) = batch.merchants.get_mut(id) else { return Ok(None) };
        let Some(at) = merchant.own.iter().position(|own| own.edit.edit_id == outcome.edit_id) else { return Ok(None) };
        let own = merchant.own.remove(at);
        if !matches!(own.state, EditState::Sending | EditState::Queued) {
            return Ok(None);
        }
        let verdict = authority::accept(merchant.record.as_deref(), &own.edit, actor, rules, schema);
        if verdict.outcome.state != outcome.state {
            return Ok(None);
        }
        merchant.record = Some(Arc::new(verdict.record));
        *seq = (*seq).max(outcome.seq);
        batch.done.push((*n, state));
    }
    for Made { merchant, text, .. } in batch.merchants.values_mut() {
        // Whether people have settled it meanwhile the pull finds out.
        if merchant.own.iter().any(|own| own.state == EditState::InReview) {
            return Ok(None);
        }
        if let Some(record) = &merchant.record {
            *text = digest::canonical(record)?;
        }
    }
    Ok(Some(batch))
}
