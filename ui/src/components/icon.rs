//! Icons come from one sprite that stands hidden in the page.

use leptos::prelude::*;

const SPRITE: &str = include_str!("../../../assets/icons.svg");

/// The sprite. Once, at the top of the page.
#[component]
pub fn Sprite() -> impl IntoView {
    let symbols =
        SPRITE.trim().trim_start_matches("<svg xmlns=\"http://www.w3.org/2000/svg\">").trim_end_matches("</svg>");
    view! { <svg class="sprite" aria-hidden="true" inner_html=symbols></svg> }
}

/// One icon, by its name in the sprite without `i-`. Decoration: the words beside it say the same.
#[component]
pub fn Icon(
    /// `ok`, `wait`, `bad`, …
    #[prop(into)]
    name: Signal<&'static str>,
    /// `s` 14 px, `l` 20 px, `xl` 32 px, `spin`; 16 px without.
    #[prop(optional)]
    size: &'static str,
) -> impl IntoView {
    view! {
        <svg class=format!("i {size}") aria-hidden="true">
            <use href=move || format!("#i-{}", name.get())></use>
        </svg>
    }
}
