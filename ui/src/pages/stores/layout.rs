//! Order and columns of the list.

use domain::ipc::Topic;
use leptos::prelude::*;

use super::asked::{aria_sort, sort_by};
use super::columns::{Column, choosable, to_keys};
use super::state::ListState;
use super::views::keep_columns;
use crate::components::{Button, Icon, Menu, Popover, use_toaster};
use crate::i18n::stores;
use crate::ipc;
use crate::query::use_query;

/// The order, by column. The same as the headings, for the keyboard and for columns that are not shown.
#[component]
pub fn SortMenu(list: ListState, open: RwSignal<bool>) -> impl IntoView {
    let in_use = use_query(&[Topic::Stores], || (), |()| ipc::store_fields());
    let columns = move || {
        let in_use = in_use.get().map(|fields| fields.as_ref().clone()).unwrap_or_default();
        choosable(&in_use).into_iter().filter(|column| column.sort().is_some()).collect::<Vec<_>>()
    };
    let now = move || {
        let found =
            columns().into_iter().find(|column| list.query.with(|query| Some(&query.sort) == column.sort().as_ref()));
        found.map(|column| column.label()).unwrap_or_default()
    };
    view! {
        <Menu
            open=open
            class="btn quiet sm"
            testid="sort-menu"
            to_left=true
            face=move || view! { <Icon name="sort" size="s" /><span class="vh">{stores::sorted_by}</span>{now} }
        >
            {move || {
                columns()
                    .into_iter()
                    .filter_map(|column| Some((column.label(), column.sort()?)))
                    .map(|(label, sort)| {
                        let order = list.query.with_untracked(|query| aria_sort(query, &sort));
                        view! {
                            <button
                                type="button"
                                role="menuitemradio"
                                aria-checked=order.is_some().to_string()
                                tabindex="-1"
                                on:click=move |_| list.query.update(|query| sort_by(query, sort.clone()))
                            >
                                <span class="grow">{label}</span>
                                {order.map(|order| view! { <Icon name=if order == "ascending" { "up" } else { "down" } size="s" /> })}
                            </button>
                        }
                    })
                    .collect_view()
            }}
        </Menu>
    }
}

/// Which columns are shown.
#[component]
pub fn ColumnsMenu(list: ListState, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Popover
            open=open
            class="btn quiet sm ico"
            to_left=true
            label=Some(Signal::derive(|| stores::columns().to_owned()))
            testid=Some("columns-menu")
            face=move || view! { <Icon name="set" size="s" /> }
        >
            <ColumnList list=list />
        </Popover>
    }
}

#[component]
fn ColumnList(list: ListState) -> impl IntoView {
    let toaster = use_toaster();
    let in_use = use_query(&[Topic::Stores], || (), |()| ipc::store_fields());
    // Shown ones in their order, then the others.
    let all = Memo::new(move |_| {
        let in_use = in_use.get().map(|fields| fields.as_ref().clone()).unwrap_or_default();
        let mut all = list.shown_columns();
        for column in choosable(&in_use) {
            if !all.contains(&column) {
                all.push(column);
            }
        }
        all
    });
    let change = move |change: &dyn Fn(&mut Vec<Column>)| {
        let mut columns = untrack(|| list.shown_columns());
        change(&mut columns);
        keep_columns(list, toaster, to_keys(&columns));
    };
    let line = move |column: Column| {
        let (fixed, column) = (column == Column::Name, StoredValue::new(column));
        let shown = Memo::new(move |_| column.with_value(|column| list.shown_columns().contains(column)));
        let fits = Memo::new(move |_| column.with_value(|column| list.fitting_columns().contains(column)));
        let place =
            Memo::new(move |_| column.with_value(|column| list.shown_columns().iter().position(|one| one == column)));
        let step = move |by: isize| {
            change(&|columns| {
                let to = place
                    .get_untracked()
                    .and_then(|at| at.checked_add_signed(by))
                    .filter(|to| (1..columns.len()).contains(to));
                if let Some((at, to)) = place.get_untracked().zip(to) {
                    columns.swap(at, to);
                }
            });
        };
        view! {
            <li class="row">
                <label class="tick grow">
                    <input
                        type="checkbox"
                        disabled=fixed
                        data-testid=format!("column-{}", column.with_value(|column| column.key().to_owned()))
                        prop:checked=shown
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            change(&|columns| {
                                columns.retain(|one| column.with_value(|column| one != column));
                                if on {
                                    columns.push(column.get_value());
                                }
                            });
                        }
                    />
                    <span class="col g2">
                        <span class="cut">{move || column.with_value(Column::label)}</span>
                        {move || (shown.get() && !fits.get()).then(|| view! { <span class="xs faint">{stores::column_no_room}</span> })}
                    </span>
                </label>
                {move || {
                    (!fixed && shown.get())
                        .then(|| {
                            let name = move || column.with_value(Column::label);
                            view! {
                                <button type="button" class="btn quiet ico sm" aria-label=move || stores::column_up(name()) on:click=move |_| step(-1)>
                                    <Icon name="up" size="s" />
                                </button>
                                <button type="button" class="btn quiet ico sm" aria-label=move || stores::column_down(name()) on:click=move |_| step(1)>
                                    <Icon name="down" size="s" />
                                </button>
                            }
                        })
                }}
            </li>
        }
    };
    view! {
        <div class="asking col g6" data-testid="columns">
            <b class="sm">{stores::columns}</b>
            <ul class="values">
                <For each=move || all.get() key=|column| column.clone() children=line />
            </ul>
            <div class="row">
                <Button kind="link sm" testid="columns-usual" on_press=move |_| keep_columns(list, toaster, Vec::new())>{stores::columns_usual}</Button>
            </div>
        </div>
    }
}
