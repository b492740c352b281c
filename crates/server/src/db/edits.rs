//! Edits: the durable answer to each, and the history.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use domain::api::{HistoryEntry, Landed};
use domain::edit::{Decision, Edit, Outcome, OutcomeState};
use domain::{EditId, FieldPath, MerchantId, Source, Value};
use serde::{Deserialize, Serialize};

use super::{DbError, StoredMerchant};

/// What a batch needs to be decided.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Answers that were given before.
    pub answers: HashMap<EditId, Outcome>,
    /// The merchants that the batch is about.
    pub merchants: HashMap<MerchantId, StoredMerchant>,
    /// The newest change number.
    pub head: u64,
    /// The marker of that change.
    pub head_marker: String,
    /// How often rules or a schema were put in force.
    pub in_force: u64,
}

/// A merchant to be stored.
#[derive(Debug)]
pub struct MerchantRow {
    /// Its new place in the server's order.
    pub seq: u64,
    /// Its id.
    pub merchant_id: MerchantId,
    /// The name that it shows.
    pub name: String,
    /// Deleted, with nobody against it?
    pub deleted: bool,
    /// Registers that wait for people.
    pub contested: u32,
    /// Its record, as JSON.
    pub record: String,
    /// The digest of that text.
    pub digest: u64,
    /// The bucket of its id.
    pub bucket: u8,
}

/// An answered edit to be stored.
#[derive(Debug)]
pub struct EditRow {
    /// Its id.
    pub edit_id: EditId,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Its dot, as text.
    pub dot: String,
    /// Its stamp, as text.
    pub hlc: String,
    /// By whom, as the server knows them.
    pub actor: String,
    /// Their name.
    pub actor_name: String,
    /// As what.
    pub role: &'static str,
    /// From where.
    pub source: Source,
    /// For a resolution: why.
    pub reason: Option<String>,
    /// Follows it through the logs.
    pub trace_id: uuid::Uuid,
    /// When the server took it, in milliseconds since 1970.
    pub received_at_ms: u64,
    /// Saved on the device until received; absent for generated data.
    pub lag_ms: Option<u64>,
    /// The change number of the answer.
    pub seq: u64,
    /// The answer in one word.
    pub state: OutcomeState,
    /// [`StoredWrite`]s as JSON.
    pub writes: String,
    /// The answer's decisions as JSON, where they are not those of the writes.
    pub answer: Option<String>,
}

/// One write of an answered edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredWrite {
    /// Which register.
    #[serde(rename = "f")]
    pub field: FieldPath,
    /// What its editor saw.
    #[serde(rename = "b", default, skip_serializing_if = "Value::is_null")]
    pub before: Value,
    /// What it wrote.
    #[serde(rename = "a", default, skip_serializing_if = "Value::is_null")]
    pub after: Value,
    /// What became of it.
    #[serde(rename = "d", default = "applied", skip_serializing_if = "is_applied")]
    pub decision: Decision,
}

fn applied() -> Decision {
    Decision::Applied
}
fn is_applied(decision: &Decision) -> bool {
    *decision == Decision::Applied
}

/// A write that met another one.
#[derive(Debug)]
pub struct ConflictRow {
    /// When the server took it, in milliseconds since 1970.
    pub received_at_ms: u64,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// `phones`, `hours`, `address`, `name`, `other`.
    pub group: &'static str,
    /// From where.
    pub source: Source,
    /// Sent to people, or settled by a rule?
    pub reviewed: bool,
}

/// What a batch leads to. It is stored as a whole or not at all.
#[derive(Debug, Default)]
pub struct Plan {
    /// The answers, in the order of the batch.
    pub outcomes: Vec<Outcome>,
    /// Merchants that changed, each once.
    pub merchants: Vec<MerchantRow>,
    /// Edits that are answered for the first time.
    pub edits: Vec<EditRow>,
    /// Writes that met others.
    pub conflicts: Vec<ConflictRow>,
    /// The newest change number afterwards.
    pub head: u64,
    /// What the batch did, for the device that sent it; nothing if it changed nothing.
    pub landed: Option<Landed>,
}

/// Decides about a batch. Pure, and called once inside the transaction, on a thread that may block.
pub type Decide = Box<dyn FnOnce(&[Edit], Loaded) -> Result<Plan, DbError> + Send>;

/// One page of a merchant's history.
#[derive(Debug, Default)]
pub struct HistoryPage {
    /// Newest first.
    pub entries: Vec<HistoryEntry>,
    /// Give it as `before` to go on; absent at the end.
    pub next: Option<u64>,
}

/// Edits and history.
#[async_trait]
pub trait EditStore: Send + Sync {
    /// In one transaction: loads what the batch needs, lets `decide` decide, stores the plan.
    async fn push(&self, edits: Arc<Vec<Edit>>, decide: Decide) -> Result<(Vec<Outcome>, Option<Landed>), DbError>;
    /// Stores a plan that needs nothing loaded, and a named fact with it, in one transaction.
    async fn import(&self, plan: Plan, fact: (&'static str, String)) -> Result<(), DbError>;
    /// The edits of a merchant before a place, newest first. A page ends early where they are large.
    async fn history(&self, id: &MerchantId, before: Option<u64>, limit: usize) -> Result<HistoryPage, DbError>;
}
