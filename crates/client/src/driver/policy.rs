//! What the server decides by comes before the page that was decided by it: its rules, its schema.

use domain::api::ChangesPage;
use domain::ipc::Topic;
use sync_engine::device::Failure;

use super::Parts;
use super::effects::{RECORDS_CHANGED, judge};
use crate::error::Result;
use crate::remote::Failed;

/// Fetches rules and schema of the server that sent a page, if this device has others. Without them the page is not
/// applied: it is asked for again.
pub(super) async fn before(parts: &Parts, page: ChangesPage) -> std::result::Result<ChangesPage, Failure> {
    // Side by side: a first page waits for one journey, not for two.
    let (rules, schema) = tokio::join!(
        fetched(parts, parts.cache.lacks_rules_of(&page), async |token| parts.remote.rules(token).await),
        fetched(parts, parts.cache.lacks_schema_of(&page), async |token| parts.remote.schema(token).await),
    );
    if let Some(book) = judge(parts, rules)? {
        tracing::info!(version = book.version, "the server settles by other rules");
        kept(parts.cache.follow_rules(&page, book).await)?;
        parts.announcer.announce(&RECORDS_CHANGED);
    }
    if let Some(schema) = judge(parts, schema)? {
        let version = schema.version;
        let refused = kept(parts.cache.follow_schema(&page.epoch, schema).await)?;
        parts.remote.has_schema(version);
        tracing::info!(%version, refused, "the server checks by another schema");
        parts.announcer.announce(&[Topic::Schema]);
        parts.announcer.announce(&RECORDS_CHANGED);
    }
    Ok(page)
}

/// What the server says, if it is lacking.
async fn fetched<T>(
    parts: &Parts,
    is_lacking: bool,
    ask: impl AsyncFnOnce(&str) -> std::result::Result<T, Failed>,
) -> std::result::Result<Option<T>, Failed> {
    if !is_lacking {
        return Ok(None);
    }
    let token = parts.session.bearer().await?;
    ask(&token).await.map(Some)
}

fn kept<T>(stored: Result<T>) -> std::result::Result<T, Failure> {
    stored.map_err(|error| {
        tracing::error!(%error, "what the server decides by could not be stored");
        Failure::Busy { retry_after_ms: None }
    })
}
