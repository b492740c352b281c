//! Pull: pages of changes in the server's order.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::ErrorCode;
use domain::api::{ChangesQuery, MINOR_DIGESTS, PAGE_CHANGES_MAX, path};
use serde_json::Value;

use super::body;
use super::caller::{Asked, Caller};
use super::protocol::Minor;
use super::refusal::Refusal;
use super::route::{Access, Content, Parameter, Route};
use crate::app::App;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(path::CHANGES, changes, Access::SignedIn, "The newest state of the merchants that changed after a number, in the server's order. Zstd where it is accepted.", Content::Json("ChangesPage"))
            .asks(&[
                Parameter { name: "cursor", kind: "integer", about: "Changes after this number; 0 for all." },
                Parameter { name: "limit", kind: "integer", about: "At most so many, up to 2000." },
                Parameter { name: "epoch", kind: "string", about: "The epoch that the cursor belongs to." },
                Parameter { name: "marker", kind: "string", about: "The marker that came with the cursor." },
                Parameter { name: "answered", kind: "integer", about: "The newest change number of an answer to a push that has not come back by pull yet." },
                Parameter { name: "answered_marker", kind: "string", about: "The first 16 hexadecimal digits of the id of the edit that got it." },
                Parameter { name: "begun", kind: "integer", about: "The head that came with the first page of this pull, the one of cursor 0." },
                Parameter { name: "bucket", kind: "integer", about: "Only the merchants of this bucket, 0 to 255." },
            ])
            .refuses(&[400, 409, 410]),
    ]
}

async fn changes(
    State(app): State<Arc<App>>,
    caller: Caller,
    Extension(Minor(minor)): Extension<Minor>,
    headers: HeaderMap,
    Asked(asked): Asked<ChangesQuery>,
) -> Result<Response, Refusal> {
    let epoch = app.db.epoch().await?;
    let other = asked.epoch.as_deref().is_some_and(|theirs| theirs != epoch);
    if other || app.lineage.is_broken(app.db.as_ref(), &asked, &epoch).await? {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            ErrorCode::EpochChanged,
            "the server's data start anew; your outbox is kept: begin with the first page",
        ));
    }
    // Programs of 1.0 do not say when their pull began.
    let knows_deletions_to = asked.cursor.max(asked.begun.unwrap_or(0));
    if asked.cursor > 0
        && asked.bucket.is_none()
        && minor >= MINOR_DIGESTS
        && knows_deletions_to < app.db.pruned().await?
    {
        return Err(Refusal::new(
            StatusCode::GONE,
            ErrorCode::CursorTooOld,
            "you were away longer than deletions are remembered; your outbox is kept: begin with the first page",
        ));
    }
    let limit = asked.limit.unwrap_or(PAGE_CHANGES_MAX).clamp(1, PAGE_CHANGES_MAX);
    let page = app.db.changes(asked.cursor, limit, &caller.actor().scope, asked.bucket).await?;
    // Put together as text: the records are stored as the JSON that is sent.
    let mut json = String::with_capacity(page.json.len() + 256);
    json.push_str("{\"epoch\":");
    json.push_str(&Value::from(epoch).to_string());
    json.push_str(",\"changes\":[");
    json.push_str(&page.json);
    json.push_str(&format!(
        "],\"next_cursor\":{},\"marker\":\"{}\",\"head\":{},\"complete\":{},\"server_hlc\":\"{}\",\"rules_version\":{}}}",
        page.next_cursor,
        page.marker,
        page.head,
        page.complete,
        app.clock.tick(),
        app.rules.now().version
    ));
    body::answer(&headers, json).await
}
