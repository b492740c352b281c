//! The outbox as people look at it: a window of its lines.

use std::collections::BTreeMap;

use domain::MerchantId;
use domain::change::{self, Change};
use domain::edit::Edit;
use domain::ipc::{OutboxGroup, OutboxPage, OutboxQuery, OutboxRow};
use futures_util::TryStreamExt as _;
use sqlx::FromRow;
use sqlx::sqlite::SqliteConnection;

use super::status::turn;
use super::{Cache, count, json_numbers, open_fields, parse, small, sql};
use crate::clock;
use crate::error::Result;

/// The most lines of one answer.
const LINES_MAX: u32 = 500;

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
    open_fields: Option<String>,
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

impl Cache {
    /// A window into the outbox, line by line.
    ///
    /// # Errors
    /// `storage`.
    pub async fn outbox(&self, query: &OutboxQuery) -> Result<OutboxPage> {
        let mut tx = self.readers.begin().await?;
        let totals = totals(&mut tx).await?;
        let (limit, (from, to)) = (query.limit.clamp(1, LINES_MAX) as usize, turns(query.group));
        let of_group = || totals.iter().filter(|(turn, _)| (from..=to).contains(turn));
        let lines_of = |turn| totals.get(&turn).copied().unwrap_or_default();
        let mut page = OutboxPage {
            needs_you: lines_of(turn::REJECTED),
            retrying: lines_of(turn::RETRYING),
            waiting: lines_of(turn::IN_REVIEW),
            queued: lines_of(turn::QUEUED),
            total: of_group().map(|(_, lines)| lines).sum(),
            merchants: count(sqlx::query_scalar(sql!("outbox/merchants")).fetch_one(&mut *tx).await?),
            ..OutboxPage::default()
        };
        page.all = page.needs_you + page.retrying + page.waiting + page.queued;
        let (edits, skip) = window(&mut tx, of_group(), (query.offset, limit)).await?;
        let select = sqlx::query_as(sql!("outbox/page")).bind(json_numbers(edits));
        let rows: Vec<PageRow> = select.fetch_all(&mut *tx).await?;
        tx.rollback().await?;
        for row in &rows {
            page.rows.extend(lines(row)?);
        }
        drop(page.rows.drain(..skip.min(page.rows.len())));
        page.rows.truncate(limit);
        Ok(page)
    }
}

/// How many lines each turn has.
async fn totals(tx: &mut SqliteConnection) -> Result<BTreeMap<i64, u64>> {
    let totals: Vec<(i64, i64, i64)> = sqlx::query_as(sql!("outbox/totals")).fetch_all(tx).await?;
    Ok(totals.into_iter().map(|(turn, lines, _)| (turn, count(lines))).collect())
}

/// The edits that have the lines of a window, turn by turn, and how many lines of the first stand before it.
async fn window<'t>(
    tx: &mut SqliteConnection,
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
        let mut walk = sqlx::query_as::<_, (i64, i64)>(statement).bind(turn).fetch(&mut *tx);
        while let Some((n, lines)) = walk.try_next().await? {
            let lines = count(lines);
            if edits.is_empty() {
                if skip >= lines {
                    skip -= lines;
                    continue;
                }
                wanted += skip;
            }
            edits.push(n);
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
        change: Change { field: String::new(), before: domain::Value::NULL, after: domain::Value::NULL },
        writes: Vec::new(),
        settled: Vec::new(),
        state: parse(&row.state)?,
        group: group(row.turn),
        actor_name: row.actor_name.clone(),
        at: clock::at(count(row.saved_ms)),
        attempts: small(row.attempts),
        next_attempt_at: (row.not_before_ms > 0).then(|| clock::at(count(row.not_before_ms))),
        problem,
    };
    let writes = |field: &str| edit.writes.iter().filter(|write| write.field.shown_as() == field).cloned().collect();
    let waiting = open_fields::waiting_lines(&edit, template.state, row.open_fields.as_deref())?;
    let all = change::changes(&edit.writes).into_iter().map(|change| change.field);
    let settled: Vec<String> = all.filter(|field| waiting.iter().all(|change| change.field != *field)).collect();
    let of = |change: Change| OutboxRow {
        writes: writes(&change.field),
        settled: settled.clone(),
        change,
        ..template.clone()
    };
    Ok(waiting.into_iter().map(of).collect())
}
