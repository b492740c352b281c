//! Notices what others have done on the same database, for those who listen here: another server has stored something or
//! put rules or a schema in force, the command line has removed somebody or given another secret.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::db::DbError;

/// Between two looks; one reads a single entry of an index, and two facts.
const EVERY: Duration = Duration::from_millis(500);

/// Looks for ever.
pub async fn run(app: Arc<App>) {
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut revocations = None;
    loop {
        turns.tick().await;
        if let Err(error) = look(&app, &mut revocations).await {
            tracing::debug!(%error, "what others have done could not be read");
        }
    }
}

async fn look(app: &App, revocations: &mut Option<u64>) -> Result<(), DbError> {
    app.feed.announce_changes(app.db.head().await?, None);
    app.look().await?;
    let now = app.db.revocations().await?;
    if revocations.replace(now).is_some_and(|before| before != now) {
        app.sessions.forget();
        app.feed.revoked(None);
    }
    Ok(())
}
