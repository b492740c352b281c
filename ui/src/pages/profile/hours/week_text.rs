//! The whole week in one line of text, and what it was read as.

use leptos::prelude::*;

use super::reading::{Group, groups, week};
use super::{Typed, fill, typed, typed_text};
use crate::components::{Button, Icon};
use crate::i18n::hours as words;
use crate::keyboard::is_composing;
use crate::pages::profile::editor::{Editor, focus, input_id};
use crate::words::time;
use crate::words::value::hours_text;

/// Key of the input and its checks.
pub const KEY: &str = "week-text";

/// `周一至周五`, `周六`.
pub fn days_label(first: usize, last: usize) -> String {
    if first == last {
        time::weekday(first).to_owned()
    } else {
        words::days_range(time::weekday(first), time::weekday(last))
    }
}

/// The field, the preview below it, and the button that fills the week.
#[component]
pub fn WeekText(editor: Editor) -> impl IntoView {
    let text = editor.week_text;
    let applied = RwSignal::new(false);
    let found =
        Memo::new(move |_| editor.checked(KEY, &text.get()).filter(|_| text.with(|text| !text.trim().is_empty())));
    let read = Memo::new(move |_| found.get().filter(|found| found.ok).and_then(|found| week(&found.normalised)));
    let preview = Memo::new(move |_| {
        let now = std::array::from_fn(|day| match typed(editor, day) {
            Typed::Spans(spans) => Some(spans),
            Typed::NotGiven | Typed::Unreadable => None,
        });
        read.get().map(|week| groups(&week, &now))
    });
    let mistake = Memo::new(move |_| {
        let text = text.get();
        editor.message(KEY, &text).filter(|(error, _)| *error && !text.trim().is_empty()).map(|(_, sentence)| sentence)
    });
    // A save was tried while it stood here.
    let waits = Memo::new(move |_| editor.mistake(KEY));
    let more = move || found.with(|found| found.as_ref().is_some_and(|found| found.ok && !found.warnings.is_empty()));
    let apply = move || {
        let Some(week) = read.get_untracked() else { return };
        for (day, spans) in week.iter().enumerate() {
            if !untrack(|| editor.is_locked(super::DAYS[day])) {
                fill(editor, day, typed_text(spans));
            }
        }
        text.set(String::new());
        applied.set(true);
        // The button has nothing to do any more and lets the focus fall.
        focus(KEY);
    };
    let id = input_id(KEY);
    view! {
        <div class="field week-text" class:bad=move || mistake.get().is_some() || waits.get().is_some()>
            <label class="lab" for=id.clone()>{words::week_text}</label>
            <div class="row g2">
                <input
                    id=id.clone()
                    class="in"
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby=format!("{id}-m")
                    aria-invalid=move || (mistake.get().is_some() || waits.get().is_some()).then_some("true")
                    data-testid="week-text"
                    prop:value=text
                    on:input=move |event| {
                        let typed = event_target_value(&event);
                        text.set(typed.clone());
                        applied.set(false);
                        editor.check(KEY, "hours", typed);
                    }
                    on:keydown=move |event| {
                        if event.key() == "Enter" && !is_composing(&event) {
                            event.prevent_default();
                            apply();
                        }
                    }
                />
                <Button testid="week-apply" disabled=Signal::derive(move || read.with(Option::is_none)) on_press=move |_| apply()>
                    {words::week_apply}
                </Button>
            </div>
            <div id=format!("{id}-m") aria-live="polite">
                {move || match (mistake.get(), preview.get()) {
                    (Some(sentence), _) => view! {
                        <p class="msg bad" data-testid="week-mistake"><Icon name="bad" size="s" />{sentence}</p>
                        <p class="hint">{words::week_text_hint}</p>
                    }
                    .into_any(),
                    (None, Some(groups)) => view! { <Preview groups=groups /> }.into_any(),
                    (None, None) if applied.get() => view! {
                        <p class="msg ok" data-testid="week-applied"><Icon name="check" size="s" />{words::week_applied}</p>
                    }
                    .into_any(),
                    (None, None) => view! { <p class="hint">{words::week_text_hint}</p> }.into_any(),
                }}
                {move || waits.get().map(|text| view! {
                    <p class="msg bad" data-testid="week-waits"><Icon name="bad" size="s" />{text}</p>
                })}
                {move || more().then(|| view! { <p class="msg warn"><Icon name="warn" size="s" />{words::week_more}</p> })}
            </div>
        </div>
    }
}

#[component]
fn Preview(groups: Vec<Group>) -> impl IntoView {
    let same = groups.iter().all(|group| !group.differs);
    let rows = groups
        .into_iter()
        .map(|group| {
            let (first, last, spans) = (group.first, group.last, group.spans);
            view! {
                <li class:changed=group.differs>
                    <span class="muted">{move || days_label(first, last)}</span>
                    <b>{move || hours_text(Some(&spans))}</b>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="read" data-testid="week-preview">
            <span class="faint xs">{words::week_read}</span>
            <ul>{rows}</ul>
            {same.then(|| view! { <span class="xs muted">{words::week_same}</span> })}
        </div>
    }
}
