//! The board: orders that are about to be ready.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use domain::api::path;
use domain::orders::{AlertBoard, AlertView};

use super::caller::Caller;
use super::refusal::Refusal;
use super::route::{Access, Content, Route};
use crate::app::App;
use crate::clock;
use crate::preptime::{AlertRule, HORIZON};

/// Forecasts are made every 15 seconds; one that is older than this was not renewed.
const FORECAST_AGE_MAX: TimeDelta = TimeDelta::seconds(90);
/// Most alerts on the board.
const ALERTS_MAX: usize = 500;

pub fn routes() -> Vec<Route> {
    vec![Route::get(
        path::ALERTS,
        board,
        Access::SignedIn,
        "Open orders that will be ready within the window with enough confidence, soonest first.",
        Content::Json("AlertBoard"),
    )]
}

async fn board(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<AlertBoard>, Refusal> {
    let scope = &caller.actor().scope;
    let confidence_min = AlertRule::default().min_confidence;
    let mut rows = app.db.board(confidence_min, ALERTS_MAX, scope).await?;
    // A forecast of long ago says nothing about now: after a pause the board is empty until the next round.
    let oldest_ms = clock::millis(clock::now() - FORECAST_AGE_MAX);
    rows.retain(|(_, forecast)| forecast.made_at_ms >= oldest_ms);
    let at = rows.iter().map(|(_, forecast)| forecast.made_at_ms).max().map_or_else(clock::now, clock::date);
    let alerts = rows
        .into_iter()
        .map(|(order, forecast)| AlertView {
            order,
            p10_at: clock::date(forecast.p10_at_ms),
            p50_at: clock::date(forecast.p50_at_ms),
            p90_at: clock::date(forecast.p90_at_ms),
            confidence: forecast.confidence,
        })
        .collect();
    Ok(Json(AlertBoard {
        at,
        window_min: u32::try_from(HORIZON.num_minutes()).unwrap_or_default(),
        confidence_min,
        alerts,
        open_orders: app.db.open_orders(scope).await?,
    }))
}
