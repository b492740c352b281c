//! The table: only the rows near the screen exist. It stands still in the window while the bar moves, so that no edge of
//! it is ever seen, however fast one scrolls.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::asked::{aria_sort, sort_by};
use super::columns::{Column, width_px};
use super::geometry::Geometry;
use super::keys::{Reach, on_key};
use super::row::Row;
use super::state::ListState;
use crate::components::{Icon, use_size};
use crate::i18n::stores;
use crate::pages::bulk::{Flow, Selection};
use crate::route::use_navigator;

#[component]
fn Heading(list: ListState, column: Column) -> impl IntoView {
    let label = {
        let column = column.clone();
        move || column.label()
    };
    let Some(sort) = column.sort() else {
        return view! { <th scope="col">{label}</th> }.into_any();
    };
    let by = sort.clone();
    let order = Memo::new(move |_| list.query.with(|query| aria_sort(query, &by)));
    view! {
        <th scope="col" aria-sort=order>
            <button
                type="button"
                tabindex="-1"
                data-testid=format!("sort-{}", column.key())
                on:click=move |_| list.query.update(|query| sort_by(query, sort.clone()))
            >
                {label}
                {move || {
                    order
                        .get()
                        .map(|order| view! { <Icon name=if order == "ascending" { "up" } else { "down" } size="s" /> })
                }}
            </button>
        </th>
    }
    .into_any()
}

/// The box that chooses all that the list finds.
#[component]
fn ChooseAll(list: ListState) -> impl IntoView {
    let total = Memo::new(move |_| list.cache.with(|cache| cache.total()));
    let all = Memo::new(move |_| list.chosen.with(Selection::is_all));
    let some = Memo::new(move |_| !all.get() && list.chosen.with(|chosen| chosen.count(total.get())) > 0);
    view! {
        <input
            type="checkbox"
            tabindex="-1"
            data-testid="choose-all"
            aria-label=move || stores::choose_all(crate::i18n::grouped(total.get()))
            prop:checked=all
            prop:indeterminate=some
            on:change=move |event| {
                let on = event_target_checked(&event);
                list.chosen.update(|chosen| if on { chosen.choose_all() } else { chosen.clear() });
            }
        />
    }
}

/// The table.
#[component]
pub fn Table(list: ListState, bulk: Flow) -> impl IntoView {
    let navigator = use_navigator();
    let scroller = NodeRef::<html::Div>::new();
    let geometry = Memo::new(move |_| list.geometry());
    let rows = Memo::new(move |_| geometry.with(Geometry::rows));
    let total = Memo::new(move |_| geometry.with(|geometry| geometry.total));
    // The row that Tab and F6 stop at: the one that keys act on, or the first one in sight while that is scrolled away.
    let stop = Memo::new(move |_| {
        let active = list.active.get();
        geometry.with(|geometry| if geometry.seen().contains(&active) { active } else { geometry.seen().start })
    });
    let size = use_size(scroller);
    let columns = Memo::new(move |_| list.fitting_columns());
    // Rows and headings are made anew when the columns change.
    let layout =
        Memo::new(move |_| columns.with(|columns| columns.iter().map(|c| c.key().to_owned()).collect::<Vec<_>>()));
    Effect::new(move |_| {
        let (width, height) = size.get();
        if height > 0.0 {
            list.view_px.set(height);
            list.room_px.set(width);
        }
    });
    // Back from another page: scrolled as before.
    Effect::new(move |_| {
        if scroller.get().is_some() {
            let px = list.bar_px.get_untracked();
            request_animation_frame(move || scroll(scroller, px));
        }
    });
    // Another list starts at its top.
    Effect::new(move |_| {
        if list.bar_px.get() == 0.0 {
            scroll(scroller, 0.0);
        }
    });
    let reach = Reach {
        list,
        to: Callback::new(move |row: u64| {
            let px = list.geometry_untracked().bar_for(row);
            let bring = move || {
                if let Some(px) = px {
                    scroll(scroller, px);
                    list.bar_px.set(px);
                }
            };
            bring();
            request_animation_frame(move || {
                // The first choice makes the list higher, and before that it could not be scrolled so far.
                bring();
                focus_row(scroller, row);
            });
        }),
    };
    let scrolled = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            list.bar_px.set(f64::from(scroller.scroll_top()));
        }
    };
    let wide = Memo::new(move |_| columns.with(|columns| width_px(columns)));
    view! {
        <div class="scroll list" node_ref=scroller data-region="list" data-testid="store-scroll" on:scroll=scrolled>
            <div
                class="sizer"
                style:height=move || format!("{}px", geometry.with(Geometry::height_px))
                style:min-width=move || format!("{}px", wide.get())
            >
                <div class="pane" style:height=move || format!("{}px", list.view_px.get())>
                    <table
                        class="tbl stores"
                        role="grid"
                        aria-label=stores::list
                        aria-multiselectable="true"
                        aria-rowcount=move || (total.get() + 1).to_string()
                        on:keydown=move |event| on_key(reach, bulk, navigator, &event)
                    >
                        {move || {
                            let _ = layout.get();
                            let columns = columns.get_untracked();
                            view! {
                                <colgroup>
                                    <col class="c-box" />
                                    {columns.iter().map(|column| view! { <Width column=column.clone() /> }).collect_view()}
                                </colgroup>
                                <thead>
                                    <tr aria-rowindex="1">
                                        <th class="c0"><ChooseAll list=list /></th>
                                        {columns.iter().map(|column| view! { <Heading list=list column=column.clone() /> }).collect_view()}
                                    </tr>
                                </thead>
                                <tbody style:transform=move || format!("translateY({}px)", geometry.with(Geometry::offset_px))>
                                    <For each=move || rows.get() key=|index| *index let:index>
                                        <Row index=index list=list columns=columns.clone() reach=reach stop=stop />
                                    </For>
                                </tbody>
                            }
                        }}
                    </table>
                </div>
            </div>
        </div>
    }
}

#[component]
fn Width(column: Column) -> impl IntoView {
    let px = match column {
        Column::Name => "auto".to_owned(),
        ref other => format!("{}px", other.width_px()),
    };
    view! { <col style:width=px /> }
}

fn scroll(scroller: NodeRef<html::Div>, px: f64) {
    if let Some(scroller) = scroller.get_untracked() {
        // A bar has far fewer pixels than an i32 can count.
        #[allow(clippy::cast_possible_truncation)]
        scroller.set_scroll_top(px as i32);
    }
}

/// Gives the focus to an element without scrolling to it: the bar is where it shall be.
fn focus(found: Option<web_sys::Element>) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    if let Some(row) = found.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = row.focus_with_options(&options);
    }
}

/// Gives the focus back to the row that the keys act on.
pub fn focus_active() {
    focus(document().query_selector("[data-testid=store-row][tabindex=\"0\"]").ok().flatten());
}

fn focus_row(scroller: NodeRef<html::Div>, row: u64) {
    focus(
        scroller
            .get_untracked()
            .and_then(|scroller| scroller.query_selector(&format!("tr[aria-rowindex=\"{}\"]", row + 2)).ok().flatten()),
    );
}
