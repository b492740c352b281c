//! Open questions. They are answered by ordinary edits.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::MerchantId;
use domain::api::path;
use domain::review::Review;
use serde::{Deserialize, Serialize};
use sync_engine::reconcile;

use super::caller::{Asked, Caller};
use super::refusal::Refusal;
use super::route::{Access, Content, Parameter, Route};
use crate::app::App;

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

/// A page of reviews.
#[derive(Debug, Serialize)]
pub struct ReviewsPage {
    reviews: Vec<Review>,
    /// Open reviews in all.
    total: u64,
    /// Give it as `after` to go on; null at the end.
    next: Option<MerchantId>,
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
    let scope = &caller.actor().scope;
    let limit = asked.limit.unwrap_or(100).clamp(1, PAGE_MAX);
    let found = app.db.contested(&asked.after, limit, scope).await?;
    let next = found.last().filter(|_| found.len() == limit).map(|last| last.record.merchant_id.clone());
    let book = app.rules.now();
    let reviews = found.iter().filter_map(|merchant| reconcile::review(&merchant.record, &book.rules)).collect();
    let (total, _) = app.db.contested_count(scope).await?;
    Ok(Json(ReviewsPage { reviews, total, next }))
}
