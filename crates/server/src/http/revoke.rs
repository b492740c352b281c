//! Signing out: the tokens of a sign-in are void (RFC 7009).

use std::sync::Arc;

use axum::extract::{Request, State};
use domain::api::path;
use serde::Deserialize;

use super::form;
use super::refusal::Refusal;
use super::route::{Access, Content, Route};
use crate::app::App;
use crate::auth::secrets::SECRET_BYTES_MAX;

pub fn routes() -> Vec<Route> {
    let about = "Voids a token and all others of its sign-in, and ends the wake-ups that they opened. Says no more than that it is void now.";
    let route = Route::post(path::REVOKE, revoke, Access::Open, about, Content::Text);
    vec![route.takes(Content::Form("RevokeRequest")).refuses(&[400, 413, 415])]
}

/// The form. There is no `Debug`: its token is never written to a log.
#[derive(Deserialize)]
struct RevokeForm {
    token: String,
}

async fn revoke(State(app): State<Arc<App>>, request: Request) -> Result<&'static str, Refusal> {
    let RevokeForm { token } = form::read(request).await?;
    if token.len() <= SECRET_BYTES_MAX
        && let Some(actor) = app.sessions.revoke(&token).await?
    {
        tracing::info!(%actor, "signed out");
        app.feed.revoked(Some(actor));
    }
    Ok("")
}
