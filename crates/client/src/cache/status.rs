//! Numbers for the status bar.

use rusqlite::Connection;

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
        self.direct.read(|tx| numbers(tx)).await
    }
}

fn numbers(tx: &Connection) -> Result<Numbers> {
    let mut numbers = Numbers::default();
    let mut totals = tx.prepare_cached(sql!("outbox/totals"))?;
    let mut rows = totals.query([])?;
    while let Some(row) = rows.next()? {
        let (lines, edits) = (count(row.get(1)?), count(row.get(2)?));
        match row.get(0)? {
            turn::REJECTED => numbers.rejected = lines,
            turn::RETRYING | turn::QUEUED => numbers.queued += lines,
            turn::IN_REVIEW => numbers.in_review = lines,
            _ => numbers.coming_back += edits,
        }
    }
    let number =
        |statement: &str| -> Result<Option<i64>> { Ok(tx.prepare_cached(statement)?.query_row([], |row| row.get(0))?) };
    // Their turn is other people's, but what the server made of them has not come back either.
    numbers.coming_back += number(sql!("outbox/in_review_to_come_back"))?.map_or(0, count);
    let mut sums = tx.prepare_cached(sql!("listing/sums"))?;
    (numbers.merchants, numbers.reviews) = sums.query_row([], |row| Ok((count(row.get(0)?), count(row.get(1)?))))?;
    numbers.oldest_ms = number(sql!("outbox/oldest"))?.map(count);
    numbers.pull_complete = meta::number(tx, pages::PULL_COMPLETE)? == 1;
    Ok(numbers)
}
