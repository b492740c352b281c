//! The outbox: look, send again, take back.

use domain::EditId;
use domain::edit::Write;
use domain::ipc::{OutboxGroup, OutboxPage, OutboxQuery, OutboxRow, Refused, Resend, Saved};
use domain::problem::ErrorCode;
use sync_engine::device::Input;

use super::{Console, fields, saved};
use crate::cache::{Discarded, Draft, HandledRefused};
use crate::error::{Error, Result};

/// Lines that are read at a time.
const PAGE_LINES: u32 = 500;
/// Edits of one transaction, where many are handled together.
const BATCH_EDITS: usize = 100;
/// Batches after which views and engine are told.
const BATCHES_PER_LOOK: usize = 20;

impl Console {
    /// A window into the outbox.
    ///
    /// # Errors
    /// `storage`.
    pub async fn outbox(&self, query: &OutboxQuery) -> Result<OutboxPage> {
        self.cache.outbox(query).await
    }

    /// Sends a waiting edit now, or the writes of a refused one as a new edit.
    ///
    /// # Errors
    /// `not_found` if it neither waits nor was refused; `outbox_full`; `storage`.
    pub async fn retry(&self, edit_id: EditId) -> Result<()> {
        let actor = self.backend().await.session.actor().await?;
        self.cache.retry(edit_id, actor.as_ref()).await?;
        self.edited().await;
        self.backend().await.tell(Input::SyncNow).await;
        Ok(())
    }

    /// Discards an edit that was not sent, or was refused.
    ///
    /// # Errors
    /// `bad_request` if the server may have it, `not_found`, `storage`.
    pub async fn discard(&self, edit_id: EditId) -> Result<()> {
        match self.cache.discard(edit_id).await? {
            Discarded::Cancelled(_) => {
                self.edited().await;
                Ok(())
            }
            Discarded::Sent(_) => Err(Error::new(
                ErrorCode::BadRequest,
                "this change was sent and may have arrived: undo it instead, that sends the old value",
            )),
        }
    }

    /// All edits that were refused until now: what a person is asked about before they are handled together.
    ///
    /// # Errors
    /// `storage`.
    pub async fn refused(&self) -> Result<Refused> {
        self.cache.refused().await
    }

    /// As [`Self::retry`] of these, by the numbers that [`Self::refused`] gave. What others chose meanwhile stays: it
    /// must be looked at first.
    ///
    /// # Errors
    /// `storage`: those before it are sent again then.
    pub async fn retry_refused(&self, numbers: &[u64]) -> Result<HandledRefused> {
        let actor = self.backend().await.session.actor().await?;
        let done = self.in_batches(numbers, |batch| self.cache.retry_refused(batch, actor.as_ref())).await;
        self.backend().await.tell(Input::SyncNow).await;
        done
    }

    /// Gives these up, by the numbers that [`Self::refused`] gave. Nothing else is touched: what waits may have been sent.
    ///
    /// # Errors
    /// `storage`: those before it are given up then.
    pub async fn discard_refused(&self, numbers: &[u64]) -> Result<HandledRefused> {
        self.in_batches(numbers, |batch| self.cache.discard_refused(batch)).await
    }

    /// Handles edits batch by batch, so that whoever saves meanwhile hardly waits.
    async fn in_batches<R>(&self, numbers: &[u64], handle: impl Fn(Vec<u64>) -> R) -> Result<HandledRefused>
    where
        R: Future<Output = Result<HandledRefused>>,
    {
        let mut all = HandledRefused::default();
        let mut outcome = Ok(());
        for (n, batch) in numbers.chunks(BATCH_EDITS).enumerate() {
            match handle(batch.to_vec()).await {
                Ok(done) => all.add(done),
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
            if (n + 1).is_multiple_of(BATCHES_PER_LOOK) {
                self.edited().await;
            }
        }
        self.edited().await;
        outcome.map(|()| all)
    }

    /// Takes back an edit: one that was not sent is as if it had never been, of others the registers that
    /// still have its value get the old one by a new edit.
    ///
    /// # Errors
    /// `not_found` if there is nothing left to undo; `storage`.
    pub async fn undo(&self, edit_id: EditId) -> Result<Saved> {
        let answer = self.take_back(edit_id).await?;
        self.edited().await;
        Ok(answer)
    }

    /// As [`Self::undo`], without telling anybody yet.
    pub(super) async fn take_back(&self, edit_id: EditId) -> Result<Saved> {
        let mut answer = saved(None);
        match self.cache.discard(edit_id).await? {
            Discarded::Cancelled(edit) => answer.changes = backwards(&edit.writes),
            Discarded::Sent(edit) => {
                let draft = self.cache.inverse(&edit).await?;
                if draft.writes.is_empty() {
                    return Err(Error::new(
                        ErrorCode::NotFound,
                        "nothing to undo: these fields have been changed since, or wait for people",
                    ));
                }
                answer = saved(Some(&self.save_draft(draft).await?));
            }
        }
        Ok(answer)
    }

    /// Sends a refused edit with other values.
    ///
    /// # Errors
    /// `bad_value` if nothing is left to send, or the problem of a value; `not_found` unless the edit is refused;
    /// `storage`.
    pub async fn resend(&self, resend: Resend) -> Result<Saved> {
        let mut writes = resend.writes;
        if writes.is_empty() {
            return Err(Error::new(
                ErrorCode::BadValue,
                "nothing is left to send: the refused change was kept; discard it instead",
            ));
        }
        for write in &mut writes {
            write.value = self.cache.schema().normalise(&write.field, &write.value)?;
        }
        let actor = self.backend().await.session.actor().await?;
        let edit = self.cache.resend(resend.edit_id, writes, actor.as_ref()).await?;
        self.edited().await;
        Ok(saved(Some(&edit)))
    }

    /// The same with some values as they are typed, for the command line; the others stay as they were refused.
    ///
    /// # Errors
    /// `not_found` unless the edit is refused and writes these fields; as [`Self::resend`].
    pub async fn resend_fields(&self, edit_id: EditId, assignments: &[(String, String)]) -> Result<Saved> {
        let refused = self.lines(OutboxGroup::NeedsYou).await?.into_iter().filter(|line| line.edit_id == edit_id);
        let mut writes: Vec<Write> = refused.flat_map(|line| line.writes).collect();
        for (name, typed) in assignments {
            let (field, value) = fields::register(&self.cache.schema(), name, typed)?;
            let write = writes.iter_mut().find(|write| write.field == field).ok_or_else(|| {
                Error::new(ErrorCode::NotFound, format!("no refused change {edit_id} of {field} is in the outbox"))
            })?;
            write.value = value;
        }
        self.resend(Resend { edit_id, writes }).await
    }

    /// All lines of a group of the outbox.
    ///
    /// # Errors
    /// `storage`.
    pub async fn lines(&self, group: OutboxGroup) -> Result<Vec<OutboxRow>> {
        let mut lines = Vec::new();
        loop {
            let query = OutboxQuery { group, offset: lines.len() as u64, limit: PAGE_LINES };
            let page = self.cache.outbox(&query).await?;
            let is_last = page.rows.len() < PAGE_LINES as usize;
            lines.extend(page.rows);
            if is_last {
                return Ok(lines);
            }
        }
    }

    /// Saves in the name of who is signed in, or was last.
    pub(super) async fn save_draft(&self, draft: Draft) -> Result<domain::Edit> {
        match self.backend().await.session.signed_in_actor().await {
            Some(actor) => self.cache.save(draft, Some(&actor)).await,
            None => self.cache.save_by_last_actor(draft).await,
        }
    }
}

fn backwards(writes: &[Write]) -> Vec<domain::change::Change> {
    let inverse: Vec<Write> = writes
        .iter()
        .map(|w| Write { field: w.field.clone(), base_value: w.value.clone(), value: w.base_value.clone() })
        .collect();
    domain::change::changes(&inverse)
}
