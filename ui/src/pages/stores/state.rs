//! What the list remembers while other pages are shown.

use domain::MerchantId;
use leptos::prelude::*;

use super::model::{ListQuery, PageCache};

/// The list's memory.
#[derive(Clone, Copy)]
pub struct ListState {
    /// What it shows.
    pub query: RwSignal<ListQuery>,
    /// Rows that are known.
    pub cache: RwSignal<PageCache>,
    /// How far it is scrolled, in CSS pixels.
    pub scroll_px: RwSignal<f64>,
    /// The row that has the focus within the list.
    pub active: RwSignal<u64>,
    /// The store in the side panel.
    pub selected: RwSignal<Option<MerchantId>>,
}

/// Provides the memory. Once, by the app.
pub fn provide() -> ListState {
    let state = ListState {
        query: RwSignal::new(ListQuery::default()),
        cache: RwSignal::new(PageCache::default()),
        scroll_px: RwSignal::new(0.0),
        active: RwSignal::new(0),
        selected: RwSignal::new(None),
    };
    provide_context(state);
    state
}

/// The memory.
pub fn use_list() -> ListState {
    use_context().unwrap_or_else(provide)
}
