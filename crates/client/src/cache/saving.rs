//! Saving: an edit, the list's row and the search index in one transaction, durable when it returns.

use std::collections::{BTreeSet, HashMap};
use std::time::SystemTime;

use domain::change;
use domain::edit::{Edit, Settles, Source, WRITES_MAX, Write};
use domain::problem::ErrorCode;
use domain::record::Record;
use domain::role::Actor;
use domain::version::VersionVector;
use domain::{EditId, MerchantId, TraceId};
use sqlx::sqlite::SqliteConnection;
use telemetry::Stage;
use uuid::Uuid;

use super::listing::{self, Indexing, Own};
use super::meta::Stamps;
use super::{Cache, begin, int, json_list, sql};
use crate::clock;
use crate::error::{Error, Result};

/// The most edits that wait on one device.
pub const OUTBOX_EDITS_MAX: u64 = 200_000;

/// What a person or file wants to change. The cache adds dot, stamp and base.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Register by register.
    pub writes: Vec<Write>,
    /// From where.
    pub source: Source,
    /// What the editor had seen; absent for "what is in the cache now".
    pub seen: Option<VersionVector>,
    /// For a resolution.
    pub settles: Option<Settles>,
    /// Follows it through logs and history; drawn if absent.
    pub trace_id: Option<TraceId>,
}

impl Draft {
    /// A draft by hand of what is seen now.
    pub fn new(merchant_id: MerchantId, writes: Vec<Write>, source: Source) -> Self {
        Self { merchant_id, writes, source, seen: None, settles: None, trace_id: None }
    }
}

impl Cache {
    /// Saves one edit. It is on disk when this returns.
    ///
    /// # Errors
    /// `outbox_full`, `bad_request` for no or too many writes, `storage`.
    pub async fn save(&self, draft: Draft, actor: Option<&Actor>) -> Result<Edit> {
        let mut edits = self.save_all(vec![draft], actor).await?;
        edits.pop().ok_or_else(|| Error::new(ErrorCode::Internal, "nothing was saved"))
    }

    /// Saves many edits in one transaction: all or none.
    ///
    /// # Errors
    /// As [`Self::save`].
    pub async fn save_all(&self, drafts: Vec<Draft>, actor: Option<&Actor>) -> Result<Vec<Edit>> {
        let begun = SystemTime::now();
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let edits = self.insert(&mut tx, drafts, actor).await?;
        tx.commit().await?;
        for edit in &edits {
            telemetry::edit(Stage::Saved, edit, begun, "queued");
        }
        Ok(edits)
    }

    /// Saves within a transaction that is already begun.
    pub(super) async fn insert(
        &self,
        tx: &mut SqliteConnection,
        drafts: Vec<Draft>,
        actor: Option<&Actor>,
    ) -> Result<Vec<Edit>> {
        make_room(tx, drafts.len()).await?;
        let touched: BTreeSet<MerchantId> = drafts.iter().map(|draft| draft.merchant_id.clone()).collect();
        let ids: Vec<MerchantId> = touched.into_iter().collect();
        let list = json_list(ids.iter().map(MerchantId::as_str));
        let rows: Vec<(String, i64, String)> =
            sqlx::query_as(sql!("records/get_many")).bind(&list).fetch_all(&mut *tx).await?;
        let mut records: HashMap<MerchantId, Record> = HashMap::new();
        for (id, _, record) in rows {
            records.insert(MerchantId::new(id)?, serde_json::from_str(&record)?);
        }
        let mut own = listing::own_edits(&mut *tx, &list).await?;

        let now_ms = clock::now_ms();
        let mut stamps = Stamps::load(&mut *tx, self.device).await?;
        let mut edits = Vec::with_capacity(drafts.len());
        for draft in drafts {
            if draft.writes.is_empty() || draft.writes.len() > WRITES_MAX {
                return Err(Error::new(ErrorCode::BadRequest, "an edit has 1 to 256 changes: nothing was saved"));
            }
            let mine = own.entry(draft.merchant_id.clone()).or_default();
            let (dot, hlc) = stamps.next(now_ms);
            let edit = Edit {
                edit_id: EditId(Uuid::now_v7()),
                dot,
                base: base(draft.seen, records.get(&draft.merchant_id), mine),
                hlc,
                actor: actor.map(|actor| actor.id.clone()),
                source: draft.source,
                writes: draft.writes,
                settles: draft.settles,
                trace_id: draft.trace_id.unwrap_or_else(|| TraceId(Uuid::now_v7())),
                merchant_id: draft.merchant_id,
            };
            let lines = int(change::count(&edit.writes) as u64);
            put(&mut *tx, &edit, lines, actor, now_ms).await?;
            mine.push(Own { edit: edit.clone(), state: domain::EditState::Queued, changes: lines, come_back: false });
            edits.push(edit);
        }
        stamps.store(&mut *tx).await?;
        listing::refresh(&mut *tx, &ids, records, &self.rules(), Indexing::Now).await?;
        Ok(edits)
    }
}

/// What the editor had seen, and this device's own edits that lie on top of it.
fn base(seen: Option<VersionVector>, record: Option<&Record>, own: &[Own]) -> VersionVector {
    let mut base = seen.or_else(|| record.map(Record::version)).unwrap_or_default();
    own.iter().filter(|o| o.on_top()).for_each(|o| base.add(o.edit.dot));
    base
}

async fn make_room(tx: &mut SqliteConnection, wanted: usize) -> Result<()> {
    let waiting: i64 = sqlx::query_scalar(sql!("outbox/count")).fetch_one(tx).await?;
    if super::count(waiting) + wanted as u64 > OUTBOX_EDITS_MAX {
        return Err(Error::new(
            ErrorCode::OutboxFull,
            format!(
                "{waiting} changes wait on this computer, at most {OUTBOX_EDITS_MAX} may: this one was not saved, all others are kept; connect to the server so that they are sent"
            ),
        ));
    }
    Ok(())
}

async fn put(tx: &mut SqliteConnection, edit: &Edit, lines: i64, actor: Option<&Actor>, now_ms: u64) -> Result<()> {
    let json = serde_json::to_string(edit)?;
    sqlx::query(sql!("outbox/insert"))
        .bind(edit.edit_id.to_string())
        .bind(edit.merchant_id.as_str())
        .bind(&json)
        .bind(int(json.len() as u64))
        .bind(lines)
        .bind(actor.map(|actor| actor.id.as_str()))
        .bind(actor.map(|actor| actor.name.as_str()).unwrap_or_default())
        .bind(int(now_ms))
        .execute(tx)
        .await?;
    Ok(())
}
