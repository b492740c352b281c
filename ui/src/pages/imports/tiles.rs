//! How many rows lead to what: one tile a group, as radio buttons.

use std::collections::BTreeMap;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::model::{GROUPS, Group, count};
use crate::components::Icon;
use crate::i18n::{grouped, imports};

/// Colour and icon of a group.
pub fn look(group: Group) -> (&'static str, Option<&'static str>) {
    match group {
        Group::All => ("", None),
        Group::Create => ("fg-ok", Some("plus")),
        Group::Update => ("fg-wait", Some("draft")),
        Group::Unchanged => ("muted", Some("same")),
        Group::Duplicate => ("fg-clash", Some("copy")),
        Group::Invalid => ("fg-bad", Some("bad")),
        Group::Skipped => ("muted", Some("off")),
    }
}

/// The word of a group.
pub fn group_name(group: Group) -> &'static str {
    match group {
        Group::All => imports::g_all(),
        Group::Create => imports::g_create(),
        Group::Update => imports::g_update(),
        Group::Unchanged => imports::g_unchanged(),
        Group::Duplicate => imports::g_duplicate(),
        Group::Invalid => imports::g_invalid(),
        Group::Skipped => imports::g_skipped(),
    }
}

/// The tiles.
#[component]
pub fn Tiles(
    /// The counts.
    #[prop(into)]
    counts: Signal<BTreeMap<String, u64>>,
    /// The chosen group.
    chosen: RwSignal<Group>,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let keys = move |event: KeyboardEvent| {
        let at = GROUPS.iter().position(|group| *group == chosen.get_untracked()).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (at + 1) % GROUPS.len(),
            "ArrowLeft" | "ArrowUp" => (at + GROUPS.len() - 1) % GROUPS.len(),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        chosen.set(GROUPS[to]);
        let tile = list.get_untracked().and_then(|list| list.children().item(u32::try_from(to).unwrap_or(0)));
        if let Some(tile) = tile.and_then(|tile| tile.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = tile.focus();
        }
    };
    view! {
        <div class="tally seven" role="radiogroup" aria-label=imports::tiles node_ref=list on:keydown=keys>
            {GROUPS
                .map(|group| {
                    let (colour, icon) = look(group);
                    let checked = Memo::new(move |_| chosen.get() == group);
                    view! {
                        <button
                            type="button"
                            role="radio"
                            data-testid=format!("import-group-{group:?}").to_lowercase()
                            aria-checked=move || checked.get().to_string()
                            tabindex=move || if checked.get() { "0" } else { "-1" }
                            on:click=move |_| chosen.set(group)
                        >
                            <span class=colour>
                                {icon.map(|icon| view! { <Icon name=icon size="s" /> })}
                                <span>{move || group_name(group)}</span>
                            </span>
                            <b>{move || grouped(counts.with(|counts| count(counts, group)))}</b>
                        </button>
                    }
                })
                .into_iter()
                .collect_view()}
        </div>
    }
}
