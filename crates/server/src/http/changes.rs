//! Pull: pages of changes in the server's order.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::ErrorCode;
use domain::api::{ChangesQuery, PAGE_CHANGES_MAX, path};

use super::body;
use super::caller::{Asked, Caller};
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
            ])
            .refuses(&[400, 409]),
    ]
}

async fn changes(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Asked(asked): Asked<ChangesQuery>,
) -> Result<Response, Refusal> {
    let epoch = app.db.epoch();
    if asked.epoch.as_deref().is_some_and(|theirs| theirs != epoch) {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            ErrorCode::EpochChanged,
            "the server's data start anew; your outbox is kept: begin with the first page",
        ));
    }
    let limit = asked.limit.unwrap_or(PAGE_CHANGES_MAX).clamp(1, PAGE_CHANGES_MAX);
    let page = app.db.changes(asked.cursor, limit, &caller.actor().scope).await?;
    // Put together as text: the records are stored as the JSON that is sent.
    let mut json = String::with_capacity(page.json.len() + 256);
    json.push_str("{\"epoch\":");
    json.push_str(&serde_json::Value::from(epoch).to_string());
    json.push_str(",\"changes\":[");
    json.push_str(&page.json);
    json.push_str(&format!(
        "],\"next_cursor\":{},\"complete\":{},\"server_hlc\":\"{}\",\"rules_version\":{}}}",
        page.next_cursor,
        page.complete,
        app.clock.tick(),
        app.rules.now().version
    ));
    body::answer(&headers, json).await
}
