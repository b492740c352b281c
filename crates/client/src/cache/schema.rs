//! The device's copy of the schema, and what a new one means for edits that wait here.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use domain::api::ChangesPage;
use domain::ipc::IpcError;
use domain::rules::RuleSet;
use domain::schema::{Schema, SchemaVersion, VERSION};
use domain::{Edit, MerchantId};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{Cache, direct, int, merchant, meta, pages, sql};
use crate::error::Result;

/// The schema and the epoch of the server that gave it.
const SCHEMA: &str = "schema";
/// The schema that the waiting edits were brought under; another copy means that this was interrupted.
const SCHEMA_APPLIED: &str = "schema_applied";
/// Edits of one transaction: a save in between waits no longer.
const BATCH: i64 = 200;

/// A schema as one server gave it. After a restore the same version may name other fields: hence the epoch. A newer
/// program understands more of it: hence the program's own version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Copied {
    epoch: String,
    program: SchemaVersion,
    #[serde(flatten)]
    schema: Schema,
}

impl Copied {
    fn name(&self) -> String {
        format!("{} {}", self.epoch, self.schema.version)
    }
}

/// What this process checks by.
pub(super) struct Schemas {
    /// Nothing before the first server was asked: then the program's own registers are all that is known.
    copied: RwLock<Option<Arc<Copied>>>,
    schema: RwLock<Arc<Schema>>,
}

impl Schemas {
    pub(super) fn load(connection: &Connection) -> Result<Self> {
        let copied = stored(connection)?;
        let schema = copied.as_ref().map(|copied| copied.schema.clone()).unwrap_or_default();
        Ok(Self { copied: RwLock::new(copied.map(Arc::new)), schema: RwLock::new(Arc::new(schema)) })
    }

    /// The schema that is in force here.
    pub(super) fn now(&self) -> Arc<Schema> {
        Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn copied(&self) -> Option<Arc<Copied>> {
        self.copied.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take(&self, copied: Copied) {
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(copied.schema.clone());
        *self.copied.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(copied));
    }
}

fn stored(connection: &Connection) -> Result<Option<Copied>> {
    let text = meta::get(connection, SCHEMA)?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

impl Cache {
    /// The schema by which values are checked.
    pub fn schema(&self) -> Arc<Schema> {
        self.schemas.now()
    }

    /// Does the server that sent this page check by another schema than this device has?
    pub fn lacks_schema_of(&self, page: &ChangesPage) -> bool {
        let Some(version) = page.schema_version else { return false };
        let has = |copied: Arc<Copied>| {
            copied.epoch == page.epoch && copied.schema.version == version && copied.program == VERSION
        };
        !self.schemas.copied().is_some_and(has)
    }

    /// Keeps the schema of a server, and brings the edits under it that wait here. Returns how many of these it does not
    /// take: they are kept, refused, with the reason.
    ///
    /// # Errors
    /// `storage`; what is missing then is made up for at the next opening.
    pub async fn follow_schema(&self, epoch: &str, schema: Schema) -> Result<usize> {
        let copied = Copied { epoch: epoch.to_owned(), program: VERSION, schema };
        let (text, schemas) = (serde_json::to_string(&copied)?, Arc::clone(&self.schemas));
        let work = move |connection: &mut Connection| {
            direct::commit(connection, |tx| meta::set(tx, SCHEMA, text))?;
            // While nobody writes: whatever is saved from now on is checked by this one.
            schemas.take(copied);
            Ok(())
        };
        self.direct.alone(work).await?;
        self.apply_schema().await
    }

    /// Takes over at once what the server has just put in force on this device's behalf; the rest as
    /// [`Self::follow_schema`].
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn adopt_schema(&self, schema: Schema) -> Result<usize> {
        // Of a server that was never pulled from, the first page asks for it once more.
        let epoch = self.direct.read(|tx| meta::get(tx, pages::EPOCH)).await?;
        self.follow_schema(&epoch.unwrap_or_default(), schema).await
    }

    /// By now the version may name other fields: they are asked for before the next page.
    pub(super) async fn doubt_schema(&self) -> Result<()> {
        let schemas = Arc::clone(&self.schemas);
        let work = move |connection: &mut Connection| {
            let Some(copied) = stored(connection)? else { return Ok(()) };
            let doubted = Copied { epoch: String::new(), ..copied };
            let text = serde_json::to_string(&doubted)?;
            direct::commit(connection, |tx| {
                meta::set(tx, SCHEMA, text)?;
                meta::delete(tx, SCHEMA_APPLIED)
            })?;
            schemas.take(doubted);
            Ok(())
        };
        self.direct.alone(work).await
    }

    /// Takes over the schema that another process has stored.
    ///
    /// # Errors
    /// `storage`.
    pub async fn notice_schema(&self) -> Result<()> {
        let schemas = Arc::clone(&self.schemas);
        let work = move |connection: &mut Connection| {
            if let Some(copied) = stored(connection)?
                && schemas.copied().is_none_or(|own| *own != copied)
            {
                schemas.take(copied);
            }
            Ok(())
        };
        self.direct.alone(work).await
    }

    /// Brings the edits under the schema that wait here, unless that is done already.
    ///
    /// # Errors
    /// `storage`.
    pub(super) async fn apply_schema(&self) -> Result<usize> {
        let Some(copied) = self.schemas.copied() else { return Ok(0) };
        if self.direct.read(|tx| meta::get(tx, SCHEMA_APPLIED)).await? == Some(copied.name()) {
            return Ok(0);
        }
        // What is sent again has left once, and stays as it was.
        let (mut after, mut refused) = (Some(i64::MIN), 0);
        while let Some(from) = after {
            let copied = Arc::clone(&copied);
            let done = self.write(move |tx, rules| apply(tx, rules, &copied, from)).await?;
            after = done.0;
            refused += done.1;
        }
        Ok(refused)
    }
}

/// Brings the next edits under a schema. Returns where to go on (nothing when all are done, which is noted then) and how
/// many it does not take.
fn apply(tx: &Transaction<'_>, rules: &RuleSet, copied: &Copied, after: i64) -> Result<(Option<i64>, usize)> {
    let mut select = tx.prepare_cached(sql!("outbox/unsent_custom"))?;
    let rows = select.query_map(params![after, BATCH], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let rows: Vec<(i64, String)> = rows.collect::<rusqlite::Result<_>>()?;
    let (mut touched, mut refused): (BTreeSet<MerchantId>, usize) = (BTreeSet::new(), 0);
    for (n, text) in &rows {
        let edit: Edit = serde_json::from_str(text)?;
        match under(&copied.schema, edit.clone()) {
            Ok(same) if same == edit => {}
            Ok(translated) => {
                let json = serde_json::to_string(&translated)?;
                tx.prepare_cached(sql!("outbox/translate"))?.execute(params![n, json, int(json.len() as u64)])?;
                touched.insert(edit.merchant_id);
            }
            Err(problem) => {
                let problem = serde_json::to_string(&problem)?;
                tx.prepare_cached(sql!("outbox/reject"))?
                    .query_row(params![n, problem], |row| row.get::<_, String>(0))?;
                touched.insert(edit.merchant_id);
                refused += 1;
            }
        }
    }
    for id in &touched {
        merchant::refresh(tx, id, rules)?;
    }
    let last = rows.last().map(|(n, _)| *n);
    if last.is_none() {
        meta::set(tx, SCHEMA_APPLIED, copied.name())?;
    }
    Ok((last, refused))
}

/// An edit that never left this device, with its values as the schema has them: what the server would make of it.
fn under(schema: &Schema, mut edit: Edit) -> std::result::Result<Edit, IpcError> {
    for write in &mut edit.writes {
        let Some(field) = schema.field(&write.field) else { continue };
        write.value = schema.normalise(&write.field, &write.value).map_err(|problem| IpcError {
            code: problem.code,
            message: format!("“{}” was changed after you saved this: {}", field.label(false), problem.title),
            field: Some(write.field.to_string()),
        })?;
    }
    Ok(edit)
}
