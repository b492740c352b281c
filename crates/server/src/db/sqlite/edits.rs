use std::sync::Arc;

use async_trait::async_trait;
use domain::api::{HistoryEntry, Landed};
use domain::edit::{Edit, Outcome};
use domain::{ActorId, EditId, MerchantId, Role, Source, TraceId};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::merchants::PAGE_BYTES_MAX;
use super::{Sqlite, batch, signed, unsigned};
use crate::clock;
use crate::db::DbError;
use crate::db::edits::{Decide, EditStore, HistoryPage, Plan, StoredWrite};

/// Reads what JSON has as a word.
pub(super) fn from_word<T: serde::de::DeserializeOwned>(word: String) -> Result<T, DbError> {
    Ok(serde_json::from_value(serde_json::Value::String(word))?)
}

/// What a line of history takes beside its values and its reason, in bytes of JSON: rather too much.
const LINE_BYTES: usize = 1_024;

/// Reads one edit's lines. Answers with about how many bytes they are as JSON.
fn history_of(row: &Row<'_>, id: &MerchantId, entries: &mut Vec<HistoryEntry>) -> Result<usize, DbError> {
    let stored = row.get_ref("writes")?.as_str().map_err(rusqlite::Error::from)?;
    let writes: Vec<StoredWrite> = serde_json::from_str(stored)?;
    let edit_id = EditId(Uuid::from_bytes(row.get("edit_id")?));
    let trace_id = TraceId(Uuid::from_bytes(row.get("trace_id")?));
    let actor: ActorId = row.get::<_, String>("actor")?.parse()?;
    let actor_name: String = row.get("actor_name")?;
    let role: Role = row.get::<_, String>("role")?.parse()?;
    let source: Source = from_word(row.get("source")?)?;
    let dot = row.get::<_, String>("dot")?.parse()?;
    let hlc = from_word(row.get("hlc")?)?;
    let received_at = clock::date(unsigned(row.get("received_at_ms")?));
    let reason: Option<String> = row.get("reason")?;
    let seq = unsigned(row.get("seq")?);
    let bytes = stored.len() + writes.len() * (LINE_BYTES + reason.as_ref().map_or(0, String::len));
    entries.extend(writes.into_iter().map(|write| HistoryEntry {
        seq,
        merchant_id: id.clone(),
        field: write.field,
        before: write.before,
        after: write.after,
        decision: write.decision,
        actor: actor.clone(),
        actor_name: actor_name.clone(),
        role,
        source,
        dot,
        edit_id,
        hlc,
        received_at,
        reason: reason.clone(),
        trace_id,
    }));
    Ok(bytes)
}

fn history(db: &Connection, id: &MerchantId, before: Option<u64>, limit: usize) -> Result<HistoryPage, DbError> {
    let mut select = db.prepare_cached(include_str!("sql/history.sql"))?;
    let mut rows = select.query(params![id.as_str(), before.map_or(i64::MAX, signed), signed(limit as u64)])?;
    let mut page = HistoryPage::default();
    let (mut edits, mut bytes) = (0, 0);
    while let Some(row) = rows.next()? {
        bytes += history_of(row, id, &mut page.entries)?;
        edits += 1;
        if edits == limit || bytes > PAGE_BYTES_MAX {
            page.next = Some(unsigned(row.get("place")?));
            break;
        }
    }
    Ok(page)
}

#[async_trait]
impl EditStore for Sqlite {
    async fn push(&self, edits: Arc<Vec<Edit>>, decide: Decide) -> Result<(Vec<Outcome>, Option<Landed>), DbError> {
        let _turn = self.writer.lock().await;
        self.direct.write(move |tx| batch::take(tx, &edits, decide)).await
    }

    async fn import(&self, plan: Plan, (name, value): (&'static str, String)) -> Result<(), DbError> {
        let _turn = self.writer.lock().await;
        let work = move |tx: &Connection| {
            batch::store(tx, &plan)?;
            tx.execute(include_str!("sql/set_fact.sql"), [name, &value])?;
            Ok(())
        };
        self.direct.write(work).await
    }

    async fn history(&self, id: &MerchantId, before: Option<u64>, limit: usize) -> Result<HistoryPage, DbError> {
        let id = id.clone();
        self.direct.read(move |db| history(db, &id, before, limit)).await
    }
}
