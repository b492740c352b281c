//! What customers see at a moment: open until when, or closed until when. Pure: given the hours and the wall clock.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use domain::Profile;
use domain::hours::{Span, parse_day};
use domain::opening::OpeningHours;

/// How far ahead an opening is looked for, in days.
const AHEAD: u64 = 60;

/// What customers see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Open, and until when.
    Open(NaiveDateTime),
    /// Open, and no end within sight.
    AlwaysOpen,
    /// Closed, and until when.
    Opens(NaiveDateTime),
    /// Closed, and no opening within sight.
    Closed,
    /// The shop's status says that it is not open: `paused`, `moving`, `closed`.
    Halted(String),
    /// Nobody has given hours.
    NotGiven,
}

/// What customers see, and whether today's hours are a special date's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What they see.
    pub seen: Seen,
    /// Are the hours that say so those of a special date? Which one.
    pub special: Option<NaiveDate>,
}

/// The spans of a date, and whether they are those of a special one.
fn spans(hours: &OpeningHours, date: NaiveDate) -> (Option<Vec<Span>>, bool) {
    let read = |spans: &[String]| match spans.is_empty() {
        true => Some(Vec::new()),
        false => parse_day(&spans.join(",")).ok(),
    };
    (hours.on(date).and_then(read), hours.special.contains_key(&date.to_string()))
}

fn at(date: NaiveDate, minute: u16) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute))
}

/// What customers see at `now`, the shop's own wall clock.
pub fn look(profile: &Profile, now: NaiveDateTime) -> Look {
    let status = profile.other.get("status").and_then(domain::Value::as_str).unwrap_or("open");
    if matches!(status, "paused" | "moving" | "closed") {
        return Look { seen: Seen::Halted(status.to_owned()), special: None };
    }
    let today = now.date();
    let first = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    let dates: Vec<NaiveDate> = first.iter_days().take(AHEAD as usize + 2).collect();
    let hours = OpeningHours::of(profile);
    let days: Vec<(NaiveDate, Option<Vec<Span>>, bool)> = dates
        .iter()
        .map(|date| (*date, spans(&hours, *date)))
        .map(|(date, (spans, special))| (date, spans, special))
        .collect();
    if days.iter().all(|(_, spans, _)| spans.is_none()) {
        return Look { seen: Seen::NotGiven, special: None };
    }
    // Spans that touch are one: who is open round the clock does not close at midnight.
    let mut open: Vec<(NaiveDateTime, NaiveDateTime, Option<NaiveDate>)> = Vec::new();
    for (date, spans, special) in &days {
        for span in spans.iter().flatten() {
            let (from, to) = (at(*date, span.start_min), at(*date, span.end_min));
            match open.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => open.push((from, to, special.then_some(*date))),
            }
        }
    }
    let special_today = days.iter().find(|(date, _, special)| *date == today && *special).map(|(date, _, _)| *date);
    let horizon = at(today, 0) + TimeDelta::days(i64::try_from(AHEAD).unwrap_or(0));
    if let Some((_, until, special)) = open.iter().find(|(from, to, _)| (*from..*to).contains(&now)) {
        let seen = if *until >= horizon { Seen::AlwaysOpen } else { Seen::Open(*until) };
        return Look { seen, special: special_today.or(*special) };
    }
    let next = open.iter().find(|(from, _, _)| *from > now);
    Look { seen: next.map_or(Seen::Closed, |(from, _, _)| Seen::Opens(*from)), special: special_today }
}

#[cfg(test)]
mod tests {
    use domain::{MerchantId, Value};

    use super::*;

    fn moment(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    fn profile(week: &[(&str, &[&str])], special: &[(&str, &[&str])]) -> Profile {
        let texts = |spans: &[&str]| spans.iter().map(|span| (*span).to_owned()).collect();
        let mut profile = Profile::new(MerchantId::new("BJ-0187").unwrap());
        profile.hours = week.iter().map(|(day, spans)| ((*day).to_owned(), texts(spans))).collect();
        profile.special_hours = special.iter().map(|(date, spans)| ((*date).to_owned(), texts(spans))).collect();
        profile
    }

    const WEEK: [(&str, &[&str]); 7] = [
        ("mo", &["10:00-14:00", "17:00-22:00"]),
        ("tu", &["10:00-22:00"]),
        ("we", &[]),
        ("th", &["10:00-22:00"]),
        ("fr", &["17:00-02:00"]),
        ("sa", &["17:00-02:00"]),
        ("su", &["10:00-22:00"]),
    ];

    #[test]
    fn customers_see_the_next_change() {
        let table = [
            // 16 November 2026 is a Monday.
            ("2026-11-16 09:59", Seen::Opens(moment("2026-11-16 10:00"))),
            ("2026-11-16 10:00", Seen::Open(moment("2026-11-16 14:00"))),
            ("2026-11-16 14:00", Seen::Opens(moment("2026-11-16 17:00"))),
            ("2026-11-17 22:00", Seen::Opens(moment("2026-11-19 10:00"))),
            ("2026-11-21 01:30", Seen::Open(moment("2026-11-21 02:00"))),
            ("2026-11-21 02:00", Seen::Opens(moment("2026-11-21 17:00"))),
        ];
        for (now, seen) in table {
            assert_eq!(look(&profile(&WEEK, &[]), moment(now)).seen, seen, "{now}");
        }
    }

    #[test]
    fn a_closure_ends_with_the_first_opening_behind_it() {
        let mut closed = profile(&WEEK, &[]);
        closed.other.insert("closure".to_owned(), Value::text("2026-11-16/2026-11-18"));
        let table = [
            // The night before belongs to the day before.
            ("2026-11-16 12:00", Seen::Opens(moment("2026-11-19 10:00"))),
            ("2026-11-18 23:00", Seen::Opens(moment("2026-11-19 10:00"))),
            ("2026-11-19 12:00", Seen::Open(moment("2026-11-19 22:00"))),
        ];
        for (now, seen) in table {
            assert_eq!(look(&closed, moment(now)).seen, seen, "{now}");
        }
    }

    #[test]
    fn special_dates_come_first_and_are_named() {
        let special = [("2026-11-16", &[][..]), ("2026-11-18", &["12:00-20:00"][..])];
        let closed = look(&profile(&WEEK, &special), moment("2026-11-16 12:00"));
        assert_eq!(closed.seen, Seen::Opens(moment("2026-11-17 10:00")));
        assert_eq!(closed.special, Some(moment("2026-11-16 00:00").date()));
        let open = look(&profile(&WEEK, &special), moment("2026-11-18 12:00"));
        assert_eq!(open.seen, Seen::Open(moment("2026-11-18 20:00")));
        assert_eq!(open.special, Some(moment("2026-11-18 00:00").date()));
        // Friday's night belongs to Friday, even if Saturday is closed.
        let night = look(&profile(&WEEK, &[("2026-11-21", &[])]), moment("2026-11-21 01:00"));
        assert_eq!(night.seen, Seen::Open(moment("2026-11-21 02:00")));
    }

    #[test]
    fn round_the_clock_closed_for_good_and_unknown() {
        let always: Vec<(&str, &[&str])> = WEEK.iter().map(|(day, _)| (*day, &["00:00-24:00"][..])).collect();
        let never: Vec<(&str, &[&str])> = WEEK.iter().map(|(day, _)| (*day, &[][..])).collect();
        let now = moment("2026-11-16 12:00");
        assert_eq!(look(&profile(&always, &[]), now).seen, Seen::AlwaysOpen);
        assert_eq!(look(&profile(&never, &[]), now).seen, Seen::Closed);
        assert_eq!(look(&profile(&[], &[]), now).seen, Seen::NotGiven);
        let mut paused = profile(&WEEK, &[]);
        paused.other.insert("status".to_owned(), Value::text("paused"));
        assert_eq!(look(&paused, now).seen, Seen::Halted("paused".to_owned()));
    }
}
