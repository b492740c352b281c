//! The outbox on its way to the server.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::api::PushReply;
use domain::edit::{Edit, EditState, Outcome, OutcomeState};
use domain::ipc::IpcError;
use domain::problem::{ErrorCode, Problem};
use domain::{ActorId, EditId, MerchantId};
use sqlx::sqlite::SqliteConnection;

use super::listing::{self, Indexing};
use super::{Cache, begin, count, int, json_list, json_numbers, meta, sql};
use crate::clock;
use crate::error::Result;

/// The longest time that a deferred edit waits, in milliseconds. A later time was written under another setting
/// of the clock and is ignored.
const DEFER_MS_MAX: u64 = 60_000;

/// Edits to push; they are marked `sending`.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Oldest first.
    pub edits: Vec<Edit>,
    /// When the next edit that waits is due, in milliseconds since 1970.
    pub next_due_ms: Option<u64>,
}

type ToSend = (i64, String, String, Option<String>, i64, i64);

/// Picks what may go now: oldest first, each merchant in order; a merchant whose head waits is passed over.
fn pick(
    rows: Vec<ToSend>,
    (edits_max, bytes_max): (usize, usize),
    now_ms: u64,
    actor: Option<&ActorId>,
) -> (Vec<i64>, Option<u64>) {
    let mut waits: HashSet<String> = HashSet::new();
    let (mut picked, mut bytes, mut next_due_ms) = (Vec::new(), 0, None::<u64>);
    for (n, merchant, state, author, not_before_ms, size) in rows {
        if waits.contains(&merchant) {
            continue;
        }
        let mine = author.as_deref().is_none_or(|author| actor.is_some_and(|actor| actor.as_str() == author));
        let due_ms = Some(count(not_before_ms)).filter(|due| *due <= now_ms.saturating_add(DEFER_MS_MAX)).unwrap_or(0);
        if state != EditState::Queued.as_str() || !mine || due_ms > now_ms {
            if mine && due_ms > now_ms {
                next_due_ms = Some(next_due_ms.map_or(due_ms, |next| next.min(due_ms)));
            }
            waits.insert(merchant);
            continue;
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if picked.len() >= edits_max || !picked.is_empty() && bytes + size > bytes_max {
            break;
        }
        bytes += size;
        picked.push(n);
    }
    (picked, next_due_ms)
}

impl Cache {
    /// Reads the next edits that are due for this actor and marks them `sending`.
    ///
    /// # Errors
    /// `storage`.
    pub async fn load_batch(
        &self,
        edits_max: usize,
        bytes_max: usize,
        now_ms: u64,
        actor: Option<&ActorId>,
    ) -> Result<Batch> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let rows: Vec<ToSend> = sqlx::query_as(sql!("outbox/to_send")).fetch_all(&mut *tx).await?;
        let (picked, next_due_ms) = pick(rows, (edits_max, bytes_max), now_ms, actor);
        if picked.is_empty() {
            return Ok(Batch { edits: Vec::new(), next_due_ms });
        }
        let list = json_numbers(picked);
        sqlx::query(sql!("outbox/mark_sending")).bind(&list).execute(&mut *tx).await?;
        let texts: Vec<String> = sqlx::query_scalar(sql!("outbox/edits")).bind(&list).fetch_all(&mut *tx).await?;
        let edits = texts.iter().map(|text| Ok(serde_json::from_str(text)?)).collect::<Result<Vec<Edit>>>()?;
        tx.commit().await?;
        Ok(Batch { edits, next_due_ms })
    }

    /// After a crash: what was on its way waits again. Only the process that syncs may call it.
    ///
    /// # Errors
    /// `storage`.
    pub async fn release_all(&self) -> Result<u64> {
        let mut writer = self.writer.lock().await;
        Ok(sqlx::query(sql!("outbox/release_all")).execute(&mut *writer).await?.rows_affected())
    }

    /// No answer came: the edits wait again. `never_left` says that no connection was made, so that the server
    /// cannot have them.
    ///
    /// # Errors
    /// `storage`.
    pub async fn release(&self, edits: &[EditId], never_left: bool) -> Result<()> {
        let mut writer = self.writer.lock().await;
        sqlx::query(sql!("outbox/release")).bind(json_list(edits)).bind(never_left).execute(&mut *writer).await?;
        Ok(())
    }

    /// The server will never take this edit.
    ///
    /// # Errors
    /// `storage`.
    pub async fn reject(&self, edit_id: EditId, problem: &Problem) -> Result<()> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let touched: Option<String> = sqlx::query_scalar(sql!("outbox/reject"))
            .bind(edit_id.to_string())
            .bind(serde_json::to_string(&IpcError::from(problem.clone()))?)
            .fetch_optional(&mut *tx)
            .await?;
        self.refresh_ids(&mut tx, touched).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes the server's answers. A deferred edit waits until `retry_at_ms`.
    ///
    /// # Errors
    /// `storage`.
    pub async fn store_outcomes(&self, reply: &PushReply, retry_at_ms: u64) -> Result<()> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let mut touched = BTreeSet::new();
        for outcome in &reply.outcomes {
            touched.extend(answer(&mut tx, outcome, &reply.epoch, retry_at_ms).await?);
        }
        meta::observe(&mut tx, reply.server_hlc, clock::now_ms()).await?;
        self.refresh_ids(&mut tx, touched).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes the rows of some merchants anew.
    pub(super) async fn refresh_ids(
        &self,
        tx: &mut SqliteConnection,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<()> {
        let ids = ids.into_iter().map(|id| Ok(MerchantId::new(id)?)).collect::<Result<Vec<_>>>()?;
        listing::refresh(tx, &ids, HashMap::new(), &self.rules(), Indexing::Now).await
    }

    /// Is anything to be sent now, by this actor?
    ///
    /// # Errors
    /// `storage`.
    pub async fn has_due(&self, now_ms: u64, actor: Option<&ActorId>) -> Result<bool> {
        let query = sqlx::query_scalar(sql!("outbox/due"))
            .bind(int(now_ms))
            .bind(int(now_ms.saturating_add(DEFER_MS_MAX)))
            .bind(actor.map(ActorId::as_str));
        Ok(query.fetch_one(&self.readers).await?)
    }
}

async fn answer(tx: &mut SqliteConnection, outcome: &Outcome, epoch: &str, retry_at_ms: u64) -> Result<Option<String>> {
    let state = match outcome.state {
        OutcomeState::Applied => EditState::Applied,
        OutcomeState::Merged => EditState::Merged,
        OutcomeState::InReview => EditState::InReview,
        OutcomeState::Rejected => EditState::Rejected,
        OutcomeState::Deferred => {
            let problem = IpcError {
                code: ErrorCode::Busy,
                message: "the server could not store it yet; it is sent again by itself".to_owned(),
                field: None,
            };
            let query = sqlx::query_scalar(sql!("outbox/defer"))
                .bind(outcome.edit_id.to_string())
                .bind(int(retry_at_ms))
                .bind(serde_json::to_string(&problem)?);
            return Ok(query.fetch_optional(tx).await?);
        }
    };
    let problem = outcome.refusal().map(|(field, code, message)| IpcError {
        code,
        message: message.to_owned(),
        field: Some(field.to_string()),
    });
    let rejected = state == EditState::Rejected;
    let query = sqlx::query_scalar(sql!("outbox/answer"))
        .bind(outcome.edit_id.to_string())
        .bind(state.as_str())
        // A refusal changes nothing on the server: there is nothing to come back.
        .bind((!rejected).then(|| int(outcome.seq)))
        .bind((!rejected).then_some(epoch))
        .bind(problem.map(|problem| serde_json::to_string(&problem)).transpose()?)
        .bind(serde_json::to_string(&outcome.decisions)?);
    Ok(query.fetch_optional(tx).await?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn row(n: i64, merchant: &str, state: &str, author: Option<&str>, not_before_ms: i64, bytes: i64) -> ToSend {
        (n, merchant.into(), state.into(), author.map(Into::into), not_before_ms, bytes)
    }

    #[test]
    fn a_merchant_whose_head_waits_is_passed_over() {
        let me = ActorId::new("me").unwrap();
        let rows = vec![
            row(1, "A", "queued", None, 50, 10),
            row(2, "A", "queued", None, 0, 10),
            row(3, "B", "sending", None, 0, 10),
            row(4, "B", "queued", None, 0, 10),
            row(5, "C", "queued", Some("other"), 0, 10),
            row(6, "C", "queued", Some("me"), 0, 10),
            row(7, "D", "queued", Some("me"), 0, 10),
            row(8, "D", "queued", None, 0, 10),
        ];
        assert_eq!(pick(rows.clone(), (9, 99), 10, Some(&me)), (vec![7, 8], Some(50)));
        assert_eq!(pick(rows.clone(), (1, 99), 60, Some(&me)).0, vec![1]);
        assert_eq!(pick(rows.clone(), (9, 5), 60, Some(&me)).0, vec![1], "at least one edit");
        assert_eq!(pick(rows, (9, 99), 60, None).0, vec![1, 2], "D's head is somebody's who is not signed in");
    }
}
