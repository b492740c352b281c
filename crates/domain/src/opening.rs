//! The hours of a store on a date: what is said of that date itself, else nothing while it is closed for a time, else what
//! its weekday has.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::field::WEEKDAYS;
use crate::forms;
use crate::profile::Profile;
use crate::value::{Said, Value};

/// How the registers of special dates begin.
const SPECIAL: &str = "hours.special.";

/// All that the hours of a date depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHours {
    /// Spans of each weekday, Monday first; `None` where not given.
    pub week: [Option<Vec<String>>; 7],
    /// Spans of single dates (ISO 8601).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub special: BTreeMap<String, Vec<String>>,
    /// The register `closure`: while it is closed for a time. Empty if not given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub closure: String,
    /// The register `time_zone`, whose clock says which date it is there. Empty if not given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
}

impl OpeningHours {
    /// Of a profile.
    pub fn of(profile: &Profile) -> Self {
        let text = |path: &str| profile.other.get(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            week: WEEKDAYS.map(|day| profile.hours.get(day).cloned()),
            special: profile.special_hours.clone(),
            closure: text("closure"),
            time_zone: text("time_zone"),
        }
    }

    /// Takes in what a register says that is no weekday's; of others it takes nothing.
    pub fn add(&mut self, field: &str, said: &Said<'_>) {
        let text = || said.as_str().unwrap_or_default().to_owned();
        match (field, field.strip_prefix(SPECIAL)) {
            ("closure", _) => self.closure = text(),
            ("time_zone", _) => self.time_zone = text(),
            (_, Some(date)) => {
                if let Some(spans) = said.to_value().as_list() {
                    self.special.insert(date.to_owned(), spans.into_iter().map(str::to_owned).collect());
                }
            }
            _ => {}
        }
    }

    /// Leaves out special dates before a day, and all but the first few of the others.
    pub fn keep_special(&mut self, from: NaiveDate, at_most: usize) {
        self.special = self.special.split_off(&from.to_string());
        while self.special.len() > at_most {
            self.special.pop_last();
        }
    }

    /// The spans of a date by the store's own calendar: none while it is closed, nothing where nobody has said it.
    pub fn on(&self, date: NaiveDate) -> Option<&[String]> {
        if let Some(spans) = self.special.get(&date.to_string()) {
            return Some(spans);
        }
        if closed_days(&self.closure).is_some_and(|days| days.contains(&date)) {
            return Some(&[]);
        }
        self.week[date.weekday().num_days_from_monday() as usize].as_deref()
    }
}

/// The days of a closure as [`forms::period`] stores it; nothing if it is none.
fn closed_days(closure: &str) -> Option<RangeInclusive<NaiveDate>> {
    let (from, until) = closure.split_once('/')?;
    let until = if until == ".." { NaiveDate::MAX } else { forms::day(until)? };
    Some(forms::day(from)?..=until)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::id::MerchantId;

    #[test]
    fn a_date_comes_before_a_closure_and_a_closure_before_the_week() {
        let mut profile = Profile::new(MerchantId::new("BJ-0187").unwrap());
        let spans = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        profile.hours.insert("mo".to_owned(), spans(&["10:00-14:00", "17:00-02:00"]));
        profile.hours.insert("tu".to_owned(), Vec::new());
        profile.special_hours.insert("2026-11-16".to_owned(), Vec::new());
        profile.special_hours.insert("2026-11-18".to_owned(), spans(&["12:00-20:00"]));
        profile.special_hours.insert("2026-12-07".to_owned(), spans(&["00:00-24:00"]));
        profile.other.insert("closure".to_owned(), Value::text("2026-12-01/2026-12-14"));
        let week: Option<&[&str]> = Some(&["10:00-14:00", "17:00-02:00"]);
        // 16 November 2026 is a Monday.
        let table: [(&str, Option<&[&str]>); 10] = [
            ("2026-11-09", week),
            ("2026-11-10", Some(&[])),
            ("2026-11-11", None),
            ("2026-11-16", Some(&[])),
            ("2026-11-18", Some(&["12:00-20:00"])),
            ("2026-11-30", week),
            ("2026-12-02", Some(&[])),
            ("2026-12-07", Some(&["00:00-24:00"])),
            ("2026-12-14", Some(&[])),
            ("2026-12-21", week),
        ];
        let hours = OpeningHours::of(&profile);
        for (date, expected) in table {
            let on = hours.on(forms::day(date).unwrap()).map(<[String]>::to_vec);
            assert_eq!(on, expected.map(spans), "{date}");
        }
    }

    #[test]
    fn a_closure_is_read_as_it_is_stored() {
        let monday = forms::day("2026-11-16").unwrap();
        let table = [
            ("", false),
            ("2026-11-16/2026-11-16", true),
            ("2026-11-10/..", true),
            ("2026-11-17/..", false),
            ("2026-11-01/2026-11-15", false),
            ("2026-11-10", false),
            ("whenever/..", false),
            ("2026-11-10/whenever", false),
        ];
        for (closure, closed) in table {
            let hours = OpeningHours { closure: closure.to_owned(), ..OpeningHours::default() };
            assert_eq!(hours.on(monday), closed.then_some(&[][..]), "{closure}");
        }
    }
}
