//! Between the window and its shell: command names, arguments, replies, events.
//!
//! Queries read, mutations change and announce the [`Topic`]s that they changed; every open view that
//! shows a topic asks again by itself.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::api::HistoryEntry;
use crate::change::Change;
use crate::edit::{EditState, Write};
use crate::id::{EditId, MerchantId, OrderId, ReviewId};
use crate::metrics::{KitchenMetrics, SyncMetrics};
use crate::orders::AlertBoard;
use crate::problem::ErrorCode;
use crate::profile::Profile;
use crate::review::Review;
use crate::role::{Actor, Role};
use crate::value::Value;
use crate::version::Dot;

/// Command names.
pub mod command {
    /// `()` → [`super::StatusView`]
    pub const STATUS: &str = "status";
    /// [`super::StoresQuery`] → [`super::StoresPage`]
    pub const STORES: &str = "stores";
    /// [`super::ById`] → [`super::StoreView`]
    pub const STORE: &str = "store";
    /// [`super::SaveStore`] → [`super::Saved`]
    pub const SAVE_STORE: &str = "save_store";
    /// [`super::ByEdit`] → [`super::Saved`]: takes back an unsent edit, or queues its inverse
    pub const UNDO: &str = "undo";
    /// [`super::ById`] → [`super::HistoryView`]
    pub const HISTORY: &str = "history";
    /// [`super::CheckField`] → [`super::Checked`]
    pub const CHECK_FIELD: &str = "check_field";
    /// [`super::OutboxQuery`] → [`super::OutboxPage`]
    pub const OUTBOX: &str = "outbox";
    /// [`super::ByEdit`] → `()`: sends a waiting or rejected edit now
    pub const RETRY: &str = "retry";
    /// [`super::ByEdit`] → `()`: discards an unsent or rejected edit
    pub const DISCARD: &str = "discard";
    /// [`super::Resend`] → [`super::Saved`]: a rejected edit with other values
    pub const RESEND: &str = "resend";
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
    /// `()` → [`super::Settings`]
    pub const SETTINGS: &str = "settings";
    /// [`super::Settings`] → [`super::Settings`]
    pub const SAVE_SETTINGS: &str = "save_settings";
    /// [`super::SignIn`] → [`super::Session`]
    pub const SIGN_IN: &str = "sign_in";
    /// `()` → `()`
    pub const SIGN_OUT: &str = "sign_out";
    /// All of them, for the test that holds shell and window together.
    pub const ALL: [&str; 21] = [
        STATUS,
        STORES,
        STORE,
        SAVE_STORE,
        UNDO,
        HISTORY,
        CHECK_FIELD,
        OUTBOX,
        RETRY,
        DISCARD,
        RESEND,
        REVIEWS,
        RESOLVE,
        INSIGHTS_SYNC,
        INSIGHTS_KITCHEN,
        PICKUP_READY,
        SYNC_NOW,
        SETTINGS,
        SAVE_SETTINGS,
        SIGN_IN,
        SIGN_OUT,
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
}

/// What the status bar says. First match, top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// The cache or the server's answers cannot be used; see `problem`.
    Error,
    /// Sign in again: nothing is sent until then.
    Paused,
    /// The server cannot be reached; work goes on here.
    Offline,
    /// Sending or receiving.
    Syncing,
    /// Edits wait.
    Pending,
    /// Outbox empty and the last pull complete: the only state that is called synced.
    Synced,
}

/// Where the tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretStore {
    /// In the operating system's keyring.
    Keyring,
    /// In memory only: gone when the program ends.
    Memory,
}

/// Who uses the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The last actor that signed in; known offline too.
    pub actor: Option<Actor>,
    /// Are there tokens that work?
    pub signed_in: bool,
    /// Where they are kept.
    pub secret_store: SecretStore,
}

impl Session {
    /// May this actor settle reviews?
    pub fn may_review(&self) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.role.may_review())
    }
    /// The role, if somebody has signed in.
    pub fn role(&self) -> Option<Role> {
        self.actor.as_ref().map(|actor| actor.role)
    }
}

/// The state of everything, for status bar and badges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusView {
    /// In one word.
    pub phase: SyncPhase,
    /// Changes (lines of the outbox) that the server has not answered.
    pub queued: u64,
    /// Age of the oldest of them, in seconds.
    pub oldest_unsynced_s: Option<u64>,
    /// Changes that wait for people.
    pub in_review: u64,
    /// Changes that the server refused.
    pub rejected: u64,
    /// Merchants with open reviews.
    pub reviews: u64,
    /// Merchants in the cache.
    pub merchants: u64,
    /// Did the server answer last time?
    pub online: bool,
    /// How long its last answer took, in milliseconds.
    pub latency_ms: Option<u64>,
    /// When outbox and pull were last complete.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// When the next attempt is made, if one is waited for.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// This computer's name.
    pub device_name: String,
    /// The backend's address; of several, the one in use.
    pub server: String,
    /// Is it not the preferred one of several?
    #[serde(default)]
    pub fallback: bool,
    /// The last comparison of this computer's records with the server's.
    #[serde(default)]
    pub checked: Option<DataCheck>,
    /// How far this computer's clock is ahead of the server's, in milliseconds, if more than five minutes.
    pub clock_ahead_ms: Option<u64>,
    /// What is wrong, for [`SyncPhase::Error`].
    pub problem: Option<IpcError>,
    /// Who uses the window.
    pub session: Session,
}

/// A comparison of this computer's records with the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataCheck {
    /// When.
    pub at: DateTime<Utc>,
    /// Were they the same at its end?
    pub equal: bool,
    /// How many records were fetched anew before.
    pub mended: u64,
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

/// Filter of the list by what waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreFilter {
    /// All.
    #[default]
    All,
    /// With unsent changes.
    Pending,
    /// With open reviews.
    Conflict,
    /// With refused changes.
    Rejected,
}

/// Order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreSort {
    /// Changed last, first.
    #[default]
    Updated,
    /// By name.
    Name,
    /// By id.
    Id,
    /// By address.
    Address,
    /// By category.
    Category,
}

/// A window into the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoresQuery {
    /// What was typed; empty for all.
    #[serde(default)]
    pub text: String,
    /// Filter.
    #[serde(default)]
    pub filter: StoreFilter,
    /// Category, exactly.
    #[serde(default)]
    pub category: Option<String>,
    /// Business status, exactly.
    #[serde(default)]
    pub status: Option<String>,
    /// Order.
    #[serde(default)]
    pub sort: StoreSort,
    /// Backwards?
    #[serde(default)]
    pub descending: bool,
    /// First row.
    pub offset: u64,
    /// At most 500 rows.
    pub limit: u32,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreRow {
    /// Which merchant.
    pub id: MerchantId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// `region` if given.
    pub region: String,
    /// What it sells.
    pub category: String,
    /// `open`, `paused`, …; empty if not given.
    pub status: String,
    /// Spans of each weekday, Monday first; `None` where not given.
    pub hours: Vec<Option<Vec<String>>>,
    /// Changes not answered by the server.
    pub queued: u32,
    /// Refused changes.
    pub rejected: u32,
    /// Contested registers.
    pub contested: u32,
    /// Own changes that wait for people.
    pub in_review: u32,
    /// Newest change, its own queued ones too.
    pub updated_at: Option<DateTime<Utc>>,
}

/// Rows of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoresPage {
    /// How many rows match.
    pub total: u64,
    /// How many merchants there are.
    pub all: u64,
    /// With unsent changes.
    pub pending: u64,
    /// With open reviews.
    pub conflict: u64,
    /// With refused changes.
    pub rejected: u64,
    /// Categories in use, most frequent first, at most 50.
    pub categories: Vec<String>,
    /// The rows from `offset`.
    pub rows: Vec<StoreRow>,
}

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
}

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

/// What insights shall show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsightsQuery {
    /// Days back, today included: 1, 7 or 30.
    pub days: u32,
    /// Minutes that local time is ahead of UTC, for days.
    pub utc_offset_min: i32,
    /// Width of a full-width chart, in CSS pixels.
    pub width_px: u32,
}

/// A drawn chart: SVG text plus the geometry that tooltips and the keyboard need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChartView {
    /// SVG.
    pub svg: String,
    /// Hot spots in the order of the data.
    pub marks: Vec<ChartMark>,
}

/// One hot spot, in CSS pixels of the chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartMark {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Which datum.
    pub index: usize,
}

/// The page on sync and conflicts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyncInsights {
    /// Could the server be asked? If not, `metrics` is what was known last, of `as_of`.
    pub fresh: bool,
    /// When the figures were made.
    pub as_of: Option<DateTime<Utc>>,
    /// The figures, for tiles and table twins.
    pub metrics: SyncMetrics,
    /// Age of this device's oldest unsynced change, in seconds.
    pub oldest_unsynced_s: Option<u64>,
    /// Refused changes of this device.
    pub rejected: u64,
    /// Lag over time.
    pub lag: ChartView,
    /// Conflicts by day.
    pub conflicts: ChartView,
    /// Conflicts by source.
    pub sources: ChartView,
}

/// The page on kitchens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KitchenInsights {
    /// Could the server be asked?
    pub fresh: bool,
    /// When the figures were made.
    pub as_of: Option<DateTime<Utc>>,
    /// The board.
    pub board: Option<AlertBoard>,
    /// One strip for each alert of the board, on a common time scale.
    pub strips: Vec<ChartView>,
    /// The figures.
    pub metrics: KitchenMetrics,
    /// Couriers' avoidable wait.
    pub wait: ChartView,
    /// Forecast against outcome.
    pub calibration: ChartView,
}

/// Language of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// Theme of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What a person can set. Kept in the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The backend's address, or several in order of preference, with commas between.
    pub server: String,
    /// Language.
    pub language: Language,
    /// Theme.
    pub theme: Theme,
    /// This computer's name, as others see it in the history.
    pub device_name: String,
    /// Where the data are; read only.
    #[serde(default)]
    pub data_folder: String,
    /// Is the address given by the command line or the environment? Then it cannot be changed here.
    #[serde(default)]
    pub server_fixed: bool,
}

/// Signs in with a password.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    /// The sign-in name.
    pub username: String,
    /// The password; never stored.
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("username", &self.username).finish_non_exhaustive()
    }
}
