//! Profile, history.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::api::HistoryEntry;
use crate::change::Change;
use crate::edit::EditState;
use crate::id::{DeviceId, EditId, MerchantId};
use crate::problem::ErrorCode;
use crate::profile::Profile;
use crate::review::Review;
use crate::schema::Words;
use crate::value::Value;

use super::StoreRow;

/// One change in an edit of this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingChange {
    /// The edit.
    pub edit_id: EditId,
    /// The line.
    pub change: Change,
    /// Where the edit stands.
    pub state: EditState,
    /// Who.
    pub actor_name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A profile to look at or edit: the server's word with this device's own changes on top.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreView {
    /// The list's row.
    pub row: StoreRow,
    /// The profile.
    pub profile: Profile,
    /// Own changes that the server has not answered, refused, or given to people; newest first.
    pub pending: Vec<PendingChange>,
    /// Fields that this actor cannot edit because people are choosing.
    pub contested: Vec<String>,
    /// The open review.
    pub review: Option<Review>,
    /// Changes with each change of the view; sent back with a save.
    pub version: String,
}

/// Saves a profile. The shell compares it with `original` and writes the registers that differ, so that
/// what others changed meanwhile stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaveStore {
    /// As it was when the editor opened; `None` for a new merchant.
    pub original: Option<Profile>,
    /// As it shall be. Hours may be typed text in a list of one; the shell normalises.
    pub edited: Profile,
    /// The `version` of the view that was edited.
    pub version: Option<String>,
}

/// Durable on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The edit; nothing if nothing differed.
    pub edit_id: Option<EditId>,
    /// When.
    pub saved_at: DateTime<Utc>,
    /// The lines.
    pub changes: Vec<Change>,
}

/// A field to normalise and check while typing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckField {
    /// `phones`, `hours`, `name`, …
    pub field: String,
    /// As typed.
    pub text: String,
}

/// The choices of a coded field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesOf {
    /// `region_code`, `category_code`, `industry`, `language`, `time_zone`.
    pub field: String,
    /// Below which value; empty for the first level.
    pub under: String,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChoice {
    /// What is stored.
    pub value: String,
    /// Its names.
    pub labels: Words,
}

/// What normalising and checking found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// No errors?
    pub ok: bool,
    /// As it would be stored.
    pub normalised: Value,
    /// Errors.
    pub errors: Vec<Finding>,
    /// Warnings.
    pub warnings: Vec<Finding>,
}

/// One error or warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable code.
    pub code: ErrorCode,
    /// In English.
    pub message: String,
}

/// History of a merchant, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryView {
    /// This device's own changes that the server has not answered.
    pub pending: Vec<PendingChange>,
    /// What the server knows.
    pub entries: Vec<HistoryEntry>,
    /// Could the server be asked? If not, `entries` is what was known last.
    pub complete: bool,
    /// When the server told `entries`; absent if it never did: then this device knows none of them.
    pub as_of: Option<DateTime<Utc>>,
    /// Does the server have older ones than `entries`?
    pub older: bool,
    /// This device, to tell its changes from others'.
    pub device: DeviceId,
}

/// A history to write to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryExport {
    /// Of which merchant.
    pub id: MerchantId,
    /// Path of the file: `.csv`, `.xlsx`, `.json` or `.jsonl`.
    pub file: String,
    /// Only this field, as people see fields (`phones`, `hours.tu`); nothing for all.
    #[serde(default)]
    pub field: Option<String>,
}
