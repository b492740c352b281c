//! What happened to a store, what it was at any moment, and the way back.

mod compare;
mod past;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::ipc::{HistoryView, PendingChange, Topic};
use domain::{Decision, DeviceId, EditState, FieldPath, MerchantId, Profile, Source, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;

use self::compare::Compare;
use self::past::{Met, Other, Past, Point};
use super::editor::Editor;
use crate::clock::{local, use_now};
use crate::components::{
    Banner, Button, Empty, Icon, Moment, Problem, Segment, Segmented, Skeleton, Tone, state_label, use_toaster,
};
use crate::i18n::{common, past as texts, profile as words};
use crate::ipc::{self, Entry};
use crate::query::use_query;
use crate::words::change::{set_change, shown_field};
use crate::words::field::field_label;
use crate::words::problem::sentence;
use crate::words::role::role_label;
use crate::words::source::source_label;
use crate::words::time;
use crate::words::value::value_text;

/// Entries that are shown; a page with more would be slow, and nobody scrolls so far.
const ENTRIES_MAX: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    All,
    Here,
    Server,
}

/// A value of the history that somebody wants back.
#[derive(Clone, Debug, PartialEq)]
struct Restore {
    field: FieldPath,
    value: Value,
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

/// What all entries need to be worded.
#[derive(Clone, Copy)]
struct Desk {
    editor: Editor,
    past: StoredValue<Past>,
    device: DeviceId,
    side: RwSignal<Side>,
}

/// Saved on a device and taken by the server farther apart than this is worth saying, in milliseconds.
const LATE_MS: i64 = 60_000;

fn deed(source: Source, field: &str) -> String {
    let field = field_label(shown_field(field));
    match source {
        Source::Resolution => words::h_resolved(field),
        Source::Import => words::h_imported(field),
        _ => words::h_changed(field),
    }
}

/// Class of the style sheet.
fn tone(decision: &Decision) -> &'static str {
    match decision {
        Decision::Applied | Decision::Same | Decision::AutoResolved { won: true, .. } => "ok",
        Decision::AutoResolved { won: false, .. } | Decision::NeedsReview => "clash",
        Decision::Rejected { .. } => "bad",
    }
}

fn outcome(decision: &Decision) -> String {
    match decision {
        Decision::Applied => words::h_applied().to_owned(),
        Decision::Same => words::h_same().to_owned(),
        Decision::AutoResolved { rule, won: true } => words::h_won(rule),
        Decision::AutoResolved { rule, won: false } => words::h_lost(rule),
        Decision::NeedsReview => words::h_review().to_owned(),
        Decision::Rejected { code, .. } => words::h_rejected(sentence(*code)),
    }
}

/// The same store with one register as it was.
fn with_register(profile: &Profile, restore: &Restore) -> Profile {
    let mut registers = profile.to_registers();
    if restore.value.is_null() {
        registers.remove(&restore.field);
    } else {
        registers.insert(restore.field.clone(), restore.value.clone());
    }
    Profile::from_registers(profile.merchant_id.clone(), &registers)
}

fn register(profile: &Profile, field: &FieldPath) -> Value {
    profile.to_registers().remove(field).unwrap_or_default()
}

/// The tab.
#[component]
pub fn History(editor: Editor, id: MerchantId) -> impl IntoView {
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
        (Some(history), _) => entries(editor, &history, shown.get(), &field.get(), side).into_any(),
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
    field: &str,
    side: RwSignal<Side>,
) -> impl IntoView + use<> {
    let wanted = |name: &str| field.is_empty() || name == field;
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
    let desk = Desk { editor, past: StoredValue::new(Past::new(&history.entries)), device: history.device, side };
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

#[component]
fn Own(pending: PendingChange) -> impl IntoView {
    let toaster = use_toaster();
    let edit = pending.edit_id;
    let state = pending.state;
    let class = match state {
        EditState::Rejected => "bad",
        EditState::InReview => "clash",
        _ => "wait",
    };
    let undo = move |_| {
        spawn_local(async move {
            match ipc::undo(edit).await {
                Ok(_) => toaster.say(common::undone()),
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    let field = StoredValue::new(pending.change.field.clone());
    view! {
        <li class=class data-testid="history-entry">
            <Line who=pending.actor_name at=pending.at text=Signal::derive(move || field.with_value(|field| deed(Source::Manual, field))) />
            <Values field=pending.change.field before=pending.change.before after=pending.change.after />
            <div class="row xs faint">
                {move || words::h_here_state(state_label(state))}
                <span class="end"></span>
                <Button kind="link sm" icon="undo" on_press=undo>{common::undo}</Button>
            </div>
        </li>
    }
}

/// Something that the server knows.
#[component]
fn Gone(desk: Desk, entry: Entry) -> impl IntoView {
    let (side, edit) = (desk.side, entry.edit_id);
    let wanted = Restore { field: entry.field.clone(), value: entry.before.clone() };
    let chosen = {
        let wanted = wanted.clone();
        Memo::new(move |_| {
            side.with(|side| match side {
                Side::Restore(restore) => *restore == wanted,
                Side::Compare(from, to) => [*from, *to].contains(&Point::After(edit)),
                Side::Nothing => false,
            })
        })
    };
    let locked = {
        let shown = entry.field.shown_as().to_owned();
        Memo::new(move |_| desk.editor.is_locked(&shown))
    };
    let field = StoredValue::new(entry.field.as_str().to_owned());
    let (decision, source, role, reason) = (entry.decision.clone(), entry.source, entry.role, entry.reason.clone());
    let class = tone(&decision);
    let at = saved_at(&entry);
    let (device, received) = (entry.dot.device, entry.received_at);
    let now = use_now();
    let detail = move || {
        let by = words::h_by(role_label(role), source_label(source));
        let from = if device == desk.device { texts::this_device().to_owned() } else { texts::device(short(device)) };
        let late = (received - at).num_milliseconds() > LATE_MS;
        let late = late.then(|| texts::received(time::moment(local(received), local(now.get()))));
        let reason = reason.as_ref().map(words::h_reason);
        [Some(outcome(&decision)), Some(by), Some(from), late, reason]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let met = desk.past.with_value(|past| past.met(edit, &entry.field).cloned());
    view! {
        <li class=class class:chosen=chosen data-testid="history-entry">
            <Line who=entry.actor_name at=at text=Signal::derive(move || field.with_value(|field| deed(source, field))) />
            <Values field=entry.field.as_str().to_owned() before=entry.before after=entry.after />
            {met.map(|met| view! { <Others field=field met=met /> })}
            <div class="row xs faint">
                <span class="grow">{detail}</span>
                <Button kind="link sm" icon="same" testid="compare-from" on_press=move |_| side.set(Side::Compare(Point::After(edit), Point::Now))>
                    {texts::compare_from}
                </Button>
                <Button kind="link sm" icon="undo" testid="restore" disabled=locked on_press=move |_| side.set(Side::Restore(wanted.clone()))>
                    {words::restore}
                </Button>
            </div>
        </li>
    }
}

/// When an edit was saved on its device, by that device's clock.
fn saved_at(entry: &Entry) -> DateTime<Utc> {
    let millis = i64::try_from(entry.hlc.wall_ms()).unwrap_or(0);
    DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or(entry.received_at)
}

/// The first digits of a device's id, enough to tell a merchant's devices apart.
fn short(device: DeviceId) -> String {
    device.to_string().chars().take(6).collect()
}

/// What an entry met: who lost, or who was preferred.
#[component]
fn Others(field: StoredValue<String>, met: Met) -> impl IntoView {
    let met = StoredValue::new(met);
    let worded = move |other: &Other, alone: fn(String) -> String, by: fn(String, String) -> String| {
        let value = field.with_value(|field| value_text(field, &other.value));
        match &other.who {
            Some(who) => by(value, who.clone()),
            None => alone(value),
        }
    };
    let lines = move || {
        met.with_value(|met| {
            let lost = met.losers.iter().map(|other| worded(other, texts::loser, texts::loser_by));
            let won = met.winner.iter().map(|other| worded(other, texts::winner, texts::winner_by));
            lost.chain(won)
                .map(|text| view! { <div class="row xs met"><Icon name="clash" size="s" />{text}</div> })
                .collect_view()
        })
    };
    view! { <div data-testid="history-met">{lines}</div> }
}

#[component]
fn Line(who: String, at: DateTime<Utc>, text: Signal<String>) -> impl IntoView {
    view! {
        <div class="row">
            <b>{who}</b>
            <span class="grow">{text}</span>
            <Moment at=at />
        </div>
    }
}

#[component]
fn Values(field: String, before: Value, after: Value) -> impl IntoView {
    if let Some(set) = set_change(&field, &before, &after) {
        return view! { <div class="sm">{move || set.words()}</div> }.into_any();
    }
    let (field, before, after) = (StoredValue::new(field), StoredValue::new(before), StoredValue::new(after));
    let worded = move |value: StoredValue<Value>| {
        move || field.with_value(|field| value.with_value(|value| value_text(field, value)))
    };
    view! {
        <div class="row sm">
            <span class="was">{worded(before)}</span>
            <Icon name="arrow" size="s" />
            <span class="now">{worded(after)}</span>
        </div>
    }
    .into_any()
}

#[component]
fn Preview(editor: Editor, restore: Restore, side: RwSignal<Side>) -> impl IntoView {
    let restored = StoredValue::new(restore);
    let body = move || {
        let restored = restored.get_value();
        let Some(view) = editor.view.get() else { return ().into_any() };
        let now = register(&view.profile, &restored.field);
        let edited = with_register(&view.profile, &restored);
        let same = now == restored.value;
        let path = restored.field.as_str().to_owned();
        let set = set_change(&path, &now, &restored.value);
        let (label, before, after) =
            (field_label(shown_field(&path)), value_text(&path, &now), value_text(&path, &restored.value));
        let act = move |_| {
            let done = move || {
                side.try_set(Side::Nothing);
            };
            editor.restore(edited.clone(), done);
        };
        view! {
            <p class="sm muted">{words::restore_text}</p>
            {match set {
                Some(set) => view! { <p class="sm"><b>{label}</b> " " {set.words()}</p> }.into_any(),
                None => view! {
                    <div class="dl">
                        <span class="s del" aria-label=words::now>"−"</span>
                        <span class="del">{label.clone()} " " {before}</span>
                        <span class="s add" aria-label=words::then>"+"</span>
                        <span class="add">{label} " " {after}</span>
                    </div>
                }
                .into_any(),
            }}
            {same.then(|| view! { <p class="msg">{words::restore_same}</p> })}
            <div class="row">
                <Button kind="primary" testid="restore-do" disabled=same on_press=act>{words::restore_do}</Button>
                <Button kind="quiet" on_press=move |_| side.set(Side::Nothing)>{common::cancel}</Button>
            </div>
        }
        .into_any()
    };
    view! {
        <aside class="col g6" aria-label=words::restore_title>
            <h3>{words::restore_title}</h3>
            {body}
        </aside>
    }
}
