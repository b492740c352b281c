//! The window: what all pages share, and the page that is shown.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Sprite, Toaster, Toasts};
use crate::focus::focus_heading;
use crate::pages::conflicts::{self, ConflictsPage};
use crate::pages::imports::{self, ImportsPage};
use crate::pages::insights::InsightsPage;
use crate::pages::outbox::OutboxPage;
use crate::pages::profile::ProfilePage;
use crate::pages::settings::SettingsPage;
use crate::pages::sign_in::SignInPage;
use crate::pages::stores::{self, StoresPage};
use crate::route::{Route, StoreTab};
use crate::shell::{HelpDialog, Palette, Rail, SignOutDialog, StatusBar, TopBar, use_sign_out};
use crate::{appearance, clock, declared, full_text, ipc, keyboard, query, route, session};

/// What is mounted: the tabs of a store are one page, so that switching them keeps what was typed.
#[derive(Clone, PartialEq)]
enum Page {
    Stores,
    Profile(Option<domain::MerchantId>),
    Outbox,
    Conflicts,
    Insights,
    Imports,
    Settings,
}

/// Everything.
#[component]
pub fn App() -> impl IntoView {
    query::Topics::provide();
    clock::provide();
    let toaster = Toaster::provide();
    let navigator = route::provide();
    session::provide();
    declared::provide();
    stores::provide();
    conflicts::provide();
    imports::provide(navigator);
    appearance::provide();
    full_text::provide();
    keyboard::provide(navigator, move || {
        spawn_local(async move {
            if let Err(problem) = ipc::sync_now().await {
                toaster.fail(&problem);
            }
        });
    });
    first_start(navigator);
    // Provides the question that account menu and settings share.
    use_sign_out();
    let page = Memo::new(move |_| match navigator.route() {
        Route::NewStore => Page::Profile(None),
        Route::Store(id, _) => Page::Profile(Some(id)),
        Route::Outbox => Page::Outbox,
        Route::Conflicts => Page::Conflicts,
        Route::Insights => Page::Insights,
        Route::Imports => Page::Imports,
        Route::Settings => Page::Settings,
        Route::Stores | Route::SignIn => Page::Stores,
    });
    let tab = Memo::new(move |_| match navigator.route() {
        Route::Store(_, tab) => tab,
        _ => StoreTab::Profile,
    });
    let signing_in = Memo::new(move |_| navigator.route() == Route::SignIn);
    // What was pressed is gone with its page.
    Effect::new(move |before: Option<(bool, Page)>| {
        let now = (signing_in.get(), page.get());
        if before.is_some_and(|before| before != now) {
            focus_heading();
        }
        now
    });
    let window = move || {
        if signing_in.get() {
            return view! { <SignInPage /> }.into_any();
        }
        view! {
            <div class="app">
                <Rail />
                <TopBar />
                <main class="main" data-region="main">
                    {move || match page.get() {
                        Page::Stores => view! { <StoresPage /> }.into_any(),
                        Page::Profile(id) => view! { <ProfilePage id=id tab=tab /> }.into_any(),
                        Page::Outbox => view! { <OutboxPage /> }.into_any(),
                        Page::Conflicts => view! { <ConflictsPage /> }.into_any(),
                        Page::Insights => view! { <InsightsPage /> }.into_any(),
                        Page::Imports => view! { <ImportsPage /> }.into_any(),
                        Page::Settings => view! { <SettingsPage /> }.into_any(),
                    }}
                </main>
                <StatusBar />
            </div>
        }
        .into_any()
    };
    view! {
        <Sprite />
        {window}
        <Palette />
        <HelpDialog />
        <SignOutDialog />
        <Toasts />
    }
}

/// A window that nobody ever signed in to, and that has no stores, starts with signing in. Once: who goes on without
/// is left alone.
fn first_start(navigator: route::Navigator) {
    let shared = session::use_shared();
    let asked = StoredValue::new(false);
    Effect::new(move |_| {
        let Some(status) = shared.status() else { return };
        if !asked.get_value() && status.session.actor.is_none() && status.merchants == 0 {
            navigator.go(Route::SignIn);
        }
        asked.set_value(true);
    });
}
