//! What runs by itself.

pub mod kitchens;
pub mod neighbours;
pub mod pruning;

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::{clock, rulebook};

/// Between two clean-ups.
const CLEAN_EVERY: Duration = Duration::from_secs(60 * 60);

/// Between two looks whether a change of rules was interrupted.
const FINISH_RULES_EVERY: Duration = Duration::from_secs(60);

/// Forgets expired tokens, now and then.
pub async fn forget_expired(app: Arc<App>) {
    let mut turns = tokio::time::interval(CLEAN_EVERY);
    loop {
        turns.tick().await;
        match app.db.forget_expired(clock::now_ms()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "expired tokens were forgotten"),
            Err(error) => tracing::warn!(%error, "expired tokens could not be forgotten; the next turn tries again"),
        }
    }
}

/// Finishes a change of rules that the database interrupted.
pub async fn finish_rules(app: Arc<App>) {
    let mut turns = tokio::time::interval(FINISH_RULES_EVERY);
    loop {
        turns.tick().await;
        if let Err(error) = rulebook::catch_up(&app).await {
            tracing::warn!(%error, "open questions could not be read anew by the rules; the next turn tries again");
        }
    }
}
