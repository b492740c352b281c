//! Alive, able to serve, and what happened so far.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::Scope;
use domain::api::path;

use super::refusal::Refusal;
use super::route::{Access, Content, Route};
use crate::app::App;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(path::HEALTHZ, alive, Access::Open, "Alive.", Content::Text),
        Route::get(path::READYZ, ready, Access::Open, "Able to serve: the database answers.", Content::Text),
        Route::get(path::METRICS, metrics, Access::Open, "Counters in Prometheus' text format.", Content::Text),
    ]
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Refusal> {
    app.db.ping().await?;
    Ok("ok\n")
}

async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let (open_reviews, _) = app.db.contested_count(&Scope::All).await?;
    let text = app.counters.text(open_reviews, app.listening.count(), app.db.head().await?);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
