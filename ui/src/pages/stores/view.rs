//! Heading, search and filters, the table and the side panel.

use domain::ipc::Topic;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::asked::{narrows, page, widened};
use super::bulk::{BulkEdit, SelectionBar};
use super::filters::Filters;
use super::panel::StorePanel;
use super::search::Search;
use super::state::{ListState, Opened, use_list};
use super::table::{Table, focus_active};
use super::views::ViewMenu;
use super::{address, geometry};
use crate::components::{Button, Empty, ProblemBanner, Skeleton};
use crate::i18n::stores;
use crate::ipc;
use crate::keyboard::{PageKey, use_keyboard};
use crate::pages::bulk::{Selection, use_flow};
use crate::pages::imports::ExportButton;
use crate::query::use_topic;
use crate::route::{Route, use_navigator};

/// Questions that may be under way at once; a scroll through everything does not ask for everything.
const QUESTIONS_MAX: usize = 2;

/// Asks for the pages that the screen needs, again after each announced change. Says what failed.
fn keep_rows(list: ListState) -> RwSignal<Option<domain::ipc::IpcError>> {
    let epoch = use_topic(Topic::Stores);
    let problem = RwSignal::new(None);
    // The panel went because nothing was found, not because somebody closed it.
    let found_nothing = StoredValue::new(false);
    // The questions under way, by their number: a list that is another one meanwhile does not wait for them.
    let under_way = RwSignal::new(Vec::<(u64, u64)>::new());
    let asked_last = StoredValue::new((0_u64, list.query.get_untracked()));
    let seen = Memo::new(move |_| geometry::Geometry::seen(&list.geometry()));
    Effect::new(move |_| {
        let (query, epoch, seen) = (list.query.get(), epoch.get(), seen.get());
        under_way.track();
        if asked_last.with_value(|(_, asked)| *asked != query) {
            asked_last.update_value(|(n, asked)| (*n, *asked) = (*n + 1, query.clone()));
        }
        let number = asked_last.with_value(|(n, _)| *n);
        let asked: Vec<u64> =
            under_way.with_untracked(|all| all.iter().filter(|(n, _)| *n == number).map(|(_, page)| *page).collect());
        let wanted = list.cache.with_untracked(|cache| cache.wanted(&query, epoch, seen));
        let free = QUESTIONS_MAX.saturating_sub(asked.len());
        for wanted in wanted.into_iter().filter(|page| !asked.contains(page)).take(free) {
            under_way.update_untracked(|all| all.push((number, wanted)));
            let query = query.clone();
            spawn_local(async move {
                let answer = ipc::stores(&page(&query, wanted)).await;
                // The page may be gone, or ask something else by now.
                if list.query.try_get_untracked().is_some_and(|now| now == query) {
                    match answer {
                        Ok(answer) => {
                            let mut other = false;
                            list.cache.try_update(|cache| other = cache.put(&query, epoch, wanted, answer));
                            problem.try_set(None);
                            if other {
                                list.bar_px.try_set(0.0);
                                list.active.try_set(0);
                                list.anchor.try_set(None);
                                list.chosen.try_update(Selection::forget_all);
                                // The panel and `E` are about a store that the list has.
                                let had_gone = found_nothing.try_get_value() == Some(true);
                                if had_gone || list.selected.with_untracked(Option::is_some) {
                                    let first = list.id_at(0);
                                    found_nothing.try_set_value(first.is_none());
                                    list.selected.set(first);
                                }
                            }
                        }
                        Err(failed) => {
                            problem.try_set(Some(failed));
                        }
                    }
                }
                under_way.try_update(|all| all.retain(|one| *one != (number, wanted)));
            });
        }
    });
    problem
}

/// The page.
#[component]
pub fn StoresPage() -> impl IntoView {
    let list = use_list();
    let navigator = use_navigator();
    let bulk = use_flow();
    let opened = Opened::default();
    address::follow(list, navigator);
    let problem = keep_rows(list);
    use_keyboard().on_key(move |key| {
        let any = list.chosen.with_untracked(|chosen| *chosen != Selection::default());
        match key {
            PageKey::Letter('n') => navigator.go(Route::NewStore),
            PageKey::Letter('e') => {
                let Some(id) = list.selected.get_untracked() else { return false };
                navigator.go(Route::Store(id, crate::route::StoreTab::Profile));
            }
            PageKey::Letter('b') if any => bulk.begin(),
            PageKey::Letter('v') => opened.views.set(true),
            PageKey::Letter('f') => opened.filter.set(true),
            PageKey::Letter('s') => opened.sort.set(true),
            PageKey::Letter('c') => opened.columns.set(true),
            _ => return false,
        }
        true
    });
    let loaded = Memo::new(move |_| list.cache.with(|cache| cache.is_loaded()));
    let total = Memo::new(move |_| list.cache.with(|cache| cache.total()));
    let all = Memo::new(move |_| list.cache.with(|cache| cache.is_loaded().then(|| cache.counts().all)));
    // The first store stands beside the list where there is room for it.
    Effect::new(move |_| {
        if loaded.get() && list.selected.with_untracked(Option::is_none) && window_width() >= 1120.0 {
            list.selected.set(list.id_at(0));
        }
    });
    let empty = Memo::new(move |_| total.get() == 0);
    let content = move || match (loaded.get(), empty.get()) {
        (false, _) => view! { <Skeleton /> }.into_any(),
        (true, false) => view! { <Table list=list bulk=bulk /> }.into_any(),
        (true, true) if list.query.with(narrows) => view! {
            <Empty
                icon="find"
                title=Signal::derive(|| stores::empty_title().to_owned())
                text=Signal::derive(|| stores::empty_text().to_owned())
            >
                <Button kind="sm" on_press=move |_| list.query.update(|query| *query = widened(query))>
                    {stores::clear_filters}
                </Button>
            </Empty>
        }
        .into_any(),
        (true, true) => view! {
            <Empty
                icon="store"
                title=Signal::derive(|| stores::none_title().to_owned())
                text=Signal::derive(|| stores::none_text().to_owned())
            >
                <Button kind="sm" on_press=move |_| navigator.go(Route::NewStore)>{stores::new_store}</Button>
            </Empty>
        }
        .into_any(),
    };
    let close_panel = move |()| {
        list.selected.set(None);
        focus_active();
    };
    let panel = move || list.selected.get().map(|id| view! { <StorePanel id=id on_close=close_panel /> });
    let alone = Memo::new(move |_| list.selected.with(Option::is_none));
    view! {
        <div class="head">
            <h1>
                {stores::title}
                <small data-testid="store-total">{move || all.get().map(stores::total)}</small>
            </h1>
            <ViewMenu list=list open=opened.views />
            <Search list=list />
            <div class="acts">
                <ExportButton />
                <Button kind="primary" icon="plus" keys="N" testid="store-new" on_press=move |_| navigator.go(Route::NewStore)>
                    {stores::new_store}
                </Button>
            </div>
        </div>
        <Filters list=list opened=opened />
        {move || problem.get().map(|_| view! { <div class="slot"><ProblemBanner problem=problem /></div> })}
        <div class="split" class:alone=alone>
            <div class="listing">
                {content}
                <SelectionBar list=list flow=bulk />
            </div>
            {panel}
        </div>
        <BulkEdit list=list flow=bulk />
    }
}

fn window_width() -> f64 {
    window().inner_width().ok().and_then(|px| px.as_f64()).unwrap_or(1280.0)
}
