//! The outbox: banner, tiles, list and panel put together.

use std::sync::Arc;

use domain::EditId;
use domain::ipc::{OutboxGroup, OutboxPage as Answer, OutboxQuery, OutboxRow, StatusView, SyncPhase, Topic};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::all::AllRefused;
use super::banners::OutboxBanner;
use super::edit::{EditDialog, Editing};
use super::list::{List, Loaded};
use super::model::{self, EDIT_SCAN_MAX, REQUEST_ROWS_MAX};
use super::panel::{Acts, Panel};
use super::tiles::Tiles;
use crate::clock::{local, use_now};
use crate::components::{Button, Dialog, Empty, ProblemBanner, Skeleton, use_toaster};
use crate::focus::{focus_heading, focus_on, is_lost};
use crate::i18n::{listed, outbox};
use crate::ipc::{self, Reply};
use crate::keyboard::{PageKey, use_keyboard};
use crate::query::use_query;
use crate::route::{Route, StoreTab, use_navigator};
use crate::session::use_shared;
use crate::words::field::field_label;
use crate::words::time;

/// Narrower windows show the panel over the list, and only when asked.
const WIDE_PX: f64 = 1120.0;

/// A page, with the question that it answers.
struct Slice {
    offset: u64,
    group: OutboxGroup,
    page: Answer,
}

/// All lines of an edit, wherever in the outbox they are.
async fn lines_of(row: OutboxRow) -> Reply<Vec<OutboxRow>> {
    let mut found = Vec::new();
    let mut offset = 0;
    loop {
        let page = ipc::outbox(&OutboxQuery { group: row.group, offset, limit: REQUEST_ROWS_MAX }).await?;
        let got = page.rows.len() as u64;
        found.extend(page.rows.into_iter().filter(|other| other.edit_id == row.edit_id));
        offset += got;
        if got == 0 || offset >= page.total.min(EDIT_SCAN_MAX) {
            return Ok(found);
        }
    }
}

/// What somebody is asked before it is dropped.
#[derive(Clone, Debug, PartialEq)]
struct Dropping {
    edit_id: EditId,
    store: String,
    fields: Vec<String>,
}

/// The page.
#[component]
pub fn OutboxPage() -> impl IntoView {
    let shared = use_shared();
    let toaster = use_toaster();
    let navigator = use_navigator();
    let group = RwSignal::new(OutboxGroup::All);
    let (seen, set_seen) = signal((0, 0));
    let query = use_query(
        &[Topic::Outbox, Topic::Status],
        move || {
            let (first, last) = seen.get();
            let (offset, limit) = model::request(first, last);
            OutboxQuery { group: group.get(), offset, limit }
        },
        |asked: OutboxQuery| async move {
            let page = ipc::outbox(&asked).await?;
            Ok(Slice { offset: asked.offset, group: asked.group, page })
        },
    );
    let page = Signal::derive(move || query.get().map(|slice| slice.page.clone()).unwrap_or_default());
    let status: Signal<Option<StatusView>> = Signal::derive(move || shared.status().map(|status| (*status).clone()));
    let phase = Signal::derive(move || shared.status().map_or(SyncPhase::Pending, |status| status.phase));
    let loaded = Memo::new(move |_| match query.get() {
        Some(slice) if slice.group == group.get() => {
            Loaded { offset: slice.offset, rows: Arc::new(slice.page.rows.clone()), total: slice.page.total }
        }
        _ => Loaded::default(),
    });

    // The cursor stays on its line while lines come and go; if the line goes, it stays at its place.
    let cursor = RwSignal::new(0_u64);
    let line = RwSignal::new(None::<(EditId, String)>);
    let selected = Memo::new(move |_| loaded.with(|loaded| loaded.row(cursor.get())));
    // What the panel shows and the keys act on: the selected line, also while its rows are on their way.
    let detail = RwSignal::new(None::<OutboxRow>);
    Effect::new(move |_| {
        let row = selected.get();
        if (row.is_some() || loaded.with(|loaded| loaded.total == 0)) && detail.with_untracked(|before| *before != row)
        {
            detail.set(row);
        }
    });
    let key_of = |row: &OutboxRow| (row.edit_id, row.change.field.clone());
    Effect::new(move |_| {
        let now = loaded.get();
        if now.total == 0 {
            return;
        }
        let kept = line.with_untracked(|line| {
            let line = line.as_ref()?;
            now.rows.iter().position(|row| key_of(row) == *line)
        });
        let place = match kept {
            Some(n) => now.offset + n as u64,
            None => model::moved(cursor.get_untracked(), 0, now.total),
        };
        if place != cursor.get_untracked() {
            cursor.set(place);
        }
        if kept.is_none() {
            line.set(now.row(place).as_ref().map(key_of));
        }
    });
    let select = move |index: u64| {
        cursor.set(index);
        line.set(loaded.with_untracked(|loaded| loaded.row(index)).as_ref().map(key_of));
    };

    let wide = window().inner_width().ok().and_then(|width| width.as_f64()).is_none_or(|width| width >= WIDE_PX);
    let panel_open = RwSignal::new(wide);
    let editing = RwSignal::new(None::<Editing>);
    let dropping = RwSignal::new(None::<Dropping>);

    let sync_now = move || {
        spawn_local(async move {
            if let Err(problem) = ipc::sync_now().await {
                toaster.fail(&problem);
            }
        });
    };
    let retry = move || {
        let Some(row) = detail.get_untracked().filter(|row| model::offers(row).retry) else { return };
        spawn_local(async move {
            match ipc::retry(row.edit_id).await {
                Ok(()) => toaster.say(outbox::done_retry()),
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    let edit = move || {
        let Some(row) = detail.get_untracked() else { return };
        let offers = model::offers(&row);
        if !offers.edit_here {
            if offers.open_conflicts {
                navigator.go(Route::Conflicts);
            } else if offers.open_profile {
                navigator.go(Route::Store(row.merchant_id, StoreTab::Profile));
            }
            return;
        }
        spawn_local(async move {
            match lines_of(row.clone()).await {
                Ok(rows) => editing.set(Some(Editing::begin(&row, &rows))),
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    let ask_discard = move || {
        let Some(row) = detail.get_untracked().filter(|row| model::offers(row).discard) else { return };
        spawn_local(async move {
            match lines_of(row.clone()).await {
                Ok(rows) => dropping.set(Some(Dropping {
                    edit_id: row.edit_id,
                    store: row.merchant_name,
                    fields: rows.into_iter().map(|row| row.change.field).collect(),
                })),
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    let open = move || {
        if panel_open.get_untracked() {
            focus_panel();
        } else {
            panel_open.set(true);
            request_animation_frame(focus_panel);
        }
    };
    let close_panel = move || {
        panel_open.set(false);
        focus_row();
    };
    let acts = Acts {
        edit: Callback::new(move |()| edit()),
        retry: Callback::new(move |()| retry()),
        discard: Callback::new(move |()| ask_discard()),
        close: Callback::new(move |()| close_panel()),
    };
    use_keyboard().on_key(move |key| {
        let total = loaded.with_untracked(|loaded| loaded.total);
        match key {
            PageKey::Letter('j') => select(model::moved(cursor.get_untracked(), 1, total)),
            PageKey::Letter('k') => select(model::moved(cursor.get_untracked(), -1, total)),
            PageKey::Letter('e') => edit(),
            PageKey::Letter('r') => retry(),
            _ => return false,
        }
        true
    });

    // What is discarded takes its button with it, a moment later.
    let discarded = StoredValue::new(false);
    Effect::new(move |_| {
        loaded.track();
        request_animation_frame(move || {
            if discarded.try_get_value() == Some(true) && is_lost() {
                discarded.set_value(false);
                if !focus_row() {
                    focus_heading();
                }
            }
        });
    });
    let say = Memo::new(move |_| {
        status.with(|status| status.as_ref().and_then(|status| page.with(|page| model::banner(status, page))))
    });
    let empty = Memo::new(move |_| query.get().is_some() && loaded.with(|loaded| loaded.total == 0));
    let has_detail = Memo::new(move |_| detail.with(Option::is_some));
    let first_refused = move || {
        group.set(OutboxGroup::NeedsYou);
        cursor.set(0);
        line.set(None);
        panel_open.set(true);
    };
    view! {
        <div class="head">
            <h1>{outbox::title}<small>{outbox::lead}</small></h1>
            <div class="acts">
                <Button icon="sync" keys="Ctrl Shift S" testid="sync-now" on_press=move |_| sync_now()>{outbox::sync_now}</Button>
            </div>
        </div>
        <ProblemBanner problem=query.problem />
        <OutboxBanner say=say status=status on_first=move |()| first_refused() on_sync=move |()| sync_now() />
        <Tiles
            page=page
            status=status
            chosen=group
            on_choose=move |chosen| {
                group.set(chosen);
                cursor.set(0);
                line.set(None);
            }
        />
        <AllRefused group=group page=page />
        {move || query.get().is_none().then(|| view! { <Skeleton /> })}
        <div
            class="split"
            class:solo=move || !panel_open.get() || empty.get()
            hidden=move || query.get().is_none()
        >
            {move || if empty.get() {
                view! { <Nothing group=group page=page status=status /> }.into_any()
            } else {
                view! {
                    <List
                        loaded=loaded
                        cursor=cursor
                        phase=phase
                        seen=set_seen
                        on_select=move |index| {
                            select(index);
                        }
                        on_open=move |()| open()
                    />
                }
                    .into_any()
            }}
            {move || {
                let first = has_detail.get().then(|| detail.get_untracked()).flatten();
                (panel_open.get() && !empty.get())
                    .then_some(first)
                    .flatten()
                    .map(|first| {
                        let row = Signal::derive(move || detail.get().unwrap_or_else(|| first.clone()));
                        view! { <Panel row=row phase=phase acts=acts /> }
                    })
            }}
        </div>
        <EditDialog editing=editing />
        <DiscardDialog dropping=dropping on_discard=move |()| discarded.set_value(true) />
    }
}

fn focus_panel() {
    focus_on("aside.side footer .btn");
}

fn focus_row() -> bool {
    focus_on("[data-testid=outbox-row][tabindex=\"0\"]")
}

#[component]
fn Nothing(
    group: RwSignal<OutboxGroup>,
    #[prop(into)] page: Signal<Answer>,
    #[prop(into)] status: Signal<Option<StatusView>>,
) -> impl IntoView {
    let now = use_now();
    let last_sync = move || match status.with(|status| status.as_ref().and_then(|status| status.last_sync_at)) {
        Some(at) => outbox::empty_synced(time::moment(local(at), local(now.get()))),
        None => outbox::empty_never().to_owned(),
    };
    move || match page.with(|page| page.all) {
        0 => view! {
            <Empty
                icon="ok"
                title=Signal::derive(|| outbox::empty_title().to_owned())
                text=Signal::derive(last_sync)
            />
        }
        .into_any(),
        others => view! {
            <Empty
                icon="out"
                title=Signal::derive(|| outbox::empty_group().to_owned())
                text=Signal::derive(move || outbox::empty_group_hint(others))
            >
                <Button on_press=move |_| group.set(OutboxGroup::All)>{outbox::show_all}</Button>
            </Empty>
        }
        .into_any(),
    }
}

#[component]
fn DiscardDialog(
    dropping: RwSignal<Option<Dropping>>,
    /// Somebody confirmed it.
    #[prop(into)]
    on_discard: Callback<()>,
) -> impl IntoView {
    let toaster = use_toaster();
    let close = move || dropping.set(None);
    let drop_it = move || {
        let Some(dropped) = dropping.get_untracked() else { return };
        on_discard.run(());
        close();
        spawn_local(async move {
            match ipc::discard(dropped.edit_id).await {
                Ok(()) => toaster.say(outbox::done_discard()),
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    view! {
        <Dialog
            open=Signal::derive(move || dropping.with(Option::is_some))
            title=Signal::derive(|| outbox::discard_title().to_owned())
            on_close=move |()| close()
            footer=move || view! {
                <Button testid="discard-keep" on_press=move |_| close()>{outbox::discard_keep}</Button>
                <Button kind="danger solid" icon="trash" testid="discard-confirm" on_press=move |_| drop_it()>
                    {outbox::discard_do}
                </Button>
            }
        >
            <div class="txt">
                {move || dropping.get().map(|dropped| {
                    let fields: Vec<String> = dropped.fields.iter().map(|field| field_label(field)).collect();
                    outbox::discard_text(dropped.store, listed(&fields))
                })}
            </div>
        </Dialog>
    }
}
