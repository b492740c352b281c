//! What customers see now, by the shop's own clock, and what they would see once the form is saved.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use domain::{Profile, Value};
use leptos::prelude::*;

use super::now::{Look, Seen, look};
use super::{Typed, typed};
use crate::clock::{BEIJING, in_zone, use_now};
use crate::components::Icon;
use crate::i18n::hours as words;
use crate::pages::profile::editor::Editor;
use crate::words::field::status_label;
use crate::words::time;

/// The register of a shop's time zone, by its IANA name.
const ZONE: &str = "time_zone";

fn zone(profile: &Profile) -> String {
    profile.other.get(ZONE).and_then(Value::as_str).unwrap_or(BEIJING).to_owned()
}

fn saved(editor: Editor) -> Option<Profile> {
    editor.view.with(|view| view.as_ref().map(|view| view.profile.clone()))
}

/// What the shop's own clock shows.
pub fn shop_time(editor: Editor, at: DateTime<Utc>) -> NaiveDateTime {
    let zone = saved(editor).as_ref().map_or_else(|| BEIJING.to_owned(), zone);
    in_zone(at, &zone)
}

/// The name of the shop's time zone.
pub fn zone_label(editor: Editor) -> String {
    let zone = saved(editor).as_ref().map_or_else(|| BEIJING.to_owned(), zone);
    if zone == BEIJING { words::zone_beijing().to_owned() } else { words::zone(zone) }
}

/// A moment from now: `22:00`, `明天 02:00`, `周五 10:00`, `12 月 1 日 10:00`.
fn moment(at: NaiveDateTime, now: NaiveDateTime) -> String {
    let clock = time::hm(at);
    match (at.date() - now.date()).num_days() {
        0 => clock,
        1 => words::at_tomorrow(clock),
        2..=6 => words::at_day(time::weekday(at.weekday().num_days_from_monday() as usize), clock),
        _ => words::at_day(time::day(at.date(), now), clock),
    }
}

/// In a sentence.
fn sentence(seen: &Seen, now: NaiveDateTime) -> String {
    match seen {
        Seen::Open(until) => words::now_open(moment(*until, now)),
        Seen::AlwaysOpen => words::now_always().to_owned(),
        Seen::Opens(at) if at.date() == now.date() => words::now_opens(words::at_today(time::hm(*at))),
        Seen::Opens(at) => words::now_opens(moment(*at, now)),
        Seen::Closed => words::now_closed().to_owned(),
        Seen::Halted(status) => words::now_halted(status_label(status)),
        Seen::NotGiven => words::now_not_given().to_owned(),
    }
}

/// Colour and icon; the words say the same.
fn tone(seen: &Seen) -> (&'static str, &'static str) {
    match seen {
        Seen::Open(_) | Seen::AlwaysOpen => ("chip ok", "ok"),
        Seen::Halted(_) | Seen::NotGiven => ("chip clash", "warn"),
        Seen::Opens(_) | Seen::Closed => ("chip draft", "pause"),
    }
}

#[component]
fn Line(label: fn() -> &'static str, found: Look, at: NaiveDateTime, testid: &'static str) -> impl IntoView {
    let (class, icon) = tone(&found.seen);
    let holiday = domain::holidays::on(at.date()).map(super::calendar::holiday_text);
    view! {
        <p class="row sm now-line" data-testid=testid>
            <span class="muted">{label}</span>
            <span class=class><Icon name=icon size="s" />{move || sentence(&found.seen, at)}</span>
            {found.special.map(|date| view! { <span class="xs muted">{move || words::now_special(time::day(date, at))}</span> })}
            {holiday.map(|name| view! { <span class="xs muted">{name}</span> })}
        </p>
    }
}

/// One line, and a second one while the form would change it.
#[component]
pub fn NowLine(editor: Editor) -> impl IntoView {
    let now = use_now();
    let looks = Memo::new(move |_| {
        let saved = saved(editor);
        let edited = editor.edited()?;
        let at = in_zone(now.get(), &zone(&edited));
        let unreadable = (0..7).any(|day| typed(editor, day) == Typed::Unreadable);
        let then = (!unreadable).then(|| look(&edited, at));
        let seen = saved.map(|saved| look(&saved, at));
        Some((at, seen, then))
    });
    move || {
        looks.get().map(|(at, seen, then)| {
            let differs = then.is_some() && then != seen;
            view! {
                {seen.map(|seen| view! { <Line label=words::now found=seen at=at testid="now-line" /> })}
                {then.filter(|_| differs).map(|then| view! { <Line label=words::now_after found=then at=at testid="now-after" /> })}
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn sentences_say_until_when() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        let now = at("2026-11-20 14:34");
        let table = [
            (Seen::Open(at("2026-11-20 22:00")), "营业中，22:00 打烊", "Open until 22:00"),
            (Seen::Open(at("2026-11-21 02:00")), "营业中，明天 02:00 打烊", "Open until tomorrow 02:00"),
            (Seen::Opens(at("2026-11-20 17:00")), "已打烊，今天 17:00 开门", "Closed, opens today 17:00"),
            (Seen::Opens(at("2026-11-23 10:00")), "已打烊，周一 10:00 开门", "Closed, opens Mon 10:00"),
            (Seen::Opens(at("2026-12-01 10:00")), "已打烊，12 月 1 日 10:00 开门", "Closed, opens 1 Dec 10:00"),
            (Seen::Halted("paused".to_owned()), "不营业：暂停营业", "Not open: Paused"),
        ];
        for (seen, chinese, english) in table {
            set_lang(Language::Chinese);
            assert_eq!(sentence(&seen, now), chinese);
            set_lang(Language::English);
            assert_eq!(sentence(&seen, now), english);
        }
    }
}
