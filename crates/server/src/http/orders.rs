//! Orders, reports about them, and telling the rider.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::api::{OrderEvent, path};
use domain::orders::OrderView;
use domain::{MerchantId, OrderId};
use serde::{Deserialize, Serialize};

use super::caller::{Asked, Caller, Id};
use super::refusal::Refusal;
use super::route::{Access, Content, Parameter, Route};
use super::{BODY_BYTES_MAX, body};
use crate::app::App;
use crate::clock;
use crate::db::orders::{OrdersQuery, Reported};

/// Most orders of a page.
const PAGE_MAX: usize = 500;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(path::ORDERS, list, Access::SignedIn, "Orders, newest first.", Content::Json("OrdersPage"))
            .asks(&[
                Parameter { name: "open", kind: "boolean", about: "Only those that are not final." },
                Parameter { name: "merchant", kind: "string", about: "Only of this merchant." },
                Parameter { name: "before_ms", kind: "integer", about: "Only those placed before, in milliseconds since 1970." },
                Parameter { name: "limit", kind: "integer", about: "At most so many, up to 500." },
            ])
            .refuses(&[400]),
        Route::post(path::ORDER_EVENTS, report, Access::SignedIn, "Reports what happened to an order. Repeating it changes nothing; a final order stays as it is, and the answer tells how.", Content::Json("OrderView"))
            .takes(Content::Json("OrderEvent"))
            .refuses(&[400, 404, 413, 415]),
        Route::post(path::PICKUP_READY, pickup_ready, Access::SignedIn, "Tells the rider. Once: repeating it changes nothing. Nobody is told about a final order; the answer shows its state and no `notified_at`.", Content::Json("OrderView"))
            .refuses(&[400, 404]),
    ]
}

/// A page of orders.
#[derive(Debug, Serialize)]
pub struct OrdersPage {
    orders: Vec<OrderView>,
    /// Open orders in all.
    open: u32,
}

#[derive(Deserialize)]
struct ListQuery {
    #[serde(default)]
    open: bool,
    merchant: Option<MerchantId>,
    before_ms: Option<u64>,
    limit: Option<usize>,
}

async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<ListQuery>,
) -> Result<Json<OrdersPage>, Refusal> {
    let scope = &caller.actor().scope;
    let query = OrdersQuery {
        open_only: asked.open,
        merchant: asked.merchant,
        before_ms: asked.before_ms,
        limit: asked.limit.unwrap_or(100).clamp(1, PAGE_MAX),
    };
    Ok(Json(OrdersPage { orders: app.db.orders(&query, scope).await?, open: app.db.open_orders(scope).await? }))
}

fn answer(app: &App, reported: Reported) -> Result<Json<OrderView>, Refusal> {
    match reported {
        Reported::Unknown => Err(Refusal::not_found("order")),
        Reported::Final(order) => Ok(Json(order)),
        Reported::Done(order) => {
            app.feed.announce_orders();
            Ok(Json(order))
        }
    }
}

async fn report(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<OrderId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<OrderView>, Refusal> {
    let event: OrderEvent = body::json(&app.room, &headers, body, BODY_BYTES_MAX).await?;
    let actor = caller.actor();
    let reported = app.db.report(&id, &event, &actor.id, clock::now_ms(), &actor.scope).await?;
    answer(&app, reported)
}

async fn pickup_ready(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<OrderId>,
) -> Result<Json<OrderView>, Refusal> {
    let actor = caller.actor();
    let reported = app.db.notify(&id, &actor.id, clock::now_ms(), &actor.scope).await?;
    answer(&app, reported)
}
