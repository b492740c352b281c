//! Between the window and its shell: command names, arguments, replies, events.
//!
//! Queries read, mutations change and announce the [`Topic`]s that they changed; every open view that
//! shows a topic asks again by itself.

mod bulk;
mod imports;
mod insights;
mod list;
mod outbox;
mod schema;
mod settings;
mod stores;
mod sync;
mod sync_settings;
mod views;

use serde::{Deserialize, Serialize};

use crate::id::{EditId, MerchantId, OrderId};
use crate::problem::ErrorCode;

pub use bulk::*;
pub use imports::*;
pub use insights::*;
pub use list::*;
pub use outbox::*;
pub use schema::*;
pub use settings::*;
pub use stores::*;
pub use sync::*;
pub use sync_settings::*;
pub use views::*;

/// Command names.
pub mod command {
    /// `()` → [`super::StatusView`]
    pub const STATUS: &str = "status";
    /// [`super::StoresQuery`] → [`super::StoresPage`]
    pub const STORES: &str = "stores";
    /// [`super::FacetsQuery`] → [`super::Facets`]: which values a field has among the rows of a list, with counts
    pub const STORE_FACETS: &str = "store_facets";
    /// `()` → `Vec<FieldPath>`: fields in use by which the list can be filtered and ordered, an administrator's too
    pub const STORE_FIELDS: &str = "store_fields";
    /// [`super::ById`] → [`super::StoreView`]
    pub const STORE: &str = "store";
    /// [`super::SaveStore`] → [`super::Saved`]
    pub const SAVE_STORE: &str = "save_store";
    /// [`super::ByEdit`] → [`super::Saved`]: takes back an unsent edit, or queues its inverse
    pub const UNDO: &str = "undo";
    /// [`super::BulkRequest`] → `Option<`[`super::BulkPlan`]`>`: what it would change; nothing if it was stopped
    pub const BULK_PLAN: &str = "bulk_plan";
    /// [`super::ByPlan`] → [`super::BulkSaved`]: saves the plan that was looked at
    pub const BULK_SAVE: &str = "bulk_save";
    /// [`super::ByBulk`] → [`super::Undone`]: takes a bulk edit back
    pub const BULK_UNDO: &str = "bulk_undo";
    /// `()` → [`super::BulkProgress`]; [`super::Topic::Bulk`] says when to look again
    pub const BULK_PROGRESS: &str = "bulk_progress";
    /// `()` → `()`: stops what is under way after its batch
    pub const BULK_CANCEL: &str = "bulk_cancel";
    /// `()` → `Vec<`[`super::BulkEdit`]`>`, newest first
    pub const BULK_EDITS: &str = "bulk_edits";
    /// [`super::ById`] → [`super::HistoryView`]
    pub const HISTORY: &str = "history";
    /// [`super::HistoryExport`] → [`super::Written`]
    pub const EXPORT_HISTORY: &str = "export_history";
    /// [`super::CheckField`] → [`super::Checked`]
    pub const CHECK_FIELD: &str = "check_field";
    /// [`super::ChoicesOf`] → `Vec<`[`super::FieldChoice`]`>`
    pub const CHOICES: &str = "choices";
    /// [`super::OutboxQuery`] → [`super::OutboxPage`]
    pub const OUTBOX: &str = "outbox";
    /// [`super::ByEdit`] → `()`: sends a waiting or rejected edit now
    pub const RETRY: &str = "retry";
    /// [`super::ByEdit`] → `()`: discards an unsent or rejected edit
    pub const DISCARD: &str = "discard";
    /// [`super::Resend`] → [`super::Saved`]: a rejected edit with other values
    pub const RESEND: &str = "resend";
    /// `()` → [`super::Refused`]: all edits that were refused until now
    pub const REFUSED: &str = "refused";
    /// [`super::TheseRefused`] → [`super::RefusedDone`]: sends them again
    pub const RETRY_REFUSED: &str = "retry_refused";
    /// [`super::TheseRefused`] → [`super::RefusedDone`]: gives them up
    pub const DISCARD_REFUSED: &str = "discard_refused";
    /// `()` → `Vec<Review>`
    pub const REVIEWS: &str = "reviews";
    /// [`super::Resolve`] → [`super::Saved`]
    pub const RESOLVE: &str = "resolve";
    /// [`super::InsightsQuery`] → [`super::SyncInsights`]
    pub const INSIGHTS_SYNC: &str = "insights_sync";
    /// [`super::InsightsQuery`] → [`super::KitchenInsights`]
    pub const INSIGHTS_KITCHEN: &str = "insights_kitchen";
    /// [`super::ByOrder`] → `()`: tells the rider
    pub const PICKUP_READY: &str = "pickup_ready";
    /// `()` → `()`
    pub const SYNC_NOW: &str = "sync_now";
    /// `()` → `()`: fetches everything anew; the outbox stays
    pub const REBUILD: &str = "rebuild";
    /// `()` → [`super::Settings`]
    pub const SETTINGS: &str = "settings";
    /// [`super::Settings`] → [`super::Settings`]
    pub const SAVE_SETTINGS: &str = "save_settings";
    /// `()` → [`super::SyncSettings`]
    pub const SYNC_SETTINGS: &str = "sync_settings";
    /// [`super::SyncSettings`] → [`super::SyncSettings`]; administrators only
    pub const SAVE_SYNC_SETTINGS: &str = "save_sync_settings";
    /// `()` → [`super::Views`]
    pub const VIEWS: &str = "views";
    /// [`super::Views`] → [`super::Views`]
    pub const SAVE_VIEWS: &str = "save_views";
    /// [`super::SignIn`] → [`super::Session`]
    pub const SIGN_IN: &str = "sign_in";
    /// `()` → `()`
    pub const SIGN_OUT: &str = "sign_out";
    /// [`super::ImportRequest`] → [`super::ImportPreview`]
    pub const IMPORT_PREVIEW: &str = "import_preview";
    /// [`super::ImportRequest`] → `()`: a dry run or an import begins; [`super::Topic::Imports`] says when to look again
    pub const IMPORT_START: &str = "import_start";
    /// `()` → [`super::ImportProgress`]
    pub const IMPORT_PROGRESS: &str = "import_progress";
    /// `()` → `()`: stops what is under way after its batch
    pub const IMPORT_CANCEL: &str = "import_cancel";
    /// `()` → `Vec<PastImport>`, newest first
    pub const IMPORTS: &str = "imports";
    /// [`super::ByImport`] → [`super::UndoneImport`]
    pub const IMPORT_UNDO: &str = "import_undo";
    /// [`super::WriteImportReport`] → [`super::Written`]
    pub const IMPORT_REPORT: &str = "import_report";
    /// [`super::ExportRequest`] → [`super::Written`]
    pub const EXPORT: &str = "export";
    /// `()` → [`crate::schema::Schema`]: the copy on this device
    pub const SCHEMA: &str = "schema";
    /// `()` → [`super::SchemaView`]: as the server has it
    pub const SCHEMA_VIEW: &str = "schema_view";
    /// [`crate::schema::SchemaDraft`] → [`crate::schema::SchemaPreview`]; administrators only
    pub const PREVIEW_SCHEMA: &str = "preview_schema";
    /// [`crate::schema::NewSchema`] → [`crate::schema::Schema`]; administrators only
    pub const SAVE_SCHEMA: &str = "save_schema";
    /// All of them, for the test that holds shell and window together.
    pub const ALL: [&str; 51] = [
        STATUS,
        STORES,
        STORE_FACETS,
        STORE_FIELDS,
        STORE,
        SAVE_STORE,
        UNDO,
        BULK_PLAN,
        BULK_SAVE,
        BULK_UNDO,
        BULK_PROGRESS,
        BULK_CANCEL,
        BULK_EDITS,
        HISTORY,
        EXPORT_HISTORY,
        CHECK_FIELD,
        CHOICES,
        OUTBOX,
        RETRY,
        DISCARD,
        RESEND,
        REFUSED,
        RETRY_REFUSED,
        DISCARD_REFUSED,
        REVIEWS,
        RESOLVE,
        INSIGHTS_SYNC,
        INSIGHTS_KITCHEN,
        PICKUP_READY,
        SYNC_NOW,
        REBUILD,
        SETTINGS,
        SAVE_SETTINGS,
        SYNC_SETTINGS,
        SAVE_SYNC_SETTINGS,
        VIEWS,
        SAVE_VIEWS,
        SIGN_IN,
        SIGN_OUT,
        IMPORT_PREVIEW,
        IMPORT_START,
        IMPORT_PROGRESS,
        IMPORT_CANCEL,
        IMPORTS,
        IMPORT_UNDO,
        IMPORT_REPORT,
        EXPORT,
        SCHEMA,
        SCHEMA_VIEW,
        PREVIEW_SCHEMA,
        SAVE_SCHEMA,
    ];
}

/// The one event from shell to window; its payload is [`Changed`].
pub const CHANGED: &str = "changed";

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Topics to ask again.
    pub topics: Vec<Topic>,
}

/// Something that views show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The status bar.
    Status,
    /// Profiles and lists of stores.
    Stores,
    /// The outbox.
    Outbox,
    /// Conflicts.
    Reviews,
    /// Orders, alerts, charts.
    Insights,
    /// Who is signed in.
    Session,
    /// Settings.
    Settings,
    /// An import's progress, and the imports of the past.
    Imports,
    /// The fields that a profile can have.
    Schema,
    /// A bulk edit's progress, and those of the past.
    Bulk,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Status,
        Self::Stores,
        Self::Outbox,
        Self::Reviews,
        Self::Insights,
        Self::Session,
        Self::Settings,
        Self::Imports,
        Self::Schema,
        Self::Bulk,
    ];
}

/// A failed command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpcError {
    /// Stable code; the window has a sentence for it in each language.
    pub code: ErrorCode,
    /// Detail in English.
    pub message: String,
    /// The field that it is about.
    pub field: Option<String>,
}

impl From<crate::Problem> for IpcError {
    fn from(problem: crate::Problem) -> Self {
        Self { code: problem.code, message: problem.title, field: problem.field }
    }
}

/// One merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ById {
    /// Which.
    pub id: MerchantId,
}

/// One edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByEdit {
    /// Which.
    pub edit_id: EditId,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByOrder {
    /// Which.
    pub order_id: OrderId,
}
