//! What happened to a store, and the way back.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::ipc::{HistoryView, PendingChange, Topic};
use domain::{Decision, EditState, FieldPath, MerchantId, Profile, Source, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::editor::Editor;
use crate::components::{
    Banner, Button, Empty, Icon, Moment, Problem, Segment, Segmented, Skeleton, Tone, state_label, use_toaster,
};
use crate::i18n::{common, profile as words};
use crate::ipc::{self, Entry};
use crate::query::use_query;
use crate::words::change::{set_change, shown_field};
use crate::words::field::field_label;
use crate::words::problem::sentence;
use crate::words::role::role_label;
use crate::words::source::source_label;
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
    let restore = RwSignal::new(None::<Restore>);
    let count = move |pick: fn(&HistoryView) -> usize| move || history.get().map(|history| pick(&history) as u64);
    let segments = vec![
        Segment::new(Shown::All, || words::h_all().to_owned())
            .count(count(|history| history.pending.len() + history.entries.len())),
        Segment::new(Shown::Here, || words::h_here().to_owned()).count(count(|history| history.pending.len())),
        Segment::new(Shown::Server, || words::h_server().to_owned()).count(count(|history| history.entries.len())),
    ];
    let list = move || match (history.get(), history.problem.get()) {
        (Some(history), _) => entries(editor, history, shown.get(), restore).into_any(),
        (None, Some(problem)) => {
            view! { <div class="msg bad"><Icon name="bad" size="s" /><Problem problem=problem /></div> }.into_any()
        }
        (None, None) => view! { <Skeleton /> }.into_any(),
    };
    let partial = move || history.get().is_some_and(|history| !history.complete);
    view! {
        <div class="audit body" role="tabpanel">
            <section class="scroll" data-testid="history">
                <div class="row">
                    <Segmented
                        label=Signal::derive(|| words::h_filter().to_owned())
                        segments=segments
                        chosen=shown
                        on_choose=move |choice| shown.set(choice)
                    />
                </div>
                {move || partial().then(|| view! { <Banner tone=Tone::Plain icon="off">{words::history_partial}</Banner> })}
                {list}
            </section>
            <Preview editor=editor restore=restore />
        </div>
    }
}

fn entries(
    editor: Editor,
    history: Arc<HistoryView>,
    shown: Shown,
    restore: RwSignal<Option<Restore>>,
) -> impl IntoView {
    let here = if shown == Shown::Server { Vec::new() } else { history.pending.clone() };
    let there: Vec<Entry> =
        if shown == Shown::Here { Vec::new() } else { history.entries.iter().take(ENTRIES_MAX).cloned().collect() };
    if here.is_empty() && there.is_empty() {
        return view! { <Empty icon="clock" title=Signal::derive(|| words::history_empty().to_owned()) /> }.into_any();
    }
    view! {
        <ol class="tl">
            {here.into_iter().map(|pending| view! { <Own pending=pending /> }).collect_view()}
            {there.into_iter().map(|entry| view! { <Past editor=editor entry=entry restore=restore /> }).collect_view()}
        </ol>
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

#[component]
fn Past(editor: Editor, entry: Entry, restore: RwSignal<Option<Restore>>) -> impl IntoView {
    let wanted = Restore { field: entry.field.clone(), value: entry.before.clone() };
    let chosen = {
        let wanted = wanted.clone();
        Memo::new(move |_| restore.with(|restore| restore.as_ref() == Some(&wanted)))
    };
    let locked = {
        let shown = entry.field.shown_as().to_owned();
        Memo::new(move |_| editor.is_locked(&shown))
    };
    let field = StoredValue::new(entry.field.as_str().to_owned());
    let (decision, source, role, reason) = (entry.decision.clone(), entry.source, entry.role, entry.reason.clone());
    let class = tone(&decision);
    let detail = move || {
        let by = words::h_by(role_label(role), source_label(source));
        let reason = reason.as_ref().map(words::h_reason);
        [Some(outcome(&decision)), Some(by), reason].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let at = DateTime::<Utc>::from_timestamp_millis(i64::try_from(entry.hlc.wall_ms()).unwrap_or(0))
        .unwrap_or(entry.received_at);
    view! {
        <li class=class class:chosen=chosen data-testid="history-entry">
            <Line who=entry.actor_name at=at text=Signal::derive(move || field.with_value(|field| deed(source, field))) />
            <Values field=entry.field.as_str().to_owned() before=entry.before after=entry.after />
            <div class="row xs faint">
                <span class="grow">{detail}</span>
                <Button kind="link sm" icon="undo" testid="restore" disabled=locked on_press=move |_| restore.set(Some(wanted.clone()))>
                    {words::restore}
                </Button>
            </div>
        </li>
    }
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
fn Preview(editor: Editor, restore: RwSignal<Option<Restore>>) -> impl IntoView {
    let body = move || {
        let (Some(restored), Some(view)) = (restore.get(), editor.view.get()) else {
            return view! { <p class="sm muted">{words::restore_pick}</p> }.into_any();
        };
        let now = register(&view.profile, &restored.field);
        let edited = with_register(&view.profile, &restored);
        let same = now == restored.value;
        let path = restored.field.as_str().to_owned();
        let set = set_change(&path, &now, &restored.value);
        let (label, before, after) =
            (field_label(shown_field(&path)), value_text(&path, &now), value_text(&path, &restored.value));
        let act = move |_| {
            let done = move || {
                restore.try_set(None);
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
                <Button kind="quiet" on_press=move |_| restore.set(None)>{common::cancel}</Button>
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
