//! The schema in force, and what a change of the declared fields means for what is stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::schema::{
    CustomField, FieldPreview, FieldStep, NewSchema, PREVIEW_EXAMPLES_MAX, Schema, SchemaDraft, SchemaEvent,
    SchemaPreview, SchemaVersion, UnfitExample, VERSION,
};
use domain::{Actor, ErrorCode, MerchantId, Problem, Scope, Value};
use sync_engine::reconcile;
use tokio::sync::Mutex;

use crate::app::App;
use crate::clock;
use crate::db::DbError;
use crate::db::declared::StoredSchema;
use crate::in_force::Known;

/// Merchants that are looked at, at once.
const BATCH: usize = 500;
/// Changes that are listed.
pub const EVENTS_MAX: usize = 200;

/// The schema in force. Readers never wait; changes come one after the other.
pub struct Schemas {
    in_force: Arc<Known>,
    changing: Mutex<()>,
    previewing: Mutex<()>,
}

/// Why the schema was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// It cannot be used, another is in force meanwhile, or it is of too old a major.
    #[error(transparent)]
    Refused(#[from] Problem),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Schemas {
    /// The schema of what is in force.
    pub fn new(in_force: Arc<Known>) -> Self {
        Self { in_force, changing: Mutex::new(()), previewing: Mutex::new(()) }
    }

    /// The schema in force.
    pub fn now(&self) -> Arc<Schema> {
        self.in_force.now().schema
    }
}

/// The majors whose edits are taken, of a schema in force.
pub fn majors(now: SchemaVersion) -> Vec<u16> {
    now.major.checked_sub(1).filter(|major| *major > 0).into_iter().chain([now.major]).collect()
}

/// May a device with this schema send edits?
///
/// # Errors
/// `schema_too_old`.
pub fn takes_edits_of(now: SchemaVersion, theirs: SchemaVersion) -> Result<(), Problem> {
    if theirs.major >= now.major || majors(now).contains(&theirs.major) {
        return Ok(());
    }
    Err(Problem::new(
        ErrorCode::SchemaTooOld,
        format!(
            "the fields of a profile have changed twice since schema {theirs}, {now} is in force; nothing was stored and nothing is lost: fetch the schema and send again, or use a newer program"
        ),
    ))
}

/// The schema as a device of a major gets it: of the one before, as it was last.
///
/// # Errors
/// `schema_too_old`; `storage`.
pub async fn of_major(app: &App, major: Option<u16>) -> Result<Arc<Schema>, SchemaError> {
    let now = app.look().await?.schema;
    let Some(major) = major.filter(|major| *major < now.version.major) else { return Ok(now) };
    takes_edits_of(now.version, SchemaVersion { major, ..SchemaVersion::default() })?;
    Ok(app.db.schema_of_major(major).await?.map_or(now, |stored| Arc::new(stored.schema)))
}

/// Puts declared fields in force: checks values by them from now on, and wakes those who pull. The same fields again
/// change nothing.
///
/// # Errors
/// `bad_schema`, `too_large` or `schema_moved`, and then nothing has changed; `storage`.
pub async fn change(app: &App, new: NewSchema, actor: &Actor) -> Result<Arc<Schema>, SchemaError> {
    let _turn = app.schemas.changing.lock().await;
    let now = app.look().await?.schema;
    let next = now.next(new.custom)?;
    if next.version == now.version {
        return Ok(now);
    }
    if now.version != new.replaces {
        return Err(moved(now.version, new.replaces).into());
    }
    let event = SchemaEvent {
        version: next.version,
        at: clock::date(app.machine.now_ms()),
        actor: Some(actor.id.clone()),
        actor_name: actor.name.clone(),
        steps: now.steps_to(&next),
    };
    let of_this_program = |schema: &Schema| StoredSchema { schema: schema.clone(), program: VERSION };
    if !app.db.put_schema(&of_this_program(&now), &of_this_program(&next), &event).await? {
        return Err(moved(app.look().await?.schema.version, new.replaces).into());
    }
    app.look().await?;
    Ok(Arc::new(next))
}

fn moved(now: SchemaVersion, replaces: SchemaVersion) -> Problem {
    Problem::new(
        ErrorCode::SchemaMoved,
        format!(
            "the schema has version {now} now, not {replaces}; nothing was changed: look at the fields and decide again"
        ),
    )
}

/// What a change would mean for one field, while it is counted.
struct Counting<'a> {
    before: Option<&'a CustomField>,
    after: Option<&'a CustomField>,
    found: FieldPreview,
}

impl Counting<'_> {
    fn look(&mut self, id: &MerchantId, value: &Value) {
        self.found.holding += 1;
        let Some(after) = self.after else { return };
        match after.kind.read(value) {
            Ok(read) if read == *value => {}
            Ok(_) => self.found.translated += 1,
            Err(unfit) => {
                self.found.unfit += 1;
                if self.found.examples.len() < PREVIEW_EXAMPLES_MAX {
                    let (merchant_id, value) = (id.clone(), value.clone());
                    self.found.examples.push(UnfitExample { merchant_id, value, message: unfit.message });
                }
            }
        }
    }

    fn finish(mut self, merchants: u64) -> FieldPreview {
        let required = |field: &CustomField| field.required && field.is_offered();
        if self.after.is_some_and(required) && !self.before.is_some_and(required) {
            self.found.missing = merchants.saturating_sub(self.found.holding);
        }
        self.found
    }
}

/// What other declared fields would mean for the merchants of a scope. Nothing is changed.
///
/// # Errors
/// `bad_schema` or `too_large`; `storage`.
pub async fn preview(app: &App, draft: SchemaDraft, scope: &Scope) -> Result<SchemaPreview, SchemaError> {
    let _turn = app.schemas.previewing.lock().await;
    let now = app.schemas.now();
    let next = now.next(draft.custom)?;
    let rules = app.rules.now();
    let merchants = app.db.merchants_count(scope).await?;
    let mut counting: Vec<Counting<'_>> = Vec::new();
    let mut steps: BTreeMap<String, FieldStep> = BTreeMap::new();
    for (key, step) in now.steps_to(&next) {
        // Of several steps of a field the largest says what to look at.
        let largest = steps.entry(key).or_insert(step);
        *largest = if step.step() > largest.step() { step } else { *largest };
    }
    for (key, step) in steps {
        let found = FieldPreview { key, step, holding: 0, translated: 0, unfit: 0, examples: Vec::new(), missing: 0 };
        counting.push(Counting { before: now.custom(&found.key), after: next.custom(&found.key), found });
    }
    let mut after = 0;
    while !counting.is_empty() {
        let found = app.db.with_custom(after, BATCH, scope).await?;
        let rules = Arc::clone(&rules);
        let settle = move || {
            let shown: Vec<_> = found.iter().map(|merchant| reconcile::shown(&merchant.record, &rules.rules)).collect();
            (found, shown)
        };
        let (found, shown) = tokio::task::spawn_blocking(settle).await.map_err(DbError::corrupt)?;
        for (merchant, shown) in found.iter().zip(&shown) {
            for field in &mut counting {
                let path = field.after.or(field.before).map(CustomField::path);
                if let Some(value) = path.and_then(|path| shown.get(&path)) {
                    field.look(&merchant.record.merchant_id, value);
                }
            }
        }
        match found.last() {
            Some(last) if !found.complete => after = last.seq,
            _ => break,
        }
    }
    let fields = counting.into_iter().map(|field| field.finish(merchants)).collect();
    let step = now.step_to(&next);
    Ok(SchemaPreview { against: now.version, version: next.version, step, merchants, fields })
}
