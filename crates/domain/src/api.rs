//! The HTTP face of the backend: paths and bodies. Client and server compile against the same types.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

mod protocol;
mod pulled;

pub use protocol::{MINOR_DIGESTS, PROTOCOL, PROTOCOL_HEADER, PROTOCOL_MIN, Version};
pub use pulled::Change;

use crate::digest::{Bucket, Digests};
use crate::edit::{Decision, Edit, Outcome, Source};
use crate::field::FieldPath;
use crate::hlc::Hlc;
use crate::id::{ActorId, DeviceId, EditId, MerchantId, TraceId};
use crate::role::{Actor, Role};
use crate::schema::{Schema, SchemaVersion};
use crate::value::Value;
use crate::version::Dot;

/// Header that carries the device id.
pub const DEVICE_HEADER: &str = "x-merchant-console-device";

/// Header that carries the version of the schema that a device has.
pub const SCHEMA_HEADER: &str = "x-merchant-console-schema";

/// Most edits in one push.
pub const PUSH_EDITS_MAX: usize = 1000;
/// Most bytes of one push body after decompression.
pub const PUSH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most changes in one page of a pull.
pub const PAGE_CHANGES_MAX: usize = 2000;

/// Paths.
pub mod path {
    /// Sign in: form-encoded grants of RFC 6749.
    pub const TOKEN: &str = "/oauth/token";
    /// Where tokens are given back (RFC 7009).
    pub const REVOKE: &str = "/oauth/revoke";
    /// Push edits.
    pub const EDITS: &str = "/api/v1/edits";
    /// Pull changes.
    pub const CHANGES: &str = "/api/v1/changes";
    /// Digests of the merchants, bucket by bucket.
    pub const DIGEST: &str = "/api/v1/digest";
    /// Who am I.
    pub const ME: &str = "/api/v1/me";
    /// Merchants.
    pub const MERCHANTS: &str = "/api/v1/merchants";
    /// One merchant.
    pub const MERCHANT: &str = "/api/v1/merchants/{id}";
    /// Its history.
    pub const HISTORY: &str = "/api/v1/merchants/{id}/history";
    /// Open reviews.
    pub const REVIEWS: &str = "/api/v1/reviews";
    /// The rules that settle concurrent writes.
    pub const RULES: &str = "/api/v1/rules";
    /// What other rules would lead to.
    pub const RULES_PREVIEW: &str = "/api/v1/rules/preview";
    /// The schema of a profile.
    pub const SCHEMA: &str = "/api/v1/schema";
    /// What other declared fields would mean.
    pub const SCHEMA_PREVIEW: &str = "/api/v1/schema/preview";
    /// Who changed the schema, when, how.
    pub const SCHEMA_HISTORY: &str = "/api/v1/schema/history";
    /// Orders.
    pub const ORDERS: &str = "/api/v1/orders";
    /// Something happened to an order.
    pub const ORDER_EVENTS: &str = "/api/v1/orders/{id}/events";
    /// Tell the rider. Idempotent.
    pub const PICKUP_READY: &str = "/api/v1/orders/{id}/pickup-ready";
    /// The alert board.
    pub const ALERTS: &str = "/api/v1/alerts";
    /// Sync lag and conflicts.
    pub const METRICS_SYNC: &str = "/api/v1/metrics/sync";
    /// Couriers' waits and forecast quality.
    pub const METRICS_KITCHEN: &str = "/api/v1/metrics/kitchen";
    /// Wake-ups (server-sent events).
    pub const EVENTS: &str = "/api/v1/events";
    /// OpenAPI 3.1 document.
    pub const OPENAPI: &str = "/openapi.json";
    /// Alive.
    pub const HEALTHZ: &str = "/healthz";
    /// Able to serve.
    pub const READYZ: &str = "/readyz";
    /// Prometheus.
    pub const METRICS: &str = "/metrics";
}

/// Answer of the token endpoint (RFC 6749 §5.1), and who signed in.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenReply {
    /// Bearer token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token expires.
    pub expires_in: u64,
    /// For the refresh grant; absent for client credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Who signed in.
    pub actor: Actor,
}

impl std::fmt::Debug for TokenReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenReply").field("actor", &self.actor.id).finish_non_exhaustive()
    }
}

/// A batch of edits, in the order in which the device made them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushRequest {
    /// Which device.
    pub device_id: DeviceId,
    /// At most [`PUSH_EDITS_MAX`].
    pub edits: Vec<Edit>,
}

/// One answer for each edit, in the same order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushReply {
    /// The answers.
    pub outcomes: Vec<Outcome>,
    /// The server's clock, for the skew warning.
    pub server_hlc: Hlc,
    /// The server's epoch.
    pub epoch: String,
    /// What the batch did to the server's data; absent where it changed nothing, and from servers that do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landed: Option<Landed>,
}

/// What a batch did to the server's data. A device that held all of them up to `before`, and makes of its own records
/// and edits the same as the server, holds all up to `head` without pulling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landed {
    /// The newest change number before the batch.
    pub before: u64,
    /// The marker of that change.
    pub before_marker: String,
    /// The newest change number after it: all in between are the batch's.
    pub head: u64,
    /// The marker of that change.
    pub marker: String,
    /// The merchants that it changed, as they are after it.
    pub changed: Bucket,
}

/// Query of a pull.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesQuery {
    /// Changes after this number; 0 for all.
    #[serde(default)]
    pub cursor: u64,
    /// At most [`PAGE_CHANGES_MAX`].
    #[serde(default)]
    pub limit: Option<usize>,
    /// The epoch that the cursor belongs to; absent on the first pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// The [`marker`] that came with the cursor. Where the server has another edit at that number, its data were
    /// restored from an older backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
    /// The newest change number of an answer that has not come back by pull yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<u64>,
    /// The [`marker`] of the edit that got this answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_marker: Option<String>,
    /// The newest change number ([`ChangesPage::head`]) when this pull began with the first page. Deletions up to
    /// it need not be told to the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<u64>,
    /// Only the merchants of this bucket ([`crate::digest::bucket`]), deleted ones too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<u8>,
}

impl ChangesQuery {
    /// The question for what follows the page that answered this one, if nothing but that page is stored in between.
    /// The members are those of [`ChangesPage`].
    #[must_use]
    pub fn following(self, epoch: &str, next_cursor: u64, marker: &str, head: u64) -> Self {
        Self {
            begun: if self.cursor == 0 { Some(head).filter(|head| *head > 0) } else { self.begun },
            cursor: next_cursor,
            epoch: Some(epoch.to_owned()),
            marker: Some(marker.to_owned()).filter(|marker| !marker.is_empty()),
            ..self
        }
    }
}

/// The mark of a change by which two histories are told apart: the first 16 hexadecimal digits of the id of the
/// edit that made it.
pub fn marker(edit_id: EditId) -> String {
    format!("{:016x}", edit_id.0.as_u64_pair().0)
}

/// One page of changes in the server's order. A merchant that changed again moves to its newest place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangesPage {
    /// The server's epoch: a new one means that its data were restored or rebuilt.
    pub epoch: String,
    /// Rising by `seq`.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub next_cursor: u64,
    /// The [`marker`] of the change `next_cursor`; empty where no edit made it.
    #[serde(default)]
    pub marker: String,
    /// The newest change number; 0 from servers before 1.1.
    #[serde(default)]
    pub head: u64,
    /// Is there nothing after it?
    pub complete: bool,
    /// The server's clock.
    pub server_hlc: Hlc,
    /// Which rules the server settles by; 0 from one that does not say.
    #[serde(default)]
    pub rules_version: u64,
    /// The digest of these rules ([`crate::rules::RuleBook::digest`]); absent from a server that does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules_digest: Option<String>,
    /// Which schema the server checks by; absent from one that does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<SchemaVersion>,
}

/// The schema of a profile: `GET /api/v1/schema`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaReply {
    /// Version and declared fields.
    #[serde(flatten)]
    pub schema: Schema,
    /// The registers that the server's program declares.
    #[serde(default)]
    pub registers: Vec<RegisterReply>,
    /// The majors whose edits are taken.
    #[serde(default)]
    pub majors: Vec<u16>,
}

/// A register, or a family of them, that the server's program declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterReply {
    /// The path; `*` stands for any key.
    pub path: String,
    /// The name of its stored form.
    pub form: String,
    /// The words it can be, of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// A merchant cannot be without it.
    pub required: bool,
    /// The version that brought it.
    pub since: SchemaVersion,
    /// The version that took it out of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<SchemaVersion>,
}

/// Digests of what somebody may see: `GET /api/v1/digest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestReply {
    /// Epoch, change number and buckets, of one snapshot.
    #[serde(flatten)]
    pub digests: Digests,
    /// Deleted merchants up to this change number are forgotten and not in the digests; who holds them still
    /// forgets them too.
    #[serde(default)]
    pub pruned: u64,
}

/// One line of a merchant's history: what an edit did to a register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The server's change number.
    pub seq: u64,
    /// Which merchant.
    pub merchant_id: MerchantId,
    /// Which register.
    pub field: FieldPath,
    /// What its editor saw.
    pub before: Value,
    /// What it wrote.
    pub after: Value,
    /// What became of it.
    pub decision: Decision,
    /// Who.
    pub actor: ActorId,
    /// Their name.
    pub actor_name: String,
    /// As what.
    pub role: Role,
    /// From where.
    pub source: Source,
    /// Which event of which device.
    pub dot: Dot,
    /// Which edit.
    pub edit_id: EditId,
    /// When it was saved on its device.
    pub hlc: Hlc,
    /// When the server took it.
    #[serde(default)]
    pub received_at: DateTime<Utc>,
    /// For a resolution: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Follows the edit through the logs.
    pub trace_id: TraceId,
}

/// Something that happened to an order, as `POST /orders/{id}/events` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum OrderEvent {
    /// All dishes done.
    Ready,
    /// The courier is here.
    CourierArrived,
    /// The courier has it.
    PickedUp,
    /// Cancelled.
    Cancelled,
}

/// What a server-sent event says: look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wake", rename_all = "snake_case")]
pub enum WakeUp {
    /// Merchants changed; the newest change number.
    Changes {
        /// Newest change number.
        seq: u64,
    },
    /// Orders or forecasts changed.
    Orders,
}
