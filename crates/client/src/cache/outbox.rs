//! The outbox as people see and handle it.

use std::collections::{BTreeMap, HashSet};

use domain::change;
use domain::edit::{Edit, EditState, Source, Write};
use domain::ipc::{OutboxGroup, OutboxPage, OutboxQuery, OutboxRow};
use domain::problem::ErrorCode;
use domain::role::Actor;
use domain::rules::RuleSet;
use domain::{ActorId, EditId, MerchantId, profile};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::saving::Desk;
use super::status::turn;
use super::{Cache, Draft, count, int, json_numbers, merchant, parse, small, sql};
use crate::clock;
use crate::error::{Error, Result};

/// The most lines of one answer.
const LINES_MAX: u32 = 500;

/// What became of an edit that its author takes back.
#[derive(Clone, Debug, PartialEq)]
pub enum Discarded {
    /// It had not been sent: it is as if it had never been.
    Cancelled(Box<Edit>),
    /// The server has it or may have it: only another edit can undo it.
    Sent(Box<Edit>),
}

struct PageRow {
    edit_id: String,
    merchant_id: String,
    name: String,
    edit: String,
    state: String,
    turn: i64,
    actor_name: String,
    saved_ms: i64,
    attempts: i64,
    not_before_ms: i64,
    problem: Option<String>,
}

impl PageRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            edit_id: row.get(0)?,
            merchant_id: row.get(1)?,
            name: row.get(2)?,
            edit: row.get(3)?,
            state: row.get(4)?,
            turn: row.get(5)?,
            actor_name: row.get(6)?,
            saved_ms: row.get(7)?,
            attempts: row.get(8)?,
            not_before_ms: row.get(9)?,
            problem: row.get(10)?,
        })
    }
}

fn turns(group: OutboxGroup) -> (i64, i64) {
    match group {
        OutboxGroup::All => (turn::REJECTED, turn::QUEUED),
        OutboxGroup::NeedsYou => (turn::REJECTED, turn::REJECTED),
        OutboxGroup::Retrying => (turn::RETRYING, turn::RETRYING),
        OutboxGroup::WaitingOnOthers => (turn::IN_REVIEW, turn::IN_REVIEW),
        OutboxGroup::Queued => (turn::QUEUED, turn::QUEUED),
    }
}

fn group(turn: i64) -> OutboxGroup {
    match turn {
        turn::REJECTED => OutboxGroup::NeedsYou,
        turn::RETRYING => OutboxGroup::Retrying,
        turn::IN_REVIEW => OutboxGroup::WaitingOnOthers,
        _ => OutboxGroup::Queued,
    }
}

fn gone() -> Error {
    Error::new(ErrorCode::NotFound, "this change is no longer in the outbox: look at the store's history")
}

impl Cache {
    /// A window into the outbox, line by line.
    ///
    /// # Errors
    /// `storage`.
    pub async fn outbox(&self, query: &OutboxQuery) -> Result<OutboxPage> {
        let query = query.clone();
        self.direct.scan(move |tx| page(tx, &query)).await
    }

    /// Sends a waiting edit now. A refused one has its answer for ever: a new edit with the same writes takes
    /// its place, in one transaction, and is returned.
    ///
    /// # Errors
    /// `not_found` if it neither waits nor was refused; as [`Self::save`].
    pub async fn retry(&self, edit_id: EditId, actor: Option<&Actor>) -> Result<Option<Edit>> {
        let desk = self.desk(actor);
        let work = move |tx: &Transaction<'_>, rules: &RuleSet| {
            if state_of(tx, edit_id)? == Some(EditState::Rejected) {
                return Ok(Some(replace(tx, &desk, rules, edit_id, |_| {})?));
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

    /// The writes that undo an edit: of the registers that still have the value it gave them.
    ///
    /// # Errors
    /// `storage`.
    pub async fn inverse(&self, edit: &Edit) -> Result<Vec<Write>> {
        let known = self.known(&edit.merchant_id).await?;
        Ok(profile::inverse(&edit.writes, &known.registers))
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
    let mut draft = Draft::new(old.merchant_id, old.writes, old.source);
    (draft.settles, draft.trace_id) = (old.settles, Some(old.trace_id));
    change(&mut draft);
    desk.insert(tx, rules, vec![draft])?.pop().ok_or_else(gone)
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
struct Standing {
    n: i64,
    text: String,
    state: String,
    doubts: i64,
}

impl Standing {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
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

fn take(tx: &Connection, Standing { n, text, state, doubts }: Standing, now_ms: u64) -> Result<Discarded> {
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

fn page(tx: &Connection, query: &OutboxQuery) -> Result<OutboxPage> {
    let totals = totals(tx)?;
    let (limit, (from, to)) = (query.limit.clamp(1, LINES_MAX) as usize, turns(query.group));
    let of_group = || totals.iter().filter(|(turn, _)| (from..=to).contains(turn));
    let lines_of = |turn| totals.get(&turn).copied().unwrap_or_default();
    let mut page = OutboxPage {
        needs_you: lines_of(turn::REJECTED),
        retrying: lines_of(turn::RETRYING),
        waiting: lines_of(turn::IN_REVIEW),
        queued: lines_of(turn::QUEUED),
        total: of_group().map(|(_, lines)| lines).sum(),
        merchants: count(tx.prepare_cached(sql!("outbox/merchants"))?.query_row([], |row| row.get(0))?),
        ..OutboxPage::default()
    };
    page.all = page.needs_you + page.retrying + page.waiting + page.queued;
    let (edits, skip) = window(tx, of_group(), (query.offset, limit))?;
    let mut select = tx.prepare_cached(sql!("outbox/page"))?;
    let mut rows = select.query([json_numbers(edits)])?;
    while let Some(row) = rows.next()? {
        page.rows.extend(lines(&PageRow::read(row)?)?);
    }
    drop(page.rows.drain(..skip.min(page.rows.len())));
    page.rows.truncate(limit);
    Ok(page)
}

/// How many lines each turn has.
fn totals(tx: &Connection) -> Result<BTreeMap<i64, u64>> {
    let mut totals = tx.prepare_cached(sql!("outbox/totals"))?;
    let rows = totals.query_map([], |row| Ok((row.get(0)?, count(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The edits that have the lines of a window, turn by turn, and how many lines of the first stand before it.
fn window<'t>(
    tx: &Connection,
    turns: impl Iterator<Item = (&'t i64, &'t u64)>,
    (offset, limit): (u64, usize),
) -> Result<(Vec<i64>, usize)> {
    let (mut edits, mut skip, mut wanted) = (Vec::new(), offset, limit as u64);
    for (turn, lines) in turns {
        if edits.is_empty() && skip >= *lines {
            skip -= lines;
            continue;
        }
        let statement = if *turn == turn::QUEUED { sql!("outbox/lines_queued") } else { sql!("outbox/lines") };
        let mut walk = tx.prepare_cached(statement)?;
        let mut rows = walk.query([turn])?;
        while let Some(row) = rows.next()? {
            let lines = count(row.get(1)?);
            if edits.is_empty() {
                if skip >= lines {
                    skip -= lines;
                    continue;
                }
                wanted += skip;
            }
            edits.push(row.get(0)?);
            if wanted <= lines {
                return Ok((edits, usize::try_from(skip).unwrap_or(usize::MAX)));
            }
            wanted -= lines;
        }
    }
    Ok((edits, usize::try_from(skip).unwrap_or(usize::MAX)))
}

fn lines(row: &PageRow) -> Result<Vec<OutboxRow>> {
    let edit: Edit = serde_json::from_str(&row.edit)?;
    let problem = row.problem.as_deref().map(serde_json::from_str).transpose()?;
    let template = OutboxRow {
        edit_id: parse(&row.edit_id)?,
        merchant_id: MerchantId::new(row.merchant_id.as_str())?,
        merchant_name: row.name.clone(),
        change: change::Change { field: String::new(), before: domain::Value::NULL, after: domain::Value::NULL },
        writes: Vec::new(),
        state: parse(&row.state)?,
        group: group(row.turn),
        actor_name: row.actor_name.clone(),
        at: clock::at(count(row.saved_ms)),
        attempts: small(row.attempts),
        next_attempt_at: (row.not_before_ms > 0).then(|| clock::at(count(row.not_before_ms))),
        problem,
    };
    let writes = |field: &str| edit.writes.iter().filter(|write| write.field.shown_as() == field).cloned().collect();
    let changes = change::changes(&edit.writes).into_iter();
    Ok(changes.map(|change| OutboxRow { writes: writes(&change.field), change, ..template.clone() }).collect())
}
