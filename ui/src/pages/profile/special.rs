//! Hours of single dates.

use leptos::prelude::*;

use super::editor::{Editor, focus, input_id};
use super::fields::{Message, MovedNote};
use crate::components::{Button, Icon, IconButton};
use crate::i18n::profile as words;
use crate::words::field::field_label;
use crate::words::time;

/// The list, by date.
#[component]
pub fn SpecialDates(editor: Editor) -> impl IntoView {
    let count = Memo::new(move |_| editor.draft.with(|draft| draft.special.value.len()));
    let add = move |_| {
        let next = count.get_untracked();
        editor.draft.update(|draft| draft.special.value.push((String::new(), String::new())));
        request_animation_frame(move || {
            focus(&format!("special.{next}.date"));
        });
    };
    view! {
        <h2 class="gapped">
            {words::special}
            <span class="faint xs">{words::special_hint}</span>
            <span class="end"></span>
            <Button kind="quiet sm" icon="plus" testid="add-date" on_press=add>{words::add_date}</Button>
        </h2>
        <ul class="days">
            <For each=move || 0..count.get() key=|n| *n let:n>
                <SpecialDate editor=editor n=n />
            </For>
        </ul>
        {move || (count.get() == 0).then(|| view! { <p class="faint sm">{words::special_empty}</p> })}
        <MovedNote editor=editor path="special" />
    }
}

#[component]
fn SpecialDate(editor: Editor, n: usize) -> impl IntoView {
    let pair = Memo::new(move |_| editor.draft.with(|draft| draft.special.value.get(n).cloned().unwrap_or_default()));
    let text = Memo::new(move |_| pair.get().1);
    let key = format!("special.{n}");
    let date_key = format!("special.{n}.date");
    let date_id = input_id(&date_key);
    let mistake = {
        let date_key = date_key.clone();
        Memo::new(move |_| {
            editor.mistakes().into_iter().find(|mistake| mistake.key == date_key).map(|mistake| mistake.text)
        })
    };
    let bad = {
        let key = key.clone();
        Memo::new(move |_| editor.message(&key, &text.get()).is_some_and(|(error, _)| error))
    };
    let pending = Memo::new(move |_| editor.pending(&format!("hours.special.{}", pair.get().0.trim())).is_some());
    let weekday = move || {
        use chrono::Datelike;
        let date = pair.get().0.trim().parse::<chrono::NaiveDate>().ok()?;
        Some(time::weekday(date.weekday().num_days_from_monday() as usize))
    };
    let typed = {
        let key = key.clone();
        move |event: web_sys::Event| {
            let value = event_target_value(&event);
            editor.draft.update(|draft| {
                if let Some(pair) = draft.special.value.get_mut(n) {
                    pair.1.clone_from(&value);
                }
            });
            editor.check(&key, "hours", value);
        }
    };
    view! {
        <li class:queued=pending>
            <input
                id=date_id
                class="in sm w112"
                autocomplete="off"
                spellcheck="false"
                placeholder="2026-10-01"
                aria-label=words::date
                aria-invalid=move || mistake.get().map(|_| "true")
                data-testid=format!("special-date-{n}")
                prop:value=move || pair.get().0
                on:input=move |event| {
                    let value = event_target_value(&event);
                    editor.draft.update(|draft| {
                        if let Some(pair) = draft.special.value.get_mut(n) {
                            pair.0 = value;
                        }
                    });
                }
            />
            <span class="w40 faint">{weekday}</span>
            <input
                id=input_id(&key)
                class="in sm grow"
                autocomplete="off"
                spellcheck="false"
                placeholder="10:00-22:00"
                aria-label=move || field_label(&format!("hours.special.{}", pair.get().0.trim()))
                aria-invalid=move || bad.get().then_some("true")
                data-testid=format!("special-hours-{n}")
                prop:value=text
                on:input=typed
            />
            {move || pending.get().then(|| view! { <span class="q"><Icon name="wait" size="s" />{crate::i18n::common::state_queued}</span> })}
            <IconButton
                icon="x"
                kind="sm"
                label=Signal::derive(move || words::remove_date(pair.get().0))
                on_press=move |_| editor.draft.update(|draft| drop(draft.special.value.remove(n)))
            />
        </li>
        <li class="says">
            {move || mistake.get().map(|text| view! { <p class="msg bad"><Icon name="bad" size="s" />{text}</p> })}
            <Message editor=editor key=key text=text />
        </li>
    }
}
