//! What edits are decided by: rules and schema, as they are kept. Several servers may share them.

use async_trait::async_trait;
use domain::rules::RuleBook;
use domain::schema::SchemaEvent;

use super::DbError;
use super::declared::StoredSchema;

/// What is in force, of one moment.
#[derive(Clone, Debug)]
pub struct StoredInForce {
    /// How often something was put in force.
    pub count: u64,
    /// The rules; nothing as long as nobody has changed them.
    pub book: Option<RuleBook>,
    /// The schema; nothing as long as nobody has declared a field.
    pub schema: Option<StoredSchema>,
}

/// What is in force. Something is put in force in one transaction with the look whether what it replaces still is: of two
/// servers that do so at once, one is refused.
#[async_trait]
pub trait InForceStore: Send + Sync {
    /// How often something was put in force: a server sees by it that another has done so.
    async fn in_force_count(&self) -> Result<u64, DbError>;
    /// All of it.
    async fn in_force(&self) -> Result<StoredInForce, DbError>;
    /// Puts rules in force, durably. False if those of the version `replaces` are not; then nothing changed.
    async fn put_rules(&self, replaces: u64, book: &RuleBook) -> Result<bool, DbError>;
    /// Puts a schema in force, durably, and keeps with it the one that it replaces if none was kept before. False if
    /// another is in force; then nothing changed.
    async fn put_schema(
        &self,
        replaces: &StoredSchema,
        next: &StoredSchema,
        event: &SchemaEvent,
    ) -> Result<bool, DbError>;
}
