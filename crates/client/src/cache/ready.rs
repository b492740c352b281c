//! What of a page can be made before its transaction begins, beside the transaction of the page before it: digests, and
//! the list's rows of merchants about whom nothing is in question. Neither rules nor own edits have a say in them.

use domain::api::{Change, ChangesPage};

use super::checking::Beside;
use super::listing::{self, Row};

/// Of one page, change by change; nothing for those that the transaction has to look into.
pub struct Ready(Vec<Option<Plain>>);

/// Of a plain record ([`domain::outline`]).
pub(super) struct Plain {
    /// Of which change.
    pub seq: u64,
    pub beside: Beside,
    /// Nothing if it does not show.
    pub row: Option<Row>,
}

impl Ready {
    /// Makes it.
    pub fn of(page: &ChangesPage) -> Self {
        Self(page.changes.iter().map(plain).collect())
    }

    /// What was made of the changes, in order.
    pub(super) fn into_changes(self) -> impl Iterator<Item = Option<Plain>> {
        self.0.into_iter()
    }
}

fn plain(change: &Change) -> Option<Plain> {
    let (outline, text) = change.outline()?;
    let row = listing::row_of_outline(outline, text);
    if let Some(row) = &row {
        row.keys();
    }
    Some(Plain { seq: change.seq, beside: Beside::of_plain(change.merchant_id(), text), row })
}
