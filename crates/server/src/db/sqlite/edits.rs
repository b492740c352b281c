use std::sync::Arc;

use async_trait::async_trait;
use domain::api::{HistoryEntry, Landed};
use domain::edit::{Edit, Outcome};
use domain::{ActorId, EditId, MerchantId, Role, Source, TraceId};
use rusqlite::Connection;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::{Sqlite, batch, signed, unsigned};
use crate::clock;
use crate::db::DbError;
use crate::db::edits::{Decide, EditStore, HistoryPage, Plan, StoredWrite};

/// Reads what JSON has as a word.
pub(super) fn from_word<T: serde::de::DeserializeOwned>(word: String) -> Result<T, DbError> {
    Ok(serde_json::from_value(serde_json::Value::String(word))?)
}

fn uuid(bytes: &[u8]) -> Result<Uuid, DbError> {
    Uuid::from_slice(bytes).map_err(DbError::corrupt)
}

fn history_of(row: &SqliteRow, id: &MerchantId, entries: &mut Vec<HistoryEntry>) -> Result<(), DbError> {
    let writes: Vec<StoredWrite> = serde_json::from_str(row.try_get("writes")?)?;
    let edit_id = EditId(uuid(row.try_get("edit_id")?)?);
    let trace_id = TraceId(uuid(row.try_get("trace_id")?)?);
    let actor: ActorId = row.try_get::<&str, _>("actor")?.parse()?;
    let actor_name: String = row.try_get("actor_name")?;
    let role: Role = row.try_get::<&str, _>("role")?.parse()?;
    let source: Source = from_word(row.try_get("source")?)?;
    let dot = row.try_get::<&str, _>("dot")?.parse()?;
    let hlc = from_word(row.try_get("hlc")?)?;
    let received_at = clock::date(unsigned(row.try_get("received_at_ms")?));
    let reason: Option<String> = row.try_get("reason")?;
    let seq = unsigned(row.try_get("seq")?);
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
    Ok(())
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
        let rows = sqlx::query(include_str!("sql/history.sql"))
            .bind(id.as_str())
            .bind(before.map_or(i64::MAX, signed))
            .bind(signed(limit as u64))
            .fetch_all(&self.readers)
            .await?;
        let mut page = HistoryPage::default();
        for row in &rows {
            history_of(row, id, &mut page.entries)?;
        }
        if let Some(last) = rows.last().filter(|_| rows.len() == limit) {
            page.next = Some(unsigned(last.try_get("place")?));
        }
        Ok(page)
    }
}
