//! What other rules would make of a record.

use std::collections::BTreeSet;

use domain::FieldPath;
use domain::record::Record;
use domain::rules::{RuleDifference, RuleEffect, RuleSet};

use crate::reconcile;

/// The fields that other rules would settle otherwise, by name.
pub fn differences(record: &Record, now: &RuleSet, then: &RuleSet) -> Vec<RuleDifference> {
    let open = |rules: &RuleSet| -> BTreeSet<FieldPath> {
        let items = reconcile::review(record, rules).map(|review| review.items).unwrap_or_default();
        items.into_iter().map(|item| item.field).collect()
    };
    let (asked, would_ask) = (open(now), open(then));
    let (shown, would_show) = (reconcile::shown(record, now), reconcile::shown(record, then));
    let difference = |field: &FieldPath| {
        let (shows, would_show) = (shown.get(field), would_show.get(field));
        let effect = match (asked.contains(field), would_ask.contains(field)) {
            (true, false) => RuleEffect::Settles,
            (false, true) => RuleEffect::Reopens,
            _ if shows != would_show => RuleEffect::Changes,
            _ => return None,
        };
        Some(RuleDifference {
            merchant_id: record.merchant_id.clone(),
            field: field.clone(),
            effect,
            shows: shows.cloned().unwrap_or_default(),
            would_show: would_show.cloned().unwrap_or_default(),
        })
    };
    record.registers.keys().filter_map(difference).collect()
}
