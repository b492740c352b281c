//! What of a page can be made before its transaction begins, beside the transaction of the page before it: digests, and
//! the list's rows of merchants about whom nothing is in question. Neither rules nor own edits have a say in them.

use domain::api::{Change, ChangesPage};
use domain::rules::RuleSet;

use super::checking::{self, Beside};
use super::listing::{self, Row};

/// Of one page, change by change; nothing for those that the transaction has to look into.
#[derive(Default)]
pub struct Ready(Vec<Option<Plain>>);

/// Of a merchant with one candidate in each register that is not deleted.
pub(super) struct Plain {
    /// Of which change.
    pub seq: u64,
    pub beside: Beside,
    /// Nothing if it does not show.
    pub row: Option<Row>,
}

impl Ready {
    /// Makes it; the records that are no longer needed are forgotten.
    pub fn of(page: &mut ChangesPage) -> Self {
        Self(page.changes.iter_mut().map(plain).collect())
    }

    /// What was made of the changes, in order.
    pub(super) fn into_changes(self) -> impl Iterator<Item = Option<Plain>> {
        self.0.into_iter()
    }
}

fn plain(change: &mut Change) -> Option<Plain> {
    let (record, text) = (change.record().ok()?, change.text().ok()?);
    if !listing::is_plain(&record) {
        return None;
    }
    let rules = RuleSet::default();
    let beside = checking::beside(change.merchant_id(), &text, &record, &rules);
    let mut row = listing::row(change.merchant_id(), Some(&record), &[], &rules);
    row.iter_mut().for_each(Row::make_keys);
    change.forget_record();
    Some(Plain { seq: change.seq, beside, row })
}
