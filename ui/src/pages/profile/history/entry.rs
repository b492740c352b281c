//! One thing that happened to a store, in words.

use chrono::{DateTime, Utc};
use domain::ipc::PendingChange;
use domain::{Decision, DeviceId, EditState, Source, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Side;
use super::past::{Met, Other, Past, Point};
use super::restore::Restore;
use crate::clock::{local, use_now};
use crate::components::{Button, Icon, Moment, state_label, use_toaster};
use crate::i18n::{everywhere, past as texts, profile as words};
use crate::ipc::{self, Entry};
use crate::pages::profile::editor::Editor;
use crate::words::change::{set_change, shown_field};
use crate::words::cure::cure;
use crate::words::field::field_label;
use crate::words::role::role_label;
use crate::words::source::source_label;
use crate::words::time;
use crate::words::value::value_text;

/// What all entries need to be worded.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The store.
    pub editor: Editor,
    /// Its past.
    pub past: StoredValue<Past>,
    /// This device.
    pub device: DeviceId,
    /// What the side shows.
    pub side: RwSignal<Side>,
    /// The only field that is shown; all if empty.
    pub field: RwSignal<String>,
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

fn outcome(field: &str, decision: &Decision) -> String {
    match decision {
        Decision::Applied => words::h_applied().to_owned(),
        Decision::Same => words::h_same().to_owned(),
        Decision::AutoResolved { rule, won: true } => words::h_won(rule),
        Decision::AutoResolved { rule, won: false } => words::h_lost(rule),
        Decision::NeedsReview => words::h_review().to_owned(),
        Decision::Rejected { code, .. } => words::h_rejected(cure(field, *code)),
    }
}

/// Something that waits here.
#[component]
pub fn Own(pending: PendingChange) -> impl IntoView {
    let toaster = use_toaster();
    let edit = pending.edit_id;
    let state = pending.state;
    let counts = state != EditState::Rejected;
    let class = match state {
        EditState::Rejected => "bad",
        EditState::InReview => "clash",
        _ => "wait",
    };
    let undo = move |_| {
        spawn_local(async move {
            match ipc::undo(edit).await {
                Ok(_) => toaster.say(everywhere::undone()),
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    let field = StoredValue::new(pending.change.field.clone());
    view! {
        <li class=class data-testid="history-entry">
            <Line who=pending.actor_name at=pending.at text=Signal::derive(move || field.with_value(|field| deed(Source::Manual, field))) />
            <Values
                field=pending.change.field
                before=pending.change.before
                after=pending.change.after
                counts=counts
            />
            <div class="row xs faint">
                {move || words::h_here_state(state_label(state))}
                <span class="end"></span>
                <Button kind="link sm" icon="undo" on_press=undo>{everywhere::undo}</Button>
            </div>
        </li>
    }
}

/// Something that the server knows.
#[component]
pub fn Gone(desk: Desk, entry: Entry) -> impl IntoView {
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
    let only = StoredValue::new(entry.field.shown_as().to_owned());
    let (decision, source, role, reason) = (entry.decision.clone(), entry.source, entry.role, entry.reason.clone());
    let class = tone(&decision);
    let at = saved_at(&entry);
    let (device, received) = (entry.dot.device, entry.received_at);
    let counts = !matches!(entry.decision, Decision::Rejected { .. });
    let now = use_now();
    let detail = move || {
        let by = words::h_by(role_label(role), source_label(source));
        let from = if device == desk.device { texts::this_device().to_owned() } else { texts::device(short(device)) };
        let late = (received - at).num_milliseconds() > LATE_MS;
        let late = late.then(|| texts::received(time::moment(local(received), local(now.get()))));
        let reason = reason.as_ref().map(words::h_reason);
        [Some(field.with_value(|field| outcome(field, &decision))), Some(by), Some(from), late, reason]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let met = desk.past.with_value(|past| past.met(edit, &entry.field).cloned());
    view! {
        <li class=class class:chosen=chosen data-testid="history-entry">
            <Line who=entry.actor_name at=at text=Signal::derive(move || field.with_value(|field| deed(source, field))) />
            <Values field=entry.field.as_str().to_owned() before=entry.before after=entry.after counts=counts />
            {met.map(|met| view! { <Others field=field met=met /> })}
            <div class="row xs faint">
                <span class="grow">{detail}</span>
                {move || {
                    let only = only.get_value();
                    desk.field
                        .with(String::is_empty)
                        .then(|| {
                            view! {
                                <Button kind="link sm" testid="history-only" on_press=move |_| desk.field.set(only.clone())>
                                    {texts::only_this}
                                </Button>
                            }
                        })
                }}
                <Button kind="link sm" icon="same" testid="compare-from" on_press=move |_| side.set(Side::Compare(Point::After(edit), Point::Now))>
                    {texts::compare_from}
                </Button>
                {counts
                    .then(|| view! {
                        <Button kind="link sm" icon="undo" testid="restore" disabled=locked on_press=move |_| side.set(Side::Restore(wanted.clone()))>
                            {words::restore}
                        </Button>
                    })}
            </div>
        </li>
    }
}

/// When an edit was saved on its device, by that device's clock.
pub fn saved_at(entry: &Entry) -> DateTime<Utc> {
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

/// What was written. The old value is struck only where the new one `counts`: a refused one has replaced nothing.
#[component]
fn Values(field: String, before: Value, after: Value, counts: bool) -> impl IntoView {
    if let Some(set) = set_change(&field, &before, &after) {
        return view! { <div class="sm">{move || set.words()}</div> }.into_any();
    }
    let (field, before, after) = (StoredValue::new(field), StoredValue::new(before), StoredValue::new(after));
    let worded = move |value: StoredValue<Value>| {
        move || field.with_value(|field| value.with_value(|value| value_text(field, value)))
    };
    view! {
        <div class="row sm">
            <span class:was=counts>{worded(before)}</span>
            <Icon name="arrow" size="s" />
            <span class="now">{worded(after)}</span>
        </div>
    }
    .into_any()
}
