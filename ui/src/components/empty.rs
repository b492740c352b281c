//! Nothing there, and not there yet.

use leptos::prelude::*;

use super::Icon;

/// Says that nothing is there, and what to do about it.
#[component]
pub fn Empty(
    /// Icon.
    icon: &'static str,
    /// In a few words.
    #[prop(into)]
    title: Signal<String>,
    /// What to do.
    #[prop(optional, into)]
    text: Option<Signal<String>>,
    /// `bad` for failures.
    #[prop(optional)]
    kind: &'static str,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=format!("empty {kind}") data-testid="empty">
            <Icon name=icon size="xl" />
            <h3>{title}</h3>
            {text.map(|text| view! { <p>{text}</p> })}
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </div>
    }
}

/// Grey bars while the first answer is waited for.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="col g20 pad" aria-busy="true">
            <span class="sk a"></span>
            <span class="sk b"></span>
            <span class="sk a"></span>
            <span class="sk c"></span>
            <span class="sk b"></span>
        </div>
    }
}
