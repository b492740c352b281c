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
    let (lacks_rules, lacks_schema) = (parts.cache.lacks_rules_of(&page), parts.cache.lacks_schema_of(&page));
    // Side by side: a first page waits for one journey, not for two.
    let rules = async {
        if !lacks_rules {
            return Ok(None);
        }
        let token = parts.session.bearer().await?;
        parts.remote.rules(&token).await.map(Some)
    };
    let schema = async {
        if !lacks_schema {
            return Ok(None);
        }
        let token = parts.session.bearer().await?;
        parts.remote.schema(&token).await.map(Some)
    };
    let (rules, schema) = tokio::join!(rules, schema);
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

fn kept<T>(stored: Result<T>) -> std::result::Result<T, Failure> {
    stored.map_err(|error| {
        tracing::error!(%error, "what the server decides by could not be stored");
        Failure::Busy { retry_after_ms: None }
    })
}
