//! A batch of edits in one transaction, statement by statement on the connection itself: a batch is thousands of small
//! statements, and handing each to another thread costs more than running it.

use std::collections::{BTreeSet, HashMap};

use domain::api::Landed;
use domain::edit::{Edit, FieldDecision, Outcome};
use domain::{EditId, Source};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};

use super::edits::from_word;
use super::merchants::{head_of, stored};
use super::pull::marker_of;
use super::{in_force, signed, unsigned};
use crate::db::DbError;
use crate::db::edits::{Decide, Loaded, Plan, StoredWrite};

/// Loads what a batch needs, lets `decide` decide, and stores what that led to. The transaction is the caller's.
///
/// # Errors
/// `storage`; then the transaction must not be committed.
pub fn take(tx: &Connection, edits: &[Edit], decide: Decide) -> Result<(Vec<Outcome>, Option<Landed>), DbError> {
    let plan = decide(edits, load(tx, edits)?)?;
    store(tx, &plan)?;
    Ok((plan.outcomes, plan.landed))
}

fn load(tx: &Connection, edits: &[Edit]) -> Result<Loaded, DbError> {
    let mut answers = HashMap::new();
    let mut select = tx.prepare_cached(include_str!("sql/answer.sql"))?;
    for edit in edits {
        let mut rows = select.query([edit.edit_id.0.as_bytes().as_slice()])?;
        if let Some(row) = rows.next()? {
            answers.insert(edit.edit_id, stored_answer(edit.edit_id, row)?);
        }
    }
    // By id: neighbours in the index follow one another.
    let wanted: BTreeSet<_> =
        edits.iter().filter(|edit| !answers.contains_key(&edit.edit_id)).map(|edit| &edit.merchant_id).collect();
    let mut merchants = HashMap::with_capacity(wanted.len());
    let mut select = tx.prepare_cached(include_str!("sql/merchant.sql"))?;
    for id in wanted {
        let mut rows = select.query([id.as_str()])?;
        if let Some(row) = rows.next()? {
            merchants.insert(id.clone(), stored(row)?);
        }
    }
    let head = head_of(tx)?;
    let head_marker = marker_of(tx, head)?;
    Ok(Loaded { answers, merchants, head, head_marker, in_force: in_force::count(tx)? })
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r str, DbError> {
    Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
}

fn stored_answer(edit_id: EditId, row: &Row<'_>) -> Result<Outcome, DbError> {
    let decisions = match row.get_ref(3)? {
        ValueRef::Null => serde_json::from_str::<Vec<StoredWrite>>(text(row, 2)?)?
            .into_iter()
            .map(|write| FieldDecision { field: write.field, decision: write.decision })
            .collect(),
        _ => serde_json::from_str(text(row, 3)?)?,
    };
    Ok(Outcome { edit_id, state: from_word(row.get(0)?)?, decisions, seq: unsigned(row.get(1)?) })
}

fn source_word(source: Source) -> &'static str {
    match source {
        Source::Feedback => "feedback",
        Source::ThirdParty => "third_party",
        Source::Import => "import",
        Source::Manual => "manual",
        Source::Resolution => "resolution",
    }
}

/// Stores a plan. The transaction is the caller's.
///
/// # Errors
/// `storage`; then the transaction must not be committed.
pub fn store(tx: &Connection, plan: &Plan) -> Result<(), DbError> {
    // Most are there. One statement for both would copy every page before it changes it.
    let mut change = tx.prepare_cached(include_str!("sql/change_merchant.sql"))?;
    let mut put = tx.prepare_cached(include_str!("sql/put_merchant.sql"))?;
    for row in &plan.merchants {
        let (seq, id, digest) = (signed(row.seq), row.merchant_id.as_str(), row.digest.cast_signed());
        let values = params![seq, id, row.name, row.deleted, row.contested, row.record, digest];
        if change.execute(values)? == 0 {
            let values = params![seq, id, row.name, row.deleted, row.contested, row.record, digest, row.bucket];
            put.execute(values)?;
        }
    }
    let mut put = tx.prepare_cached(include_str!("sql/put_edit.sql"))?;
    for row in &plan.edits {
        put.execute(params![
            row.edit_id.0.as_bytes().as_slice(),
            row.merchant_id.as_str(),
            row.dot,
            row.hlc,
            row.actor,
            row.actor_name,
            row.role,
            source_word(row.source),
            row.reason,
            row.trace_id.as_bytes().as_slice(),
            signed(row.received_at_ms),
            row.lag_ms.map(signed),
            signed(row.seq),
            row.state.as_str(),
            row.writes,
            row.answer,
        ])?;
    }
    let mut put = tx.prepare_cached(include_str!("sql/put_conflict.sql"))?;
    for row in &plan.conflicts {
        put.execute(params![
            signed(row.received_at_ms),
            row.merchant_id.as_str(),
            row.group,
            source_word(row.source),
            row.reviewed,
        ])?;
    }
    Ok(())
}
