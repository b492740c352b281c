//! What the list leaves out.

use domain::ipc::StoreFilter;
use domain::validate::STATUSES;
use leptos::prelude::*;

use super::state::ListState;
use crate::components::{Icon, Menu, Segment, Segmented};
use crate::i18n::stores;
use crate::words::field::status_label;

/// The line below the heading.
#[component]
pub fn Filters(list: ListState) -> impl IntoView {
    let count = move |pick: fn(&domain::ipc::StoresPage) -> u64| {
        move || list.cache.with(|cache| cache.is_loaded().then(|| pick(cache.counts())))
    };
    let segments = vec![
        Segment::new(StoreFilter::All, || stores::all().to_owned()),
        Segment::new(StoreFilter::Pending, || stores::pending().to_owned())
            .icon("wait")
            .count(count(|page| page.pending)),
        Segment::new(StoreFilter::Conflict, || stores::conflict().to_owned())
            .icon("clash")
            .count(count(|page| page.conflict)),
        Segment::new(StoreFilter::Rejected, || stores::rejected().to_owned())
            .icon("bad")
            .count(count(|page| page.rejected)),
    ];
    let category = Signal::derive(move || list.query.with(|query| query.category.clone()));
    let categories = Signal::derive(move || {
        list.cache
            .with(|cache| cache.counts().categories.clone())
            .into_iter()
            .map(|name| (name.clone(), name))
            .collect::<Vec<_>>()
    });
    let status = Signal::derive(move || list.query.with(|query| query.status.clone()));
    let statuses = Signal::derive(|| {
        STATUSES.iter().map(|status| ((*status).to_owned(), status_label(status))).collect::<Vec<_>>()
    });
    view! {
        <div class="tools" data-region="filters">
            <Segmented
                label=Signal::derive(|| stores::filter().to_owned())
                segments=segments
                chosen=Signal::derive(move || list.query.with(|query| query.filter))
                on_choose=move |filter| list.query.update(|query| query.filter = filter)
                testid="store-filter"
            />
            <FilterPill
                name=stores::category
                worded=|value| stores::category_is(value)
                chosen=category
                choices=categories
                on_choose=move |value| list.query.update(|query| query.category = value)
                testid="filter-category"
            />
            <FilterPill
                name=stores::status
                worded=|value| stores::status_is(status_label(&value))
                chosen=status
                choices=statuses
                on_choose=move |value| list.query.update(|query| query.status = value)
                testid="filter-status"
            />
            <span class="end sm faint" data-testid="store-matches">
                {move || {
                    list.query
                        .with(|query| query.narrows())
                        .then(|| list.cache.with(|cache| stores::total(cache.total())))
                }}
            </span>
        </div>
    }
}

/// A pill that narrows the list by one value.
#[component]
fn FilterPill(
    name: fn() -> &'static str,
    worded: fn(String) -> String,
    #[prop(into)] chosen: Signal<Option<String>>,
    #[prop(into)] choices: Signal<Vec<(String, String)>>,
    #[prop(into)] on_choose: Callback<Option<String>>,
    testid: &'static str,
) -> impl IntoView {
    move || match chosen.get() {
        Some(value) => view! {
            <span class="pill on" data-testid=testid>
                {move || worded(value.clone())}
                <button
                    type="button"
                    class="x"
                    aria-label=move || stores::remove_filter(name())
                    on:click=move |_| on_choose.run(None)
                >
                    <Icon name="x" size="s" />
                </button>
            </span>
        }
        .into_any(),
        None => view! {
            <Menu testid=testid face=move || view! { {name} <Icon name="down" size="s" /> }>
                {move || {
                    choices
                        .get()
                        .into_iter()
                        .map(|(value, label)| {
                            view! {
                                <button
                                    type="button"
                                    role="menuitemradio"
                                    aria-checked="false"
                                    tabindex="-1"
                                    on:click=move |_| on_choose.run(Some(value.clone()))
                                >
                                    {label}
                                </button>
                            }
                        })
                        .collect_view()
                }}
            </Menu>
        }
        .into_any(),
    }
}
