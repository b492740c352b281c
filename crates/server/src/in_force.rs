//! The rules and the schema in force, as this server knows them. Another server on the same data may put others in force:
//! that is noticed by a count that is kept beside them, and read again in the transaction of every push.

use std::sync::{Arc, PoisonError, RwLock};

use domain::rules::RuleBook;
use domain::schema::{Schema, SchemaEvent, VERSION};
use tokio::sync::Mutex;

use crate::clock;
use crate::db::declared::StoredSchema;
use crate::db::in_force::StoredInForce;
use crate::db::{Database, DbError};

/// What edits are decided by, of one moment.
#[derive(Clone)]
pub struct InForce {
    /// How often something had been put in force.
    pub count: u64,
    /// The rules.
    pub book: Arc<RuleBook>,
    /// The schema.
    pub schema: Arc<Schema>,
}

impl From<StoredInForce> for InForce {
    fn from(stored: StoredInForce) -> Self {
        Self {
            count: stored.count,
            book: Arc::new(stored.book.unwrap_or_default()),
            schema: Arc::new(stored.schema.map(|stored| stored.schema).unwrap_or_default()),
        }
    }
}

/// What this server knows to be in force. Readers never wait.
pub struct Known {
    now: RwLock<InForce>,
    /// Looks come one after the other: none goes back behind another.
    looking: Mutex<()>,
}

impl Known {
    /// What was put in force last. Where this program brought registers since, the schema's version rises.
    ///
    /// # Errors
    /// If the database fails or holds something else.
    pub async fn load(db: &dyn Database) -> Result<Self, DbError> {
        loop {
            let stored = db.in_force().await?;
            match &stored.schema {
                // If another server was faster, what it made is looked at.
                Some(older) if older.program < VERSION => raise(db, older).await?,
                _ => return Ok(Self { now: RwLock::new(stored.into()), looking: Mutex::new(()) }),
            }
        }
    }

    /// What is in force.
    pub fn now(&self) -> InForce {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks whether something else was put in force, and decides by it from now on. Returns whether there was.
    ///
    /// # Errors
    /// If the database fails or holds something else.
    pub async fn look(&self, db: &dyn Database) -> Result<bool, DbError> {
        let _turn = self.looking.lock().await;
        if db.in_force_count().await? == self.now().count {
            return Ok(false);
        }
        let stored = db.in_force().await?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = stored.into();
        Ok(true)
    }
}

async fn raise(db: &dyn Database, older: &StoredSchema) -> Result<(), DbError> {
    let schema = older.schema.under(older.program);
    let event = SchemaEvent {
        version: schema.version,
        at: clock::now(),
        actor: None,
        actor_name: String::new(),
        steps: Vec::new(),
    };
    db.put_schema(older, &StoredSchema { schema, program: VERSION }, &event).await?;
    Ok(())
}
