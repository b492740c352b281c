//! The keys of the table.

use std::ops::Range;

use domain::MerchantId;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::asked;
use super::model::PAGE_ROWS;
use super::state::ListState;
use crate::ipc;
use crate::keyboard::{has_command, is_composing};
use crate::pages::bulk::{Flow, Selection};
use crate::route::{Navigator, Route, StoreTab};

/// The longest range; whoever wants more wants all that the list finds.
const RANGE_MAX: u64 = 5_000;

/// Moves within the list.
#[derive(Clone, Copy)]
pub struct Reach {
    /// The list.
    pub list: ListState,
    /// Brings a row on the screen and gives it the focus.
    pub to: Callback<u64>,
}

impl Reach {
    /// Goes to a row; the side panel follows while it is open.
    pub fn move_to(self, row: u64) {
        let list = self.list;
        list.active.set(row);
        if list.selected.with_untracked(Option::is_some)
            && let Some(id) = list.id_at(row)
        {
            list.selected.set(Some(id));
        }
        self.to.run(row);
    }
    /// Chooses the store in a row, or leaves it out.
    pub fn toggle(self, row: u64) {
        if let Some(id) = self.list.id_at(row) {
            self.list.chosen.update(|chosen| chosen.toggle(id));
            self.list.anchor.set(Some(row));
        }
    }
    /// Chooses all from the row where a range begins to this one; what of the range before lies outside is left out again.
    pub fn choose_to(self, row: u64) {
        let list = self.list;
        let now = list.active.get_untracked();
        let from = list.anchor.get_untracked().unwrap_or(now);
        list.anchor.set(Some(from));
        let (before, range) = (between(from, now), between(from, row));
        if range.end - range.start > RANGE_MAX || before.end - before.start > RANGE_MAX {
            return;
        }
        let left: Vec<MerchantId> =
            before.filter(|row| !range.contains(row)).filter_map(|row| list.id_at(row)).collect();
        choose(list, left, false);
        let known: Option<Vec<MerchantId>> = range.clone().map(|row| list.id_at(row)).collect();
        match known {
            Some(ids) => choose(list, ids, true),
            None => spawn_local(choose_unknown(list, range)),
        }
    }
}

fn between(one: u64, other: u64) -> Range<u64> {
    one.min(other)..one.max(other) + 1
}

/// Chooses rows that are yet to be read.
async fn choose_unknown(list: ListState, range: Range<u64>) {
    let query = list.query.get_untracked();
    for page in range.start / PAGE_ROWS..=(range.end - 1) / PAGE_ROWS {
        // What cannot be read now is not chosen; the list itself says why.
        let Ok(answer) = ipc::stores(&asked::page(&query, page)).await else { return };
        let rows = (page * PAGE_ROWS..).zip(answer.rows);
        let ids = rows.filter(|(row, _)| range.contains(row)).map(|(_, row)| row.id).collect();
        if list.query.try_get_untracked().as_ref() != Some(&query) {
            return;
        }
        choose(list, ids, true);
    }
}

fn choose(list: ListState, ids: Vec<MerchantId>, on: bool) {
    list.chosen.update(|chosen| ids.into_iter().for_each(|id| chosen.set(id, on)));
}

/// A key within the table.
pub fn on_key(reach: Reach, bulk: Flow, navigator: Navigator, event: &KeyboardEvent) {
    let list = reach.list;
    if is_composing(event) || event.alt_key() {
        return;
    }
    let now = list.active.get_untracked();
    let geometry = list.geometry_untracked();
    let (last, screen) = (geometry.total.saturating_sub(1), geometry.screen());
    let (command, shift) = (has_command(event), event.shift_key());
    // Ranges begin where the first Shift was pressed.
    let go = |row: u64| {
        if shift {
            reach.choose_to(row);
        } else {
            list.anchor.set(None);
        }
        reach.move_to(row);
    };
    match (command, event.key().as_str()) {
        (true, "a" | "A") => list.chosen.update(Selection::choose_all),
        (true, _) => return,
        (false, "ArrowDown" | "j" | "J") => go((now + 1).min(last)),
        (false, "ArrowUp" | "k" | "K") => go(now.saturating_sub(1)),
        (false, "PageDown") => go((now + screen).min(last)),
        (false, "PageUp") => go(now.saturating_sub(screen)),
        (false, "Home") => go(0),
        (false, "End") => go(last),
        (false, "x" | "X") => {
            reach.toggle(now);
            // The bar of chosen stores may have come over it.
            reach.to.run(now);
        }
        (false, "b" | "B") if list.chosen.with_untracked(|chosen| chosen.count(geometry.total) > 0) => bulk.begin(),
        (false, "Escape") if list.chosen.with_untracked(|chosen| *chosen != Selection::default()) => {
            list.chosen.update(Selection::clear);
        }
        (false, "Enter" | "e" | "E") => {
            let Some(id) = list.id_at(now) else { return };
            list.selected.set(Some(id.clone()));
            navigator.go(Route::Store(id, StoreTab::Profile));
        }
        (false, " ") => list.selected.set(list.id_at(now)),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}
