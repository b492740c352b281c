//! Keeps the demo's kitchens running: the last day at the start, then a round every fifteen seconds.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{MerchantId, Scope};

use crate::app::App;
use crate::clock;
use crate::db::DbError;
use crate::db::orders::KITCHEN_CURSOR;
use crate::demo::kitchens::{Kitchens, KitchensError, ROUND};
use crate::service::DemoConfig;

/// The fact that keeps which stores they are.
const STORES_FACT: &str = "kitchen_stores";
/// At the start the kitchens go back so far at most.
const BACK: TimeDelta = TimeDelta::hours(24);
/// The past is stored in parts of this length.
const PART: TimeDelta = TimeDelta::hours(1);
/// After a failure.
const AGAIN_AFTER: Duration = Duration::from_secs(15);

/// Why a round was not stored.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Kitchens(#[from] KitchensError),
    #[error("the simulation broke off")]
    BrokeOff,
}

/// Runs until the server stops. A failure starts it anew from what was stored.
pub async fn run(app: Arc<App>, demo: DemoConfig) {
    loop {
        match rounds(&app, demo).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, "the demo kitchens start again from what was stored");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
}

/// The stores are chosen once, so that an edit or a deletion does not move the orders elsewhere.
async fn stores(app: &App, count: usize) -> Result<Vec<MerchantId>, DbError> {
    if let Some(known) = app.db.fact(STORES_FACT).await? {
        return Ok(serde_json::from_str(&known)?);
    }
    let found = app.db.merchants("", count, &Scope::All).await?;
    let ids: Vec<MerchantId> = found.merchants.into_iter().map(|merchant| merchant.record.merchant_id).collect();
    app.db.set_fact(STORES_FACT, &serde_json::to_string(&ids)?).await?;
    Ok(ids)
}

async fn begin(app: &App) -> Result<DateTime<Utc>, DbError> {
    let earliest = clock::now() - BACK;
    let stored = app.db.fact(KITCHEN_CURSOR).await?.and_then(|ms| ms.parse().ok()).map(clock::date);
    Ok(stored.map_or(earliest, |at| at.max(earliest)))
}

async fn rounds(app: &App, demo: DemoConfig) -> Result<(), RoundError> {
    let stores = stores(app, demo.kitchens).await?;
    if stores.is_empty() {
        return Ok(());
    }
    let mut cursor = begin(app).await?;
    let started = tokio::task::spawn_blocking(move || Kitchens::new(demo.seed, &stores, cursor)).await;
    let mut kitchens = started.map_err(|_| RoundError::BrokeOff)??;
    let mut heard = 0;
    let mut caught_up = false;
    let every = ROUND.to_std().unwrap_or(AGAIN_AFTER);
    let mut turns = tokio::time::interval(every);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let now = clock::now();
        let behind = cursor + PART < now;
        if !behind {
            turns.tick().await;
        }
        for (place, order, report, at_ms) in app.db.reports_since(heard).await? {
            kitchens.hear(&order, &report, clock::date(at_ms));
            heard = place;
        }
        let to = clock::now().min(cursor + PART);
        let turn = tokio::task::spawn_blocking(move || {
            let report = kitchens.run(to);
            (kitchens, report)
        });
        let (back, report) = turn.await.map_err(|_| RoundError::BrokeOff)?;
        kitchens = back;
        cursor = cursor.max(to);
        app.db.put_kitchen(&report).await?;
        if !behind {
            if !caught_up {
                caught_up = true;
                tracing::info!(orders = report.orders.len(), "the demo kitchens are at the present");
            }
            app.feed.announce_orders();
        }
    }
}
