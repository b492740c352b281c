//! Bulk edit: the same change for many merchants. Planned and looked at first, then one ordinary edit for each, and all
//! of them taken back together.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CheckField, StoresQuery};
use crate::edit::Write;
use crate::id::MerchantId;
use crate::profile::Registers;

/// The most merchants of one bulk edit: half of what an outbox holds, so that it can be taken back.
pub const BULK_STORES_MAX: u64 = 100_000;

/// Which merchants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Chosen {
    /// These.
    These {
        /// Their ids.
        stores: Vec<MerchantId>,
    },
    /// All that a filter finds.
    Matching {
        /// The filter; its window does not matter.
        query: Box<StoresQuery>,
        /// But not these.
        except: Vec<MerchantId>,
    },
}

/// Registers that many merchants shall have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkRequest {
    /// For whom: at most [`BULK_STORES_MAX`].
    pub stores: Chosen,
    /// The registers and their values; `null` clears one.
    #[serde(default)]
    pub registers: Registers,
    /// Beside them, as people type them.
    #[serde(default)]
    pub typed: Vec<CheckField>,
}

/// What a bulk edit would change in one merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorePlan {
    /// Which.
    pub id: MerchantId,
    /// Its name.
    pub name: String,
    /// What would be written.
    pub writes: Vec<Write>,
}

/// Why a merchant, or some of its registers, are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// People are choosing the value of some of the registers: those stay, the others are written.
    Contested,
    /// Outside what the actor may edit.
    NotAllowed,
    /// It is no longer on this computer.
    Gone,
    /// It has been changed since the plan was looked at.
    Moved,
}

/// A merchant that does not get all of a bulk edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftStore {
    /// Which.
    pub id: MerchantId,
    /// Its name, if it is known.
    pub name: String,
    /// Why.
    pub because: LeftOut,
    /// The registers that stay, if it is not all of them.
    pub fields: Vec<String>,
}

/// Merchants that do not get all of it: how many for which reason, the first of them by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceptions {
    /// How many.
    pub counts: BTreeMap<LeftOut, u64>,
    /// At most [`Exceptions::NAMED_MAX`].
    pub named: Vec<LeftStore>,
}

impl Exceptions {
    /// The most that are named.
    pub const NAMED_MAX: usize = 200;

    /// One more.
    pub fn add(&mut self, left: LeftStore) {
        *self.counts.entry(left.because).or_default() += 1;
        if self.named.len() < Self::NAMED_MAX {
            self.named.push(left);
        }
    }
    /// All of them.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// What a bulk edit would do. Nothing is written yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkPlan {
    /// Names the plan when it is saved; a later plan takes its place.
    pub plan_id: String,
    /// How many merchants were looked at.
    pub stores: u64,
    /// How many would be changed.
    pub changes: u64,
    /// How many have all of it already.
    pub same: u64,
    /// Those that cannot get all of it.
    pub exceptions: Exceptions,
    /// In how many merchants each register would be written.
    pub fields: BTreeMap<String, u64>,
    /// The first that would be changed, at most [`BulkPlan::SHOWN_MAX`].
    pub shown: Vec<StorePlan>,
    /// For how many more edits the outbox has room.
    pub room: u64,
}

impl BulkPlan {
    /// The most merchants that are shown one by one.
    pub const SHOWN_MAX: usize = 200;
}

/// A plan that somebody has looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByPlan {
    /// [`BulkPlan::plan_id`].
    pub plan_id: String,
}

/// What became of it: durable on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkSaved {
    /// Names the bulk edit when it is taken back; absent if nothing was to be saved.
    pub bulk_id: Option<String>,
    /// Merchants that have an edit now.
    pub saved: u64,
    /// Those that were planned but not saved: changed since, gone.
    pub exceptions: Exceptions,
    /// Stopped before its end? What is saved stays.
    pub cancelled: bool,
    /// When.
    pub saved_at: DateTime<Utc>,
}

/// What a bulk edit is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkStage {
    /// Nothing.
    #[default]
    Idle,
    /// Looking at the merchants.
    Planning,
    /// Saving edits.
    Saving,
    /// Taking edits back.
    Undoing,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkProgress {
    /// With what.
    pub stage: BulkStage,
    /// Merchants done.
    pub done: u64,
    /// Of so many.
    pub total: u64,
}

/// Where a bulk edit of the past stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkState {
    /// Being saved, or broken off by the end of the program.
    Saving,
    /// Stopped by somebody.
    Cancelled,
    /// All saved.
    Done,
    /// Being taken back, or broken off meanwhile.
    Undoing,
    /// Taken back.
    Undone,
}

/// A bulk edit of the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkEdit {
    /// Names it.
    pub bulk_id: String,
    /// What it wrote.
    pub registers: Registers,
    /// Who.
    pub actor_name: String,
    /// Where it stands.
    pub state: BulkState,
    /// Merchants that were planned.
    pub stores: u64,
    /// Merchants that got an edit.
    pub saved: u64,
    /// When it began.
    pub begun_at: DateTime<Utc>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByBulk {
    /// Which.
    pub bulk_id: String,
}

/// What became of taking edits back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Merchants whose edit was taken back, or its inverse queued.
    pub undone: u64,
    /// Of these something was left as it is, also where the rest was taken back: it has been changed since, or waits for people.
    pub left: u64,
    /// Stopped before its end? Asked again, it goes on.
    pub cancelled: bool,
}
