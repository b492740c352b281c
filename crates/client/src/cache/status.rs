//! Numbers for the status bar.

use super::{Cache, count, meta, pages, sql};
use crate::error::Result;

/// What waits, counted in changes (lines).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Not answered by the server.
    pub queued: u64,
    /// Wait for people.
    pub in_review: u64,
    /// Refused.
    pub rejected: u64,
    /// Edits that were answered and have not come back by pull.
    pub coming_back: u64,
    /// Merchants in the list.
    pub merchants: u64,
    /// Merchants with open reviews.
    pub reviews: u64,
    /// When the oldest unanswered edit was saved, in milliseconds since 1970.
    pub oldest_ms: Option<u64>,
    /// Was the last pull complete?
    pub pull_complete: bool,
}

impl Numbers {
    /// Nothing waits for the server, nothing was refused, the last pull was complete.
    pub fn is_synced(&self) -> bool {
        self.queued == 0 && self.rejected == 0 && self.coming_back == 0 && self.pull_complete
    }
}

/// The meaning of `outbox.turn`, as the migration defines it.
pub(super) mod turn {
    pub const REJECTED: i64 = 0;
    pub const RETRYING: i64 = 1;
    pub const IN_REVIEW: i64 = 2;
    pub const QUEUED: i64 = 3;
}

impl Cache {
    /// Numbers for the status bar, of one moment.
    ///
    /// # Errors
    /// `storage`.
    pub async fn numbers(&self) -> Result<Numbers> {
        let mut tx = self.readers.begin().await?;
        let mut numbers = Numbers::default();
        let totals: Vec<(i64, i64, i64)> = sqlx::query_as(sql!("outbox/totals")).fetch_all(&mut *tx).await?;
        for (turn, lines, edits) in totals {
            match turn {
                turn::REJECTED => numbers.rejected = count(lines),
                turn::RETRYING | turn::QUEUED => numbers.queued += count(lines),
                turn::IN_REVIEW => numbers.in_review = count(lines),
                _ => numbers.coming_back += count(edits),
            }
        }
        // Their turn is other people's, but what the server made of them has not come back either.
        let in_review: i64 = sqlx::query_scalar(sql!("outbox/in_review_to_come_back")).fetch_one(&mut *tx).await?;
        numbers.coming_back += count(in_review);
        let (all, contested): (i64, i64) = sqlx::query_as(sql!("listing/sums")).fetch_one(&mut *tx).await?;
        (numbers.merchants, numbers.reviews) = (count(all), count(contested));
        let oldest: Option<i64> = sqlx::query_scalar(sql!("outbox/oldest")).fetch_one(&mut *tx).await?;
        numbers.oldest_ms = oldest.map(count);
        numbers.pull_complete = meta::number(&mut *tx, pages::PULL_COMPLETE).await? == 1;
        tx.rollback().await?;
        Ok(numbers)
    }
}
