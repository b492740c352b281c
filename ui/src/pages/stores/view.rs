//! Heading, search and filters, the table and the side panel.

use std::time::Duration;

use domain::ipc::Topic;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::filters::Filters;
use super::model::visible;
use super::panel::StorePanel;
use super::state::{ListState, use_list};
use super::table::{Table, focus_active};
use crate::components::{Button, Empty, Icon, IconButton, ProblemBanner, Skeleton};
use crate::i18n::stores;
use crate::ipc;
use crate::keyboard::{PageKey, use_keyboard};
use crate::pages::imports::ExportButton;
use crate::query::use_topic;
use crate::route::{Route, use_navigator};

/// Questions that may be under way at once; a scroll through everything does not ask for everything.
const QUESTIONS_MAX: usize = 2;
/// Between two keys of somebody who types.
const TYPING: Duration = Duration::from_millis(80);

/// Asks for the pages that the screen needs, again after each announced change. Says what failed.
fn keep_rows(list: ListState, view_px: Signal<f64>) -> RwSignal<Option<domain::ipc::IpcError>> {
    let epoch = use_topic(Topic::Stores);
    let problem = RwSignal::new(None);
    let under_way = RwSignal::new(Vec::<u64>::new());
    let rows = Memo::new(move |_| {
        let total = list.cache.with(|cache| cache.total());
        visible(list.scroll_px.get(), view_px.get(), total)
    });
    Effect::new(move |_| {
        let (query, epoch, rows) = (list.query.get(), epoch.get(), rows.get());
        let asked = under_way.get();
        let wanted = list.cache.with_untracked(|cache| cache.wanted(&query, epoch, rows));
        for page in
            wanted.into_iter().filter(|page| !asked.contains(page)).take(QUESTIONS_MAX.saturating_sub(asked.len()))
        {
            under_way.update_untracked(|pages| pages.push(page));
            let query = query.clone();
            spawn_local(async move {
                let answer = ipc::stores(&query.page(page)).await;
                // The page may be gone, or ask something else by now.
                if list.query.try_get_untracked().is_some_and(|now| now == query) {
                    match answer {
                        Ok(answer) => {
                            let mut other = false;
                            list.cache.try_update(|cache| other = cache.put(&query, epoch, page, answer));
                            problem.try_set(None);
                            if other {
                                list.scroll_px.try_set(0.0);
                                list.active.try_set(0);
                            }
                        }
                        Err(failed) => {
                            problem.try_set(Some(failed));
                        }
                    }
                }
                under_way.try_update(|pages| pages.retain(|other| *other != page));
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
    let view_px = RwSignal::new(window_height());
    let problem = keep_rows(list, view_px.into());
    use_keyboard().on_key(move |key| match key {
        PageKey::Letter('n') => {
            navigator.go(Route::NewStore);
            true
        }
        PageKey::Letter('e') => {
            let Some(id) = list.selected.get_untracked() else { return false };
            navigator.go(Route::Store(id, crate::route::StoreTab::Profile));
            true
        }
        _ => false,
    });
    let loaded = Memo::new(move |_| list.cache.with(|cache| cache.is_loaded()));
    let total = Memo::new(move |_| list.cache.with(|cache| cache.total()));
    let all = Memo::new(move |_| list.cache.with(|cache| cache.is_loaded().then(|| cache.counts().all)));
    // The first store stands beside the list where there is room for it.
    Effect::new(move |_| {
        if loaded.get() && list.selected.with_untracked(Option::is_none) && window_width() >= 1120.0 {
            list.selected.set(list.cache.with_untracked(|cache| cache.row(0).map(|row| row.id.clone())));
        }
    });
    let content = move || match (loaded.get(), total.get() == 0) {
        (false, _) => view! { <Skeleton /> }.into_any(),
        (true, false) => view! { <Table list=list view_px=view_px /> }.into_any(),
        (true, true) if list.query.with(|query| query.narrows()) => view! {
            <Empty
                icon="find"
                title=Signal::derive(|| stores::empty_title().to_owned())
                text=Signal::derive(|| stores::empty_text().to_owned())
            >
                <Button kind="sm" on_press=move |_| list.query.update(|query| *query = query.widened())>
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
            <Search list=list />
            <div class="acts">
                <ExportButton />
                <Button kind="primary" icon="plus" keys="N" testid="store-new" on_press=move |_| navigator.go(Route::NewStore)>
                    {stores::new_store}
                </Button>
            </div>
        </div>
        <Filters list=list />
        {move || problem.get().map(|_| view! { <div class="slot"><ProblemBanner problem=problem /></div> })}
        <div class="split" class:alone=alone>
            {content}
            {panel}
        </div>
    }
}

/// The search box: finds while one types, but leaves an input method alone until it is done.
#[component]
fn Search(list: ListState) -> impl IntoView {
    let (typed, set_typed) = signal(list.query.with_untracked(|query| query.text.clone()));
    let keystrokes = StoredValue::new(0_u64);
    let find = move |text: String| {
        let stroke = keystrokes.get_value() + 1;
        keystrokes.set_value(stroke);
        set_timeout(
            move || {
                let newest = keystrokes.try_get_value() == Some(stroke);
                if newest && list.query.with_untracked(|query| query.text != text) {
                    list.query.update(|query| query.text = text);
                }
            },
            TYPING,
        );
    };
    let input = move |event: web_sys::Event| {
        // Every input event of a browser is one of these two.
        let composing = js_sys::Reflect::get(&event, &"isComposing".into()).is_ok_and(|flag| flag.is_truthy());
        let text = event_target_value(&event);
        set_typed.set(text.clone());
        if !composing {
            find(text);
        }
    };
    // A filter that is cleared elsewhere clears the box.
    Effect::new(move |_| {
        let text = list.query.with(|query| query.text.clone());
        if text.is_empty() && !typed.get_untracked().is_empty() {
            set_typed.set(text);
        }
    });
    view! {
        <label class="find-box">
            <Icon name="find" />
            <input
                type="search"
                data-testid="store-search"
                data-search
                aria-label=stores::search
                placeholder=stores::search
                autocomplete="off"
                spellcheck="false"
                prop:value=typed
                on:input=input
                on:compositionend=move |event| {
                    let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
                    if let Some(target) = target {
                        find(target.value());
                    }
                }
            />
            {move || {
                (!typed.get().is_empty())
                    .then(|| {
                        view! {
                            <IconButton
                                icon="x"
                                kind="sm"
                                label=Signal::derive(|| stores::clear_search().to_owned())
                                on_press=move |_| {
                                    set_typed.set(String::new());
                                    list.query.update(|query| query.text.clear());
                                }
                            />
                        }
                    })
            }}
        </label>
    }
}

fn window_height() -> f64 {
    window().inner_height().ok().and_then(|px| px.as_f64()).unwrap_or(800.0)
}

fn window_width() -> f64 {
    window().inner_width().ok().and_then(|px| px.as_f64()).unwrap_or(1280.0)
}
