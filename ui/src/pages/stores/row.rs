//! One row of the table.

use chrono::Datelike;
use leptos::prelude::*;

use super::state::ListState;
use crate::clock::{local, use_now};
use crate::components::StoreChip;
use crate::route::{Route, StoreTab, use_navigator};
use crate::words::time;
use crate::words::value::hours_of_texts;

/// The row at a place of the list. Grey until it is known; follows what is known about that place.
#[component]
pub fn Row(index: u64, list: ListState) -> impl IntoView {
    let navigator = use_navigator();
    let now = use_now();
    let row = Memo::new(move |_| list.cache.with(|cache| cache.row(index).cloned()));
    let active = Memo::new(move |_| list.active.get() == index);
    let selected = Memo::new(move |_| {
        list.selected.with(|selected| {
            selected.as_ref().is_some_and(|id| row.with(|row| row.as_ref().is_some_and(|row| row.id == *id)))
        })
    });
    let select = move |_| {
        list.active.set(index);
        list.selected.set(row.get_untracked().map(|row| row.id));
    };
    let open = move |_| {
        if let Some(row) = row.get_untracked() {
            navigator.go(Route::Store(row.id, StoreTab::Profile));
        }
    };
    let today = Memo::new(move |_| {
        let weekday = local(now.get()).weekday().num_days_from_monday() as usize;
        row.with(|row| row.as_ref().and_then(|row| row.hours.get(weekday).cloned().flatten()))
    });
    let cells = move || {
        if row.with(Option::is_none) {
            return view! { <td aria-busy="true"><span class="sk b"></span></td> }.into_any();
        }
        let text = move |pick: fn(&domain::ipc::StoreRow) -> String| move || row.with(|row| row.as_ref().map(pick));
        let shown = Signal::derive(move || row.get());
        view! {
            <td class="name" data-testid="store-name">{text(|row| row.name.clone())}</td>
            <td class="faint">{text(|row| row.id.to_string())}</td>
            <td>{text(|row| row.address.clone())}</td>
            <td>{text(|row| row.category.clone())}</td>
            <td class:faint=move || today.with(|spans| spans.as_ref().is_some_and(Vec::is_empty))>
                {move || today.with(|spans| spans.as_ref().map(|spans| hours_of_texts(Some(spans))))}
            </td>
            <td>{move || shown.get().map(|row| view! { <StoreChip row=Signal::stored(row) /> })}</td>
            <td class="faint">
                {move || row.with(|row| row.as_ref().and_then(|row| row.updated_at)).map(|at| time::ago(local(at), local(now.get())))}
            </td>
        }
        .into_any()
    };
    // Only a row that becomes known or unknown changes its cells; its texts follow by themselves.
    let known = Memo::new(move |_| row.with(Option::is_some));
    view! {
        <tr
            data-testid="store-row"
            data-id=move || row.with(|row| row.as_ref().map(|row| row.id.to_string()))
            aria-rowindex=(index + 2).to_string()
            aria-selected=move || selected.get().to_string()
            tabindex=move || if active.get() { "0" } else { "-1" }
            on:click=select
            on:dblclick=open
            on:focus=move |_| list.active.set(index)
        >
            {move || {
                let _ = known.get();
                untrack(cells)
            }}
        </tr>
    }
}
