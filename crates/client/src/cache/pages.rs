//! What comes from the server: a page of changes and the cursor behind it, in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::api::{Change, ChangesPage, ChangesQuery, marker};
use domain::edit::{Edit, EditState, FieldDecision};
use domain::rules::RuleSet;
use domain::{EditId, MerchantId, Record};
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};
use sync_engine::reconcile;

use super::listing::{self, Indexing};
use super::resending::{self, About};
use super::{Cache, begin, checking, count, int, json_list, json_numbers, meta, parse, sql};
use crate::error::Result;

pub(super) const CURSOR: &str = "cursor";
pub(super) const EPOCH: &str = "epoch";
pub(super) const GENERATION: &str = "generation";
/// The marker that came with the cursor.
pub(super) const MARKER: &str = "marker";
/// The server's newest change number when this pull began with the first page.
const BEGUN: &str = "pull_begun_at";
/// The epoch before the newest start of the pull, until a pull is complete; empty if there were several.
const EPOCH_BEFORE: &str = "epoch_before";
pub(super) const OUTDATED: &str = "outdated_generation";
pub(super) const PULL_COMPLETE: &str = "pull_complete";

/// Records in one statement.
const RECORDS_PER_STATEMENT: usize = 250;
/// How many sent edits are remembered.
pub(super) const LOG_EDITS_MAX: i64 = 10_000;

impl Cache {
    /// Where to go on pulling.
    ///
    /// # Errors
    /// `storage`.
    pub async fn cursor(&self) -> Result<ChangesQuery> {
        let mut tx = self.readers.begin().await?;
        let mut query = ChangesQuery {
            cursor: meta::number(&mut *tx, CURSOR).await?,
            epoch: meta::get(&mut *tx, EPOCH).await?,
            marker: meta::get(&mut *tx, MARKER).await?.filter(|marker| !marker.is_empty()),
            begun: Some(meta::number(&mut *tx, BEGUN).await?).filter(|begun| *begun > 0),
            ..ChangesQuery::default()
        };
        if let Some(epoch) = &query.epoch {
            let answered: Option<(i64, String)> =
                sqlx::query_as(sql!("outbox/answered_last")).bind(epoch).fetch_optional(&mut *tx).await?;
            if let Some((seq, edit_id)) = answered {
                query.answered = Some(count(seq));
                query.answered_marker = Some(marker(parse(&edit_id)?));
            }
        }
        tx.rollback().await?;
        Ok(query)
    }

    /// Writes a page and moves the cursor. A record that is not newer than the stored one is passed over.
    /// Returns how many merchants have answered edits that wait again, because the server's data do not contain
    /// them any more.
    ///
    /// # Errors
    /// `storage`.
    pub async fn apply_page(&self, page: ChangesPage) -> Result<usize> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let generation = int(meta::number(&mut *tx, GENERATION).await?);
        let named = json_list(page.changes.iter().map(|change| change.record.merchant_id.as_str()));
        let changes = newer(&mut tx, page.changes, generation).await?;
        store(&mut tx, &changes, generation, &self.rules()).await?;

        let mut touched: BTreeSet<MerchantId> = changes.iter().map(|c| c.record.merchant_id.clone()).collect();
        let mut records: HashMap<MerchantId, Record> =
            changes.into_iter().map(|c| (c.record.merchant_id.clone(), c.record)).collect();
        let back: Vec<String> = sqlx::query_scalar(sql!("outbox/came_back"))
            .bind(int(page.next_cursor))
            .bind(&page.epoch)
            .bind(page.complete)
            .bind(named)
            .bind(generation)
            .fetch_all(&mut *tx)
            .await?;
        for id in back {
            touched.insert(MerchantId::new(id)?);
        }
        let mut again = 0;
        if page.complete {
            // An answer that was stored after its epoch had ended can no longer come back.
            let void: Vec<String> =
                sqlx::query_scalar(sql!("outbox/resend_of_other_epochs")).bind(&page.epoch).fetch_all(&mut *tx).await?;
            again = void.len();
            for id in void {
                touched.insert(MerchantId::new(id)?);
            }
        }
        let back = back_first(&mut tx, &touched).await?;
        self.settle(&mut tx, &touched, &mut records).await?;
        if meta::number(&mut *tx, OUTDATED).await? == 0 && !back.is_empty() {
            // After a restored backup the number may be another change's, and nobody need have noticed. Looked for once:
            // a merchant that was deleted and forgotten never has it.
            let lost = resending::resend_lost(&mut tx, generation, About::Back(&back)).await?;
            again += lost.len();
            touched.extend(lost);
        }
        if meta::number(&mut *tx, OUTDATED).await? > 0 {
            // The server may have been restored, also where its epoch is the same as before: then nobody has asked it
            // since. Hence also what just came back by its number is looked for: that may be another change's now.
            // Before anything is forgotten: what is gone there may be this device's own.
            let forgotten = meta::get(&mut *tx, EPOCH_BEFORE).await?.as_ref() == Some(&page.epoch);
            let about = if page.complete { About::All { forgotten } } else { About::Came(&touched) };
            let lost = resending::resend_lost(&mut tx, generation, about).await?;
            again += lost.len();
            touched.extend(lost);
        }
        let ids: Vec<MerchantId> = touched.into_iter().collect();
        listing::refresh(&mut tx, &ids, records, &self.rules(), Indexing::Later).await?;

        if page.complete && meta::number(&mut *tx, OUTDATED).await? > 0 {
            self.forget_outdated(&mut tx, generation).await?;
            meta::set(&mut *tx, OUTDATED, 0).await?;
            sqlx::query(sql!("meta/delete")).bind(EPOCH_BEFORE).execute(&mut *tx).await?;
        }
        if meta::number(&mut *tx, CURSOR).await? == 0 {
            meta::set(&mut *tx, BEGUN, page.head).await?;
        }
        // A batch that landed while the page was on its way has moved the cursor beyond it.
        let epoch = meta::get(&mut *tx, EPOCH).await?;
        if epoch.as_ref() != Some(&page.epoch) || meta::number(&mut *tx, CURSOR).await? <= page.next_cursor {
            meta::set(&mut *tx, MARKER, &page.marker).await?;
            meta::set(&mut *tx, CURSOR, page.next_cursor).await?;
        }
        meta::set(&mut *tx, EPOCH, &page.epoch).await?;
        meta::set(&mut *tx, PULL_COMPLETE, u8::from(page.complete)).await?;
        meta::observe(&mut tx, page.server_hlc, self.machine.now_ms()).await?;
        tx.commit().await?;
        Ok(again)
    }

    /// The server's data start anew: the next pull begins with the first page. Edits are kept; answered ones
    /// that had not come back are sent again, because the answer was of the data that are gone.
    ///
    /// # Errors
    /// `storage`.
    pub async fn restart_pull(&self) -> Result<()> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let epoch = meta::get(&mut *tx, EPOCH).await?.unwrap_or_default();
        match meta::get(&mut *tx, EPOCH_BEFORE).await? {
            None => meta::set(&mut *tx, EPOCH_BEFORE, &epoch).await?,
            // Between two restarts a page of another epoch came.
            Some(before) if !epoch.is_empty() && before != epoch => meta::set(&mut *tx, EPOCH_BEFORE, "").await?,
            Some(_) => {}
        }
        let again: Vec<String> =
            sqlx::query_scalar(sql!("outbox/resend_unreturned")).bind(epoch).fetch_all(&mut *tx).await?;
        let generation = meta::number(&mut *tx, GENERATION).await? + 1;
        meta::set(&mut *tx, GENERATION, generation).await?;
        meta::set(&mut *tx, OUTDATED, 1).await?;
        meta::set(&mut *tx, CURSOR, 0).await?;
        meta::set(&mut *tx, PULL_COMPLETE, 0).await?;
        for gone in [EPOCH, MARKER, BEGUN] {
            sqlx::query(sql!("meta/delete")).bind(gone).execute(&mut *tx).await?;
        }
        self.refresh_ids(&mut tx, again.into_iter().collect::<BTreeSet<_>>()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Edits whose answer has come back leave the outbox; the ones in review only when people have settled it.
    pub(super) async fn settle(
        &self,
        tx: &mut SqliteConnection,
        touched: &BTreeSet<MerchantId>,
        records: &mut HashMap<MerchantId, Record>,
    ) -> Result<()> {
        let rows: Vec<(i64, String, String, Option<String>)> = sqlx::query_as(sql!("outbox/settle_candidates"))
            .bind(json_list(touched.iter().map(MerchantId::as_str)))
            .fetch_all(&mut *tx)
            .await?;
        let mut done: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for (n, text, state, decisions) in rows {
            let mut state: EditState = parse(&state)?;
            if state == EditState::InReview {
                let edit: Edit = serde_json::from_str(&text)?;
                state = match record_of(tx, &edit.merchant_id, records).await? {
                    Some(record) => {
                        let decisions: Vec<FieldDecision> =
                            decisions.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
                        reconcile::settled_state_of(record, &edit, &decisions, &self.rules())
                    }
                    // The merchant is gone for good, and with it the question.
                    None => EditState::Declined,
                };
                if state == EditState::InReview {
                    continue;
                }
            }
            done.entry(state.as_str()).or_default().push(n);
        }
        let now_ms = int(self.machine.now_ms());
        for (state, numbers) in &done {
            let list = json_numbers(numbers.iter().copied());
            sqlx::query(sql!("outbox/log_many")).bind(&list).bind(*state).bind(now_ms).execute(&mut *tx).await?;
            sqlx::query(sql!("outbox/delete_many")).bind(&list).execute(&mut *tx).await?;
        }
        if !done.is_empty() {
            sqlx::query(sql!("outbox/trim_log")).bind(LOG_EDITS_MAX).execute(&mut *tx).await?;
        }
        Ok(())
    }

    /// What did not come again in the new epoch is not there any more.
    async fn forget_outdated(&self, tx: &mut SqliteConnection, generation: i64) -> Result<()> {
        loop {
            let ids: Vec<String> =
                sqlx::query_scalar(sql!("records/outdated")).bind(generation).fetch_all(&mut *tx).await?;
            if ids.is_empty() {
                return Ok(());
            }
            self.forget(tx, ids).await?;
        }
    }

    /// Removes records that the server does not have any more, and what waited for people to decide about them.
    pub(super) async fn forget(&self, tx: &mut SqliteConnection, ids: Vec<String>) -> Result<()> {
        sqlx::query(sql!("records/delete_many")).bind(json_list(&ids)).execute(&mut *tx).await?;
        // A row whose id is none shows nowhere.
        let gone: BTreeSet<MerchantId> = ids.iter().filter_map(|id| MerchantId::new(id.as_str()).ok()).collect();
        self.settle(tx, &gone, &mut HashMap::new()).await?;
        let gone: Vec<MerchantId> = gone.into_iter().collect();
        listing::refresh(tx, &gone, HashMap::new(), &self.rules(), Indexing::Now).await
    }
}

/// The edits of these merchants that have come back and are in no log yet.
async fn back_first(tx: &mut SqliteConnection, of: &BTreeSet<MerchantId>) -> Result<BTreeMap<EditId, MerchantId>> {
    let rows: Vec<(String, String)> = sqlx::query_as(sql!("outbox/back_first"))
        .bind(json_list(of.iter().map(MerchantId::as_str)))
        .fetch_all(tx)
        .await?;
    rows.into_iter().map(|(id, edit_id)| Ok((parse(&edit_id)?, MerchantId::new(id)?))).collect()
}

async fn record_of<'r>(
    tx: &mut SqliteConnection,
    id: &MerchantId,
    records: &'r mut HashMap<MerchantId, Record>,
) -> Result<Option<&'r Record>> {
    if !records.contains_key(id) {
        let text: Option<String> = sqlx::query_scalar(sql!("records/get")).bind(id.as_str()).fetch_optional(tx).await?;
        if let Some(text) = text {
            records.insert(id.clone(), serde_json::from_str(&text)?);
        }
    }
    Ok(records.get(id))
}

/// The changes that are newer than what is stored; of several for one merchant, the newest.
async fn newer(tx: &mut SqliteConnection, changes: Vec<Change>, generation: i64) -> Result<Vec<Change>> {
    let ids = json_list(changes.iter().map(|change| change.record.merchant_id.as_str()));
    let stored: Vec<(String, i64)> =
        sqlx::query_as(sql!("records/seqs")).bind(ids).bind(generation).fetch_all(tx).await?;
    let mut seqs: HashMap<String, u64> = stored.into_iter().map(|(id, seq)| (id, count(seq))).collect();
    let mut fresh: Vec<Change> = Vec::with_capacity(changes.len());
    // From the newest: what comes later in this loop is older.
    for change in changes.into_iter().rev() {
        let id = change.record.merchant_id.as_str();
        if seqs.get(id).is_none_or(|seq| change.seq > *seq) {
            seqs.insert(id.to_owned(), change.seq);
            fresh.push(change);
        }
    }
    fresh.reverse();
    Ok(fresh)
}

/// Writes the texts as they came, with members that this version does not know.
pub(super) async fn store(
    tx: &mut SqliteConnection,
    changes: &[Change],
    generation: i64,
    rules: &RuleSet,
) -> Result<()> {
    for chunk in changes.chunks(RECORDS_PER_STATEMENT) {
        let rows = chunk
            .iter()
            .map(|change| {
                let (id, text) = (&change.record.merchant_id, change.text()?);
                let beside = checking::beside(id, &text, &change.record, rules);
                Ok((id.as_str().to_owned(), int(change.seq), text, beside))
            })
            .collect::<Result<Vec<_>>>()?;
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT INTO records (merchant_id, seq, generation, record, digest, bucket, deleted) ");
        query.push_values(rows, |mut values, (id, seq, record, beside)| {
            values.push_bind(id).push_bind(seq).push_bind(generation).push_bind(record);
            values.push_bind(beside.digest).push_bind(beside.bucket).push_bind(beside.deleted);
        });
        query.push(
            " ON CONFLICT (merchant_id) DO UPDATE SET seq = excluded.seq, generation = excluded.generation, \
             record = excluded.record, digest = excluded.digest, bucket = excluded.bucket, deleted = excluded.deleted",
        );
        query.build().execute(&mut *tx).await?;
    }
    Ok(())
}
