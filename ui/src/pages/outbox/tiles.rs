//! Who acts next: one tile a group, as radio buttons.

use domain::ipc::{OutboxGroup, OutboxPage, StatusView, SyncPhase};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::model::{GROUPS, count, seconds_until};
use crate::clock::use_now;
use crate::components::Icon;
use crate::i18n::{grouped, outbox};
use crate::words::time;

fn look(group: OutboxGroup) -> (&'static str, Option<&'static str>) {
    match group {
        OutboxGroup::All => ("", None),
        OutboxGroup::NeedsYou => ("fg-bad", Some("bad")),
        OutboxGroup::Retrying => ("fg-wait", Some("sync")),
        OutboxGroup::WaitingOnOthers => ("fg-hold", Some("hold")),
        OutboxGroup::Queued => ("fg-wait", Some("wait")),
    }
}

/// The name of a group.
pub fn group_name(group: OutboxGroup) -> &'static str {
    match group {
        OutboxGroup::All => outbox::group_all(),
        OutboxGroup::NeedsYou => outbox::group_needs_you(),
        OutboxGroup::Retrying => outbox::group_retrying(),
        OutboxGroup::WaitingOnOthers => outbox::group_waiting(),
        OutboxGroup::Queued => outbox::group_queued(),
    }
}

fn caption(
    group: OutboxGroup,
    page: &OutboxPage,
    status: Option<&StatusView>,
    now: chrono::DateTime<chrono::Utc>,
) -> String {
    let phase = status.map(|status| status.phase);
    match (group, phase) {
        (OutboxGroup::All, _) => outbox::tile_stores(page.merchants),
        (OutboxGroup::NeedsYou, _) => outbox::tile_refused().to_owned(),
        (OutboxGroup::WaitingOnOthers, _) => outbox::tile_review().to_owned(),
        (OutboxGroup::Retrying | OutboxGroup::Queued, Some(SyncPhase::Paused)) => outbox::tile_paused().to_owned(),
        (OutboxGroup::Retrying | OutboxGroup::Queued, Some(SyncPhase::Error)) => outbox::tile_repair().to_owned(),
        (OutboxGroup::Retrying, Some(SyncPhase::Offline)) => outbox::tile_offline().to_owned(),
        (OutboxGroup::Retrying, _) => match status.and_then(|status| status.next_attempt_at) {
            Some(at) if page.retrying > 0 && at > now => outbox::tile_next_in(time::span(seconds_until(at, now))),
            _ if page.retrying > 0 => outbox::tile_retry_soon().to_owned(),
            _ => String::new(),
        },
        (OutboxGroup::Queued, Some(SyncPhase::Offline)) => outbox::tile_when_online().to_owned(),
        (OutboxGroup::Queued, Some(SyncPhase::Syncing)) if page.queued > 0 => outbox::tile_sending().to_owned(),
        (OutboxGroup::Queued, _) if page.queued > 0 => outbox::tile_next_batch().to_owned(),
        (OutboxGroup::Queued, _) => String::new(),
    }
}

/// The tiles.
#[component]
pub fn Tiles(
    /// The counts.
    #[prop(into)]
    page: Signal<OutboxPage>,
    /// The status.
    #[prop(into)]
    status: Signal<Option<StatusView>>,
    /// The chosen group.
    #[prop(into)]
    chosen: Signal<OutboxGroup>,
    /// Somebody chose.
    #[prop(into)]
    on_choose: Callback<OutboxGroup>,
) -> impl IntoView {
    let now = use_now();
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
        on_choose.run(GROUPS[to]);
        let tile = list.get_untracked().and_then(|list| list.children().item(u32::try_from(to).unwrap_or(0)));
        if let Some(tile) = tile.and_then(|tile| tile.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = tile.focus();
        }
    };
    let tiles = GROUPS.map(|group| {
        let (colour, icon) = look(group);
        let checked = Memo::new(move |_| chosen.get() == group);
        view! {
            <button
                type="button"
                role="radio"
                data-testid=format!("outbox-group-{group:?}").to_lowercase()
                aria-checked=move || checked.get().to_string()
                tabindex=move || if checked.get() { "0" } else { "-1" }
                on:click=move |_| on_choose.run(group)
            >
                <span class=colour>
                    {icon.map(|icon| view! { <Icon name=icon size="s" /> })}
                    <span>{move || group_name(group)}</span>
                </span>
                <b>
                    {move || grouped(page.with(|page| count(page, group)))}
                    <small>{move || page.with(|page| status.with(|status| caption(group, page, status.as_ref(), now.get())))}</small>
                </b>
            </button>
        }
    });
    view! {
        <div class="slot">
            <div class="tally" role="radiogroup" aria-label=outbox::group_label node_ref=list on:keydown=keys>
                {tiles.into_iter().collect_view()}
            </div>
        </div>
    }
}
