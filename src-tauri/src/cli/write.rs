//! Commands that change something.

use std::time::Duration;

use client::Console;
use domain::ipc::Saved;
use domain::{ErrorCode, Problem};
use serde_json::json;

use super::read::{merchant, print_status};
use super::{Failed, outbox, output};

/// A sync of a million merchants over a slow line ends within it; nothing waits for ever.
const SYNC_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Sends and receives until done; prints the status, and what could not be sent.
pub async fn sync(console: &Console, as_json: bool) -> Result<(), Failed> {
    let refused_before = outbox::refused(console).await?;
    let done = console.sync_and_check(SYNC_LIMIT).await;
    print_status(&console.status().await?, as_json)?;
    done?;
    outbox::check_all_sent(console, &refused_before).await
}

/// Fetches everything anew.
pub async fn rebuild(console: &Console, as_json: bool) -> Result<(), Failed> {
    let done = console.rebuild_once(SYNC_LIMIT).await;
    print_status(&console.status().await?, as_json)?;
    Ok(done?)
}

/// `FIELD=VALUE` taken apart.
pub(super) fn assignments(values: &[String]) -> Result<Vec<(String, String)>, Failed> {
    values
        .iter()
        .map(|text| {
            text.split_once('=')
                .map(|(field, value)| (field.trim().to_owned(), value.to_owned()))
                .ok_or_else(|| Failed::Usage(format!("“{text}”: write FIELD=VALUE")))
        })
        .collect()
}

/// Changes a profile.
pub async fn set(console: &Console, as_json: bool, id: &str, values: &[String]) -> Result<(), Failed> {
    let saved = console.set_fields(&merchant(id)?, &assignments(values)?).await?;
    print_saved(&saved, as_json)
}

/// Prints what was saved.
pub(super) fn print_saved(saved: &Saved, as_json: bool) -> Result<(), Failed> {
    if as_json {
        return output::json(&json!({
            "edit_id": saved.edit_id,
            "saved_at": saved.saved_at.to_rfc3339(),
            "changes": saved.changes,
        }));
    }
    if saved.changes.is_empty() {
        return output::line("nothing to change: the values are there already");
    }
    for change in &saved.changes {
        output::line(&format!("saved  {}  {}", change.field, output::change(change)))?;
    }
    Ok(())
}

/// Settles fields of a review.
pub async fn resolve(
    console: &Console,
    as_json: bool,
    review: &str,
    values: &[String],
    reason: Option<&str>,
) -> Result<(), Failed> {
    let reviews = console.reviews().await?;
    let found = reviews
        .into_iter()
        .find(|r| r.review_id.to_string() == review || r.merchant_id.as_str() == review)
        .ok_or_else(|| Problem::new(ErrorCode::NotFound, format!("{review}: no such review is open; see `reviews`")))?;
    let saved = console.resolve_fields(found.review_id, &assignments(values)?, reason.map(str::to_owned)).await?;
    print_saved(&saved, as_json)
}
