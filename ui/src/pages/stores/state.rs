//! What the list remembers while other pages are shown.

use domain::MerchantId;
use domain::ipc::{StoresQuery, Views};
use leptos::prelude::*;

use super::columns::{self, Column};
use super::geometry::{Geometry, SELECTION_PX};
use super::model::PageCache;
use super::views;
use crate::pages::bulk::Selection;
use crate::route::use_navigator;

/// The list's memory.
#[derive(Clone, Copy)]
pub struct ListState {
    /// What it shows; without a window.
    pub query: RwSignal<StoresQuery>,
    /// Rows that are known.
    pub cache: RwSignal<PageCache>,
    /// How far it is scrolled: where the bar is, in CSS pixels.
    pub bar_px: RwSignal<f64>,
    /// How much of it one sees, in CSS pixels.
    pub view_px: RwSignal<f64>,
    /// How wide it is, in CSS pixels; as wide as can be until it is laid out.
    pub room_px: RwSignal<f64>,
    /// The row that has the focus within the list.
    pub active: RwSignal<u64>,
    /// The store in the side panel.
    pub selected: RwSignal<Option<MerchantId>>,
    /// Stores that something is done with together.
    pub chosen: RwSignal<Selection>,
    /// Where a range of them begins.
    pub anchor: RwSignal<Option<u64>>,
    /// Columns that somebody has chosen; none for the usual ones.
    pub columns: RwSignal<Vec<String>>,
    /// Lists under a name.
    pub views: RwSignal<Views>,
}

impl ListState {
    /// Where one is. Tracked.
    pub fn geometry(&self) -> Geometry {
        let total = self.cache.with(PageCache::total);
        let any_chosen = self.chosen.with(|chosen| chosen.count(total) > 0);
        Geometry {
            total,
            view_px: self.view_px.get(),
            bar_px: self.bar_px.get(),
            covered_px: if any_chosen { SELECTION_PX } else { 0.0 },
        }
    }
    /// The same, not tracked.
    pub fn geometry_untracked(&self) -> Geometry {
        untrack(|| self.geometry())
    }
    /// The columns. Tracked.
    pub fn shown_columns(&self) -> Vec<Column> {
        self.columns.with(|keys| columns::of_keys(keys))
    }
    /// Those of the columns that there is room for. Tracked.
    pub fn fitting_columns(&self) -> Vec<Column> {
        let chosen = self.columns.with(|keys| !keys.is_empty());
        columns::fitting(&self.shown_columns(), self.room_px.get(), chosen)
    }
    /// The store in a row, if it is known.
    pub fn id_at(&self, row: u64) -> Option<MerchantId> {
        self.cache.with_untracked(|cache| cache.row(row).map(|row| row.id.clone()))
    }
}

/// Menus that keys open too.
#[derive(Clone, Copy, Default)]
pub struct Opened {
    /// Views.
    pub views: RwSignal<bool>,
    /// A condition on one more field.
    pub filter: RwSignal<bool>,
    /// Order.
    pub sort: RwSignal<bool>,
    /// Columns.
    pub columns: RwSignal<bool>,
}

/// Provides the memory. Once, by the app.
pub fn provide() -> ListState {
    let state = ListState {
        query: RwSignal::new(StoresQuery::default()),
        cache: RwSignal::new(PageCache::default()),
        bar_px: RwSignal::new(0.0),
        view_px: RwSignal::new(600.0),
        room_px: RwSignal::new(f64::INFINITY),
        active: RwSignal::new(0),
        selected: RwSignal::new(None),
        chosen: RwSignal::new(Selection::default()),
        anchor: RwSignal::new(None),
        columns: RwSignal::new(Vec::new()),
        views: RwSignal::new(Views::default()),
    };
    provide_context(state);
    views::begin(state, !use_navigator().search_untracked().is_empty());
    state
}

/// The memory.
pub fn use_list() -> ListState {
    use_context().unwrap_or_else(provide)
}
