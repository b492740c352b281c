//! The outbox, and the choices of a review.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::IpcError;
use crate::change::Change;
use crate::edit::{EditState, Write};
use crate::id::{EditId, MerchantId, ReviewId};
use crate::value::Value;
use crate::version::Dot;

/// Groups of the outbox: who acts next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxGroup {
    /// All.
    #[default]
    All,
    /// Refused: you.
    NeedsYou,
    /// Tried without success, tried again by itself.
    Retrying,
    /// In review: somebody else.
    WaitingOnOthers,
    /// Not tried yet.
    Queued,
}

/// A window into the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxQuery {
    /// Which group.
    #[serde(default)]
    pub group: OutboxGroup,
    /// First row.
    pub offset: u64,
    /// At most 500 rows.
    pub limit: u32,
}

/// One line of the outbox: one change of one edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// The edit.
    pub edit_id: EditId,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Its name.
    pub merchant_name: String,
    /// The line.
    pub change: Change,
    /// What the line stands for, register by register.
    #[serde(default)]
    pub writes: Vec<Write>,
    /// Of an edit in review: the fields (`name`, `phones`, `hours.tu`) that it changed too and of which nothing waits any
    /// more. What became of them the history says.
    #[serde(default)]
    pub settled: Vec<String>,
    /// Where it stands.
    pub state: EditState,
    /// Its group.
    pub group: OutboxGroup,
    /// Who.
    pub actor_name: String,
    /// When it was saved.
    pub at: DateTime<Utc>,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is sent next, if it waits for that.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Why it was refused or not sent.
    pub problem: Option<IpcError>,
}

/// Rows of the outbox, the oldest that needs a person first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxPage {
    /// Lines in the asked group.
    pub total: u64,
    /// Lines in all groups.
    pub all: u64,
    /// Merchants in all groups.
    pub merchants: u64,
    /// Refused.
    pub needs_you: u64,
    /// Retrying.
    pub retrying: u64,
    /// In review.
    pub waiting: u64,
    /// Not tried yet.
    pub queued: u64,
    /// The rows.
    pub rows: Vec<OutboxRow>,
}

/// All refused edits of a moment, as somebody is asked about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The numbers that this device gave them: whoever agreed to these has not agreed to what is refused later.
    pub edits: Vec<u64>,
    /// Their lines.
    pub changes: u64,
    /// Their merchants.
    pub merchants: u64,
    /// What they write: `name`, `phones`, `hours.tu`.
    pub fields: Vec<String>,
}

/// Some of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TheseRefused {
    /// [`Refused::edits`].
    pub edits: Vec<u64>,
}

/// What became of them, in lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedDone {
    /// Handled.
    pub changes: u64,
    /// Still refused: others chose meanwhile, so that somebody must look first.
    pub left: u64,
}

/// A refused edit with other values: the old one leaves the outbox, a new one takes its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resend {
    /// The refused edit.
    pub edit_id: EditId,
    /// All writes of the new one.
    pub writes: Vec<Write>,
}

/// What a person chose for one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Which register.
    pub field: crate::FieldPath,
    /// The value.
    pub value: Value,
    /// The candidates that were on the screen, sorted.
    pub dots: Vec<Dot>,
}

/// Settles some or all fields of a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolve {
    /// Which review.
    pub review_id: ReviewId,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Field by field.
    pub choices: Vec<Choice>,
    /// Why.
    pub reason: Option<String>,
}
