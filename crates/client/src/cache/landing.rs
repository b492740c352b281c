//! A batch that nobody else came between: what the server made of it this device makes too, and need not pull.
//!
//! All or nothing, in the transaction that stores the answers. Whatever differs, is in question or is merely unusual
//! is left to the pull.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use domain::api::{Landed, PushReply};
use domain::digest::{self, Bucket};
use domain::edit::{EditState, Outcome, OutcomeState};
use domain::record::Record;
use domain::role::Actor;
use domain::rules::RuleSet;
use domain::schema::Schema;
use domain::{FieldPath, MerchantId, Value};
use rusqlite::{Connection, OptionalExtension, params};
use sync_engine::{authority, reconcile};

use super::checking::{self, Beside};
use super::in_flight::{Place, Places};
use super::listing::{self, Counts, Own, Touched};
use super::merchant::{self, Merchant};
use super::resending::{self, About};
use super::{int, json_numbers, meta, outbox, pages, sql};
use crate::error::Result;

/// Merchants from which on two threads make them: fewer are made before the second has begun.
const APART_MIN: usize = 32;

/// A merchant before the batch, as it is stored, and what the server says of its edits.
struct Before<'o> {
    id: MerchantId,
    /// Its row, and the record.
    record: Option<(i64, String)>,
    own: Vec<Own>,
    answers: Vec<&'o Outcome>,
}

/// A merchant after the batch.
struct After {
    id: MerchantId,
    /// The row of its record, if it has one.
    n: Option<i64>,
    merchant: Merchant,
    /// Its newest change.
    seq: u64,
    text: String,
    beside: Beside,
    /// What it counts now, if its row in the list says the same otherwise.
    still: Option<Counts>,
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
    let Some((before, done)) = read(tx, (new, places))? else { return Ok(None) };
    let Some(after) = make(before, |before| after(before, (rules, schema), &actor))? else { return Ok(None) };
    let mut changed = Bucket::default();
    after.iter().for_each(|after| changed.add(after.beside.digest.cast_unsigned()));
    if changed != landed.changed || after.iter().map(|after| after.seq).max() != Some(landed.head) {
        return Ok(None);
    }
    log(tx, &done, int(now_ms))?;
    let generation = meta::number(tx, pages::GENERATION)?;
    let (mut change, mut put) = (tx.prepare_cached(sql!("records/change"))?, tx.prepare_cached(sql!("records/put"))?);
    let mut count = tx.prepare_cached(sql!("own/count"))?;
    for After { id, n, merchant, seq, text, beside, still } in &after {
        let Beside { digest, bucket, deleted } = beside;
        match n {
            Some(n) => change.execute(params![n, int(*seq), int(generation), text, digest, bucket, deleted])?,
            None => put.execute(params![id.as_str(), int(*seq), int(generation), text, digest, bucket, deleted])?,
        };
        // Almost always what was on top is now below: only what waits changes.
        match still {
            Some(Counts { queued, rejected, in_review, .. }) => {
                count.execute(params![id.as_str(), queued, rejected, in_review])?;
            }
            None => merchant.refresh(tx, id, rules)?,
        }
    }
    // What else waits of them and shows nothing shows if the records have no trace of it.
    let waiting = after.iter().filter(|after| !after.merchant.own.is_empty());
    let waiting: Touched = waiting.map(|after| (after.id.clone(), None)).collect();
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

/// Takes edits out of the outbox that are done, into the log.
fn log(tx: &Connection, done: &[(i64, EditState)], now_ms: i64) -> Result<()> {
    // In order, and almost always with one statement.
    let mut log = tx.prepare_cached(sql!("outbox/log_many"))?;
    for run in done.chunk_by(|one, next| one.0 < next.0 && one.1 == next.1) {
        log.execute(params![json_numbers(run.iter().map(|(n, _)| *n)), run[0].1.as_str(), now_ms])?;
    }
    let mut delete = tx.prepare_cached(sql!("outbox/delete_many"))?;
    delete.execute([json_numbers(done.iter().map(|(n, _)| *n))])?;
    outbox::trim_log(tx)?;
    Ok(())
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

/// The numbers of edits in the outbox that are done, and how each ended.
type Done = Vec<(i64, EditState)>;

/// Reads the merchants that the answers are about; beside them which edits are done, in the order of the answers.
/// Nothing where people are asked, or it is not known which edit is meant.
fn read<'o>(
    tx: &Connection,
    (outcomes, places): (impl Iterator<Item = &'o Outcome>, &Places),
) -> Result<Option<(Vec<Before<'o>>, Done)>> {
    // By id: neighbours in the index follow one another.
    let (mut by_merchant, mut done) = (BTreeMap::<&MerchantId, Vec<&Outcome>>::new(), Done::new());
    for outcome in outcomes {
        let state = match outcome.state {
            OutcomeState::Applied => EditState::Applied,
            OutcomeState::Merged => EditState::Merged,
            _ => return Ok(None),
        };
        let Some(Place { n, merchant }) = places.get(&outcome.edit_id) else { return Ok(None) };
        by_merchant.entry(merchant).or_default().push(outcome);
        done.push((*n, state));
    }
    let mut select = tx.prepare_cached(sql!("records/row"))?;
    let mut before = Vec::with_capacity(by_merchant.len());
    for (id, answers) in by_merchant {
        let record = select.query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        before.push(Before { id: id.clone(), record, own: merchant::own_of(tx, id)?, answers });
    }
    Ok(Some((before, done)))
}

/// Makes all of them, one half on a thread of its own; nothing if one cannot be made.
fn make<'o>(
    mut before: Vec<Before<'o>>,
    make: impl Fn(Before<'o>) -> Result<Option<After>> + Sync,
) -> Result<Option<Vec<After>>> {
    let all = |before: Vec<Before<'o>>| before.into_iter().map(&make).collect::<Result<Option<Vec<After>>>>();
    if before.len() < APART_MIN {
        return all(before);
    }
    let half = before.split_off(before.len() / 2);
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| all(half));
        (all(before), other.join())
    });
    // What breaks off in one breaks off the whole transaction.
    let other = other.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok(one?.zip(other).map(|(mut one, mut other)| {
        one.append(&mut other);
        one
    }))
}

/// A merchant as the engine makes it, edit by edit, in order; nothing if it comes out in another way than the server says,
/// or an edit is not as it was sent.
fn after(before: Before<'_>, (rules, schema): (&RuleSet, &Schema), actor: &Actor) -> Result<Option<After>> {
    let Before { id, record, mut own, answers } = before;
    let (n, mut record) = match record {
        Some((n, text)) => (Some(n), Some(serde_json::from_str::<Record>(&text)?)),
        None => (None, None),
    };
    let counted = listing::counts(record.as_ref(), &own, rules);
    let (mut seq, mut landed) = (0, Vec::with_capacity(answers.len()));
    for answer in answers {
        let Some(at) = own.iter().position(|own| own.edit.edit_id == answer.edit_id) else { return Ok(None) };
        let one = own.remove(at);
        if !matches!(one.state, EditState::Sending | EditState::Queued) {
            return Ok(None);
        }
        let verdict = authority::accept(record.take(), &one.edit, actor, rules, schema);
        if verdict.outcome.state != answer.state {
            return Ok(None);
        }
        record = Some(verdict.record);
        seq = seq.max(answer.seq);
        landed.push(one);
    }
    // Whether people have settled it meanwhile the pull finds out.
    if own.iter().any(|own| own.state == EditState::InReview) {
        return Ok(None);
    }
    let Some(record) = record else { return Ok(None) };
    let text = digest::canonical(&record)?;
    let beside = checking::beside(&id, &text, &record, rules);
    let counts = listing::counts(Some(&record), &own, rules);
    let is_still = (counts.contested, counts.updated_ms) == (counted.contested, counted.updated_ms)
        && shows_the_same(&record, (&landed, &own), rules);
    let merchant = Merchant { record: Some(Arc::new(record)), own };
    Ok(Some(After { id, n, merchant, seq, text, beside, still: is_still.then_some(counts) }))
}

/// Does the merchant show what it showed when these edits were on top? They have changed no other field.
fn shows_the_same(record: &Record, (landed, own): (&[Own], &[Own]), rules: &RuleSet) -> bool {
    // Whether a merchant is deleted is a matter of all its fields.
    if record.registers.contains_key(&FieldPath::deleted()) || !landed.iter().all(Own::on_top) {
        return false;
    }
    let last: BTreeMap<_, _> = landed.iter().flat_map(writes).collect();
    let on_top: BTreeMap<_, _> = own.iter().filter(|own| own.on_top()).flat_map(writes).collect();
    last.into_iter().all(|(field, value)| match on_top.get(field) {
        Some(now) => *now == value,
        None => reconcile::shows(record, field, rules).unwrap_or_default() == *value,
    })
}

/// What an edit writes into each field.
fn writes(own: &Own) -> impl Iterator<Item = (&FieldPath, &Value)> {
    own.edit.writes.iter().map(|write| (&write.field, &write.value))
}
