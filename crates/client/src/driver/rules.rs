//! The rules come before the page that was settled by them.

use domain::api::ChangesPage;
use sync_engine::device::Failure;

use super::Parts;
use super::effects::{RECORDS_CHANGED, judge};

/// Fetches the rules that a page was settled by, if this device has others. Without them the page is not
/// applied: it is asked for again.
pub(super) async fn before(parts: &Parts, page: ChangesPage) -> Result<ChangesPage, Failure> {
    if !parts.cache.lacks_rules_of(&page) {
        return Ok(page);
    }
    let answer = async {
        let token = parts.session.bearer().await?;
        parts.remote.rules(&token).await
    };
    let book = judge(parts, answer.await)?;
    tracing::info!(version = book.version, "the server settles by other rules");
    if let Err(error) = parts.cache.follow_rules(&page.epoch, book).await {
        tracing::error!(%error, "the rules could not be stored");
        return Err(Failure::Busy { retry_after_ms: None });
    }
    parts.announcer.announce(&RECORDS_CHANGED);
    Ok(page)
}
