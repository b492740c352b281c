//! Who am I.

use axum::Json;
use domain::Actor;
use domain::api::path;

use super::caller::Caller;
use super::route::{Access, Content, Route};

pub fn routes() -> Vec<Route> {
    vec![Route::get(
        path::ME,
        me,
        Access::SignedIn,
        "Who is signed in, as what, for which merchants.",
        Content::Json("Actor"),
    )]
}

async fn me(caller: Caller) -> Json<Actor> {
    Json(caller.actor().clone())
}
