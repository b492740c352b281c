//! Tiles with a count each, of which one is chosen: radio buttons with one tab stop that the arrow keys move between.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Icon;

/// One tile.
pub struct Tile {
    /// For tests.
    pub testid: String,
    /// Class of its colour, and its icon: never the colour alone.
    pub look: (&'static str, Option<&'static str>),
    /// What is counted.
    pub name: Signal<&'static str>,
    /// How many, as people read numbers.
    pub count: Signal<String>,
    /// A word beside it.
    pub caption: Option<Signal<String>>,
}

/// The tiles in a row.
#[component]
pub fn Tally(
    /// What they are, for screen readers.
    label: fn() -> &'static str,
    /// Class of the row.
    #[prop(default = "tally")]
    class: &'static str,
    /// Left to right.
    tiles: Vec<Tile>,
    /// The place of the chosen one.
    #[prop(into)]
    chosen: Signal<usize>,
    /// Somebody chose the one at this place.
    #[prop(into)]
    on_choose: Callback<usize>,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let places = tiles.len().max(1);
    let keys = move |event: KeyboardEvent| {
        let at = chosen.get_untracked();
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (at + 1) % places,
            "ArrowLeft" | "ArrowUp" => (at + places - 1) % places,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        on_choose.run(to);
        let tile = list.get_untracked().and_then(|list| list.children().item(u32::try_from(to).unwrap_or(0)));
        if let Some(tile) = tile.and_then(|tile| tile.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = tile.focus();
        }
    };
    let tiles = tiles.into_iter().enumerate().map(|(place, tile)| {
        let Tile { testid, look: (colour, icon), name, count, caption } = tile;
        let checked = Memo::new(move |_| chosen.get() == place);
        view! {
            <button
                type="button"
                role="radio"
                data-testid=testid
                aria-checked=move || checked.get().to_string()
                tabindex=move || if checked.get() { "0" } else { "-1" }
                on:click=move |_| on_choose.run(place)
            >
                <span class=colour>
                    {icon.map(|icon| view! { <Icon name=icon size="s" /> })}
                    <span>{name}</span>
                </span>
                <b>
                    {count}
                    {caption.map(|caption| view! { <small>{caption}</small> })}
                </b>
            </button>
        }
    });
    view! {
        <div class=class role="radiogroup" aria-label=label node_ref=list on:keydown=keys>
            {tiles.collect_view()}
        </div>
    }
}
