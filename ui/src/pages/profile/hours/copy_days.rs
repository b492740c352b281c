//! One day's hours for other days.

use leptos::prelude::*;

use super::{DAYS, fill};
use crate::components::{Button, Dialog};
use crate::i18n::{everywhere, hours as words};
use crate::pages::profile::editor::Editor;
use crate::words::time;

/// The dialog. Nothing is saved: the form is filled in.
#[component]
pub fn CopyDays(editor: Editor, open: RwSignal<bool>) -> impl IntoView {
    let from = RwSignal::new(0_usize);
    let to = RwSignal::new([false; 7]);
    let choose = move |pick: fn(usize) -> bool| to.set(std::array::from_fn(pick));
    let targets = move || (0..7).filter(|day| *day != from.get() && to.with(|to| to[*day])).collect::<Vec<_>>();
    let text = move || editor.draft.with(|draft| draft.text(DAYS[from.get() % 7]));
    let copy = move |_| {
        let text = untrack(text);
        for day in untrack(targets) {
            if !untrack(|| editor.is_locked(DAYS[day])) {
                fill(editor, day, text.clone());
            }
        }
        open.set(false);
    };
    let footer = move || {
        view! {
            <Button on_press=move |_| open.set(false)>{everywhere::cancel}</Button>
            <Button kind="primary" testid="days-do" disabled=Signal::derive(move || targets().is_empty()) on_press=copy>
                {words::days_do}
            </Button>
        }
    };
    let days = move || {
        (0..7)
            .map(|day| {
                view! {
                    <label class="tick">
                        <input
                            type="checkbox"
                            disabled=move || from.get() == day
                            data-testid=format!("days-to-{day}")
                            prop:checked=move || from.get() != day && to.with(|to| to[day])
                            on:change=move |event| to.update(|to| to[day] = event_target_checked(&event))
                        />
                        {move || time::weekday(day)}
                    </label>
                }
            })
            .collect_view()
    };
    view! {
        <Dialog
            open=open
            on_close=move |()| open.set(false)
            title=Signal::derive(|| words::days_title().to_owned())
            footer=footer
        >
            <div class="txt col g12">
                <div class="field">
                    <label class="lab" for="days-from">{words::days_from}</label>
                    <div class="row">
                        <select
                            id="days-from"
                            class="in w112"
                            prop:value=move || from.get().to_string()
                            on:change=move |event| from.set(event_target_value(&event).parse().unwrap_or(0))
                        >
                            {(0..7_usize)
                                .map(|day| view! {
                                    <option value=day.to_string() selected=move || from.get() == day>{move || time::weekday(day)}</option>
                                })
                                .collect_view()}
                        </select>
                        <b>{move || {
                            let text = text();
                            if text.trim().is_empty() { everywhere::not_given().to_owned() } else { text }
                        }}</b>
                    </div>
                </div>
                <fieldset>
                    <legend>{words::days_to}</legend>
                    <div class="row wrap g6">{days}</div>
                </fieldset>
                <div class="row wrap">
                    <Button kind="sm" on_press=move |_| choose(|day| day < 5)>{words::days_weekdays}</Button>
                    <Button kind="sm" on_press=move |_| choose(|day| day >= 5)>{words::days_weekend}</Button>
                    <Button kind="sm" on_press=move |_| choose(|_| true)>{words::days_all}</Button>
                    <Button kind="sm quiet" on_press=move |_| choose(|_| false)>{words::days_none}</Button>
                </div>
            </div>
        </Dialog>
    }
}
