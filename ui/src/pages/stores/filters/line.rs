//! The line below the heading.

use domain::FieldPath;
use domain::ipc::StoreFilter;
use leptos::prelude::*;

use super::add::AddFilter;
use super::pill::ConditionPill;
use crate::components::{Button, Segment, Segmented};
use crate::i18n::stores;
use crate::pages::bulk::PastEdits;
use crate::pages::stores::asked::{narrows, widened};
use crate::pages::stores::layout::{ColumnsMenu, SortMenu};
use crate::pages::stores::state::{ListState, Opened};

/// Fields whose pill is always there.
const ALWAYS: [&str; 2] = ["category", "status"];

/// The line.
#[component]
pub fn Filters(list: ListState, opened: Opened) -> impl IntoView {
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
    // A field that was chosen and has no condition yet.
    let begun = RwSignal::new(None::<FieldPath>);
    let fields = Memo::new(move |_| {
        let mut fields: Vec<FieldPath> = ALWAYS.iter().filter_map(|path| FieldPath::new(*path).ok()).collect();
        let asked = list.query.with(|query| query.conditions.iter().map(|one| one.field.clone()).collect::<Vec<_>>());
        for field in asked.into_iter().chain(begun.get()) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    });
    let narrowed = Memo::new(move |_| list.query.with(narrows));
    view! {
        <div class="tools" data-region="filters">
            <Segmented
                label=Signal::derive(|| stores::filter().to_owned())
                segments=segments
                chosen=Signal::derive(move || list.query.with(|query| query.filter))
                on_choose=move |filter| list.query.update(|query| query.filter = filter)
                testid="store-filter"
            />
            <For each=move || fields.get() key=|field| field.clone() let:field>
                <ConditionPill
                    list=list
                    begin_open=begun.with_untracked(|begun| begun.as_ref() == Some(&field))
                    field=field
                    on_gone=move |field: FieldPath| {
                        if begun.with_untracked(|begun| begun.as_ref() == Some(&field)) {
                            begun.set(None);
                        }
                    }
                />
            </For>
            <AddFilter open=opened.filter used=fields on_choose=move |field| begun.set(Some(field)) />
            {move || {
                narrowed
                    .get()
                    .then(|| {
                        view! {
                            <Button kind="link sm" testid="clear-filters" on_press=move |_| list.query.update(|query| *query = widened(query))>
                                {stores::clear_filters}
                            </Button>
                        }
                    })
            }}
            <span class="end sm faint" data-testid="store-matches" role="status">
                {move || narrowed.get().then(|| list.cache.with(|cache| stores::total(cache.total())))}
            </span>
            <PastEdits />
            <SortMenu list=list open=opened.sort />
            <ColumnsMenu list=list open=opened.columns />
        </div>
    }
}
