//! Which registers a copy of hours is about. Pure.

use domain::profile::Registers;
use domain::{FieldPath, Profile, Value};

use super::DAYS;

/// What is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct What {
    /// The hours of the week.
    pub week: bool,
    /// Special dates that have not passed.
    pub special: bool,
}

/// Special dates from `today` on.
pub fn upcoming<'a>(profile: &'a Profile, today: &'a str) -> impl Iterator<Item = (&'a String, &'a Vec<String>)> {
    profile.special_hours.iter().filter(move |(date, _)| date.as_str() >= today)
}

/// The registers that other stores shall have too. A weekday without hours is cleared there; special dates are added.
pub fn registers(profile: &Profile, what: What, today: &str) -> Registers {
    let mut registers = Registers::new();
    let value = |spans: &Vec<String>| Value::list(spans.iter().map(String::as_str));
    if what.week {
        for (n, path) in DAYS.iter().enumerate() {
            let day = path.trim_start_matches("hours.");
            registers.insert(FieldPath::hours(n), profile.hours.get(day).map(value).unwrap_or_default());
        }
    }
    if what.special {
        for (date, spans) in upcoming(profile, today) {
            if let Ok(field) = FieldPath::new(format!("hours.special.{date}")) {
                registers.insert(field, value(spans));
            }
        }
    }
    registers
}

#[cfg(test)]
mod tests {
    use domain::MerchantId;

    use super::*;

    fn profile() -> Profile {
        let mut profile = Profile::new(MerchantId::new("BJ-0187").unwrap());
        profile.hours.insert("mo".to_owned(), vec!["09:00-21:00".to_owned()]);
        profile.hours.insert("tu".to_owned(), Vec::new());
        profile.special_hours.insert("2026-10-01".to_owned(), Vec::new());
        profile.special_hours.insert("2026-12-31".to_owned(), vec!["10:00-02:00".to_owned()]);
        profile
    }

    #[test]
    fn the_whole_week_and_dates_to_come_are_copied() {
        let all = registers(&profile(), What { week: true, special: true }, "2026-11-20");
        assert_eq!(all.len(), 8);
        assert_eq!(all[&FieldPath::hours(0)], Value::list(["09:00-21:00"]));
        assert_eq!(all[&FieldPath::hours(1)], Value::list::<&str>([]));
        assert!(all[&FieldPath::hours(2)].is_null(), "a day without hours has none there either");
        let dates = registers(&profile(), What { week: false, special: true }, "2026-11-20");
        assert_eq!(dates.keys().map(FieldPath::as_str).collect::<Vec<_>>(), ["hours.special.2026-12-31"]);
    }
}
