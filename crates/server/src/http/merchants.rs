//! Merchants as people and programs read them, and their history.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::api::{HistoryEntry, path};
use domain::rules::RuleBook;
use domain::{MerchantId, Profile, VersionVector};
use serde::{Deserialize, Serialize};
use sync_engine::reconcile;

use super::caller::{Asked, Caller, Id};
use super::refusal::Refusal;
use super::route::{Access, Content, Parameter, Route};
use crate::app::App;
use crate::db::StoredMerchant;

/// Most merchants of a page.
const PAGE_MAX: usize = 500;
/// Most edits of a page of history.
const HISTORY_MAX: usize = 200;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(
            path::MERCHANTS,
            list,
            Access::SignedIn,
            "Merchants by id, without deleted ones.",
            Content::Json("MerchantsPage"),
        )
        .asks(&[
            Parameter { name: "after", kind: "string", about: "Merchants after this id: `next` of the page before." },
            Parameter { name: "limit", kind: "integer", about: "At most so many, up to 500." },
        ])
        .refuses(&[400]),
        Route::get(
            path::MERCHANT,
            one,
            Access::SignedIn,
            "One merchant in the exchange form, with its state and version.",
            Content::Json("MerchantView"),
        )
        .refuses(&[400, 404]),
        Route::get(
            path::HISTORY,
            history,
            Access::SignedIn,
            "What edits did to a merchant, newest first.",
            Content::Json("HistoryPage"),
        )
        .asks(&[
            Parameter { name: "before", kind: "integer", about: "Edits before this place: `next` of the page before." },
            Parameter { name: "limit", kind: "integer", about: "At most so many edits, up to 200." },
        ])
        .refuses(&[400, 404]),
    ]
}

/// How a merchant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MerchantState {
    /// Everything is settled.
    Settled,
    /// Some of it waits for people.
    InReview,
    /// Deleted.
    Deleted,
}

/// A profile in the exchange form, and what stands beside it.
#[derive(Debug, Serialize)]
pub struct MerchantView {
    #[serde(flatten)]
    profile: Profile,
    state: MerchantState,
    version: VersionVector,
    seq: u64,
}

/// A page of merchants.
#[derive(Debug, Serialize)]
pub struct MerchantsPage {
    merchants: Vec<MerchantView>,
    /// Give it as `after` to go on; null at the end.
    next: Option<MerchantId>,
}

#[derive(Deserialize)]
struct ListQuery {
    #[serde(default)]
    after: String,
    limit: Option<usize>,
}

#[derive(Deserialize)]
struct HistoryQuery {
    before: Option<u64>,
    limit: Option<usize>,
}

/// A page of history.
#[derive(Debug, Serialize)]
pub struct HistoryReply {
    entries: Vec<HistoryEntry>,
    /// Give it as `before` to go on; null at the end.
    next: Option<u64>,
}

/// Settles these merchants, on a thread that may take its time.
async fn views(app: &App, found: Vec<StoredMerchant>) -> Result<Vec<MerchantView>, Refusal> {
    let book = app.rules.now();
    let settle = move || found.iter().map(|merchant| view(merchant, &book)).collect();
    tokio::task::spawn_blocking(settle).await.map_err(|_| Refusal::internal())
}

fn view(merchant: &StoredMerchant, book: &RuleBook) -> MerchantView {
    let record = &merchant.record;
    let shown = reconcile::shown(record, &book.rules);
    let state = if reconcile::review(record, &book.rules).is_some() {
        MerchantState::InReview
    } else if reconcile::is_deleted(record, &book.rules) {
        MerchantState::Deleted
    } else {
        MerchantState::Settled
    };
    MerchantView {
        profile: Profile::from_registers(record.merchant_id.clone(), &shown),
        state,
        version: record.version(),
        seq: merchant.seq,
    }
}

async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<ListQuery>,
) -> Result<Json<MerchantsPage>, Refusal> {
    let limit = asked.limit.unwrap_or(100).clamp(1, PAGE_MAX);
    let found = app.db.merchants(&asked.after, limit, &caller.actor().scope).await?;
    let next = found.last().filter(|_| !found.complete).map(|last| last.record.merchant_id.clone());
    Ok(Json(MerchantsPage { merchants: views(&app, found.merchants).await?, next }))
}

async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<MerchantId>,
) -> Result<Json<MerchantView>, Refusal> {
    if !caller.actor().scope.contains(&id) {
        return Err(Refusal::not_found("merchant"));
    }
    let found = app.db.merchant(&id).await?.ok_or_else(|| Refusal::not_found("merchant"))?;
    views(&app, vec![found]).await?.pop().map(Json).ok_or_else(Refusal::internal)
}

async fn history(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<MerchantId>,
    Asked(asked): Asked<HistoryQuery>,
) -> Result<Json<HistoryReply>, Refusal> {
    if !caller.actor().scope.contains(&id) {
        return Err(Refusal::not_found("merchant"));
    }
    let limit = asked.limit.unwrap_or(50).clamp(1, HISTORY_MAX);
    let page = app.db.history(&id, asked.before, limit).await?;
    if page.entries.is_empty() && asked.before.is_none() && app.db.merchant(&id).await?.is_none() {
        return Err(Refusal::not_found("merchant"));
    }
    Ok(Json(HistoryReply { entries: page.entries, next: page.next }))
}
