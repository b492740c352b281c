//! The outbox as people handle it.

use std::collections::HashSet;

use domain::edit::{Edit, EditState, Source, Write};
use domain::problem::ErrorCode;
use domain::role::Actor;
use domain::rules::RuleSet;
use domain::{ActorId, EditId, MerchantId, profile};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::saving::Desk;
use super::{Cache, Draft, count, int, json_numbers, merchant, parse, sql};
use crate::error::{Error, Result};

/// What became of an edit that its author takes back.
#[derive(Clone, Debug, PartialEq)]
pub enum Discarded {
    /// It had not been sent: it is as if it had never been.
    Cancelled(Box<Edit>),
    /// The server has it or may have it: only another edit can undo it.
    Sent(Box<Edit>),
}

/// How many edits are remembered of those that were sent, and of those that were taken back.
const LOG_EDITS_MAX: i64 = 10_000;

/// Bounds the log of what left the outbox.
pub(super) fn trim_log(tx: &Connection) -> Result<()> {
    let mut trim = tx.prepare_cached(sql!("outbox/trim_log"))?;
    [false, true].into_iter().try_for_each(|taken_back| trim.execute(params![LOG_EDITS_MAX, taken_back]).map(drop))?;
    Ok(())
}

fn gone() -> Error {
    Error::new(ErrorCode::NotFound, "this change is no longer in the outbox: look at the store's history")
}

impl Cache {
    /// Sends a waiting edit now. A refused one has its answer for ever: a new edit with the same writes takes
    /// its place, in one transaction, and is returned.
    ///
    /// # Errors
    /// `not_found` if it neither waits nor was refused; as [`Self::save`].
    pub async fn retry(&self, edit_id: EditId, actor: Option<&Actor>) -> Result<Option<Edit>> {
        let desk = self.desk(actor);
        let work = move |tx: &Transaction<'_>, rules: &RuleSet| {
            match state_of(tx, edit_id)? {
                Some(EditState::Rejected) => return Ok(Some(replace(tx, &desk, rules, edit_id, |_| {})?)),
                // It is on its way.
                Some(EditState::Sending) => return Ok(None),
                _ => {}
            }
            let mut hurry = tx.prepare_cached(sql!("outbox/hurry"))?;
            let touched: Option<String> = hurry.query_row([edit_id.to_string()], |row| row.get(0)).optional()?;
            merchant::refresh(tx, &MerchantId::new(touched.ok_or_else(gone)?)?, rules)?;
            Ok(None)
        };
        self.write(work).await
    }

    /// Sends all that waits for a time now.
    ///
    /// # Errors
    /// `storage`.
    pub async fn retry_all(&self) -> Result<()> {
        self.write(|tx, _| Ok(tx.execute(sql!("outbox/hurry_all"), []).map(|_| ())?)).await
    }

    /// Takes back an edit that was not sent, or forgets one that was refused.
    ///
    /// # Errors
    /// `not_found` if it is neither in the outbox nor among the edits sent lately; `storage`.
    pub async fn discard(&self, edit_id: EditId) -> Result<Discarded> {
        let now_ms = self.machine.now_ms();
        let work = move |tx: &Transaction<'_>, rules: &RuleSet| {
            let found = take_out(tx, edit_id, now_ms)?;
            if let Discarded::Cancelled(edit) = &found {
                merchant::refresh(tx, &edit.merchant_id, rules)?;
            }
            Ok(found)
        };
        self.write(work).await
    }

    /// A refused edit with other values: the old one leaves the outbox, a new one takes its place, in one
    /// transaction.
    ///
    /// # Errors
    /// `not_found` unless it is refused; as [`Self::save`].
    pub async fn resend(&self, edit_id: EditId, writes: Vec<Write>, actor: Option<&Actor>) -> Result<Edit> {
        let desk = self.desk(actor);
        let change = |draft: &mut Draft| {
            // Other values are no choice between the candidates any more.
            if draft.source == Source::Resolution {
                draft.source = Source::Manual;
            }
            draft.settles = None;
            draft.writes = writes;
        };
        self.write(move |tx, rules| replace(tx, &desk, rules, edit_id, change)).await
    }

    /// What undoes an edit: writes to the registers that still have the value it gave them, by somebody who saw that.
    ///
    /// # Errors
    /// `storage`.
    pub async fn inverse(&self, edit: &Edit) -> Result<Draft> {
        let known = self.known(&edit.merchant_id).await?;
        let writes = profile::inverse(&edit.writes, &known.registers);
        Ok(Draft { seen: Some(known.seen()), ..Draft::new(edit.merchant_id.clone(), writes, Source::Manual) })
    }

    /// Whose edit it is, if it is in the outbox.
    ///
    /// # Errors
    /// `storage`.
    pub async fn author(&self, edit_id: EditId) -> Result<Option<ActorId>> {
        let row: Option<(i64, String, String, String, Option<String>, i64)> =
            sqlx::query_as(sql!("outbox/get")).bind(edit_id.to_string()).fetch_optional(&self.readers).await?;
        Ok(row.and_then(|row| row.4).map(ActorId::new).transpose()?)
    }
}

/// Puts a new edit in the place of a refused one: it has seen what this device sees now.
fn replace(
    tx: &Connection,
    desk: &Desk,
    rules: &RuleSet,
    edit_id: EditId,
    change: impl FnOnce(&mut Draft),
) -> Result<Edit> {
    if state_of(tx, edit_id)? != Some(EditState::Rejected) {
        return Err(gone());
    }
    let Discarded::Cancelled(old) = take_out(tx, edit_id, desk.machine.now_ms())? else { return Err(gone()) };
    let mut draft = again(*old);
    change(&mut draft);
    desk.insert(tx, rules, vec![draft])?.pop().ok_or_else(gone)
}

/// The same writes once more, on the same trace.
pub(super) fn again(old: Edit) -> Draft {
    let (settles, trace_id) = (old.settles, Some(old.trace_id));
    Draft { settles, trace_id, ..Draft::new(old.merchant_id, old.writes, old.source) }
}

/// Which of these merchants have edits in the outbox. Where fewer edits wait than merchants are asked for, the outbox is
/// read and not each merchant looked up.
pub(super) fn waiting<'i>(
    tx: &Connection,
    ids: impl ExactSizeIterator<Item = &'i MerchantId>,
) -> Result<HashSet<&'i str>> {
    let edits: i64 = tx.prepare_cached(sql!("outbox/count"))?.query_row([], |row| row.get(0))?;
    if edits == 0 {
        return Ok(HashSet::new());
    }
    let ids_count = ids.len();
    let ids = ids.map(MerchantId::as_str);
    if count(edits) <= ids_count as u64 {
        let mut all = tx.prepare_cached(sql!("outbox/all_merchants"))?;
        let all: HashSet<String> = all.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        return Ok(ids.filter(|id| all.contains(*id)).collect());
    }
    let mut one = tx.prepare_cached(sql!("outbox/has_merchant"))?;
    let mut waiting = HashSet::new();
    for id in ids {
        if one.exists([id])? {
            waiting.insert(id);
        }
    }
    Ok(waiting)
}

fn state_of(tx: &Connection, edit_id: EditId) -> Result<Option<EditState>> {
    let mut get = tx.prepare_cached(sql!("outbox/get"))?;
    let state: Option<String> = get.query_row([edit_id.to_string()], |row| row.get("state")).optional()?;
    state.map(|state| parse(&state)).transpose()
}

/// An edit as it stands in the outbox.
pub(super) struct Standing {
    n: i64,
    text: String,
    state: String,
    doubts: i64,
}

impl Standing {
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { n: row.get("n")?, text: row.get("edit")?, state: row.get("state")?, doubts: row.get("doubts")? })
    }
}

/// Removes an edit that the server cannot have, or says that it may have it.
fn take_out(tx: &Connection, edit_id: EditId, now_ms: u64) -> Result<Discarded> {
    let mut get = tx.prepare_cached(sql!("outbox/get"))?;
    if let Some(standing) = get.query_row([edit_id.to_string()], Standing::read).optional()? {
        return take(tx, standing, now_ms);
    }
    let mut logged = tx.prepare_cached(sql!("outbox/logged"))?;
    let text: Option<String> = logged.query_row([edit_id.to_string()], |row| row.get("edit")).optional()?;
    Ok(Discarded::Sent(Box::new(serde_json::from_str(&text.ok_or_else(gone)?)?)))
}

/// The same where the merchant is known, of many edits; nothing if it has left the outbox.
pub(super) fn take_out_of(
    tx: &Connection,
    merchant: &MerchantId,
    edit_id: EditId,
    now_ms: u64,
) -> Result<Option<Discarded>> {
    let mut get = tx.prepare_cached(sql!("outbox/get_of_merchant"))?;
    let standing = get.query_row([&edit_id.to_string(), merchant.as_str()], Standing::read).optional()?;
    standing.map(|standing| take(tx, standing, now_ms)).transpose()
}

/// Removes it and keeps it in the log, unless the server may have it.
pub(super) fn take(tx: &Connection, Standing { n, text, state, doubts }: Standing, now_ms: u64) -> Result<Discarded> {
    let edit = Box::new(serde_json::from_str::<Edit>(&text)?);
    let state: EditState = parse(&state)?;
    // A queued edit that was sent once may have arrived although its answer was lost.
    let unsent = state == EditState::Queued && doubts == 0;
    if !unsent && state != EditState::Rejected {
        return Ok(Discarded::Sent(edit));
    }
    tx.prepare_cached(sql!("outbox/delete_many"))?.execute([json_numbers([n])])?;
    tx.prepare_cached(sql!("outbox/log"))?.execute(params![
        edit.edit_id.to_string(),
        edit.merchant_id.as_str(),
        text,
        EditState::Cancelled.as_str(),
        int(now_ms),
    ])?;
    Ok(Discarded::Cancelled(edit))
}
