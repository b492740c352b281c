//! The page: two tabs, a range each.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::kitchen::Kitchen;
use super::model::{Span, Tab, query};
use super::sync::Sync;
use crate::clock::{now, utc_offset_min};
use crate::components::{Segment, Segmented, use_size};
use crate::i18n::insights;

/// What lies beside a full-width chart: the page's gutters, the card's padding and edges, in CSS pixels.
const BESIDE_PX: f64 = 2.0 * 20.0 + 2.0 * 16.0 + 2.0;

fn span_word(span: Span) -> String {
    match span {
        Span::Day => insights::span_day(),
        Span::Week => insights::span_week(),
        Span::Month => insights::span_month(),
    }
    .to_owned()
}

/// The page.
#[component]
pub fn InsightsPage() -> impl IntoView {
    let tab = RwSignal::new(Tab::Kitchen);
    // Kitchens live by the hour, syncing by the week.
    let (kitchen_span, sync_span) = (RwSignal::new(Span::Day), RwSignal::new(Span::Week));
    let body = NodeRef::<html::Div>::new();
    let size = use_size(body);
    let asked = move |span: RwSignal<Span>| {
        Memo::new(move |_| query(span.get(), utc_offset_min(now()), size.get().0 - BESIDE_PX))
    };
    let (kitchen_asked, sync_asked) = (asked(kitchen_span), asked(sync_span));
    let chosen = Signal::derive(move || match tab.get() {
        Tab::Kitchen => kitchen_span.get(),
        Tab::Sync => sync_span.get(),
    });
    let choose = move |span| match tab.get_untracked() {
        Tab::Kitchen => kitchen_span.set(span),
        Tab::Sync => sync_span.set(span),
    };
    let list = NodeRef::<html::Div>::new();
    let keys = move |event: KeyboardEvent| {
        let to = match (event.key().as_str(), tab.get_untracked()) {
            ("ArrowRight" | "ArrowLeft", Tab::Kitchen) | ("End", _) => Tab::Sync,
            ("ArrowRight" | "ArrowLeft", Tab::Sync) | ("Home", _) => Tab::Kitchen,
            _ => return,
        };
        event.prevent_default();
        tab.set(to);
        let place = u32::from(to == Tab::Sync);
        let button = list.get_untracked().and_then(|list| list.children().item(place));
        if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
    };
    let tab_button = move |which: Tab, id: &'static str, label: fn() -> &'static str| {
        let selected = Memo::new(move |_| tab.get() == which);
        view! {
            <button
                type="button"
                role="tab"
                id=id
                data-testid=id
                aria-controls="insights-panel"
                aria-selected=move || selected.get().to_string()
                tabindex=move || if selected.get() { "0" } else { "-1" }
                on:click=move |_| tab.set(which)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="head">
            <h1>{insights::title}</h1>
            <div class="acts">
                <Segmented
                    kind="sm"
                    testid="insights-span"
                    label=Signal::derive(|| insights::span_label().to_owned())
                    segments=Span::ALL.into_iter().map(|span| Segment::new(span, move || span_word(span))).collect()
                    chosen=chosen
                    on_choose=choose
                />
            </div>
        </div>
        <div class="tabs" role="tablist" aria-label=insights::tabs_label node_ref=list on:keydown=keys>
            {tab_button(Tab::Kitchen, "insights-tab-kitchen", insights::tab_kitchen)}
            {tab_button(Tab::Sync, "insights-tab-sync", insights::tab_sync)}
        </div>
        <div
            class="scroll body"
            node_ref=body
            id="insights-panel"
            role="tabpanel"
            aria-labelledby=move || if tab.get() == Tab::Kitchen { "insights-tab-kitchen" } else { "insights-tab-sync" }
        >
            <div class="dash">
                {move || match tab.get() {
                    Tab::Kitchen => view! { <Kitchen asked=kitchen_asked /> }.into_any(),
                    Tab::Sync => view! { <Sync asked=sync_asked /> }.into_any(),
                }}
            </div>
        </div>
    }
}
