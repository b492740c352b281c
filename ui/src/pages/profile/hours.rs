//! The week: typed hours, and the same as bars.

use chrono::{Datelike, Timelike};
use domain::FieldPath;
use domain::hours::{Span, parse_day};
use leptos::prelude::*;

use super::editor::{Editor, input_id};
use super::fields::{ContestedNote, Message, MovedNote, PendingMark};
use super::week::{Axis, WIDTH};
use crate::clock::{local, use_now};
use crate::components::Button;
use crate::i18n::profile as words;
use crate::words::field::field_label;
use crate::words::time;

/// Registers of the week, as they are named for as long as the program runs.
const DAYS: [&str; 7] = ["hours.mo", "hours.tu", "hours.we", "hours.th", "hours.fr", "hours.sa", "hours.su"];

fn spans(editor: Editor, path: &str) -> Vec<Span> {
    editor.draft.with(|draft| parse_day(&draft.text(path)).unwrap_or_default())
}

/// The week.
#[component]
pub fn Week(editor: Editor) -> impl IntoView {
    let axis = Memo::new(move |_| {
        let days: Vec<Vec<Span>> = DAYS.iter().map(|path| spans(editor, path)).collect();
        Axis::of(days.iter().map(Vec::as_slice))
    });
    let copy = move |_| {
        editor.draft.update(|draft| {
            let monday = draft.text("hours.mo");
            for path in &DAYS[1..] {
                draft.type_text(path, monday.clone());
            }
        });
        for path in DAYS {
            editor.check(path, "hours", editor.draft.with_untracked(|draft| draft.text(path)));
        }
    };
    let ticks = move || {
        let axis = axis.get();
        axis.ticks()
            .map(|minute| {
                let x = axis.x(minute);
                let anchor = if x <= 0.0 { "start" } else if x >= WIDTH { "end" } else { "middle" };
                let label = if minute > 1440 { words::next_day_6().to_owned() } else { (minute / 60).to_string() };
                view! { <text x=x.clamp(1.0, WIDTH - 1.0).to_string() y="14" text-anchor=anchor font-size="12" fill="var(--ink-3)">{label}</text> }
            })
            .collect_view()
    };
    view! {
        <h2>
            {words::hours}
            <span class="faint xs">{words::hours_axis}</span>
            <span class="end"></span>
            <Button kind="quiet sm" icon="copy" testid="copy-hours" on_press=copy>{words::copy_to_all}</Button>
        </h2>
        <table class="week" aria-label=words::week>
            <thead>
                <tr>
                    <th></th>
                    <td class="t"></td>
                    <td>
                        <svg class="bars" viewBox=format!("0 0 {WIDTH} 20") height="20" aria-hidden="true">{ticks}</svg>
                    </td>
                </tr>
            </thead>
            <tbody>{(0..7).map(|day| view! { <Day editor=editor day=day axis=axis /> }).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Day(editor: Editor, day: usize, axis: Memo<Axis>) -> impl IntoView {
    let path = DAYS[day % 7];
    let now = use_now();
    let text = Memo::new(move |_| editor.draft.with(|draft| draft.text(path)));
    let bad = Memo::new(move |_| editor.message(path, &text.get()).is_some_and(|(error, _)| error));
    let locked = Memo::new(move |_| editor.is_locked(path));
    let today = Memo::new(move |_| local(now.get()).weekday().num_days_from_monday() as usize == day);
    let queued = Memo::new(move |_| editor.pending(path).is_some());
    let typed = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        editor.draft.update(|draft| draft.type_text(path, value.clone()));
        editor.check(path, FieldPath::hours(day).root(), value);
    };
    let id = input_id(path);
    let bars = move || {
        let axis = axis.get();
        let class = if queued.get() { "var(--wait)" } else { "var(--c1)" };
        spans(editor, path)
            .into_iter()
            .map(|span| {
                let (x, width) = axis.bar(span);
                view! { <rect x=x.to_string() y="7" width=width.to_string() height="14" rx="3" fill=class></rect> }
            })
            .collect_view()
    };
    let marks = move || {
        let axis = axis.get();
        axis.ticks()
            .map(|minute| axis.x(minute))
            .filter(|x| *x > 0.0 && *x < WIDTH)
            .map(|x| {
                let x = x.to_string();
                view! { <line x1=x.clone() y1="7" x2=x y2="21" stroke="var(--line-2)" stroke-width="1"></line> }
            })
            .collect_view()
    };
    let clock = move || {
        today.get().then(|| {
            let now = local(now.get());
            let minute = u16::try_from(now.hour() * 60 + now.minute()).unwrap_or(0);
            let x = axis.get().x(minute).to_string();
            view! { <line x1=x.clone() y1="4" x2=x y2="24" stroke="var(--ink)" stroke-width="1.5"></line> }
        })
    };
    view! {
        <tr class:today=today class:queued=queued>
            <th scope="row">
                <label for=id.clone()>{move || time::weekday(day)}</label>
            </th>
            <td class="t">
                <input
                    id=id.clone()
                    class="in sm"
                    autocomplete="off"
                    spellcheck="false"
                    readonly=locked
                    placeholder=move || if day == 0 { words::hours_placeholder() } else { "" }
                    aria-label=move || field_label(path)
                    aria-invalid=move || bad.get().then_some("true")
                    aria-describedby=format!("{id}-m")
                    data-testid=format!("field-{path}")
                    prop:value=text
                    on:input=typed
                />
            </td>
            <td>
                <svg class="bars" viewBox=format!("0 0 {WIDTH} 28") preserveAspectRatio="none" aria-hidden="true">
                    <rect x="0" y="7" width=WIDTH.to_string() height="14" rx="3" fill="var(--track)"></rect>
                    {marks}
                    {bars}
                    {clock}
                </svg>
            </td>
        </tr>
        <tr class="says">
            <th></th>
            <td colspan="2">
                <div class="row wrap"><PendingMark editor=editor shown=path /></div>
                <Message editor=editor key=path text=text />
                <ContestedNote editor=editor shown=path />
                <MovedNote editor=editor path=path />
            </td>
        </tr>
    }
}
