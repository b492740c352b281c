//! Schemas that are and were in force, and the merchants that declared fields are about.

use async_trait::async_trait;
use domain::Scope;
use domain::schema::{Schema, SchemaEvent, SchemaVersion};

use super::{DbError, MerchantsPage};

/// A schema as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSchema {
    /// Version and declared fields.
    pub schema: Schema,
    /// The version of the registers that the program brought then.
    pub program: SchemaVersion,
}

/// Schemas that were in force.
#[async_trait]
pub trait SchemaStore: Send + Sync {
    /// The newest of a major.
    async fn schema_of_major(&self, major: u16) -> Result<Option<StoredSchema>, DbError>;
    /// The newest changes, newest first.
    async fn schema_events(&self, limit: usize) -> Result<Vec<SchemaEvent>, DbError>;
    /// Merchants after a change number that have a register below `custom`, rising, without deleted ones.
    async fn with_custom(&self, after: u64, limit: usize, scope: &Scope) -> Result<MerchantsPage, DbError>;
    /// How many merchants there are, without deleted ones.
    async fn merchants_count(&self, scope: &Scope) -> Result<u64, DbError>;
}
