//! All refused edits together: a bulk edit that was refused leaves thousands of them, which nobody handles one by one.

use std::collections::{BTreeSet, HashSet};

use domain::edit::Edit;
use domain::ipc::{IpcError, Refused};
use domain::problem::ErrorCode;
use domain::role::Actor;
use domain::rules::RuleSet;
use domain::{EditId, MerchantId};
use futures_util::TryStreamExt as _;
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::outbox::{Discarded, Standing, again, take};
use super::{Cache, count, int, merchant, sql};
use crate::error::Result;

/// What became of refused edits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandledRefused {
    /// Those that have left the outbox.
    pub edits: Vec<EditId>,
    /// Their lines.
    pub changes: u64,
    /// Lines that stay refused: sent once more they would be refused once more.
    pub left: u64,
}

impl HandledRefused {
    /// Counts what another batch did.
    pub fn add(&mut self, more: Self) {
        self.edits.extend(more.edits);
        self.changes += more.changes;
        self.left += more.left;
    }
}

/// A refused edit as it stands in the outbox.
struct One {
    standing: Standing,
    lines: u64,
    problem: Option<String>,
}

fn one(tx: &Connection, number: u64) -> Result<Option<One>> {
    let mut get = tx.prepare_cached(sql!("outbox/refused_one"))?;
    let read = |row: &rusqlite::Row<'_>| {
        let lines = count(row.get("lines")?);
        Ok(One { standing: Standing::read(row)?, lines, problem: row.get("problem")? })
    };
    Ok(get.query_row([int(number)], read).optional()?)
}

/// Did others choose meanwhile? Then somebody must look at the new values before anything is sent.
fn has_moved(problem: Option<&str>) -> Result<bool> {
    let problem = problem.map(serde_json::from_str::<IpcError>).transpose()?;
    Ok(problem.is_some_and(|problem| problem.code == ErrorCode::ReviewMoved))
}

impl Cache {
    /// The edits that were refused until now, in the order in which they were made.
    ///
    /// # Errors
    /// `storage`.
    pub async fn refused(&self) -> Result<Refused> {
        let (mut refused, mut merchants, mut fields) = (Refused::default(), HashSet::new(), BTreeSet::new());
        let mut rows = sqlx::query_as::<_, (i64, String, i64, String)>(sql!("outbox/refused")).fetch(&self.readers);
        while let Some((number, merchant, lines, edit)) = rows.try_next().await? {
            refused.edits.push(count(number));
            merchants.insert(merchant);
            refused.changes += count(lines);
            let edit: Edit = serde_json::from_str(&edit)?;
            fields.extend(edit.writes.iter().map(|write| write.field.shown_as().to_owned()));
        }
        refused.merchants = merchants.len() as u64;
        refused.fields = fields.into_iter().collect();
        Ok(refused)
    }

    /// Puts new edits with the same writes in the place of these, in one transaction. What is no longer refused is left
    /// out; what others chose meanwhile stays.
    ///
    /// # Errors
    /// As [`Self::save`]: nothing was changed then.
    pub async fn retry_refused(&self, numbers: Vec<u64>, actor: Option<&Actor>) -> Result<HandledRefused> {
        let desk = self.desk(actor);
        let now_ms = self.machine.now_ms();
        let work = move |tx: &Transaction<'_>, rules: &RuleSet| {
            let (mut done, mut drafts) = (HandledRefused::default(), Vec::new());
            for number in numbers {
                let Some(One { standing, lines, problem }) = one(tx, number)? else { continue };
                if has_moved(problem.as_deref())? {
                    done.left += lines;
                    continue;
                }
                let Discarded::Cancelled(old) = take(tx, standing, now_ms)? else { continue };
                done.edits.push(old.edit_id);
                done.changes += lines;
                drafts.push(again(*old));
            }
            desk.insert(tx, rules, drafts)?;
            Ok(done)
        };
        self.write(work).await
    }

    /// Gives these up, in one transaction. What is no longer refused is left out: it may be on its way.
    ///
    /// # Errors
    /// `storage`: nothing was changed then.
    pub async fn discard_refused(&self, numbers: Vec<u64>) -> Result<HandledRefused> {
        let now_ms = self.machine.now_ms();
        let work = move |tx: &Transaction<'_>, rules: &RuleSet| {
            let mut done = HandledRefused::default();
            let mut touched: BTreeSet<MerchantId> = BTreeSet::new();
            for number in numbers {
                let Some(One { standing, lines, .. }) = one(tx, number)? else { continue };
                let Discarded::Cancelled(old) = take(tx, standing, now_ms)? else { continue };
                done.edits.push(old.edit_id);
                done.changes += lines;
                touched.insert(old.merchant_id);
            }
            for merchant in &touched {
                merchant::refresh(tx, merchant, rules)?;
            }
            Ok(done)
        };
        self.write(work).await
    }
}
