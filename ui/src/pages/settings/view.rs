//! One card a section.

use domain::Scope;
use domain::ipc::{SecretStore, Settings, Theme};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::fields::Fields;
use super::sections::Sections;
use super::sync::{DataFacts, Synchronisation};
use super::unsaved::Unsaved;
use crate::appearance::use_appearance;
use crate::components::{Button, Icon, ProblemBanner, Segment, Segmented, Skeleton, use_toaster};
use crate::i18n::{grouped, listed, settings as words, shell};
use crate::ipc;
use crate::leaving::{Leaving, guard};
use crate::route::{Route, use_navigator};
use crate::session::use_shared;
use crate::shell::{LanguageSwitch, ShortcutList, use_sign_out};
use crate::words::role::role_label;
use crate::words::time;

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let shared = use_shared();
    let ready = Memo::new(move |_| shared.settings.data.with(Option::is_some));
    let unsaved = Unsaved::provide();
    let leaving = guard(move |_| unsaved.any());
    let scroller = NodeRef::<html::Div>::new();
    let (scrolled, set_scrolled) = signal(0);
    view! {
        <div class="head"><h1>{words::title}</h1></div>
        <div class="set">
            <Sections scroller=scroller scrolled=scrolled />
            <div
                class="scroll"
                node_ref=scroller
                on:scroll=move |_| set_scrolled.set(scroller.get_untracked().map_or(0, |scroller| scroller.scroll_top()))
            >
                <div class="dash">
                    <ProblemBanner problem=shared.settings.problem />
                    {move || {
                        if !ready.get() {
                            return view! { <Skeleton /> }.into_any();
                        }
                        view! {
                            <Connection />
                            <Account />
                            <General />
                            <Device />
                            <Synchronisation />
                            <Fields />
                            <section class="card" id="settings-keys" tabindex="-1">
                                <header><h3>{words::keys}</h3></header>
                                <div class="in-pad keys-grid"><ShortcutList /></div>
                            </section>
                        }
                            .into_any()
                    }}
                </div>
            </div>
        </div>
        <Leaving to=leaving />
    }
}

/// The settings as they are, for a change of one of them.
fn settings_now() -> Settings {
    use_shared()
        .settings
        .data
        .with_untracked(|settings| settings.as_ref().map(|settings| (**settings).clone()))
        .unwrap_or_else(|| Settings {
            server: String::new(),
            language: domain::ipc::Language::default(),
            theme: Theme::default(),
            device_name: String::new(),
            data_folder: String::new(),
            server_fixed: false,
        })
}

#[component]
fn Connection() -> impl IntoView {
    let shared = use_shared();
    let toaster = use_toaster();
    let settings = settings_now();
    let fixed = settings.server_fixed;
    let address = RwSignal::new(settings.server);
    let testing = RwSignal::new(false);
    let tested = RwSignal::new(false);
    let bad = Memo::new(move |_| {
        address.with(|address| {
            address.split(',').map(str::trim).any(|one| {
                let rest = one.strip_prefix("https://").or_else(|| one.strip_prefix("http://"));
                rest.is_none_or(str::is_empty)
            })
        })
    });
    let test = move |()| {
        if bad.get_untracked() {
            return;
        }
        let Some(settings) = shared.settings.data.get_untracked() else { return };
        let settings =
            Settings { server: address.with_untracked(|address| address.trim().to_owned()), ..(*settings).clone() };
        testing.set(true);
        spawn_local(async move {
            let outcome = async {
                if !settings.server_fixed {
                    ipc::save_settings(&settings).await?;
                }
                ipc::sync_now().await
            }
            .await;
            if let Err(problem) = outcome {
                toaster.fail(&problem);
            }
            shared.status.refetch();
            testing.try_set(false);
            tested.try_set(true);
        });
    };
    let found = move || {
        if testing.get() {
            return view! { <p class="msg"><Icon name="sync" size="s spin" />{words::testing}</p> }.into_any();
        }
        let status = shared.status().filter(|_| tested.get());
        match status {
            Some(status) if status.online => {
                let text = status.latency_ms.map_or_else(|| words::test_ok_plain().to_owned(), |ms| words::test_ok(time::span_ms(ms)));
                view! { <p class="msg ok" data-testid="server-found"><Icon name="ok" size="s" />{text}</p> }.into_any()
            }
            Some(_) => view! { <p class="msg bad" data-testid="server-found"><Icon name="bad" size="s" />{words::test_bad}</p> }.into_any(),
            None => ().into_any(),
        }
    };
    view! {
        <section class="card" id="settings-connection" tabindex="-1">
            <header><h3>{words::connection}</h3></header>
            <form
                class="in-pad col g12"
                on:submit=move |event: web_sys::SubmitEvent| {
                    event.prevent_default();
                    test(());
                }
            >
                <div class="field" class:bad=move || bad.get() && !fixed>
                    <label class="lab" for="server">{words::server}</label>
                    <div class="row">
                        <input
                            id="server"
                            class="in"
                            inputmode="url"
                            spellcheck="false"
                            autocomplete="off"
                            readonly=fixed
                            data-testid="server"
                            prop:value=address
                            on:input=move |event| {
                                tested.set(false);
                                address.set(event_target_value(&event));
                            }
                        />
                        <Button r#type="submit" testid="server-test" disabled=testing>{words::save_test}</Button>
                    </div>
                    {move || match (fixed, bad.get()) {
                        (true, _) => view! { <p class="hint">{words::server_fixed}</p> }.into_any(),
                        (false, true) => view! { <p class="msg bad"><Icon name="bad" size="s" />{words::server_bad}</p> }.into_any(),
                        (false, false) => view! { <p class="hint">{words::server_hint}</p> }.into_any(),
                    }}
                    {found}
                </div>
                <DataFacts />
            </form>
        </section>
    }
}

#[component]
fn Account() -> impl IntoView {
    let shared = use_shared();
    let navigator = use_navigator();
    let sign_out = use_sign_out();
    let session = Memo::new(move |_| shared.status().map(|status| status.session.clone()));
    let facts = move || {
        session.get().map(|session| {
            let kept = match session.secret_store {
                SecretStore::Keyring => words::in_keyring(),
                SecretStore::Memory => words::in_memory(),
            };
            let who = match &session.actor {
                Some(actor) => {
                    let scope = match &actor.scope {
                        Scope::All => words::scope_all().to_owned(),
                        Scope::Prefixes(prefixes) => words::scope_some(listed(prefixes)),
                    };
                    // An account without a name of its own is called by its id: that is said once.
                    let id = actor.id.to_string();
                    let id = (id != actor.name).then_some(id);
                    view! {
                        <dt>{words::who}</dt>
                        <dd data-testid="who">
                            {actor.name.clone()}
                            {id.map(|id| view! { <span class="faint">{format!(" {id}")}</span> })}
                        </dd>
                        <dt>{words::role}</dt>
                        <dd>{role_label(actor.role)}</dd>
                        <dt>{words::scope}</dt>
                        <dd>{scope}</dd>
                    }
                    .into_any()
                }
                None => view! { <dt>{words::who}</dt><dd>{words::nobody}</dd> }.into_any(),
            };
            let expired = session.actor.is_some() && !session.signed_in;
            view! {
                {who}
                {expired.then(|| view! { <dt></dt><dd class="fg-hold">{words::expired}</dd> })}
                <dt>{words::tokens}</dt>
                <dd data-testid="secret-store">{kept}</dd>
            }
        })
    };
    let act = move || {
        session.get().map(|session| {
            if session.signed_in {
                view! { <Button testid="settings-sign-out" on_press=move |_| sign_out.ask()>{shell::sign_out}</Button> }
                    .into_any()
            } else {
                view! {
                    <Button kind="primary" testid="settings-sign-in" on_press=move |_| navigator.go(Route::SignIn)>
                        {shell::sign_in}
                    </Button>
                }
                .into_any()
            }
        })
    };
    view! {
        <section class="card" id="settings-account" tabindex="-1">
            <header>
                <h3>{words::account}</h3>
                <span class="end"></span>
                {act}
            </header>
            <dl class="in-pad facts wide">{facts}</dl>
        </section>
    }
}

#[component]
fn General() -> impl IntoView {
    let appearance = use_appearance();
    let themes = vec![
        Segment::new(Theme::System, || words::theme_system().to_owned()).icon("dev"),
        Segment::new(Theme::Light, || words::theme_light().to_owned()).icon("sun"),
        Segment::new(Theme::Dark, || words::theme_dark().to_owned()).icon("moon"),
    ];
    view! {
        <section class="card" id="settings-general" tabindex="-1">
            <header><h3>{words::general}</h3></header>
            <div class="in-pad form">
                <div class="field">
                    <span class="lab">{words::language}</span>
                    <LanguageSwitch />
                </div>
                <div class="field">
                    <span class="lab">{words::theme}</span>
                    <Segmented
                        kind="sm"
                        label=Signal::derive(|| words::theme().to_owned())
                        segments=themes
                        chosen=Signal::derive(move || appearance.theme())
                        on_choose=move |theme| appearance.set_theme(theme)
                        testid="settings-theme"
                    />
                </div>
            </div>
        </section>
    }
}

#[component]
fn Device() -> impl IntoView {
    let shared = use_shared();
    let appearance = use_appearance();
    let toaster = use_toaster();
    let settings = settings_now();
    let name = RwSignal::new(settings.device_name);
    let folder = settings.data_folder;
    let keep = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let name = name.with_untracked(|name| name.trim().to_owned());
        if !name.is_empty() {
            appearance.set_device_name(name, move || toaster.say(words::saved()));
        }
    };
    view! {
        <section class="card" id="settings-device" tabindex="-1">
            <header><h3>{words::device}</h3></header>
            <form class="in-pad col g12" on:submit=keep>
                <div class="field">
                    <label class="lab" for="device-name">{words::device_name}</label>
                    <div class="row">
                        <input
                            id="device-name"
                            class="in"
                            autocomplete="off"
                            maxlength="64"
                            data-testid="device-name"
                            prop:value=name
                            on:input=move |event| name.set(event_target_value(&event))
                        />
                        <Button r#type="submit">{crate::i18n::everywhere::save}</Button>
                    </div>
                    <p class="hint">{words::device_hint}</p>
                </div>
                <dl class="facts wide">
                    <dt>{words::data_folder}</dt>
                    <dd class="mono sel" data-testid="data-folder">{folder}</dd>
                    <dt>{words::merchants}</dt>
                    <dd>{move || shared.status().map(|status| grouped(status.merchants))}</dd>
                </dl>
            </form>
        </section>
    }
}
