//! The same change for many merchants: planned and shown first, then one ordinary edit for each.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::edit::Write;
use crate::id::{EditId, MerchantId};
use crate::profile::Registers;

/// The most merchants that one plan is for.
pub const PLAN_STORES_MAX: usize = 500;

/// Registers that other merchants shall have too. `null` clears a register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCopy {
    /// The registers and their values.
    pub registers: Registers,
    /// For whom: at most [`PLAN_STORES_MAX`].
    pub stores: Vec<MerchantId>,
}

/// What a copy would change in one merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorePlan {
    /// Which.
    pub id: MerchantId,
    /// Its name.
    pub name: String,
    /// What would be written; empty if it has all of it already.
    pub writes: Vec<Write>,
    /// Registers that are left out because people are choosing their value.
    pub locked: Vec<String>,
    /// What was seen, as [`super::StoreView::version`] has it; sent back with the save.
    pub version: String,
}

/// A plan that somebody has looked at, to be saved as it is. All edits are saved or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavePlans {
    /// For each merchant its writes; those without any are passed over.
    pub plans: Vec<StorePlan>,
}

/// Durable on this computer: one edit for each merchant that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlans {
    /// The edits, in the order of the plans.
    pub edits: Vec<EditId>,
    /// When.
    pub saved_at: DateTime<Utc>,
}

/// Edits to take back together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByEdits {
    /// Which.
    pub edit_ids: Vec<EditId>,
}

/// What became of taking edits back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Taken back, or their inverse queued.
    pub undone: u64,
    /// Left as they are: their fields have been changed since, or wait for people.
    pub left: u64,
}
