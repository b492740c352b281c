//! Username and password; pasting and password managers work.

use domain::ErrorCode;
use domain::ipc::{SecretStore, SignIn, Topic};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Banner, Button, Details, Icon, Problem, Tone};
use crate::i18n::{everywhere, shell, sign_in as words};
use crate::ipc;
use crate::keyboard::use_keyboard;
use crate::query::Topics;
use crate::route::{Route, use_navigator};
use crate::session::use_shared;
use crate::shell::{LanguageSwitch, Mark};
use crate::words::problem::sentence;

/// The page.
#[component]
pub fn SignInPage() -> impl IntoView {
    let keyboard = use_keyboard();
    let step = |n: &'static str, title: fn() -> &'static str, text: fn() -> &'static str, state: &'static str| {
        view! {
            <li class=(state == "done").then_some("done") aria-current=(state == "now").then_some("step")>
                <b>{if state == "done" { view! { <Icon name="check" size="s" /> }.into_any() } else { n.into_any() }}</b>
                <div><strong>{title}</strong>{text}</div>
            </li>
        }
    };
    view! {
        <div class="start">
            <aside>
                <div class="row">
                    <Mark class="mark-s" />
                    <h2>{everywhere::app}</h2>
                </div>
                <ol class="vsteps">
                    {step("1", words::step_connect, words::step_connect_text, "done")}
                    {step("2", words::step_sign_in, words::step_sign_in_text, "now")}
                    {step("3", words::step_stores, words::step_stores_text, "next")}
                </ol>
                <span class="grow"></span>
                <div class="row">
                    <LanguageSwitch />
                    <span class="end"></span>
                    <Button kind="quiet sm" icon="help" on_press=move |_| keyboard.help.set(true)>{shell::help}</Button>
                </div>
            </aside>
            <main aria-label=words::first_start><Form /></main>
        </div>
    }
}

/// Why it did not work. Signing in is tried once: nothing goes on by itself here.
fn text_of(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Unreachable => words::unreachable(),
        ErrorCode::Busy => words::server_busy(),
        code => sentence(code),
    }
}

#[component]
fn Form() -> impl IntoView {
    let shared = use_shared();
    let navigator = use_navigator();
    let topics = use_context::<Topics>();
    let username = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<domain::ipc::IpcError>);
    let server = move || shared.settings.get().map(|settings| settings.server.clone());
    let memory = move || shared.status().is_some_and(|status| status.session.secret_store == SecretStore::Memory);
    // The name of who signed in last; typed again otherwise.
    Effect::new(move |_| {
        let Some(input) = username.get() else { return };
        let last = shared.status().and_then(|status| status.session.actor.as_ref().map(|actor| actor.id.to_string()));
        if let Some(last) = last.filter(|_| input.value().is_empty()) {
            input.set_value(&last);
        }
        if input.value().is_empty() {
            let _ = input.focus();
        } else if let Some(password) = password.get_untracked() {
            let _ = password.focus();
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (Some(username), Some(password)) = (username.get_untracked(), password.get_untracked()) else { return };
        let sign_in = SignIn { username: username.value().trim().to_owned(), password: password.value() };
        if busy.get_untracked() || sign_in.username.is_empty() || sign_in.password.is_empty() {
            return;
        }
        busy.set(true);
        problem.set(None);
        let topics = topics.clone();
        spawn_local(async move {
            let reply = ipc::sign_in(&sign_in).await;
            busy.try_set(false);
            match reply {
                Ok(_) => {
                    password.set_value("");
                    if let Some(topics) = topics {
                        topics.announce(Topic::Session);
                    }
                    navigator.go(Route::Stores);
                }
                Err(failed) => {
                    problem.try_set(Some(failed));
                    password.select();
                    let _ = password.focus();
                }
            }
        });
    };
    let wrong = Memo::new(move |_| {
        problem.with(|problem| problem.as_ref().is_some_and(|p| p.code == ErrorCode::BadCredentials))
    });
    view! {
        <form class="col g20" on:submit=submit>
            <div class="col g2">
                <h1>{words::title}</h1>
                <p class="muted">
                    <span data-testid="sign-in-server">{server}</span>
                    <a class="padl xs" href=Route::Settings.href()>{words::change_server}</a>
                </p>
            </div>
            {move || {
                problem
                    .get()
                    .filter(|problem| problem.code != ErrorCode::BadCredentials)
                    .map(|problem| {
                        let code = problem.code;
                        view! {
                            <Banner tone=Tone::Bad><span>{move || text_of(code)}</span><Details text=problem.message /></Banner>
                        }
                    })
            }}
            {move || memory().then(|| view! { <Banner tone=Tone::Clash>{words::no_secret_store}</Banner> })}
            <div class="col g12">
                <label class="field">
                    <span class="lab">{words::username}</span>
                    <input
                        node_ref=username
                        class="in lg"
                        name="username"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        required
                        data-testid="username"
                    />
                </label>
                <label class="field" class:bad=wrong>
                    <span class="lab">{words::password}</span>
                    <input
                        node_ref=password
                        class="in lg"
                        type="password"
                        name="password"
                        autocomplete="current-password"
                        required
                        data-testid="password"
                        aria-invalid=move || wrong.get().then_some("true")
                    />
                    {move || {
                        problem
                            .get()
                            .filter(|_| wrong.get())
                            .map(|problem| {
                                view! {
                                    <span class="msg bad" role="alert" data-testid="sign-in-problem">
                                        <Icon name="bad" size="s" />
                                        <Problem problem=problem />
                                    </span>
                                }
                            })
                    }}
                </label>
            </div>
            <div class="row">
                <Button kind="primary lg" r#type="submit" testid="sign-in-submit" disabled=busy>
                    {move || if busy.get() { words::busy() } else { words::submit() }}
                </Button>
                <Button kind="quiet lg" testid="sign-in-later" on_press=move |_| navigator.go(Route::Stores)>{words::later}</Button>
            </div>
            <p class="hint">{words::safe}</p>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn it_does_not_promise_to_try_again() {
        for (language, promise) in [(Language::Chinese, "自动"), (Language::English, "automatically")] {
            set_lang(language);
            for code in [ErrorCode::Unreachable, ErrorCode::Busy] {
                let text = text_of(code);
                assert!(!text.contains(promise) && text != sentence(code), "{text}");
            }
            assert_eq!(text_of(ErrorCode::Protocol), sentence(ErrorCode::Protocol));
        }
    }
}
