//! Hours of single dates: the calendar, what the chosen days shall have, and the list of all that are set. A temporary
//! closure is a range of days that are closed.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use domain::hours::parse_day;
use leptos::prelude::*;

use super::calendar::{Calendar, Chosen};
use super::month::{RANGE_DAYS_MAX, Run, length, ordered, runs, set};
use super::{DAYS, day_of, typed_text};
use crate::clock::{BEIJING, in_zone, now};
use crate::components::{Button, Icon, IconButton, Segment, Segmented};
use crate::i18n::{everywhere, hours as words, profile};
use crate::pages::profile::editor::{Editor, focus, input_id};
use crate::pages::profile::fields::{Message, MovedNote};
use crate::words::time;
use crate::words::value::hours_text;

/// Key of the input of the chosen days' hours.
const KEY: &str = "special-text";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Week,
    Closed,
    Hours,
}

/// `2026-12-31 周四`, `2027-02-05 至 2027-02-08`.
fn days_text(days: &RangeInclusive<NaiveDate>) -> String {
    use chrono::Datelike;
    let (from, to) = (days.start(), days.end());
    if from == to {
        format!("{from} {}", time::weekday(from.weekday().num_days_from_monday() as usize))
    } else {
        words::dates_range(from, to)
    }
}

/// The days between two dates as typed, if they are a range that can be set.
fn range(from: &str, to: &str) -> Option<RangeInclusive<NaiveDate>> {
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    let days = from..=to;
    (from <= to && length(&days) <= RANGE_DAYS_MAX).then_some(days)
}

/// The section.
#[component]
pub fn SpecialDates(editor: Editor) -> impl IntoView {
    let today = in_zone(now(), BEIJING).date();
    let chosen = RwSignal::new(Chosen { anchor: today, cursor: today });
    let (from, to) = (RwSignal::new(today.to_string()), RwSignal::new(today.to_string()));
    let kind = RwSignal::new(Kind::Closed);
    let text = RwSignal::new(String::new());
    let said = RwSignal::new(None::<u64>);
    let days = Memo::new(move |_| range(&from.get(), &to.get()));
    // What the first of the chosen days has is what the choice begins with.
    let load = move || {
        let first = from.get_untracked();
        let has = editor.draft.with_untracked(|draft| {
            draft.special.value.iter().find(|(date, _)| *date == first).map(|(_, hours)| hours.clone())
        });
        let closed = has.as_ref().is_some_and(|hours| parse_day(hours).is_ok_and(|spans| spans.is_empty()));
        kind.set(match has {
            None => Kind::Closed,
            Some(_) if closed => Kind::Closed,
            Some(_) => Kind::Hours,
        });
        text.set(has.filter(|_| !closed).unwrap_or_default());
        said.set(None);
    };
    let from_calendar = move |()| {
        let days = {
            let chosen = chosen.get_untracked();
            ordered(chosen.anchor, chosen.cursor)
        };
        from.set(days.start().to_string());
        to.set(days.end().to_string());
        load();
    };
    let from_inputs = move || {
        if let Some(days) = days.get_untracked() {
            chosen.set(Chosen { anchor: *days.end(), cursor: *days.start() });
        }
        said.set(None);
    };
    let open = move |days: RangeInclusive<NaiveDate>| {
        chosen.set(Chosen { anchor: *days.end(), cursor: *days.start() });
        from.set(days.start().to_string());
        to.set(days.end().to_string());
        load();
        request_animation_frame(|| {
            focus("special-from");
        });
    };
    let hours = Memo::new(move |_| {
        let text = text.get();
        let read = || {
            let found = editor.checked(KEY, &text).filter(|found| found.ok)?;
            day_of(&found.normalised.0)
        };
        match kind.get() {
            Kind::Week => Some(None),
            Kind::Closed => Some(Some(typed_text(&[]))),
            Kind::Hours if text.trim().is_empty() => None,
            Kind::Hours => parse_day(&text).ok().or_else(read).map(|spans| Some(typed_text(&spans))),
        }
    });
    let apply = move |_| {
        let (Some(days), Some(hours)) = (days.get_untracked(), hours.get_untracked()) else { return };
        editor.draft.update(|draft| draft.special.value = set(&draft.special.value, &days, hours.as_deref()));
        said.set(Some(length(&days)));
    };
    let ready = move || days.get().is_some() && hours.get().is_some();
    let kinds = vec![
        Segment::new(Kind::Closed, || words::kind_closed().to_owned()),
        Segment::new(Kind::Hours, || words::kind_hours().to_owned()),
        Segment::new(Kind::Week, || words::kind_week().to_owned()),
    ];
    let date = move |signal: RwSignal<String>, key: &'static str, label: fn() -> &'static str| {
        view! {
            <div class="field">
                <label class="lab" for=input_id(key)>{label}</label>
                <input
                    id=input_id(key)
                    class="in sm w112"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="2026-10-01"
                    aria-invalid=move || days.get().is_none().then_some("true")
                    aria-describedby="special-range"
                    data-testid=key
                    prop:value=signal
                    on:input=move |event| {
                        signal.set(event_target_value(&event));
                        from_inputs();
                    }
                />
            </div>
        }
    };
    view! {
        <h2 class="gapped">
            {words::special}
            <span class="faint xs">{words::special_hint}</span>
        </h2>
        <Calendar editor=editor chosen=chosen on_choose=from_calendar />
        <div class="special-set">
            <div class="row wrap g6">
                {date(from, "special-from", words::from)}
                {date(to, "special-to", words::to)}
                <div class="field">
                    <span class="lab">{words::kind}</span>
                    <Segmented
                        kind="sm"
                        testid="special-kind"
                        label=Signal::derive(|| words::kind().to_owned())
                        segments=kinds
                        chosen=kind
                        on_choose=move |choice| { kind.set(choice); said.set(None); }
                    />
                </div>
            </div>
            <div id="special-range">
                {move || days.get().is_none().then(|| view! { <p class="msg bad"><Icon name="bad" size="s" />{words::bad_range}</p> })}
            </div>
            <div class="row">
                {move || (kind.get() == Kind::Hours)
                    .then(|| view! {
                        <input
                            id=input_id(KEY)
                            class="in sm grow"
                            autocomplete="off"
                            spellcheck="false"
                            placeholder=|| profile::example("10:00-22:00")
                            aria-label=words::hours_for
                            aria-describedby=format!("{}-m", input_id(KEY))
                            data-testid="special-text"
                            prop:value=text
                            on:input=move |event| {
                                let value = event_target_value(&event);
                                text.set(value.clone());
                                said.set(None);
                                // As one day is typed, whichever it is.
                                editor.check(KEY, DAYS[0], value);
                            }
                        />
                    })}
                <Button kind="sm" testid="special-apply" disabled=Signal::derive(move || !ready()) on_press=apply>
                    {move || words::set(days.get().as_ref().map_or(0, length))}
                </Button>
                <span class="xs fg-ok" role="status">{move || said.get().map(words::set_done)}</span>
            </div>
            {move || (kind.get() == Kind::Hours).then(|| view! { <Message editor=editor key=KEY text=text /> })}
        </div>
        <List editor=editor today=today on_open=Callback::new(open) />
        <MovedNote editor=editor path="special" />
    }
}

#[component]
fn List(editor: Editor, today: NaiveDate, on_open: Callback<RangeInclusive<NaiveDate>>) -> impl IntoView {
    let all = Memo::new(move |_| editor.draft.with(|draft| runs(&draft.special.value)));
    let coming = move || all.get().into_iter().filter(move |run| *run.days.end() >= today).collect::<Vec<_>>();
    let past = move || {
        all.with(|all| all.iter().filter(|run| *run.days.end() < today).map(|run| length(&run.days)).sum::<u64>())
    };
    let rows =
        move || coming().into_iter().map(|run| view! { <Row editor=editor run=run on_open=on_open /> }).collect_view();
    view! {
        <ul class="days" data-testid="special-list">{rows}</ul>
        {move || coming().is_empty().then(|| view! { <p class="faint sm">{words::empty}</p> })}
        {move || (past() > 0).then(|| view! { <p class="hint">{move || words::past(past())}</p> })}
    }
}

#[component]
fn Row(editor: Editor, run: Run, on_open: Callback<RangeInclusive<NaiveDate>>) -> impl IntoView {
    let days = StoredValue::new(run.days.clone());
    let first = run.days.start().to_string();
    let pending = Memo::new(move |_| editor.pending(&format!("hours.special.{first}")).is_some());
    let count = length(&run.days);
    let holiday = domain::holidays::on(*run.days.start()).map(|holiday| super::calendar::holiday_name(holiday.name));
    let shown = run.hours.clone();
    let hours = move || parse_day(&shown).map_or_else(|_| shown.clone(), |spans| hours_text(Some(&spans)));
    view! {
        <li class:queued=pending>
            <span class="w180">{move || days.with_value(days_text)}</span>
            <span class="grow">{hours}</span>
            <span class="faint xs">{holiday}" "{(count > 1).then(|| words::count_days(count))}</span>
            {move || pending.get().then(|| view! { <span class="q"><Icon name="wait" size="s" />{everywhere::state_queued}</span> })}
            <IconButton
                icon="draft"
                kind="sm"
                label=Signal::derive(move || words::edit_days(days.with_value(days_text)))
                on_press=move |_| on_open.run(days.get_value())
            />
            <IconButton
                icon="x"
                kind="sm"
                label=Signal::derive(move || words::remove_days(days.with_value(days_text)))
                on_press=move |_| days.with_value(|days| {
                    editor.draft.update(|draft| draft.special.value = set(&draft.special.value, days, None));
                })
            />
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_its_end_behind_its_beginning_and_an_end() {
        assert_eq!(range("2026-12-31", "2026-12-31").map(|days| length(&days)), Some(1));
        assert_eq!(range(" 2027-02-05", "2027-02-08 ").map(|days| length(&days)), Some(4));
        for (from, to) in
            [("2027-02-08", "2027-02-05"), ("2027-02-30", "2027-03-01"), ("2027-01-01", "2027-12-31"), ("", "")]
        {
            assert_eq!(range(from, to), None);
        }
    }
}
