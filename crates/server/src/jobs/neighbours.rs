//! Notices what another server on the same database has stored, for those who listen here.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// Between two looks; one reads a single entry of an index.
const EVERY: Duration = Duration::from_millis(500);

/// Looks for ever.
pub async fn run(app: Arc<App>) {
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        match app.db.head().await {
            Ok(head) => app.feed.announce_changes(head, None),
            Err(error) => tracing::debug!(%error, "the newest change number could not be read"),
        }
    }
}
