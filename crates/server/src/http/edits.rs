//! Push: a batch of edits, answered durably, in one transaction.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::ErrorCode;
use domain::api::{PUSH_BYTES_MAX, PUSH_EDITS_MAX, PushReply, PushRequest, SCHEMA_HEADER, path};
use domain::schema::SchemaVersion;

use super::body;
use super::caller::Caller;
use super::refusal::Refusal;
use super::route::{Access, Content, Parameter, Route};
use crate::app::App;
use crate::declared::{self, SchemaError};
use crate::exchange;

pub fn routes() -> Vec<Route> {
    let route = Route::post(
        path::EDITS,
        push,
        Access::SignedIn,
        "Takes a batch of edits (zstd, gzip or plain JSON) and answers each, in order. An edit id that was answered before gets the same answer.",
        Content::Json("PushReply"),
    )
    .takes(Content::Json("PushRequest"))
    .hears(&[Parameter { name: SCHEMA_HEADER, kind: "string", about: "The version of the schema that the device has; the oldest that is taken if absent." }])
    .refuses(&[400, 413, 415]);
    vec![route]
}

/// Who names no schema writes by the oldest that is understood.
fn not_too_old(app: &App, headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(named) = headers.get(SCHEMA_HEADER) else { return Ok(()) };
    let theirs: SchemaVersion = named
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Refusal::bad_request(format!("{SCHEMA_HEADER}: major.minor.patch")))?;
    Ok(declared::takes_edits_of(app.schemas.now().version, theirs).map_err(SchemaError::from)?)
}

async fn push(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<PushReply>, Refusal> {
    not_too_old(&app, &headers)?;
    let (request, held): (PushRequest, _) = body::json_held(&app.room, &headers, body, PUSH_BYTES_MAX).await?;
    if request.edits.len() > PUSH_EDITS_MAX {
        return Err(Refusal::too_large(format!(
            "{} edits in one push; nothing was stored: send at most {PUSH_EDITS_MAX} at once",
            request.edits.len()
        )));
    }
    if let Some(n) = request.edits.iter().position(|edit| edit.edit_id.0.is_nil()) {
        let said = format!("edit {n} has no id of its own; nothing was stored: draw one for each edit");
        return Err(Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::BadId, said).about(format!("edits[{n}].edit_id")));
    }
    // In a task of its own: a client that hangs up does not interrupt the transaction.
    let task = tokio::spawn(async move {
        let _held = held;
        let (begun, begun_at) = (Instant::now(), SystemTime::now());
        let edits = Arc::new(request.edits);
        let reply = exchange::push(&app, caller.actor(), Arc::clone(&edits), Some(request.device_id)).await?;
        for (edit, outcome) in edits.iter().zip(&reply.outcomes) {
            telemetry::edit(telemetry::Stage::Stored, edit, begun_at, outcome.state.as_str());
        }
        app.counters.push(&reply.outcomes, begun.elapsed().as_secs_f64());
        Ok(Json(reply))
    });
    task.await.map_err(|_| Refusal::internal())?
}
