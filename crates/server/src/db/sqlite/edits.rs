use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use domain::api::{HistoryEntry, Landed};
use domain::edit::{Edit, FieldDecision, Outcome, OutcomeState};
use domain::{ActorId, EditId, MerchantId, Role, Source, TraceId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};
use uuid::Uuid;

use super::rows::{PUT_CONFLICT, PUT_EDIT, PUT_MERCHANT};
use super::{Sqlite, signed, unsigned};
use crate::clock;
use crate::db::DbError;
use crate::db::edits::{Decide, EditStore, HistoryPage, Loaded, Plan, StoredWrite};

/// Reads what JSON has as a word.
fn from_word<T: serde::de::DeserializeOwned>(word: String) -> Result<T, DbError> {
    Ok(serde_json::from_value(serde_json::Value::String(word))?)
}

fn state_word(state: OutcomeState) -> &'static str {
    match state {
        OutcomeState::Applied => "applied",
        OutcomeState::Merged => "merged",
        OutcomeState::InReview => "in_review",
        OutcomeState::Rejected => "rejected",
        OutcomeState::Deferred => "deferred",
    }
}

fn source_word(source: Source) -> &'static str {
    match source {
        Source::Feedback => "feedback",
        Source::ThirdParty => "third_party",
        Source::Import => "import",
        Source::Manual => "manual",
        Source::Resolution => "resolution",
    }
}

fn uuid(bytes: &[u8]) -> Result<Uuid, DbError> {
    Uuid::from_slice(bytes).map_err(DbError::corrupt)
}

fn stored_answer(row: &SqliteRow) -> Result<Outcome, DbError> {
    let writes: &str = row.try_get("writes")?;
    let answer: Option<&str> = row.try_get("answer")?;
    let decisions = match answer {
        Some(answer) => serde_json::from_str(answer)?,
        None => serde_json::from_str::<Vec<StoredWrite>>(writes)?
            .into_iter()
            .map(|write| FieldDecision { field: write.field, decision: write.decision })
            .collect(),
    };
    Ok(Outcome {
        edit_id: EditId(uuid(row.try_get("edit_id")?)?),
        state: from_word(row.try_get("state")?)?,
        decisions,
        seq: unsigned(row.try_get("seq")?),
    })
}

async fn load(writer: &mut SqliteConnection, edits: &[Edit]) -> Result<Loaded, DbError> {
    let ids: Vec<String> = edits.iter().map(|edit| edit.edit_id.0.simple().to_string()).collect();
    let mut answers = HashMap::new();
    for row in
        sqlx::query(include_str!("sql/answers.sql")).bind(serde_json::to_string(&ids)?).fetch_all(&mut *writer).await?
    {
        let answer = stored_answer(&row)?;
        answers.insert(answer.edit_id, answer);
    }
    let wanted: BTreeSet<&str> = edits
        .iter()
        .filter(|edit| !answers.contains_key(&edit.edit_id))
        .map(|edit| edit.merchant_id.as_str())
        .collect();
    let mut merchants = HashMap::with_capacity(wanted.len());
    for row in sqlx::query(include_str!("sql/merchants_of_batch.sql"))
        .bind(serde_json::to_string(&wanted)?)
        .fetch_all(&mut *writer)
        .await?
    {
        let stored = super::merchants::stored(&row)?;
        merchants.insert(stored.record.merchant_id.clone(), stored);
    }
    let head = unsigned(sqlx::query_scalar(include_str!("sql/head.sql")).fetch_one(&mut *writer).await?);
    let head_marker = super::pull::marker_of(writer, head).await?;
    Ok(Loaded { answers, merchants, head, head_marker })
}

async fn store(writer: &mut SqliteConnection, plan: &Plan) -> Result<(), DbError> {
    PUT_MERCHANT
        .run(writer, &plan.merchants, |query, row| {
            query
                .bind(signed(row.seq))
                .bind(row.merchant_id.as_str())
                .bind(row.name.as_str())
                .bind(row.deleted)
                .bind(i64::from(row.contested))
                .bind(row.record.as_str())
                .bind(row.digest.cast_signed())
                .bind(i64::from(row.bucket))
        })
        .await?;
    PUT_EDIT
        .run(writer, &plan.edits, |query, row| {
            query
                .bind(row.edit_id.0.as_bytes().as_slice())
                .bind(row.merchant_id.as_str())
                .bind(row.dot.as_str())
                .bind(row.hlc.as_str())
                .bind(row.actor.as_str())
                .bind(row.actor_name.as_str())
                .bind(row.role)
                .bind(source_word(row.source))
                .bind(row.reason.as_deref())
                .bind(row.trace_id.as_bytes().as_slice())
                .bind(signed(row.received_at_ms))
                .bind(row.lag_ms.map(signed))
                .bind(signed(row.seq))
                .bind(state_word(row.state))
                .bind(row.writes.as_str())
                .bind(row.answer.as_deref())
        })
        .await?;
    PUT_CONFLICT
        .run(writer, &plan.conflicts, |query, row| {
            query
                .bind(signed(row.received_at_ms))
                .bind(row.merchant_id.as_str())
                .bind(row.group)
                .bind(source_word(row.source))
                .bind(row.reviewed)
        })
        .await
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
    async fn push(&self, edits: &[Edit], decide: Decide<'_>) -> Result<(Vec<Outcome>, Option<Landed>), DbError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let loaded = load(&mut transaction, edits).await?;
        let plan = decide(loaded)?;
        store(&mut transaction, &plan).await?;
        transaction.commit().await?;
        Ok((plan.outcomes, plan.landed))
    }

    async fn import(&self, plan: &Plan, (name, value): (&str, &str)) -> Result<(), DbError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        store(&mut transaction, plan).await?;
        sqlx::query(include_str!("sql/set_fact.sql")).bind(name).bind(value).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
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
