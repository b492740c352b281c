//! Notices that the data were restored from a backup older than what a device has seen. Then a new epoch begins,
//! and every device pulls anew and sends again what the backup does not contain.

use std::sync::atomic::{AtomicBool, Ordering};

use domain::api::ChangesQuery;

use crate::app::App;
use crate::db::{Database, DbError};

/// Whether the data are still those that devices have seen.
#[derive(Debug, Default)]
pub struct Lineage {
    /// A restored file is found at most once in the life of a process, because restoring it needs a new start.
    /// So nobody who sends invented cursors can make all devices pull anew again and again.
    ended: AtomicBool,
}

impl Lineage {
    /// Has this device seen changes that these data do not have? Ends the epoch in which it saw them.
    ///
    /// # Errors
    /// `storage`.
    pub async fn is_broken(&self, app: &App, asked: &ChangesQuery, epoch: &str) -> Result<bool, DbError> {
        let db = app.db.as_ref();
        let head = db.head().await?;
        let answered = asked.answered.unwrap_or(0);
        let broken = asked.cursor > head
            || answered > head
            || !known(db, asked.cursor, asked.marker.as_deref()).await?
            || !known(db, answered, asked.answered_marker.as_deref()).await?;
        let theirs = asked.epoch.as_deref() == Some(epoch);
        if broken && theirs && !self.ended.swap(true, Ordering::SeqCst) {
            tracing::warn!(
                head,
                cursor = asked.cursor,
                "a device has seen changes that these data do not have: they were restored from an older backup; a new epoch begins"
            );
            db.end_epoch(epoch, &app.machine.fresh_id().to_string()).await?;
        }
        Ok(broken)
    }
}

async fn known(db: &dyn Database, seq: u64, marker: Option<&str>) -> Result<bool, DbError> {
    match marker {
        Some(marker) if seq > 0 && !marker.is_empty() => db.knows(seq, marker).await,
        _ => Ok(true),
    }
}
