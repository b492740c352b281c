//! What the outbox says and offers, without a page around it.

use chrono::{DateTime, Utc};
use domain::field::{FieldKind, FieldPath};
use domain::ipc::{IpcError, OutboxGroup, OutboxPage, OutboxRow, StatusView, SyncPhase};
use domain::{EditState, ErrorCode};

/// Height of a row, in CSS pixels; `assets/pages/outbox.css` draws it so.
pub const ROW_PX: f64 = 52.0;
/// Rows above and below what is seen.
pub const OVERSCAN_ROWS: u64 = 8;
/// Requests begin and end at multiples of this.
const STEP_ROWS: u64 = 50;
/// The most rows of one request, as the shell has it.
pub const REQUEST_ROWS_MAX: u32 = 500;
/// Most lines that are looked through for the lines of one edit.
pub const EDIT_SCAN_MAX: u64 = 2000;

/// The groups in the order of the tiles.
pub const GROUPS: [OutboxGroup; 5] =
    [OutboxGroup::All, OutboxGroup::NeedsYou, OutboxGroup::Retrying, OutboxGroup::WaitingOnOthers, OutboxGroup::Queued];

/// The lines of a group.
pub fn count(page: &OutboxPage, group: OutboxGroup) -> u64 {
    match group {
        OutboxGroup::All => page.all,
        OutboxGroup::NeedsYou => page.needs_you,
        OutboxGroup::Retrying => page.retrying,
        OutboxGroup::WaitingOnOthers => page.waiting,
        OutboxGroup::Queued => page.queued,
    }
}

/// What the banner above the list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Banner {
    /// Something is broken.
    Problem(IpcError),
    /// Sign in again.
    Paused,
    /// No server.
    Offline,
    /// Sending or receiving.
    Syncing,
    /// Some were refused.
    Refused {
        /// How many.
        refused: u64,
        /// How many go on by themselves.
        rest: u64,
    },
}

/// The most important thing to say, or nothing. What is broken comes before what waits.
pub fn banner(status: &StatusView, page: &OutboxPage) -> Option<Banner> {
    let refused = (page.needs_you > 0)
        .then(|| Banner::Refused { refused: page.needs_you, rest: page.all.saturating_sub(page.needs_you) });
    match status.phase {
        SyncPhase::Error => status.problem.clone().map(Banner::Problem).or(refused),
        SyncPhase::Paused => Some(Banner::Paused),
        SyncPhase::Offline => Some(Banner::Offline),
        SyncPhase::Syncing => refused.or((page.all > 0).then_some(Banner::Syncing)),
        SyncPhase::Pending | SyncPhase::Synced => refused,
    }
}

/// What happens to a line next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A person changes it here.
    Fix,
    /// People elsewhere choose.
    Review,
    /// On its way.
    Sending,
    /// Sent again in so many seconds.
    InSeconds(u64),
    /// Sent when the server can be reached.
    WhenOnline,
    /// Sent after signing in.
    AfterSignIn,
    /// Sent once the fault is mended.
    AfterRepair,
    /// Sent with the next batch.
    Batch,
}

/// What happens to a line next, as of `now`.
pub fn next(row: &OutboxRow, phase: SyncPhase, now: DateTime<Utc>) -> Next {
    match (row.group, phase) {
        (OutboxGroup::NeedsYou, _) if is_contested(row) => Next::Review,
        (OutboxGroup::NeedsYou, _) => Next::Fix,
        (OutboxGroup::WaitingOnOthers, _) => Next::Review,
        _ if row.state == EditState::Sending => Next::Sending,
        (_, SyncPhase::Paused) => Next::AfterSignIn,
        (_, SyncPhase::Offline) => Next::WhenOnline,
        (_, SyncPhase::Error) => Next::AfterRepair,
        _ => match row.next_attempt_at {
            Some(at) if at > now => Next::InSeconds(seconds_until(at, now)),
            _ => Next::Batch,
        },
    }
}

/// Whole seconds until a moment, rounded up; 0 when it has passed.
pub fn seconds_until(at: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    let ms = (at - now).num_milliseconds().max(0);
    u64::try_from(ms).unwrap_or(0).div_ceil(1000)
}

/// What a person can do about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offers {
    /// Edit the values here and send them again.
    pub edit_here: bool,
    /// Edit in the profile.
    pub open_profile: bool,
    /// Choose again on the conflicts page.
    pub open_conflicts: bool,
    /// Send now.
    pub retry: bool,
    /// Drop it.
    pub discard: bool,
}

/// Was it refused because people are choosing between values of this field?
fn is_contested(row: &OutboxRow) -> bool {
    row.state == EditState::Rejected && row.problem.as_ref().is_some_and(|p| p.code == ErrorCode::InReview)
}

/// What a person can do about a line. A resolution carries what was on the screen, so it is chosen anew
/// rather than edited; another value for a field that is in conflict would be refused again.
pub fn offers(row: &OutboxRow) -> Offers {
    let refused = row.state == EditState::Rejected;
    let contested = is_contested(row);
    let moved = row.problem.as_ref().is_some_and(|p| p.code == ErrorCode::ReviewMoved);
    let unanswered = row.state == EditState::Queued;
    Offers {
        edit_here: refused && !moved && !contested && editable(&row.change.field),
        open_profile: row.change.field != domain::field::DELETED,
        open_conflicts: moved || contested || row.state == EditState::InReview,
        retry: (refused && !moved) || unanswered,
        discard: refused || unanswered,
    }
}

/// Can the value be typed here? Not a deletion, which is sent again as it is, and not a field of a newer version.
pub fn editable(field: &str) -> bool {
    matches!(field, "phones" | "tags")
        || FieldPath::new(field)
            .is_ok_and(|path| matches!(path.kind(), FieldKind::Text | FieldKind::Hours | FieldKind::Custom))
}

/// What to do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Change the value and send it again.
    ChangeValue,
    /// Somebody with more rights must do it.
    AskOperations,
    /// Wait until people have chosen, or discard.
    WaitForReview,
    /// Choose again on the conflicts page.
    ChooseAgain,
    /// Sign in again.
    SignIn,
    /// It is tried again by itself.
    Automatic,
    /// Free space or check the disk.
    CheckDisk,
    /// Try again; if it stays so, report it.
    TryAgain,
}

/// What to do about a refusal or a failed attempt.
pub fn advice(code: ErrorCode) -> Advice {
    match code {
        ErrorCode::BadField
        | ErrorCode::BadValue
        | ErrorCode::Required
        | ErrorCode::BadPhone
        | ErrorCode::BadHours
        | ErrorCode::TooLarge => Advice::ChangeValue,
        ErrorCode::Forbidden | ErrorCode::ReadOnly | ErrorCode::NotFound | ErrorCode::TooManyCandidates => {
            Advice::AskOperations
        }
        ErrorCode::InReview => Advice::WaitForReview,
        ErrorCode::ReviewMoved => Advice::ChooseAgain,
        ErrorCode::SignedOut | ErrorCode::BadCredentials => Advice::SignIn,
        ErrorCode::Unreachable | ErrorCode::Busy | ErrorCode::EpochChanged => Advice::Automatic,
        ErrorCode::Storage => Advice::CheckDisk,
        _ => Advice::TryAgain,
    }
}

/// The rows to draw: first and the one after the last.
pub fn visible(scroll_top_px: f64, height_px: f64, total: u64) -> (u64, u64) {
    let rows = |px: f64| if px.is_finite() && px > 0.0 { (px / ROW_PX) as u64 } else { 0 };
    let first = rows(scroll_top_px).saturating_sub(OVERSCAN_ROWS).min(total);
    let last = (rows(scroll_top_px + height_px) + 1 + OVERSCAN_ROWS).min(total);
    (first, last.max(first))
}

/// The request that holds the rows `first..last`: offset and limit. Steps, so that scrolling a little asks nothing.
pub fn request(first: u64, last: u64) -> (u64, u32) {
    let offset = first / STEP_ROWS * STEP_ROWS;
    let rows = last.saturating_sub(offset).max(1).next_multiple_of(STEP_ROWS);
    (offset, u32::try_from(rows).unwrap_or(REQUEST_ROWS_MAX).min(REQUEST_ROWS_MAX))
}

/// Where to scroll so that a row is wholly seen below a heading; nothing if it is.
pub fn scroll_to(row: u64, scroll_top_px: f64, height_px: f64, heading_px: f64) -> Option<f64> {
    let top = row as f64 * ROW_PX;
    let bottom = top + ROW_PX + heading_px;
    if top < scroll_top_px {
        Some(top)
    } else if bottom > scroll_top_px + height_px {
        Some((bottom - height_px).max(0.0))
    } else {
        None
    }
}

/// The row that the cursor is on after a move, within the list.
pub fn moved(cursor: u64, by: i64, total: u64) -> u64 {
    cursor.saturating_add_signed(by).min(total.saturating_sub(1))
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
