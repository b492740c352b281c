//! Open questions. They are answered by ordinary edits.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::api::path;
use serde::Deserialize;

use super::caller::{Asked, Caller};
use super::refusal::Refusal;
use super::route::{Access, Content, Parameter, Route};
use crate::app::App;
use crate::exchange::{self, ReviewsPage};

/// Most reviews of a page.
const PAGE_MAX: usize = 500;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(
            path::REVIEWS,
            list,
            Access::Reviewers,
            "Open questions, by merchant. They are answered by edits that name the candidates they settle.",
            Content::Json("ReviewsPage"),
        )
        .asks(&[
            Parameter {
                name: "after",
                kind: "string",
                about: "Reviews of merchants after this id: `next` of the page before.",
            },
            Parameter { name: "limit", kind: "integer", about: "At most so many, up to 500." },
        ])
        .refuses(&[400, 403]),
    ]
}

#[derive(Deserialize)]
struct ReviewsQuery {
    #[serde(default)]
    after: String,
    limit: Option<usize>,
}

async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<ReviewsQuery>,
) -> Result<Json<ReviewsPage>, Refusal> {
    caller.must_review()?;
    let limit = asked.limit.unwrap_or(100).clamp(1, PAGE_MAX);
    Ok(Json(exchange::reviews(&app, &caller.actor().scope, &asked.after, limit).await?))
}
