//! What the list shows is in the window's address: going back leads to what it showed before.

use leptos::prelude::*;

use super::asked::{finds_the_same, of_address, to_address};
use super::state::ListState;
use crate::route::Navigator;

/// Holds list and address together while the page is there.
pub fn follow(list: ListState, navigator: Navigator) {
    // Another page was shown meanwhile: the list is as it was left.
    if navigator.search_untracked().is_empty() {
        let address = list.query.with_untracked(to_address);
        navigator.say(&address, false);
    }
    Effect::new(move |_| {
        let says = navigator.search();
        let now = list.query.get_untracked();
        let asked = of_address(&says, &now.columns);
        if !finds_the_same(&asked, &now) {
            list.query.set(asked);
        }
    });
    Effect::new(move |before: Option<String>| {
        let query = list.query.get();
        let address = to_address(&query);
        // Every letter is not a step to go back by; the first one and every filter is.
        let typed_on = before.as_ref().is_some_and(|before| {
            let before = of_address(before, &query.columns);
            let same = domain::ipc::StoresQuery { text: before.text.clone(), ..query.clone() };
            !before.text.is_empty() && finds_the_same(&same, &before)
        });
        if before.as_ref() != Some(&address) && navigator.is_at(&crate::route::Route::Stores) {
            navigator.say(&address, before.is_some() && !typed_on);
        }
        address
    });
}
