//! One row of the table.

use domain::ipc::StoreRow;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::columns::Column;
use super::keys::Reach;
use super::state::ListState;
use crate::clock::{in_zone, local, use_now};
use crate::components::{Marked, StoreChip};
use crate::i18n::stores;
use crate::keyboard::is_mac;
use crate::route::{Route, StoreTab, use_navigator};
use crate::words::field::status_label;
use crate::words::found::{also_found_by, from_found};
use crate::words::time;
use crate::words::value::{hours_of_texts, short_spans, value_text};

/// The row at a place of the list. Grey until it is known; follows what is known about that place.
#[component]
pub fn Row(
    index: u64,
    list: ListState,
    columns: Vec<Column>,
    reach: Reach,
    /// The row where Tab stops.
    stop: Memo<u64>,
) -> impl IntoView {
    let navigator = use_navigator();
    let row = Memo::new(move |_| list.cache.with(|cache| cache.row(index).cloned()));
    let is = move |right: fn(&ListState, &StoreRow) -> bool| {
        Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| right(&list, row))))
    };
    let stops = Memo::new(move |_| stop.get() == index);
    let in_panel = is(|list, row| list.selected.with(|selected| selected.as_ref() == Some(&row.id)));
    let chosen = is(|list, row| list.chosen.with(|chosen| chosen.contains(&row.id)));
    let press = move |event: MouseEvent| {
        let command = if is_mac() { event.meta_key() } else { event.ctrl_key() };
        if event.shift_key() {
            reach.choose_to(index);
        } else if command {
            reach.toggle(index);
        } else {
            list.anchor.set(None);
            list.selected.set(list.id_at(index));
        }
        list.active.set(index);
    };
    let open = move |_| {
        if let Some(id) = list.id_at(index) {
            navigator.go(Route::Store(id, StoreTab::Profile));
        }
    };
    // Only a row that becomes known or unknown changes its cells; its texts follow by themselves.
    let known = Memo::new(move |_| row.with(Option::is_some));
    let span = (columns.len() + 1).to_string();
    let columns = StoredValue::new(columns);
    let cells = move || {
        if !known.get() {
            return view! { <td aria-busy="true" colspan=span.clone()><span class="sk b"></span></td> }.into_any();
        }
        let cells = columns.get_value().into_iter().map(|column| view! { <Cell column=column row=row list=list /> });
        view! {
            <td class="c0" on:click=move |event: MouseEvent| event.stop_propagation() on:dblclick=move |event: MouseEvent| event.stop_propagation()>
                <input
                    type="checkbox"
                    tabindex="-1"
                    data-testid="choose"
                    aria-label=move || stores::choose(row.with(|row| row.as_ref().map(|row| row.name.clone()).unwrap_or_default()))
                    prop:checked=chosen
                    on:click=move |event: MouseEvent| {
                        list.active.set(index);
                        if event.shift_key() {
                            reach.choose_to(index);
                        } else {
                            reach.toggle(index);
                        }
                    }
                />
            </td>
            {cells.collect_view()}
        }
        .into_any()
    };
    view! {
        <tr
            data-testid="store-row"
            data-id=move || row.with(|row| row.as_ref().map(|row| row.id.to_string()))
            aria-rowindex=(index + 2).to_string()
            aria-selected=move || chosen.get().to_string()
            aria-current=move || in_panel.get().then_some("true")
            tabindex=move || if stops.get() { "0" } else { "-1" }
            on:click=press
            on:dblclick=open
            on:mousedown=move |event: MouseEvent| {
                // A range of rows is no text to be marked.
                if event.shift_key() {
                    event.prevent_default();
                }
            }
            on:focus=move |_| list.active.set(index)
        >
            {cells}
        </tr>
    }
}

/// What a column shows of a row, where that is a text that can be looked for.
fn text_of(column: &Column, row: &StoreRow) -> Option<String> {
    Some(match column {
        Column::Name => row.name.clone(),
        Column::Id => row.id.to_string(),
        Column::Today | Column::State | Column::Updated => return None,
        Column::Field(field) => match field.as_str() {
            "address" => row.address.clone(),
            "category" => row.category.clone(),
            "region" => row.region.clone(),
            "status" => status_label(&row.status),
            path => row.values.get(field).map(|value| value_text(path, value)).unwrap_or_default(),
        },
    })
}

/// Hours of which some end on the next day: short for the eye, in words for those who cannot see it.
#[component]
fn Late(spans: Vec<(String, bool)>, text: Signal<String>) -> impl IntoView {
    let shown = spans.into_iter().enumerate().map(|(n, (span, next_day))| {
        view! { {if n > 0 { ", " } else { "" }}{span}{next_day.then(|| view! { <sup>"+1"</sup> })} }
    });
    view! { <span aria-hidden="true">{shown.collect_view()}</span><span class="vh">{text}</span> }
}

#[component]
fn Cell(column: Column, row: Memo<Option<StoreRow>>, list: ListState) -> impl IntoView {
    let now = use_now();
    let asked = Signal::derive(move || list.query.with(|query| query.text.clone()));
    let text_of =
        move |column: &Column| row.with(|row| row.as_ref().and_then(|row| text_of(column, row)).unwrap_or_default());
    match column {
        Column::Name => {
            let name = Signal::derive(move || text_of(&Column::Name));
            let also = Memo::new(move |_| {
                let asked = asked.get();
                if asked.is_empty() {
                    return None;
                }
                let shown: Vec<String> = list.fitting_columns().iter().map(&text_of).collect();
                row.with(|row| also_found_by(&asked, row.as_ref()?, &shown))
            });
            view! {
                <td class="name" data-testid="store-name" data-full=name>
                    <Marked text=name asked=asked />
                    {move || {
                        also.get().map(|(label, text)| {
                            // There is little room: what was looked for comes first.
                            let text = asked.with(|asked| from_found(&text, asked));
                            view! { <span class="found xs faint"><span class="vh">{label}{" "}</span><Marked text=Signal::stored(text) asked=asked /></span> }
                        })
                    }}
                </td>
            }
            .into_any()
        }
        Column::Id => {
            let id = Signal::derive(move || text_of(&Column::Id));
            view! { <td class="faint" data-full=id><Marked text=id asked=asked /></td> }.into_any()
        }
        Column::State => {
            let shown = Signal::derive(move || row.get());
            view! { <td>{move || shown.get().map(|row| view! { <StoreChip row=Signal::stored(row) /> })}</td> }.into_any()
        }
        Column::Today => {
            let today = Memo::new(move |_| {
                let now = now.get();
                row.with(|row| {
                    let hours = &row.as_ref()?.hours;
                    hours.on(in_zone(now, &hours.time_zone).date()).map(<[String]>::to_vec)
                })
            });
            let text = Signal::derive(move || {
                today.with(|spans| spans.as_ref().map(|spans| hours_of_texts(Some(spans))).unwrap_or_default())
            });
            view! {
                <td class:faint=move || today.with(|spans| spans.as_ref().is_some_and(Vec::is_empty)) data-full=text>
                    {move || match today.with(|spans| spans.as_ref().and_then(|spans| short_spans(spans))) {
                        Some(spans) => view! { <Late spans=spans text=text /> }.into_any(),
                        None => text.get().into_any(),
                    }}
                </td>
            }
            .into_any()
        }
        Column::Updated => view! {
            <td class="faint">
                {move || row.with(|row| row.as_ref().and_then(|row| row.updated_at)).map(|at| time::ago(local(at), local(now.get())))}
            </td>
        }
        .into_any(),
        column @ Column::Field(_) => {
            let text = Signal::derive(move || text_of(&column));
            view! { <td data-full=text><Marked text=text asked=asked /></td> }.into_any()
        }
    }
}
