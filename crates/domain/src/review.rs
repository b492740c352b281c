//! Questions that only people can answer. A review is a view of a record: it is open as long as one of
//! the record's registers is contested, on every device that holds the record, without a table of its own.

use serde::{Deserialize, Serialize};

use crate::edit::Source;
use crate::field::FieldPath;
use crate::hlc::Hlc;
use crate::id::{ActorId, EditId, MerchantId, ReviewId};
use crate::role::Role;
use crate::value::Value;
use crate::version::Dot;

/// Why people are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// Two or more wrote different values without having seen each other's.
    Conflict,
    /// Somebody deleted the merchant while somebody else changed it.
    DeletedAndChanged,
}

/// One of the values to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The edit that wrote it.
    pub dot: Dot,
    /// Its id.
    pub edit_id: EditId,
    /// The value.
    pub value: Value,
    /// Who.
    pub actor: ActorId,
    /// Their name.
    pub actor_name: String,
    /// As what.
    pub role: Role,
    /// From where.
    pub source: Source,
    /// When.
    pub hlc: Hlc,
}

/// One contested register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewItem {
    /// Which register.
    pub field: FieldPath,
    /// Why.
    pub kind: ReviewKind,
    /// What its editors saw before.
    pub base: Value,
    /// The values, oldest first.
    pub candidates: Vec<Candidate>,
    /// The dots of every candidate of the register, sorted: what a resolution must name.
    pub dots: Vec<Dot>,
}

/// The contested registers of one merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Which review; the same on every device.
    pub review_id: ReviewId,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Its name, to show.
    pub merchant_name: String,
    /// Since when, by the second-oldest candidate of its oldest question.
    pub since: Hlc,
    /// Register by register.
    pub items: Vec<ReviewItem>,
}
