//! Who acts next: one tile a group, as radio buttons.

use domain::ipc::{OutboxGroup, OutboxPage, StatusView, SyncPhase};
use leptos::prelude::*;

use super::model::{GROUPS, count, seconds_until};
use crate::clock::use_now;
use crate::components::{Tally, Tile};
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
        (OutboxGroup::NeedsYou, _) if page.needs_you > 0 => outbox::tile_refused().to_owned(),
        (OutboxGroup::WaitingOnOthers, _) if page.waiting > 0 => outbox::tile_review().to_owned(),
        (OutboxGroup::NeedsYou | OutboxGroup::WaitingOnOthers, _) => String::new(),
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
    let tiles = GROUPS.map(|group| Tile {
        testid: format!("outbox-group-{group:?}").to_lowercase(),
        look: look(group),
        name: Signal::derive(move || group_name(group)),
        count: Signal::derive(move || grouped(page.with(|page| count(page, group)))),
        caption: Some(Signal::derive(move || {
            page.with(|page| status.with(|status| caption(group, page, status.as_ref(), now.get())))
        })),
    });
    let place = Signal::derive(move || GROUPS.iter().position(|group| *group == chosen.get()).unwrap_or(0));
    view! {
        <div class="slot">
            <Tally
                label=outbox::group_label
                tiles=tiles.into()
                chosen=place
                on_choose=move |place: usize| on_choose.run(GROUPS[place])
            />
        </div>
    }
}
