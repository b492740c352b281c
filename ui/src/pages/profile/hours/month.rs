//! A month as a calendar shows it, and special dates put together. Pure.

use std::ops::RangeInclusive;

use chrono::{Datelike, Days, Months, NaiveDate};

/// The most days that are set at once.
pub const RANGE_DAYS_MAX: u64 = 92;

/// The weeks that a month touches, each from Monday to Sunday.
pub fn weeks(month: NaiveDate) -> Vec<[NaiveDate; 7]> {
    let first = month.with_day(1).unwrap_or(month);
    let monday = first - Days::new(u64::from(first.weekday().num_days_from_monday()));
    (0..6)
        .map(|week| std::array::from_fn(|day| monday + Days::new(week * 7 + day as u64)))
        .filter(|week: &[NaiveDate; 7]| {
            week.iter().any(|day| (day.year(), day.month()) == (first.year(), first.month()))
        })
        .collect()
}

/// Where a key leads from a day; nothing for keys without a meaning.
pub fn step(day: NaiveDate, key: &str) -> Option<NaiveDate> {
    let weekday = u64::from(day.weekday().num_days_from_monday());
    match key {
        "ArrowLeft" => day.checked_sub_days(Days::new(1)),
        "ArrowRight" => day.checked_add_days(Days::new(1)),
        "ArrowUp" => day.checked_sub_days(Days::new(7)),
        "ArrowDown" => day.checked_add_days(Days::new(7)),
        "Home" => day.checked_sub_days(Days::new(weekday)),
        "End" => day.checked_add_days(Days::new(6 - weekday)),
        "PageUp" => day.checked_sub_months(Months::new(1)),
        "PageDown" => day.checked_add_months(Months::new(1)),
        _ => None,
    }
}

/// Two days in order.
pub fn ordered(a: NaiveDate, b: NaiveDate) -> RangeInclusive<NaiveDate> {
    a.min(b)..=a.max(b)
}

/// How many days a range has.
pub fn length(range: &RangeInclusive<NaiveDate>) -> u64 {
    (*range.end() - *range.start()).num_days().unsigned_abs() + 1
}

/// Special dates in a row with the same hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// From and to.
    pub days: RangeInclusive<NaiveDate>,
    /// Their hours, as typed.
    pub hours: String,
}

/// Puts special dates together; dates that cannot be read are left out.
pub fn runs(special: &[(String, String)]) -> Vec<Run> {
    let mut dated: Vec<(NaiveDate, &str)> =
        special.iter().filter_map(|(date, hours)| Some((date.trim().parse().ok()?, hours.trim()))).collect();
    dated.sort();
    let mut runs: Vec<Run> = Vec::new();
    for (date, hours) in dated {
        match runs.last_mut() {
            Some(run) if run.hours == hours && run.days.end().succ_opt() == Some(date) => {
                run.days = *run.days.start()..=date;
            }
            _ => runs.push(Run { days: date..=date, hours: hours.to_owned() }),
        }
    }
    runs
}

/// The special dates with those of a range set to `hours`, or removed; in order.
pub fn set(
    special: &[(String, String)],
    range: &RangeInclusive<NaiveDate>,
    hours: Option<&str>,
) -> Vec<(String, String)> {
    let within = |date: &str| date.trim().parse::<NaiveDate>().is_ok_and(|date| range.contains(&date));
    let mut out: Vec<(String, String)> = special.iter().filter(|(date, _)| !within(date)).cloned().collect();
    if let Some(hours) = hours {
        let days = range.start().iter_days().take_while(|day| day <= range.end());
        out.extend(days.map(|day| (day.to_string(), hours.to_owned())));
    }
    out.sort();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(date, hours)| ((*date).to_owned(), (*hours).to_owned())).collect()
    }

    #[test]
    fn a_month_has_its_weeks_from_monday() {
        let table = [("2026-11-20", 6, "2026-10-26"), ("2027-02-14", 4, "2027-02-01"), ("2026-08-01", 6, "2026-07-27")];
        for (month, count, first) in table {
            let weeks = weeks(date(month));
            assert_eq!((weeks.len(), weeks[0][0]), (count, date(first)), "{month}");
        }
    }

    #[test]
    fn keys_lead_to_days() {
        let table = [
            ("ArrowLeft", "2026-11-19"),
            ("ArrowDown", "2026-11-27"),
            ("Home", "2026-11-16"),
            ("End", "2026-11-22"),
            ("PageDown", "2026-12-20"),
        ];
        for (key, to) in table {
            assert_eq!(step(date("2026-11-20"), key), Some(date(to)), "{key}");
        }
        assert_eq!(step(date("2027-01-31"), "PageDown"), Some(date("2027-02-28")));
        assert_eq!(step(date("2026-11-20"), "a"), None);
    }

    #[test]
    fn ranges_are_set_removed_and_put_together() {
        let before = pairs(&[("2026-12-31", "10:00-02:00"), ("2027-02-06", "休息")]);
        let closed = set(&before, &ordered(date("2027-02-08"), date("2027-02-05")), Some("休息"));
        let runs = runs(&closed);
        assert_eq!(runs.len(), 2);
        assert_eq!((runs[1].days.clone(), length(&runs[1].days)), (date("2027-02-05")..=date("2027-02-08"), 4));
        assert_eq!(set(&closed, &runs[1].days, None), pairs(&[("2026-12-31", "10:00-02:00")]));
    }
}
