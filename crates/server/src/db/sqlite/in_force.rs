use async_trait::async_trait;
use domain::rules::RuleBook;
use domain::schema::SchemaEvent;
use rusqlite::{Connection, OptionalExtension, params};

use super::declared::newest_schema;
use super::{Sqlite, signed};
use crate::clock;
use crate::db::declared::StoredSchema;
use crate::db::in_force::{InForceStore, StoredInForce};
use crate::db::{DbError, MetaStore as _};

/// Fact: the rule book as JSON; absent as long as nobody has changed the rules.
const RULES: &str = "rules";
/// Fact: how often rules or a schema were put in force.
const COUNT: &str = "in_force_count";

fn fact(db: &Connection, name: &str) -> Result<Option<String>, DbError> {
    let mut select = db.prepare_cached(include_str!("sql/fact.sql"))?;
    Ok(select.query_row([name], |row| row.get(0)).optional()?)
}

fn number(text: Option<String>) -> Result<u64, DbError> {
    text.map_or(Ok(0), |text| text.parse().map_err(DbError::corrupt))
}

fn book(db: &Connection) -> Result<Option<RuleBook>, DbError> {
    Ok(fact(db, RULES)?.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// The version of the rules in force.
pub(super) fn rules_version(db: &Connection) -> Result<u64, DbError> {
    Ok(book(db)?.unwrap_or_default().version)
}

/// How often something was put in force.
pub(super) fn count(db: &Connection) -> Result<u64, DbError> {
    number(fact(db, COUNT)?)
}

fn count_up(tx: &Connection) -> Result<(), DbError> {
    tx.execute(include_str!("sql/count_up.sql"), [COUNT])?;
    Ok(())
}

fn add_schema(tx: &Connection, stored: &StoredSchema, event: &SchemaEvent) -> Result<(), DbError> {
    let values = params![
        stored.schema.version.to_string(),
        stored.schema.version.major,
        stored.program.to_string(),
        signed(clock::millis(event.at)),
        event.actor.as_ref().map(|actor| actor.as_str()),
        event.actor_name,
        serde_json::to_string(&event.steps)?,
        serde_json::to_string(&stored.schema.custom)?,
    ];
    tx.execute(include_str!("sql/put_schema.sql"), values)?;
    Ok(())
}

#[async_trait]
impl InForceStore for Sqlite {
    async fn in_force_count(&self) -> Result<u64, DbError> {
        number(self.fact(COUNT).await?)
    }

    async fn in_force(&self) -> Result<StoredInForce, DbError> {
        let work =
            |db: &Connection| Ok(StoredInForce { count: count(db)?, book: book(db)?, schema: newest_schema(db)? });
        self.direct.read(work).await
    }

    async fn put_rules(&self, replaces: u64, book: &RuleBook) -> Result<bool, DbError> {
        let _turn = self.writer.lock().await;
        let text = serde_json::to_string(book)?;
        let work = move |tx: &Connection| {
            if rules_version(tx)? != replaces {
                return Ok(false);
            }
            tx.execute(include_str!("sql/set_fact.sql"), [RULES, &text])?;
            count_up(tx)?;
            Ok(true)
        };
        self.direct.write(work).await
    }

    async fn put_schema(
        &self,
        replaces: &StoredSchema,
        next: &StoredSchema,
        event: &SchemaEvent,
    ) -> Result<bool, DbError> {
        let _turn = self.writer.lock().await;
        let (replaces, next, event) = (replaces.clone(), next.clone(), event.clone());
        let work = move |tx: &Connection| {
            match newest_schema(tx)? {
                Some(stored) if stored.schema.version != replaces.schema.version => return Ok(false),
                Some(_) => {}
                // What was in force before anybody declared a field is remembered too.
                None => {
                    let (version, at) = (replaces.schema.version, event.at);
                    let first = SchemaEvent { version, at, actor: None, actor_name: String::new(), steps: Vec::new() };
                    add_schema(tx, &replaces, &first)?;
                }
            }
            add_schema(tx, &next, &event)?;
            count_up(tx)?;
            Ok(true)
        };
        self.direct.write(work).await
    }
}
