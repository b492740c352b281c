//! What the server decides by comes before the page that was decided by it: its rules, its schema.

use domain::api::ChangesPage;
use domain::ipc::Topic;
use sync_engine::device::Failure;

use super::Parts;
use super::effects::{RECORDS_CHANGED, judge};
use crate::error::Result;

/// Fetches rules and schema of the server that sent a page, if this device has others. Without them the page is not
/// applied: it is asked for again.
pub(super) async fn before(parts: &Parts, page: ChangesPage) -> std::result::Result<ChangesPage, Failure> {
    if parts.cache.lacks_rules_of(&page) {
        let answer = async {
            let token = parts.session.bearer().await?;
            parts.remote.rules(&token).await
        };
        let book = judge(parts, answer.await)?;
        tracing::info!(version = book.version, "the server settles by other rules");
        kept(parts.cache.follow_rules(&page, book).await)?;
        parts.announcer.announce(&RECORDS_CHANGED);
    }
    if parts.cache.lacks_schema_of(&page) {
        let answer = async {
            let token = parts.session.bearer().await?;
            parts.remote.schema(&token).await
        };
        let schema = judge(parts, answer.await)?;
        let version = schema.version;
        let refused = kept(parts.cache.follow_schema(&page.epoch, schema).await)?;
        parts.remote.has_schema(version);
        tracing::info!(%version, refused, "the server checks by another schema");
        parts.announcer.announce(&[Topic::Schema]);
        parts.announcer.announce(&RECORDS_CHANGED);
    }
    Ok(page)
}

fn kept<T>(stored: Result<T>) -> std::result::Result<T, Failure> {
    stored.map_err(|error| {
        tracing::error!(%error, "what the server decides by could not be stored");
        Failure::Busy { retry_after_ms: None }
    })
}
