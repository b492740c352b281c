//! The outbox as people see and handle it.

use std::collections::HashMap;

use domain::change;
use domain::edit::{Edit, EditState, Source, Write};
use domain::ipc::{OutboxGroup, OutboxPage, OutboxQuery, OutboxRow};
use domain::problem::ErrorCode;
use domain::role::Actor;
use domain::{ActorId, EditId, MerchantId, validate};
use sqlx::FromRow;
use sqlx::sqlite::SqliteConnection;

use super::listing::{self, Indexing};
use super::status::turn;
use super::{Cache, Draft, begin, count, int, json_numbers, pages, parse, small, sql};
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

#[derive(FromRow)]
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
    before: i64,
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
        let mut tx = self.readers.begin().await?;
        let mut page = totals(&mut tx, query.group).await?;
        let limit = query.limit.clamp(1, LINES_MAX);
        let (from, to) = turns(query.group);
        let rows: Vec<PageRow> = sqlx::query_as(sql!("outbox/page"))
            .bind(from)
            .bind(to)
            .bind(int(query.offset))
            .bind(limit)
            .fetch_all(&mut *tx)
            .await?;
        tx.rollback().await?;
        for row in rows {
            let skip = query.offset.saturating_sub(count(row.before));
            let left = limit as usize - page.rows.len();
            let lines = lines(&row)?;
            page.rows.extend(lines.into_iter().skip(usize::try_from(skip).unwrap_or(0)).take(left));
            if page.rows.len() == limit as usize {
                break;
            }
        }
        Ok(page)
    }

    /// Sends a waiting edit now. A refused one has its answer for ever: a new edit with the same writes takes
    /// its place, in one transaction, and is returned.
    ///
    /// # Errors
    /// `not_found` if it neither waits nor was refused; as [`Self::save`].
    pub async fn retry(&self, edit_id: EditId, actor: Option<&Actor>) -> Result<Option<Edit>> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        if state_of(&mut tx, edit_id).await? == Some(EditState::Rejected) {
            let edit = self.replace(&mut tx, edit_id, actor, |_| {}).await?;
            tx.commit().await?;
            return Ok(Some(edit));
        }
        let touched: Option<String> =
            sqlx::query_scalar(sql!("outbox/hurry")).bind(edit_id.to_string()).fetch_optional(&mut *tx).await?;
        let touched = touched.ok_or_else(gone)?;
        self.refresh_ids(&mut tx, [touched]).await?;
        tx.commit().await?;
        Ok(None)
    }

    /// Sends all that waits for a time now.
    ///
    /// # Errors
    /// `storage`.
    pub async fn retry_all(&self) -> Result<()> {
        let mut writer = self.writer.lock().await;
        sqlx::query(sql!("outbox/hurry_all")).execute(&mut *writer).await?;
        Ok(())
    }

    /// Takes back an edit that was not sent, or forgets one that was refused.
    ///
    /// # Errors
    /// `not_found` if it is neither in the outbox nor among the edits sent lately; `storage`.
    pub async fn discard(&self, edit_id: EditId) -> Result<Discarded> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let found = take_out(&mut tx, edit_id).await?;
        if let Discarded::Cancelled(edit) = &found {
            listing::refresh(
                &mut tx,
                std::slice::from_ref(&edit.merchant_id),
                HashMap::new(),
                &self.rules(),
                Indexing::Now,
            )
            .await?;
        }
        tx.commit().await?;
        Ok(found)
    }

    /// A refused edit with other values: the old one leaves the outbox, a new one takes its place, in one
    /// transaction.
    ///
    /// # Errors
    /// `not_found` unless it is refused; as [`Self::save`].
    pub async fn resend(&self, edit_id: EditId, writes: Vec<Write>, actor: Option<&Actor>) -> Result<Edit> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let edit = self
            .replace(&mut tx, edit_id, actor, |draft| {
                // Other values are no choice between the candidates any more.
                if draft.source == Source::Resolution {
                    draft.source = Source::Manual;
                }
                draft.settles = None;
                draft.writes = writes;
            })
            .await?;
        tx.commit().await?;
        Ok(edit)
    }

    /// Puts a new edit in the place of a refused one: it has seen what this device sees now.
    async fn replace(
        &self,
        tx: &mut SqliteConnection,
        edit_id: EditId,
        actor: Option<&Actor>,
        change: impl FnOnce(&mut Draft),
    ) -> Result<Edit> {
        let old = match state_of(tx, edit_id).await? {
            Some(EditState::Rejected) => match take_out(tx, edit_id).await? {
                Discarded::Cancelled(edit) => edit,
                Discarded::Sent(_) => return Err(gone()),
            },
            _ => return Err(gone()),
        };
        let mut draft = Draft::new(old.merchant_id, old.writes, old.source);
        (draft.settles, draft.trace_id) = (old.settles, Some(old.trace_id));
        change(&mut draft);
        self.insert(tx, vec![draft], actor).await?.pop().ok_or_else(gone)
    }

    /// The writes that undo an edit: of the registers that still have the value it gave them.
    ///
    /// # Errors
    /// `storage`.
    pub async fn inverse(&self, edit: &Edit) -> Result<Vec<Write>> {
        let known = self.known(&edit.merchant_id).await?;
        let inverse = edit.writes.iter().filter_map(|write| {
            let now = known.registers.get(&write.field).cloned().unwrap_or_default();
            let changed = !validate::same(&write.field, &write.base_value, &write.value);
            (changed && validate::same(&write.field, &now, &write.value)).then(|| Write {
                field: write.field.clone(),
                base_value: now,
                value: write.base_value.clone(),
            })
        });
        Ok(inverse.collect())
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

async fn state_of(tx: &mut SqliteConnection, edit_id: EditId) -> Result<Option<EditState>> {
    let row: Option<(i64, String, String, String, Option<String>, i64)> =
        sqlx::query_as(sql!("outbox/get")).bind(edit_id.to_string()).fetch_optional(tx).await?;
    row.map(|row| parse(&row.3)).transpose()
}

/// Removes an edit that the server cannot have, or says that it may have it.
async fn take_out(tx: &mut SqliteConnection, edit_id: EditId) -> Result<Discarded> {
    let row: Option<(i64, String, String, String, Option<String>, i64)> =
        sqlx::query_as(sql!("outbox/get")).bind(edit_id.to_string()).fetch_optional(&mut *tx).await?;
    let Some((n, merchant, text, state, _, doubts)) = row else {
        let logged: Option<(String, String)> =
            sqlx::query_as(sql!("outbox/logged")).bind(edit_id.to_string()).fetch_optional(tx).await?;
        let (text, _) = logged.ok_or_else(gone)?;
        return Ok(Discarded::Sent(Box::new(serde_json::from_str(&text)?)));
    };
    let edit = Box::new(serde_json::from_str::<Edit>(&text)?);
    let state: EditState = parse(&state)?;
    // A queued edit that was sent once may have arrived although its answer was lost.
    let unsent = state == EditState::Queued && doubts == 0;
    if !unsent && state != EditState::Rejected {
        return Ok(Discarded::Sent(edit));
    }
    sqlx::query(sql!("outbox/delete_many")).bind(json_numbers([n])).execute(&mut *tx).await?;
    pages::log(tx, &merchant, &text, EditState::Cancelled, int(clock::now_ms())).await?;
    Ok(Discarded::Cancelled(edit))
}

async fn totals(tx: &mut SqliteConnection, asked: OutboxGroup) -> Result<OutboxPage> {
    let mut page = OutboxPage::default();
    let totals: Vec<(i64, i64, i64)> = sqlx::query_as(sql!("outbox/totals")).fetch_all(&mut *tx).await?;
    for (turn, lines, _) in totals {
        match turn {
            turn::REJECTED => page.needs_you = count(lines),
            turn::RETRYING => page.retrying = count(lines),
            turn::IN_REVIEW => page.waiting = count(lines),
            turn::QUEUED => page.queued = count(lines),
            _ => {}
        }
    }
    page.all = page.needs_you + page.retrying + page.waiting + page.queued;
    page.total = match asked {
        OutboxGroup::All => page.all,
        OutboxGroup::NeedsYou => page.needs_you,
        OutboxGroup::Retrying => page.retrying,
        OutboxGroup::WaitingOnOthers => page.waiting,
        OutboxGroup::Queued => page.queued,
    };
    page.merchants = count(sqlx::query_scalar(sql!("outbox/merchants")).fetch_one(&mut *tx).await?);
    Ok(page)
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
