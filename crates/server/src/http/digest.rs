//! Digests: whether a device holds the same, without sending it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::api::{DigestReply, path};

use super::caller::Caller;
use super::refusal::Refusal;
use super::route::{Access, Content, Route};
use crate::app::App;
use crate::exchange;

pub fn routes() -> Vec<Route> {
    vec![Route::get(
        path::DIGEST,
        digest,
        Access::SignedIn,
        "Rows and digest of each of the 256 buckets of what the caller may see, of one snapshot.",
        Content::Json("DigestReply"),
    )]
}

async fn digest(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<DigestReply>, Refusal> {
    Ok(Json(exchange::digests(&app, &caller.actor().scope).await?))
}
