//! The rail at the left: pages, and how much waits on each.

use leptos::prelude::*;

use crate::components::Icon;
use crate::i18n::{everywhere, grouped, shell};
use crate::keyboard::use_keyboard;
use crate::route::{Route, use_navigator};
use crate::session::use_shared;

/// The mark of the program.
#[component]
pub fn Mark(
    /// Class of the style sheet.
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg class=class viewBox="0 0 32 32" role="img" aria-label=everywhere::app>
            <rect width="32" height="32" rx="9" fill="var(--accent)"></rect>
            <path
                d="M8 13.2 10 8.6h12l2 4.6a2.66 2.66 0 0 1-5.33.2 2.67 2.67 0 0 1-5.34 0A2.66 2.66 0 0 1 8 13.2Z"
                fill="var(--on-accent)"
            ></path>
            <path
                d="M10 18v5.4h12V18"
                fill="none"
                stroke="var(--on-accent)"
                stroke-width="2"
                stroke-linecap="round"
                stroke-linejoin="round"
            ></path>
        </svg>
    }
}

#[component]
fn RailLink(
    to: Route,
    icon: &'static str,
    label: fn() -> &'static str,
    testid: &'static str,
    #[prop(optional, into)] badge: Option<Signal<u64>>,
    #[prop(optional)] badge_kind: &'static str,
) -> impl IntoView {
    let navigator = use_navigator();
    let href = to.href();
    let here = Memo::new(move |_| navigator.route().section() == to);
    view! {
        <a href=href data-testid=testid aria-current=move || here.get().then_some("page")>
            <Icon name=icon size="l" />
            {label}
            {badge
                .map(|badge| {
                    move || {
                        let count = badge.get();
                        (count > 0)
                            .then(|| {
                                let shown = if count > 999 { "999+".to_owned() } else { grouped(count) };
                                view! {
                                    <span class=format!("n {badge_kind}") aria-label=shell::badge(count)>
                                        {shown}
                                    </span>
                                }
                            })
                    }
                })}
        </a>
    }
}

/// The rail.
#[component]
pub fn Rail() -> impl IntoView {
    let shared = use_shared();
    let keyboard = use_keyboard();
    // What waits here in any way: for the server, for people, for its author.
    let waiting =
        Signal::derive(move || shared.status().map_or(0, |status| status.queued + status.rejected + status.in_review));
    let reviews = Signal::derive(move || shared.status().map_or(0, |status| status.reviews));
    view! {
        <nav class="rail" aria-label=shell::main_nav data-region="rail">
            <Mark class="mark" />
            <RailLink to=Route::Stores icon="store" label=shell::stores testid="nav-stores" />
            <RailLink to=Route::Outbox icon="out" label=shell::outbox testid="nav-outbox" badge=waiting />
            <RailLink to=Route::Conflicts icon="clash" label=shell::conflicts testid="nav-conflicts" badge=reviews badge_kind="clash" />
            <RailLink to=Route::Insights icon="chart" label=shell::insights testid="nav-insights" />
            <RailLink to=Route::Imports icon="in" label=shell::imports testid="nav-imports" />
            <span class="gap"></span>
            <button type="button" class="rail-button" data-testid="nav-help" on:click=move |_| keyboard.help.set(true)>
                <Icon name="help" size="l" />
                {shell::help}
            </button>
            <RailLink to=Route::Settings icon="set" label=shell::settings testid="nav-settings" />
        </nav>
    }
}
