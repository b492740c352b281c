//! A change on its way: what it says, and what became of it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::field::FieldPath;
use crate::hlc::Hlc;
use crate::id::{ActorId, EditId, MerchantId, ReviewId, TraceId};
use crate::problem::ErrorCode;
use crate::value::Value;
use crate::version::{Dot, VersionVector};

/// The most writes in one edit.
pub const WRITES_MAX: usize = 256;

/// Where an edit came from. The order is that of trust, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A customer.
    Feedback,
    /// A linked application.
    ThirdParty,
    /// A file.
    Import,
    /// A person at the window or the command line.
    Manual,
    /// A person who settled a review.
    Resolution,
}

/// One register's new value, and the value that the editor saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// Which register.
    pub field: FieldPath,
    /// What the editor saw.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub base_value: Value,
    /// What it shall be.
    pub value: Value,
}

/// For a resolution: the candidates that the person chose among. If they are no longer the same,
/// the resolution is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settles {
    /// Which review.
    pub review_id: ReviewId,
    /// For each field of the edit, in the order of its writes, the dots of the candidates, sorted.
    pub candidates: Vec<Vec<Dot>>,
    /// Why, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A change of one merchant by one actor on one device. It never changes once made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Idempotency key: however often it is sent, it has one effect.
    pub edit_id: EditId,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Which event of which device.
    pub dot: Dot,
    /// What the editor had seen of the merchant.
    #[serde(default, skip_serializing_if = "VersionVector::is_empty")]
    pub base: VersionVector,
    /// When it was made.
    pub hlc: Hlc,
    /// Who made it; absent when nobody had ever signed in on the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// Where it came from.
    pub source: Source,
    /// Register by register.
    pub writes: Vec<Write>,
    /// Present on a resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<Settles>,
    /// Follows it through logs and history.
    pub trace_id: TraceId,
}

/// The first edit of a merchant, with writes that are JSON already: it serialises as the [`Edit`] does.
#[derive(Serialize)]
pub struct FirstEdit<'e> {
    /// As in [`Edit`].
    pub edit_id: EditId,
    /// As in [`Edit`].
    pub merchant_id: &'e MerchantId,
    /// As in [`Edit`].
    pub dot: Dot,
    /// As in [`Edit`].
    pub hlc: Hlc,
    /// As in [`Edit`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<&'e ActorId>,
    /// As in [`Edit`].
    pub source: Source,
    /// A list of [`Write`].
    pub writes: &'e RawValue,
    /// As in [`Edit`].
    pub trace_id: TraceId,
}

/// What the server decided about one write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// It is the value now.
    Applied,
    /// The value was there already.
    Same,
    /// A rule chose between it and another; the loser is in the history.
    AutoResolved {
        /// Which rule.
        rule: String,
        /// Whether this write is the value now.
        won: bool,
    },
    /// People must choose.
    NeedsReview,
    /// Refused.
    Rejected {
        /// Why, for programs.
        code: ErrorCode,
        /// Why, for people.
        message: String,
    },
}

/// A decision and its field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDecision {
    /// Which register.
    pub field: FieldPath,
    /// What was decided.
    #[serde(flatten)]
    pub decision: Decision,
}

/// What the server made of an edit: its durable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeState {
    /// All writes are the values now.
    Applied,
    /// It was merged with others' changes.
    Merged,
    /// At least one write waits for people.
    InReview,
    /// Nothing of it was applied.
    Rejected,
    /// Not decided: the server could not store it. The device sends it again.
    Deferred,
}

impl OutcomeState {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Merged => "merged",
            Self::InReview => "in_review",
            Self::Rejected => "rejected",
            Self::Deferred => "deferred",
        }
    }
}

/// The answer to one edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// To which edit.
    pub edit_id: EditId,
    /// In one word.
    pub state: OutcomeState,
    /// Write by write.
    pub decisions: Vec<FieldDecision>,
    /// The server's change number after it; the device shows its own value until it has pulled that far.
    pub seq: u64,
}

impl Outcome {
    /// The first refusal in it.
    pub fn refusal(&self) -> Option<(&FieldPath, ErrorCode, &str)> {
        self.decisions.iter().find_map(|d| match &d.decision {
            Decision::Rejected { code, message } => Some((&d.field, *code, message.as_str())),
            _ => None,
        })
    }
}

/// The life of an edit as its device sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditState {
    /// Durable on this computer, not yet sent.
    Queued,
    /// On its way; no answer yet.
    Sending,
    /// The server has it.
    Applied,
    /// The server has it, merged with others' changes.
    Merged,
    /// Waits for people.
    InReview,
    /// People took it.
    Accepted,
    /// People took another value.
    Declined,
    /// Refused; kept, to be changed and sent again, or discarded.
    Rejected,
    /// Taken back by its author before it was sent.
    Cancelled,
}

impl EditState {
    /// Has the server given its durable answer?
    pub fn is_answered(self) -> bool {
        !matches!(self, EditState::Queued | EditState::Sending | EditState::Cancelled)
    }
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            EditState::Queued => "queued",
            EditState::Sending => "sending",
            EditState::Applied => "applied",
            EditState::Merged => "merged",
            EditState::InReview => "in_review",
            EditState::Accepted => "accepted",
            EditState::Declined => "declined",
            EditState::Rejected => "rejected",
            EditState::Cancelled => "cancelled",
        }
    }
}

impl std::str::FromStr for EditState {
    type Err = crate::Problem;
    fn from_str(text: &str) -> Result<Self, crate::Problem> {
        use EditState::*;
        [Queued, Sending, Applied, Merged, InReview, Accepted, Declined, Rejected, Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| crate::Problem::new(ErrorCode::Storage, "unknown edit state"))
    }
}
