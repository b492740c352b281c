//! The table: only the rows near the screen exist; spacers stand for the others.

use domain::ipc::StoreSort;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::model::{ROW_PX, scroll_to, visible};
use super::row::Row;
use super::state::ListState;
use crate::components::Icon;
use crate::i18n::stores;
use crate::keyboard::is_composing;
use crate::route::{Route, StoreTab, use_navigator};

/// Height of the heading, in CSS pixels.
const HEAD_PX: f64 = 34.0;

#[component]
fn Heading(list: ListState, label: fn() -> &'static str, sort: StoreSort) -> impl IntoView {
    let by = sort.clone();
    let order = Memo::new(move |_| list.query.with(|query| query.aria_sort(&by)));
    view! {
        <th scope="col" aria-sort=order>
            <button type="button" tabindex="-1" on:click=move |_| list.query.update(|query| query.sort_by(sort.clone()))>
                {label}
                {move || {
                    order
                        .get()
                        .map(|order| view! { <Icon name=if order == "ascending" { "up" } else { "down" } size="s" /> })
                }}
            </button>
        </th>
    }
}

/// The table.
#[component]
pub fn Table(list: ListState, view_px: RwSignal<f64>) -> impl IntoView {
    let navigator = use_navigator();
    let scroller = NodeRef::<html::Div>::new();
    let total = Memo::new(move |_| list.cache.with(|cache| cache.total()));
    let rows = Memo::new(move |_| visible(list.scroll_px.get(), view_px.get(), total.get()));
    #[allow(clippy::cast_precision_loss)]
    let before_px = Memo::new(move |_| rows.get().start as f64 * ROW_PX);
    #[allow(clippy::cast_precision_loss)]
    let after_px = Memo::new(move |_| (total.get() - rows.get().end) as f64 * ROW_PX);

    let measure = move || {
        if let Some(scroller) = scroller.get_untracked() {
            view_px.set(f64::from(scroller.client_height()));
        }
    };
    let handle = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || handle.remove());
    // Back from another page: scrolled as before.
    Effect::new(move |_| {
        if scroller.get().is_some() {
            measure();
            let px = list.scroll_px.get_untracked();
            request_animation_frame(move || scroll(scroller, px));
        }
    });
    // Another list starts at its top.
    Effect::new(move |_| {
        if list.scroll_px.get() == 0.0 {
            scroll(scroller, 0.0);
        }
    });

    let move_to = move |row: u64| {
        list.active.set(row);
        // The panel follows while it is open.
        if list.selected.with_untracked(Option::is_some)
            && let Some(id) = list.cache.with_untracked(|cache| cache.row(row).map(|row| row.id.clone()))
        {
            list.selected.set(Some(id));
        }
        let (px, height) = (list.scroll_px.get_untracked(), view_px.get_untracked());
        if let Some(px) = scroll_to(row, px, height, HEAD_PX) {
            scroll(scroller, px);
            list.scroll_px.set(px);
        }
        request_animation_frame(move || focus_row(scroller, row));
    };
    let keys = move |event: KeyboardEvent| {
        if is_composing(&event) || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let (now, last) = (list.active.get_untracked(), total.get_untracked().saturating_sub(1));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let screen = ((view_px.get_untracked() / ROW_PX) as u64).saturating_sub(2).max(1);
        match event.key().as_str() {
            "ArrowDown" | "j" | "J" => move_to((now + 1).min(last)),
            "ArrowUp" | "k" | "K" => move_to(now.saturating_sub(1)),
            "PageDown" => move_to((now + screen).min(last)),
            "PageUp" => move_to(now.saturating_sub(screen)),
            "Home" => move_to(0),
            "End" => move_to(last),
            "Enter" | "e" | "E" => {
                let Some(id) = list.cache.with_untracked(|cache| cache.row(now).map(|row| row.id.clone())) else {
                    return;
                };
                list.selected.set(Some(id.clone()));
                navigator.go(Route::Store(id, StoreTab::Profile));
            }
            " " => list.selected.set(list.cache.with_untracked(|cache| cache.row(now).map(|row| row.id.clone()))),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <div
            class="scroll"
            node_ref=scroller
            data-region="list"
            data-testid="store-scroll"
            on:scroll=move |_| {
                if let Some(scroller) = scroller.get_untracked() {
                    list.scroll_px.set(f64::from(scroller.scroll_top()));
                }
            }
        >
            <table
                class="tbl stores"
                aria-label=stores::list
                aria-rowcount=move || (total.get() + 1).to_string()
                on:keydown=keys
            >
                <colgroup>
                    <col />
                    <col class="c-id" />
                    <col class="c-address" />
                    <col class="c-category" />
                    <col class="c-today" />
                    <col class="c-state" />
                    <col class="c-updated" />
                </colgroup>
                <thead>
                    <tr aria-rowindex="1">
                        <Heading list=list label=stores::c_name sort=StoreSort::Name />
                        <Heading list=list label=stores::c_id sort=StoreSort::Id />
                        <Heading list=list label=stores::c_address sort=StoreSort::Address />
                        <Heading list=list label=stores::c_category sort=StoreSort::Category />
                        <th scope="col">{stores::c_today}</th>
                        <th scope="col">{stores::c_state}</th>
                        <Heading list=list label=stores::c_updated sort=StoreSort::Updated />
                    </tr>
                </thead>
                <tbody>
                    <tr class="spacer" aria-hidden="true">
                        <td style:height=move || format!("{}px", before_px.get())></td>
                    </tr>
                    <For each=move || rows.get() key=|index| *index let:index>
                        <Row index=index list=list />
                    </For>
                    <tr class="spacer" aria-hidden="true">
                        <td style:height=move || format!("{}px", after_px.get())></td>
                    </tr>
                </tbody>
            </table>
        </div>
    }
}

fn scroll(scroller: NodeRef<html::Div>, px: f64) {
    if let Some(scroller) = scroller.get_untracked() {
        // A list has far fewer pixels than an i32 can count.
        #[allow(clippy::cast_possible_truncation)]
        scroller.set_scroll_top(px as i32);
    }
}

/// Gives the focus back to the row that the keys act on.
pub fn focus_active() {
    let found = document().query_selector("[data-testid=store-row][tabindex=\"0\"]").ok().flatten();
    if let Some(row) = found.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = row.focus();
    }
}

fn focus_row(scroller: NodeRef<html::Div>, row: u64) {
    let found = scroller
        .get_untracked()
        .and_then(|scroller| scroller.query_selector(&format!("tr[aria-rowindex=\"{}\"]", row + 2)).ok().flatten());
    if let Some(row) = found.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = row.focus();
    }
}
