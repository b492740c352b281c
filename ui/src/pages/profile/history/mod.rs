//! What happened to a store, what it was at any moment, and the way back.

mod compare;
mod entry;
mod export;
mod past;
mod restore;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::MerchantId;
use domain::ipc::{HistoryView, PendingChange, Topic};
use leptos::prelude::*;

use self::compare::Compare;
use self::entry::{Desk, Gone, Own};
use self::export::ExportHistory;
use self::past::{Past, Point};
use self::restore::{Preview, Restore};
use super::editor::Editor;
use crate::clock::{local, use_now};
use crate::components::{Banner, Button, Empty, Icon, Problem, Segment, Segmented, Skeleton, Tone};
use crate::i18n::{past as texts, profile as words};
use crate::ipc::{self, Entry};
use crate::query::use_query;
use crate::words::field::field_label;
use crate::words::time;

/// Entries that are shown; a page with more would be slow, and nobody scrolls so far.
const ENTRIES_MAX: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    All,
    Here,
    Server,
}

/// What the side shows.
#[derive(Clone, Debug, Default, PartialEq)]
enum Side {
    /// How to begin.
    #[default]
    Nothing,
    /// One value that somebody wants back.
    Restore(Restore),
    /// Two moments.
    Compare(Point, Point),
}

/// The tab.
#[component]
pub fn History(editor: Editor, id: MerchantId) -> impl IntoView {
    let export = id.clone();
    let history = use_query(&[Topic::Stores, Topic::Outbox, Topic::Reviews], move || id.clone(), ipc::history);
    let shown = RwSignal::new(Shown::All);
    let field = RwSignal::new(String::new());
    let side = RwSignal::new(Side::Nothing);
    let count = move |pick: fn(&HistoryView) -> usize| move || history.get().map(|history| pick(&history) as u64);
    let segments = vec![
        Segment::new(Shown::All, || words::h_all().to_owned())
            .count(count(|history| history.pending.len() + history.entries.len())),
        Segment::new(Shown::Here, || words::h_here().to_owned()).count(count(|history| history.pending.len())),
        Segment::new(Shown::Server, || words::h_server().to_owned()).count(count(|history| history.entries.len())),
    ];
    let list = move || match (history.get(), history.problem.get()) {
        (Some(history), _) => entries(editor, &history, shown.get(), field, side).into_any(),
        (None, Some(problem)) => {
            view! { <div class="msg bad"><Icon name="bad" size="s" /><Problem problem=problem /></div> }.into_any()
        }
        (None, None) => view! { <Skeleton /> }.into_any(),
    };
    let fields = move || {
        let names = history.get().map(|history| field_names(&history)).unwrap_or_default();
        let option = |name: String| {
            let label = field_label(&name);
            view! { <option value=name>{label}</option> }
        };
        names.into_iter().map(option).collect_view()
    };
    view! {
        <div class="audit body" role="tabpanel">
            <section class="scroll" data-testid="history">
                <div class="row wrap">
                    <Segmented
                        label=Signal::derive(|| words::h_filter().to_owned())
                        segments=segments
                        chosen=shown
                        on_choose=move |choice| shown.set(choice)
                    />
                    <select
                        class="in w160"
                        aria-label=texts::fields
                        data-testid="history-field"
                        prop:value=field
                        on:change=move |event| field.set(event_target_value(&event))
                    >
                        <option value="">{texts::any_field}</option>
                        {fields}
                    </select>
                    <span class="end"></span>
                    <ExportHistory id=export.clone() field=field />
                    <Button icon="same" testid="compare" on_press=move |_| side.set(Side::Compare(Point::Start, Point::Now))>
                        {texts::compare}
                    </Button>
                </div>
                <Missing history=history.data />
                {list}
            </section>
            {move || match (side.get(), history.get()) {
                (Side::Compare(from, to), Some(history)) => view! {
                    <Compare editor=editor history=history from=from to=to on_points=move |(from, to)| side.set(Side::Compare(from, to)) />
                }
                .into_any(),
                (Side::Restore(restore), _) => view! { <Preview editor=editor restore=restore side=side /> }.into_any(),
                _ => view! { <Hint /> }.into_any(),
            }}
        </div>
    }
}

/// The fields that something happened to, as people see fields.
fn field_names(history: &HistoryView) -> Vec<String> {
    let entries = history.entries.iter().map(|entry| entry.field.shown_as().to_owned());
    let pending = history.pending.iter().map(|pending| pending.change.field.clone());
    entries.chain(pending).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Which part of the history is not here.
#[component]
fn Missing(history: RwSignal<Option<Arc<HistoryView>>>) -> impl IntoView {
    let now = use_now();
    move || {
        let history = history.get()?;
        let text = match (history.complete, history.as_of) {
            (false, Some(at)) => texts::offline_some(time::moment(local(at), local(now.get()))),
            (false, None) => texts::offline_none().to_owned(),
            (true, _) if history.older => texts::older().to_owned(),
            (true, _) => return None,
        };
        let icon = if history.complete { "info" } else { "off" };
        Some(view! { <Banner tone=Tone::Plain icon=icon><span data-testid="history-missing">{text}</span></Banner> })
    }
}

#[component]
fn Hint() -> impl IntoView {
    view! {
        <aside class="col g6" aria-label=words::restore_title>
            <h3>{words::restore_title}</h3>
            <p class="sm muted">{words::restore_pick}</p>
        </aside>
    }
}

fn entries(
    editor: Editor,
    history: &HistoryView,
    shown: Shown,
    field: RwSignal<String>,
    side: RwSignal<Side>,
) -> impl IntoView + use<> {
    let only = field.get();
    let wanted = |name: &str| only.is_empty() || name == only;
    let here: Vec<PendingChange> = match shown {
        Shown::Server => Vec::new(),
        Shown::All | Shown::Here => {
            history.pending.iter().filter(|pending| wanted(&pending.change.field)).cloned().collect()
        }
    };
    let there: Vec<Entry> = match shown {
        Shown::Here => Vec::new(),
        Shown::All | Shown::Server => {
            history.entries.iter().filter(|entry| wanted(entry.field.shown_as())).cloned().collect()
        }
    };
    if here.is_empty() && there.is_empty() {
        return view! { <Empty icon="clock" title=Signal::derive(|| words::history_empty().to_owned()) /> }.into_any();
    }
    let desk =
        Desk { editor, past: StoredValue::new(Past::new(&history.entries)), device: history.device, side, field };
    let cut = there.len() > ENTRIES_MAX;
    view! {
        <ol class="tl">
            {here.into_iter().map(|pending| view! { <Own pending=pending /> }).collect_view()}
            {there.into_iter().take(ENTRIES_MAX).map(|entry| view! { <Gone desk=desk entry=entry /> }).collect_view()}
        </ol>
        {cut.then(|| view! { <p class="hint">{move || texts::shown_part(ENTRIES_MAX as u64)}</p> })}
    }
    .into_any()
}
