//! What the page remembers while other pages are shown: operations jump to the store and come back.

use std::collections::{BTreeMap, BTreeSet};

use domain::field::FieldPath;
use domain::{EditId, MerchantId};
use leptos::prelude::*;

use super::desk::Notice;
use super::model::{Applied, Bench};

/// The page's memory.
#[derive(Clone, Copy)]
pub struct Kept {
    /// The benches of stores that were opened.
    pub benches: RwSignal<BTreeMap<MerchantId, Bench>>,
    /// The open store.
    pub open: RwSignal<Option<MerchantId>>,
    /// What happened to the open store, or to the one before.
    pub notices: RwSignal<BTreeMap<MerchantId, Notice>>,
    /// Is a decision being saved?
    pub saving: RwSignal<bool>,
    /// Decisions that wait to be sent.
    pub applied: RwSignal<Vec<Applied>>,
    /// Fields that this window has just settled: that they are gone is no news.
    pub own: StoredValue<BTreeSet<(MerchantId, FieldPath)>>,
    /// Place of the open store in the queue: what comes after it stands there when it is done.
    pub place: StoredValue<usize>,
    /// The decision that was applied last, until it is taken back.
    pub last: StoredValue<Option<(EditId, MerchantId)>>,
    /// The store to open as soon as it waits for a decision again.
    pub back: StoredValue<Option<MerchantId>>,
}

/// Provides the memory. Once, by the app.
pub fn provide() -> Kept {
    let kept = Kept {
        benches: RwSignal::new(BTreeMap::new()),
        open: RwSignal::new(None),
        notices: RwSignal::new(BTreeMap::new()),
        saving: RwSignal::new(false),
        applied: RwSignal::new(Vec::new()),
        own: StoredValue::new(BTreeSet::new()),
        place: StoredValue::new(0),
        last: StoredValue::new(None),
        back: StoredValue::new(None),
    };
    provide_context(kept);
    kept
}

/// The memory.
pub fn use_kept() -> Kept {
    use_context().unwrap_or_else(provide)
}
