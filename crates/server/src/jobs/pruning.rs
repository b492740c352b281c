//! Forgets what has outlived its use: old deletions, old orders.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::clock;
use crate::db::DbError;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Rows of one transaction: a push waits no longer than for this.
const BATCH_ROWS: usize = 500;
/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 3_600_000;
/// How long final orders are kept, in days: a little longer than any chart looks back.
const ORDER_DAYS: u64 = 400;

/// Prunes now and then, at once first.
pub async fn run(app: Arc<App>, tombstone_days: u32) {
    let mut turns = tokio::time::interval(EVERY);
    loop {
        turns.tick().await;
        match round(&app, u64::from(tombstone_days)).await {
            Ok((0, 0)) => {}
            Ok((merchants, orders)) => tracing::info!(merchants, orders, "old deletions and orders were forgotten"),
            Err(error) => tracing::warn!(%error, "old data could not be forgotten; the next turn tries again"),
        }
    }
}

async fn round(app: &App, tombstone_days: u64) -> Result<(u64, u64), DbError> {
    let before = |days: u64| clock::now_ms().saturating_sub(days * DAY_MS);
    let (mut merchants, mut orders) = (0, 0);
    loop {
        let gone = app.db.prune(before(tombstone_days), BATCH_ROWS).await?;
        if gone == 0 {
            break;
        }
        merchants += gone;
        tokio::task::yield_now().await;
    }
    loop {
        let gone = app.db.forget_orders(before(ORDER_DAYS), BATCH_ROWS).await?;
        if gone == 0 {
            break;
        }
        orders += gone;
        tokio::task::yield_now().await;
    }
    Ok((merchants, orders))
}
