//! The month view of special dates: one tab stop, moved through by arrow keys.

use chrono::{Datelike, NaiveDate};
use domain::holidays::{Holiday, HolidayKind, HolidayName, is_arranged, on};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::month::{ordered, step, weeks};
use crate::clock::{BEIJING, in_zone, use_now};
use crate::components::{Button, IconButton};
use crate::i18n::hours as words;
use crate::keyboard::is_composing;
use crate::pages::profile::editor::Editor;
use crate::words::field::field_label;
use crate::words::time;

/// The days that are being set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Where choosing began.
    pub anchor: NaiveDate,
    /// Where it is now: the focus of the calendar.
    pub cursor: NaiveDate,
}

/// The name of a holiday.
pub fn holiday_name(name: HolidayName) -> &'static str {
    match name {
        HolidayName::NewYear => words::new_year(),
        HolidayName::SpringFestival => words::spring_festival(),
        HolidayName::Qingming => words::qingming(),
        HolidayName::LabourDay => words::labour_day(),
        HolidayName::DragonBoat => words::dragon_boat(),
        HolidayName::MidAutumn => words::mid_autumn(),
        HolidayName::NationalDay => words::national_day(),
    }
}

/// What is special about a day, in words.
pub fn holiday_text(holiday: Holiday) -> String {
    let name = holiday_name(holiday.name);
    match holiday.kind {
        HolidayKind::Off => words::day_off(name),
        HolidayKind::MakeUp => words::day_make_up(name),
    }
}

fn focus_day(day: NaiveDate) {
    request_animation_frame(move || {
        let cell = document().get_element_by_id(&format!("cal-{day}"));
        if let Some(cell) = cell.and_then(|cell| cell.dyn_into::<web_sys::HtmlElement>().ok()) {
            // A day that is not shown any more has no focus to take.
            let _ = cell.focus();
        }
    });
}

/// The calendar.
#[component]
pub fn Calendar(
    /// The store.
    editor: Editor,
    /// The chosen days.
    chosen: RwSignal<Chosen>,
    /// Somebody chose days.
    #[prop(into)]
    on_choose: Callback<()>,
) -> impl IntoView {
    let now = use_now();
    let today = Memo::new(move |_| in_zone(now.get(), BEIJING).date());
    let month = Memo::new(move |_| {
        let cursor = chosen.get().cursor;
        cursor.with_day(1).unwrap_or(cursor)
    });
    let go = move |day: NaiveDate, keep_anchor: bool| {
        chosen.update(|chosen| {
            chosen.cursor = day;
            if !keep_anchor {
                chosen.anchor = day;
            }
        });
        on_choose.run(());
    };
    let turn = move |key: &'static str| {
        if let Some(day) = step(chosen.get_untracked().cursor, key) {
            go(day, false);
        }
    };
    let keys = move |event: KeyboardEvent| {
        if is_composing(&event) || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        if let Some(day) = step(chosen.get_untracked().cursor, &event.key()) {
            event.prevent_default();
            event.stop_propagation();
            go(day, event.shift_key());
            focus_day(day);
        }
    };
    let press = move |event: MouseEvent, day: NaiveDate| go(day, event.shift_key());
    let rows = move || {
        weeks(month.get())
            .into_iter()
            .map(|week| {
                let cells = week.into_iter().map(
                    |day| view! { <Cell editor=editor day=day month=month chosen=chosen today=today press=press /> },
                );
                view! { <tr>{cells.collect_view()}</tr> }
            })
            .collect_view()
    };
    let known = move || {
        let year = month.get().year();
        let any = (1..=12).any(|m| {
            NaiveDate::from_ymd_opt(year, m, 1)
                .is_some_and(|first| first.iter_days().take(31).any(|day| day.year() == year && on(day).is_some()))
        });
        match (is_arranged(year), any) {
            (true, _) => words::source(),
            (false, true) => words::not_arranged(),
            (false, false) => words::no_table(),
        }
    };
    view! {
        <div class="row cal-head">
            <IconButton icon="left" kind="sm" label=Signal::derive(|| words::prev_month().to_owned()) on_press=move |_| turn("PageUp") />
            <b class="cal-month" aria-live="polite" data-testid="cal-month">
                {move || time::month(month.get())}
            </b>
            <IconButton icon="right" kind="sm" label=Signal::derive(|| words::next_month().to_owned()) on_press=move |_| turn("PageDown") />
            <Button kind="quiet sm" on_press=move |_| go(today.get_untracked(), false)>{words::this_month}</Button>
        </div>
        <table class="cal" role="grid" aria-label=words::calendar aria-describedby="cal-hint" aria-multiselectable="true" on:keydown=keys>
            <thead>
                <tr>{(0..7).map(|day| view! { <th scope="col">{move || time::weekday(day)}</th> }).collect_view()}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <p class="hint wrap" id="cal-hint"><span>{words::cal_hint}</span>" "<span>{known}</span></p>
    }
}

#[component]
fn Cell(
    editor: Editor,
    day: NaiveDate,
    month: Memo<NaiveDate>,
    chosen: RwSignal<Chosen>,
    today: Memo<NaiveDate>,
    press: impl Fn(MouseEvent, NaiveDate) + Copy + 'static,
) -> impl IntoView {
    let key = day.to_string();
    let hours = Memo::new(move |_| {
        editor.draft.with(|draft| {
            draft.special.value.iter().find(|(date, _)| date.trim() == key).map(|(_, hours)| hours.clone())
        })
    });
    let within = Memo::new(move |_| {
        let chosen = chosen.get();
        ordered(chosen.anchor, chosen.cursor).contains(&day)
    });
    let holiday = on(day);
    let label = move || {
        let date = day.to_string();
        let weekday = time::weekday(day.weekday().num_days_from_monday() as usize);
        let holiday = holiday.map(holiday_text);
        let special = hours.get().map(|hours| format!("{} {hours}", field_label(&format!("hours.special.{day}"))));
        [Some(format!("{date} {weekday}")), holiday, special].into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    let mark = move || {
        holiday.map(|holiday| {
            let (class, word): (_, fn() -> &'static str) = match holiday.kind {
                HolidayKind::Off => ("mark off", words::off),
                HolidayKind::MakeUp => ("mark work", words::make_up),
            };
            view! { <span class=class>{word}</span> }
        })
    };
    let below = move || match (hours.get(), holiday) {
        (Some(hours), _) => view! { <small class="has cut">{hours}</small> }.into_any(),
        (None, Some(holiday)) => view! { <small class="cut">{move || holiday_name(holiday.name)}</small> }.into_any(),
        (None, None) => ().into_any(),
    };
    view! {
        <td
            role="gridcell"
            id=format!("cal-{day}")
            class:other=move || month.get().month() != day.month()
            class:today=move || today.get() == day
            class:past=move || day < today.get()
            tabindex=move || if chosen.get().cursor == day { "0" } else { "-1" }
            aria-selected=move || within.get().to_string()
            aria-label=label
            aria-current=move || (today.get() == day).then_some("date")
            data-testid=format!("cal-{day}")
            on:click=move |event| press(event, day)
        >
            <span class="d">{day.day()}{mark}</span>
            {below}
        </td>
    }
}
