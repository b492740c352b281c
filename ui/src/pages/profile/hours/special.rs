//! Hours of single dates: the calendar, what the chosen days shall have, and the list of all that are set. A temporary
//! closure is a range of days that are closed.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use domain::hours::parse_day;
use leptos::prelude::*;

use super::calendar::{Calendar, Chosen};
use super::month::{RANGE_DAYS_MAX, Run, length, ordered, runs, set};
use super::wish::{Kind, Typed};
use super::{DAYS, day_of, typed_text};
use crate::clock::{BEIJING, in_zone, now};
use crate::components::{Button, Icon, IconButton, Segment, Segmented};
use crate::i18n::{everywhere, hours as words, profile};
use crate::pages::profile::editor::{Editor, focus, input_id};
use crate::pages::profile::fields::{Message, MovedNote};
use crate::words::time;
use crate::words::value::hours_text;

/// Key of the first input.
pub const KEY: &str = "special-from";
/// Key of the checks of those hours.
const HOURS_KEY: &str = "special-text";

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
    let wish = editor.special;
    let (chosen, typed) = (wish.chosen, wish.typed);
    let kind = Memo::new(move |_| typed.with(|typed| typed.kind));
    let text = Memo::new(move |_| typed.with(|typed| typed.text.clone()));
    let said = RwSignal::new(None::<u64>);
    let days = Memo::new(move |_| typed.with(|typed| range(&typed.from, &typed.to)));
    let waits = Memo::new(move |_| wish.waits());
    // What the first of the chosen days has is what the choice begins with.
    let load = move |days: &RangeInclusive<NaiveDate>| {
        let (from, to) = (days.start().to_string(), days.end().to_string());
        let has = editor.draft.with_untracked(|draft| {
            draft.special.value.iter().find(|(date, _)| *date == from).map(|(_, hours)| hours.clone())
        });
        let closed = has.as_ref().is_some_and(|hours| parse_day(hours).is_ok_and(|spans| spans.is_empty()));
        let kind = if has.is_none() || closed { Kind::Closed } else { Kind::Hours };
        wish.begin(Typed { from, to, kind, text: has.filter(|_| !closed).unwrap_or_default() });
        said.set(None);
    };
    let from_calendar = move |()| {
        let chosen = chosen.get_untracked();
        load(&ordered(chosen.anchor, chosen.cursor));
    };
    let from_inputs = move || {
        if let Some(days) = days.get_untracked() {
            chosen.set(Chosen { anchor: *days.end(), cursor: *days.start() });
        }
        said.set(None);
    };
    let open = move |days: RangeInclusive<NaiveDate>| {
        chosen.set(Chosen { anchor: *days.end(), cursor: *days.start() });
        load(&days);
        request_animation_frame(|| {
            focus(KEY);
        });
    };
    let hours = Memo::new(move |_| {
        let text = text.get();
        let read = || {
            let found = editor.checked(HOURS_KEY, &text).filter(|found| found.ok)?;
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
        wish.filled_in();
        said.set(Some(length(&days)));
    };
    let ready = move || days.get().is_some() && hours.get().is_some();
    let kinds = vec![
        Segment::new(Kind::Closed, || words::kind_closed().to_owned()),
        Segment::new(Kind::Hours, || words::kind_hours().to_owned()),
        Segment::new(Kind::Week, || words::kind_week().to_owned()),
    ];
    let withdraw = move |_| {
        wish.withdraw();
        focus(KEY);
    };
    let date = move |part: fn(&mut Typed) -> &mut String, key: &'static str, label: fn() -> &'static str| {
        let shown = Memo::new(move |_| part(&mut typed.get()).clone());
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
                    prop:value=shown
                    on:input=move |event| {
                        typed.update(|typed| *part(typed) = event_target_value(&event));
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
                {date(|typed| &mut typed.from, KEY, words::from)}
                {date(|typed| &mut typed.to, "special-to", words::to)}
                <div class="field">
                    <span class="lab">{words::kind}</span>
                    <Segmented
                        kind="sm"
                        testid="special-kind"
                        label=Signal::derive(|| words::kind().to_owned())
                        segments=kinds
                        chosen=kind
                        on_choose=move |choice| { typed.update(|typed| typed.kind = choice); said.set(None); }
                    />
                </div>
            </div>
            <div id="special-range">
                {move || {
                    let wrong = days.get().is_none().then(|| words::bad_range().to_owned()).or_else(|| editor.mistake(KEY));
                    wrong.map(|text| view! { <p class="msg bad"><Icon name="bad" size="s" />{text}</p> })
                }}
            </div>
            <div class="row">
                {move || (kind.get() == Kind::Hours)
                    .then(|| view! {
                        <input
                            id=input_id(HOURS_KEY)
                            class="in sm grow"
                            autocomplete="off"
                            spellcheck="false"
                            placeholder=|| profile::example("10:00-22:00")
                            aria-label=words::hours_for
                            aria-describedby=format!("{}-m", input_id(HOURS_KEY))
                            data-testid="special-text"
                            prop:value=text
                            on:input=move |event| {
                                let value = event_target_value(&event);
                                typed.update(|typed| typed.text.clone_from(&value));
                                said.set(None);
                                // As one day is typed, whichever it is.
                                editor.check(HOURS_KEY, DAYS[0], value);
                            }
                        />
                    })}
                <Button kind="sm" testid="special-apply" disabled=Signal::derive(move || !ready()) on_press=apply>
                    {move || words::set(days.get().as_ref().map_or(0, length))}
                </Button>
                {move || waits.get().then(|| view! {
                    <Button kind="quiet sm" testid="special-withdraw" on_press=withdraw>{everywhere::cancel}</Button>
                })}
                <span class="xs fg-ok" role="status">{move || said.get().map(words::set_done)}</span>
            </div>
            {move || (kind.get() == Kind::Hours).then(|| view! { <Message editor=editor key=HOURS_KEY text=text /> })}
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
