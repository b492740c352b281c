//! How many rows lead to what: one tile a group, as radio buttons.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::model::{GROUPS, Group, count};
use crate::components::{Tally, Tile};
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
        Group::Skipped => ("muted", Some("dots")),
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
    /// Was the import taken back? Then what it saved is not there any more.
    #[prop(into)]
    undone: Signal<bool>,
) -> impl IntoView {
    let tiles = GROUPS.map(|group| Tile {
        testid: format!("import-group-{group:?}").to_lowercase(),
        look: look(group),
        name: Signal::derive(move || group_name(group)),
        count: Signal::derive(move || grouped(counts.with(|counts| count(counts, group)))),
        caption: group.is_saved().then(|| {
            Signal::derive(move || if undone.get() { imports::row_undone().to_owned() } else { String::new() })
        }),
    });
    let place = Signal::derive(move || GROUPS.iter().position(|group| *group == chosen.get()).unwrap_or(0));
    view! {
        <Tally
            label=imports::tiles
            class="tally seven"
            tiles=tiles.into()
            chosen=place
            on_choose=move |place: usize| chosen.set(GROUPS[place])
        />
    }
}
