//! Bulk edits: many merchants looked at, saved and taken back in batches, with a journal in the same transactions, so
//! that all of it can be taken back after a restart too.

use domain::MerchantId;
use domain::edit::{Source, Write};
use domain::field::FieldPath;
use domain::ipc::{BulkEdit, BulkState, LeftStore};
use domain::problem::ErrorCode;
use domain::profile::{self, Registers};
use domain::role::Actor;
use domain::rules::RuleSet;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::merchant::Merchant;
use super::outbox::{Discarded, take_out_of};
use super::saving::OUTBOX_EDITS_MAX;
use super::{Cache, Draft, count, int, list, listing, merchant, parse, sql};
use crate::clock;
use crate::error::{Error, Result};

/// Bulk edits that are remembered; of older ones the edits stay, but they cannot be taken back as a whole.
const BULKS_KEPT: u32 = 50;

/// What a bulk edit looks at in one merchant.
pub(crate) struct Looked {
    /// As the list names it.
    pub name: String,
    /// What shows.
    pub registers: Registers,
    /// Registers whose value people are choosing.
    pub contested: Vec<FieldPath>,
}

/// A bulk edit that is being saved or taken back.
#[derive(Clone, Debug)]
pub(crate) struct OpenBulk {
    n: i64,
    /// Names it.
    pub bulk_id: String,
    /// Its last row: merchants that have an edit.
    pub saved: u64,
}

/// What a batch of an undo did.
pub(crate) struct UndoneBatch {
    /// The number of its last row; nothing if there was none left.
    pub last_row: Option<u64>,
    /// How many it looked at.
    pub rows: u64,
    /// Taken back, wholly or in part.
    pub undone: u64,
    /// Of which something was left, because it was changed since or waits for people.
    pub left: u64,
}

fn state_text(state: BulkState) -> &'static str {
    match state {
        BulkState::Saving => "saving",
        BulkState::Cancelled => "cancelled",
        BulkState::Done => "done",
        BulkState::Undoing => "undoing",
        BulkState::Undone => "undone",
    }
}

fn state(text: &str) -> BulkState {
    let all = [BulkState::Cancelled, BulkState::Done, BulkState::Undoing, BulkState::Undone];
    all.into_iter().find(|state| state_text(*state) == text).unwrap_or(BulkState::Saving)
}

fn look(tx: &Connection, id: &MerchantId, rules: &RuleSet) -> Result<Option<Looked>> {
    let Some(row) = list::row_of(tx, id)? else { return Ok(None) };
    let Merchant { record, own } = Merchant::read(tx, id)?;
    let review = record.as_ref().and_then(|record| listing::open_review(record, &own, rules));
    let contested = review.into_iter().flat_map(|review| review.items).map(|item| item.field).collect();
    Ok(Some(Looked { name: row.name, registers: listing::registers(record.as_deref(), &own, rules), contested }))
}

impl Cache {
    /// Looks at merchants, all at one moment; nothing for one that does not show. Whoever saves meanwhile does not wait.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn look_at(&self, ids: Vec<MerchantId>) -> Result<Vec<Option<Looked>>> {
        let rules = self.rules();
        self.direct.scan(move |tx| ids.iter().map(|id| look(tx, id, &rules)).collect()).await
    }

    /// For how many more edits the outbox has room.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn outbox_room(&self) -> Result<u64> {
        let waiting = |tx: &rusqlite::Transaction<'_>| {
            Ok(tx.prepare_cached(sql!("outbox/count"))?.query_row([], |row| row.get::<_, i64>(0))?)
        };
        Ok(OUTBOX_EDITS_MAX.saturating_sub(count(self.direct.read(waiting).await?)))
    }

    /// Begins a bulk edit.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn begin_bulk(
        &self,
        registers: &Registers,
        stores: u64,
        actor: Option<&Actor>,
    ) -> Result<OpenBulk> {
        let registers = serde_json::to_string(registers)?;
        let actor_name = actor.map(|actor| actor.name.clone()).unwrap_or_default();
        self.write(move |tx, _| {
            let bulk_id = Uuid::now_v7().to_string();
            tx.execute(sql!("bulk/begin"), params![bulk_id, registers, actor_name, int(stores), int(clock::now_ms())])?;
            let n = tx.last_insert_rowid();
            tx.execute(sql!("bulk/trim_rows"), [BULKS_KEPT])?;
            tx.execute(sql!("bulk/trim"), [BULKS_KEPT])?;
            Ok(OpenBulk { n, bulk_id, saved: 0 })
        })
        .await
    }

    /// Saves a batch: each merchant is looked at again within the transaction that saves, and `judge` says what is written
    /// to it, or why nothing is. Edits and journal are saved together or not at all. Returns those that were left out.
    ///
    /// # Errors
    /// As [`Self::save_all`].
    pub(crate) async fn save_bulk_batch<K: Send + 'static>(
        &self,
        bulk: &mut OpenBulk,
        batch: Vec<(MerchantId, K)>,
        actor: Option<&Actor>,
        judge: impl Fn(&MerchantId, K, Option<Looked>) -> std::result::Result<Vec<Write>, LeftStore> + Send + 'static,
    ) -> Result<Vec<LeftStore>> {
        let (desk, n, mut saved) = (self.desk(actor), bulk.n, bulk.saved);
        let done = self.write(move |tx, rules| {
            let (mut drafts, mut left) = (Vec::with_capacity(batch.len()), Vec::new());
            for (id, known) in batch {
                match judge(&id, known, look(tx, &id, rules)?) {
                    Ok(writes) if writes.is_empty() => {}
                    Ok(writes) => drafts.push(Draft::new(id, writes, Source::Manual)),
                    Err(store) => left.push(store),
                }
            }
            if drafts.is_empty() {
                return Ok((saved, left));
            }
            let edits = desk.insert(tx, rules, drafts)?;
            let mut put = tx.prepare_cached(sql!("bulk/put_row"))?;
            for edit in &edits {
                saved += 1;
                let writes = serde_json::to_string(&edit.writes)?;
                put.execute(params![n, int(saved), edit.merchant_id.as_str(), edit.edit_id.to_string(), writes])?;
            }
            tx.prepare_cached(sql!("bulk/advance"))?.execute(params![n, int(saved)])?;
            Ok((saved, left))
        });
        let (saved, left) = done.await?;
        bulk.saved = saved;
        Ok(left)
    }

    /// Takes back the edits of a batch before a row, the last first: one that was not sent is as if it had never been;
    /// of others the registers that still have its value get the old one by a new edit.
    ///
    /// # Errors
    /// As [`Self::save_all`].
    pub(crate) async fn undo_bulk_batch(
        &self,
        bulk: &OpenBulk,
        before: u64,
        limit: usize,
        actor: Option<&Actor>,
    ) -> Result<UndoneBatch> {
        let (desk, n, now_ms) = (self.desk(actor), bulk.n, self.machine.now_ms());
        self.write(move |tx, rules| {
            let rows: Vec<(i64, String, String, String)> = tx
                .prepare_cached(sql!("bulk/to_undo"))?
                .query_map(params![n, int(before), int(limit as u64)], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?
                .collect::<std::result::Result<_, _>>()?;
            let last_row = rows.last().map(|row| count(row.0));
            let mut done = UndoneBatch { last_row, rows: rows.len() as u64, undone: 0, left: 0 };
            let mut drafts = Vec::new();
            let mut mark = tx.prepare_cached(sql!("bulk/undone"))?;
            for (row, id, edit_id, writes) in rows {
                let id = MerchantId::new(id)?;
                mark.execute(params![n, row])?;
                // Where its answer came long ago, the journal knows what it wrote.
                let taken = take_out_of(tx, &id, parse(&edit_id)?, now_ms)?;
                let unsent = matches!(taken, Some(Discarded::Cancelled(_)));
                if unsent {
                    merchant::refresh(tx, &id, rules)?;
                    done.undone += 1;
                    continue;
                }
                let Merchant { record, own } = Merchant::read(tx, &id)?;
                let now = listing::registers(record.as_deref(), &own, rules);
                let writes: Vec<Write> = serde_json::from_str(&writes)?;
                let inverse = profile::inverse(&writes, &now);
                done.left += u64::from(inverse.len() < writes.len());
                if !inverse.is_empty() {
                    done.undone += 1;
                    drafts.push(Draft::new(id, inverse, Source::Manual));
                }
            }
            if !drafts.is_empty() {
                desk.insert(tx, rules, drafts)?;
            }
            Ok(done)
        })
        .await
    }

    /// Says where a bulk edit stands.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn set_bulk_state(&self, bulk: &OpenBulk, state: BulkState) -> Result<()> {
        let n = bulk.n;
        self.write(move |tx, _| {
            tx.execute(sql!("bulk/set_state"), params![n, state_text(state)])?;
            Ok(())
        })
        .await
    }

    /// Bulk edits of the past, newest first.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn bulk_edits(&self) -> Result<Vec<BulkEdit>> {
        Ok(self.bulk_list(None).await?.into_iter().map(|(_, edit)| edit).collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// `not_found`, `storage`.
    pub(crate) async fn bulk_edit(&self, bulk_id: &str) -> Result<(OpenBulk, BulkEdit)> {
        let found = self.bulk_list(Some(bulk_id.to_owned())).await?.into_iter().next();
        let (n, edit) = found.ok_or_else(|| {
            let title = format!("there is no bulk edit {bulk_id} on this computer; `bulk list` says which there are");
            Error::new(ErrorCode::NotFound, title)
        })?;
        Ok((OpenBulk { n, bulk_id: edit.bulk_id.clone(), saved: edit.saved }, edit))
    }

    async fn bulk_list(&self, bulk_id: Option<String>) -> Result<Vec<(i64, BulkEdit)>> {
        self.direct
            .read(move |tx| {
                let mut select = tx.prepare_cached(sql!("bulk/list"))?;
                let mut rows = select.query(params![bulk_id, BULKS_KEPT])?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    let edit = BulkEdit {
                        bulk_id: row.get(1)?,
                        registers: serde_json::from_str(&row.get::<_, String>(2)?)?,
                        actor_name: row.get(3)?,
                        state: state(&row.get::<_, String>(4)?),
                        stores: count(row.get(5)?),
                        saved: count(row.get(6)?),
                        begun_at: clock::at(count(row.get(7)?)),
                    };
                    found.push((row.get(0)?, edit));
                }
                Ok(found)
            })
            .await
    }
}
