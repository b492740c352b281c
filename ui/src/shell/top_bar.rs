//! Search, language, theme and account.

use domain::ipc::Theme;
use leptos::prelude::*;

use super::use_sign_out;
use crate::appearance::use_appearance;
use crate::components::{Icon, IconButton, Kbd, Menu, Segment, Segmented};
use crate::i18n::{Language, lang, shell};
use crate::keyboard::use_keyboard;
use crate::route::{Route, use_navigator};
use crate::session::use_shared;
use crate::words::role::role_label;

/// Chinese or English.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let segments = vec![
        Segment::new(Language::Chinese, || "中文".to_owned()).lang("zh-CN"),
        Segment::new(Language::English, || "English".to_owned()).lang("en"),
    ];
    let appearance = use_appearance();
    let choose = move |language: Language| appearance.set_language(language);
    view! {
        <Segmented
            kind="sm"
            label=Signal::derive(|| shell::language().to_owned())
            segments=segments
            chosen=Signal::derive(lang)
            on_choose=choose
            testid="language"
        />
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let appearance = use_appearance();
    let icon = Signal::derive(move || match appearance.theme() {
        Theme::System => "dev",
        Theme::Light => "sun",
        Theme::Dark => "moon",
    });
    let label = Signal::derive(move || {
        match appearance.theme() {
            Theme::System => shell::theme_system(),
            Theme::Light => shell::theme_light(),
            Theme::Dark => shell::theme_dark(),
        }
        .to_owned()
    });
    let next = move |_| {
        appearance.set_theme(match untrack(|| appearance.theme()) {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        });
    };
    view! { <IconButton icon=icon label=label testid="theme" on_press=next /> }
}

#[component]
fn Account() -> impl IntoView {
    let shared = use_shared();
    let navigator = use_navigator();
    let sign_out = use_sign_out();
    let session = Memo::new(move |_| shared.status().map(|status| status.session.clone()));
    let face = move || {
        session.get().map(|session| match session.actor {
            Some(actor) => {
                let initial: String = actor.name.chars().take(1).collect();
                view! {
                    <span class="avatar" aria-hidden="true">{initial}</span>
                    <span data-testid="account-name">{actor.name}</span>
                    <span class="faint">
                        {move || if session.signed_in { role_label(actor.role) } else { shell::signed_out() }}
                    </span>
                    <Icon name="down" size="s" />
                }
                .into_any()
            }
            None => view! {
                <Icon name="user" />
                {shell::signed_out}
                <Icon name="down" size="s" />
            }
            .into_any(),
        })
    };
    view! {
        <Menu class="me" face=face testid="account" to_left=true>
            {move || {
                let signed_in = session.get().is_some_and(|session| session.signed_in);
                let known = session.get().is_some_and(|session| session.actor.is_some());
                if signed_in {
                    view! {
                        <button type="button" role="menuitem" data-testid="sign-out" on:click=move |_| sign_out.ask()>
                            {shell::sign_out}
                        </button>
                    }
                    .into_any()
                } else {
                    view! {
                        <button
                            type="button"
                            role="menuitem"
                            data-testid="sign-in"
                            on:click=move |_| navigator.go(Route::SignIn)
                        >
                            {move || if known { shell::sign_in_again() } else { shell::sign_in() }}
                        </button>
                    }
                    .into_any()
                }
            }}
            <button type="button" role="menuitem" on:click=move |_| navigator.go(Route::Settings)>
                {shell::settings}
            </button>
        </Menu>
    }
}

/// The top bar.
#[component]
pub fn TopBar() -> impl IntoView {
    let keyboard = use_keyboard();
    view! {
        <header class="top" data-region="top">
            <button
                type="button"
                class="find"
                data-testid="palette-open"
                aria-keyshortcuts="Control+K"
                on:click=move |_| keyboard.palette.set(true)
            >
                <Icon name="find" />
                <span class="grow">{shell::search}</span>
                <Kbd keys="Ctrl" />
                <Kbd keys="K" />
            </button>
            <span class="grow"></span>
            <LanguageSwitch />
            <ThemeButton />
            <Account />
        </header>
    }
}
