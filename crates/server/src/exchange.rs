//! What devices ask for, without HTTP: push, pull, digests, open questions.

use std::sync::Arc;

use domain::api::{ChangesQuery, DigestReply, MINOR_DIGESTS, PAGE_CHANGES_MAX, PushReply};
use domain::review::Review;
use domain::{Actor, DeviceId, Edit, MerchantId, Scope};
use serde::Serialize;
use serde_json::Value;
use sync_engine::reconcile;

use crate::app::App;
use crate::db::{DbError, Loaded};
use crate::ingest;

/// Takes a batch of edits, in one transaction, and wakes those who listen, but not the device that sent it.
///
/// # Errors
/// `storage`; then nothing of the batch was stored.
pub async fn push(
    app: &Arc<App>,
    actor: &Actor,
    edits: Arc<Vec<Edit>>,
    device: Option<DeviceId>,
) -> Result<PushReply, DbError> {
    let (outcomes, landed) = loop {
        let (deciding, actor, known) = (Arc::clone(app), actor.clone(), app.in_force.now());
        let decide = Box::new(move |edits: &[Edit], loaded: Loaded| {
            if loaded.in_force != known.count {
                return Err(DbError::Overtaken);
            }
            let now_ms = deciding.machine.now_ms();
            ingest::plan(edits, &actor, &known.book.rules, &known.schema, loaded, now_ms)
        });
        match app.db.push(Arc::clone(&edits), decide).await {
            Err(DbError::Overtaken) => app.look().await?,
            done => break done?,
        };
    };
    if let Some(newest) = outcomes.iter().map(|outcome| outcome.seq).max() {
        app.feed.announce_changes(newest, device.map(|device| (actor.id.clone(), device)));
    }
    Ok(PushReply { outcomes, server_hlc: app.tick(), epoch: app.db.epoch().await?, landed })
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum NoPage {
    /// The cursor is of other data.
    #[error("the server's data start anew; your outbox is kept: begin with the first page")]
    EpochChanged,
    /// Deletions that the cursor has not seen are forgotten.
    #[error("you were away longer than deletions are remembered; your outbox is kept: begin with the first page")]
    CursorTooOld,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A page of changes.
pub struct Page {
    /// As JSON: the records are stored as the text that is sent.
    pub json: String,
    /// The question for what follows; nothing at the end.
    pub next: Option<ChangesQuery>,
}

/// A page of changes. `minor` is the version that the asking program speaks.
///
/// # Errors
/// [`NoPage`].
pub async fn page(app: &App, scope: &Scope, asked: &ChangesQuery, minor: u32) -> Result<Page, NoPage> {
    let epoch = app.db.epoch().await?;
    let other = asked.epoch.as_deref().is_some_and(|theirs| theirs != epoch);
    if other || app.lineage.is_broken(app, asked, &epoch).await? {
        return Err(NoPage::EpochChanged);
    }
    // Programs of 1.0 do not say when their pull began.
    let knows_deletions_to = asked.cursor.max(asked.begun.unwrap_or(0));
    if asked.cursor > 0
        && asked.bucket.is_none()
        && minor >= MINOR_DIGESTS
        && knows_deletions_to < app.db.pruned().await?
    {
        return Err(NoPage::CursorTooOld);
    }
    let limit = asked.limit.unwrap_or(PAGE_CHANGES_MAX).clamp(1, PAGE_CHANGES_MAX);
    let page = app.db.changes(asked.cursor, limit, scope, asked.bucket).await?;
    let following = || asked.clone().following(&epoch, page.next_cursor, &page.marker, page.head);
    let next = (!page.complete).then(following);
    let rules = app.rules.now();
    let mut json = String::with_capacity(page.json.len() + 256);
    json.push_str("{\"epoch\":");
    json.push_str(&Value::from(epoch.as_str()).to_string());
    json.push_str(",\"changes\":[");
    json.push_str(&page.json);
    json.push_str(&format!(
        "],\"next_cursor\":{},\"marker\":\"{}\",\"head\":{},\"complete\":{},\"server_hlc\":\"{}\",\"rules_version\":{},\"rules_digest\":\"{}\",\"schema_version\":\"{}\"}}",
        page.next_cursor,
        page.marker,
        page.head,
        page.complete,
        app.tick(),
        rules.version,
        rules.digest(),
        app.schemas.now().version
    ));
    Ok(Page { json, next })
}

/// The digests of what a scope sees.
///
/// # Errors
/// `storage`.
pub async fn digests(app: &App, scope: &Scope) -> Result<DigestReply, DbError> {
    let (digests, pruned) = app.db.digests(scope).await?;
    Ok(DigestReply { digests, pruned })
}

/// A page of reviews.
#[derive(Debug, Serialize)]
pub struct ReviewsPage {
    /// By merchant.
    pub reviews: Vec<Review>,
    /// Open reviews in all.
    pub total: u64,
    /// Give it as `after` to go on; null at the end.
    pub next: Option<MerchantId>,
}

/// At most `limit` open questions that a scope sees, of merchants after an id.
///
/// # Errors
/// `storage`.
pub async fn reviews(app: &App, scope: &Scope, after: &str, limit: usize) -> Result<ReviewsPage, DbError> {
    let found = app.db.contested(after, limit, scope).await?;
    let next = found.last().filter(|_| !found.complete).map(|last| last.record.merchant_id.clone());
    let book = app.rules.now();
    let settle = move || found.iter().filter_map(|found| reconcile::review(&found.record, &book.rules)).collect();
    let reviews = tokio::task::spawn_blocking(settle).await.map_err(DbError::corrupt)?;
    let (total, _) = app.db.contested_count(scope).await?;
    Ok(ReviewsPage { reviews, total, next })
}
