use async_trait::async_trait;
use domain::Scope;
use domain::schema::{Schema, SchemaEvent};
use rusqlite::{Connection, Row, params};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::merchants::merchants_page;
use super::{Sqlite, scope_json, signed, unsigned};
use crate::clock;
use crate::db::declared::{SchemaStore, StoredSchema};
use crate::db::{DbError, MerchantsPage};

fn schema(row: &Row<'_>) -> Result<StoredSchema, DbError> {
    let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    let schema = Schema { version: text("version")?.parse()?, custom: serde_json::from_str(text("custom")?)? };
    Ok(StoredSchema { schema, program: text("program")?.parse()? })
}

/// The schema in force; nothing as long as nobody has declared a field.
pub(super) fn newest_schema(db: &Connection) -> Result<Option<StoredSchema>, DbError> {
    let mut select = db.prepare_cached(include_str!("sql/schema.sql"))?;
    let mut rows = select.query([])?;
    rows.next()?.map(schema).transpose()
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
    async fn schema_of_major(&self, major: u16) -> Result<Option<StoredSchema>, DbError> {
        let work = move |db: &Connection| {
            let mut select = db.prepare_cached(include_str!("sql/schema_of_major.sql"))?;
            let mut rows = select.query([major])?;
            rows.next()?.map(schema).transpose()
        };
        self.direct.read(work).await
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
