use async_trait::async_trait;
use domain::Scope;
use domain::schema::{Schema, SchemaEvent};
use rusqlite::{Connection, params};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::merchants::merchants_page;
use super::{Sqlite, scope_json, signed, unsigned};
use crate::clock;
use crate::db::declared::{SchemaStore, StoredSchema};
use crate::db::{DbError, MerchantsPage};

fn schema(row: &SqliteRow) -> Result<StoredSchema, DbError> {
    let version = row.try_get::<&str, _>("version")?.parse()?;
    let custom = serde_json::from_str(row.try_get("custom")?)?;
    Ok(StoredSchema { schema: Schema { version, custom }, program: row.try_get::<&str, _>("program")?.parse()? })
}

fn event(row: &SqliteRow) -> Result<SchemaEvent, DbError> {
    let actor: Option<&str> = row.try_get("actor")?;
    Ok(SchemaEvent {
        version: row.try_get::<&str, _>("version")?.parse()?,
        at: clock::date(unsigned(row.try_get("at_ms")?)),
        actor: actor.map(str::parse).transpose()?,
        actor_name: row.try_get("actor_name")?,
        steps: serde_json::from_str(row.try_get("steps")?)?,
    })
}

#[async_trait]
impl SchemaStore for Sqlite {
    async fn schema(&self) -> Result<Option<StoredSchema>, DbError> {
        let row = sqlx::query(include_str!("sql/schema.sql")).fetch_optional(&self.readers).await?;
        row.as_ref().map(schema).transpose()
    }

    async fn schema_of_major(&self, major: u16) -> Result<Option<StoredSchema>, DbError> {
        let query = sqlx::query(include_str!("sql/schema_of_major.sql")).bind(i64::from(major));
        query.fetch_optional(&self.readers).await?.as_ref().map(schema).transpose()
    }

    async fn put_schema(&self, stored: &StoredSchema, event: &SchemaEvent) -> Result<(), DbError> {
        let mut writer = self.writer.lock().await;
        sqlx::query(include_str!("sql/put_schema.sql"))
            .bind(stored.schema.version.to_string())
            .bind(i64::from(stored.schema.version.major))
            .bind(stored.program.to_string())
            .bind(signed(clock::millis(event.at)))
            .bind(event.actor.as_ref().map(|actor| actor.as_str().to_owned()))
            .bind(event.actor_name.as_str())
            .bind(serde_json::to_string(&event.steps)?)
            .bind(serde_json::to_string(&stored.schema.custom)?)
            .execute(&mut *writer)
            .await?;
        Ok(())
    }

    async fn schema_events(&self, limit: usize) -> Result<Vec<SchemaEvent>, DbError> {
        let query = sqlx::query(include_str!("sql/schema_events.sql")).bind(signed(limit as u64));
        query.fetch_all(&self.readers).await?.iter().map(event).collect()
    }

    async fn with_custom(&self, after: u64, limit: usize, scope: &Scope) -> Result<MerchantsPage, DbError> {
        let scope = scope_json(scope)?;
        let work = move |db: &Connection| {
            let values = params![signed(after), scope, signed(limit as u64)];
            merchants_page(db, include_str!("sql/with_custom.sql"), values, limit)
        };
        self.direct.read(work).await
    }

    async fn merchants_count(&self, scope: &Scope) -> Result<u64, DbError> {
        let query = sqlx::query_scalar(include_str!("sql/merchants_count.sql")).bind(scope_json(scope)?);
        Ok(unsigned(query.fetch_one(&self.readers).await?))
    }
}
