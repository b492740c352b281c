//! Buttons, with the key that does the same.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::Icon;
use crate::keyboard::is_mac;

/// A key or a chord, `Ctrl S`; `Ctrl` is `⌘` on macOS.
#[component]
pub fn Kbd(
    /// Keys, separated by blanks.
    keys: &'static str,
) -> impl IntoView {
    let keys = if is_mac() { keys.replace("Ctrl", "⌘").replace("Shift", "⇧") } else { keys.to_owned() };
    view! { <kbd>{keys}</kbd> }
}

/// A button with words.
#[component]
pub fn Button(
    /// `primary`, `quiet`, `danger`, `sm`, …
    #[prop(optional)]
    kind: &'static str,
    /// Icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Key that does the same.
    #[prop(optional)]
    keys: Option<&'static str>,
    /// Not now?
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// For tests.
    #[prop(optional)]
    testid: Option<&'static str>,
    /// `submit` in forms.
    #[prop(default = "button")]
    r#type: &'static str,
    /// What it does.
    #[prop(optional, into)]
    on_press: Option<Callback<MouseEvent>>,
    children: Children,
) -> impl IntoView {
    let small = kind.contains("sm");
    view! {
        <button
            type=r#type
            class=format!("btn {kind}")
            disabled=disabled
            data-testid=testid
            on:click=move |event| {
                if let Some(on_press) = on_press {
                    on_press.run(event);
                }
            }
        >
            {icon.map(|name| view! { <Icon name=name size=if small { "s" } else { "" } /> })}
            {children()}
            {keys.map(|keys| view! { <Kbd keys=keys /> })}
        </button>
    }
}

/// A button that is only an icon; its label is for those who cannot see it.
#[component]
pub fn IconButton(
    /// Icon.
    #[prop(into)]
    icon: Signal<&'static str>,
    /// What it does, in words.
    #[prop(into)]
    label: Signal<String>,
    /// `sm` and others.
    #[prop(optional)]
    kind: &'static str,
    /// Not now?
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// For tests.
    #[prop(optional)]
    testid: Option<&'static str>,
    /// What it does.
    #[prop(into)]
    on_press: Callback<MouseEvent>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("btn quiet ico {kind}")
            aria-label=label
            title=label
            disabled=disabled
            data-testid=testid
            on:click=move |event| on_press.run(event)
        >
            <Icon name=icon />
        </button>
    }
}
