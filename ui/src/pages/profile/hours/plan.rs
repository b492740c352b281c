//! What a copy would do, worded. Pure.

use domain::ipc::StorePlan;
use domain::profile::Registers;
use domain::{FieldPath, Profile, Value};

use super::DAYS;
use crate::i18n::listed;
use crate::words::field::field_label;
use crate::words::time;
use crate::words::value::value_text;

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

/// One line of a preview: days that change in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which days.
    pub days: String,
    /// Their hours now.
    pub before: String,
    /// Their hours then.
    pub after: String,
}

fn label(field: &FieldPath) -> String {
    match DAYS.iter().position(|path| *path == field.as_str()) {
        Some(day) => time::weekday(day).to_owned(),
        None => {
            field.as_str().strip_prefix("hours.special.").map_or_else(|| field_label(field.as_str()), str::to_owned)
        }
    }
}

/// The changes of one store, days with the same change together, the week in its order.
pub fn lines(plan: &StorePlan) -> Vec<Line> {
    let mut writes: Vec<_> = plan.writes.iter().collect();
    let place = |field: &FieldPath| DAYS.iter().position(|path| *path == field.as_str()).unwrap_or(DAYS.len());
    writes.sort_by(|a, b| place(&a.field).cmp(&place(&b.field)).then_with(|| a.field.cmp(&b.field)));
    let mut groups: Vec<(Vec<String>, &Value, &Value)> = Vec::new();
    for write in writes {
        match groups.iter_mut().find(|(_, before, after)| *before == &write.base_value && *after == &write.value) {
            Some((days, _, _)) => days.push(label(&write.field)),
            None => groups.push((vec![label(&write.field)], &write.base_value, &write.value)),
        }
    }
    groups
        .into_iter()
        .map(|(days, before, after)| Line {
            days: listed(&days),
            before: value_text("hours", before),
            after: value_text("hours", after),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::MerchantId;
    use domain::edit::Write;

    use super::*;
    use crate::i18n::{Language, set_lang};

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

    #[test]
    fn days_with_the_same_change_are_one_line() {
        set_lang(Language::Chinese);
        let write = |field: &str, before: &[&str], after: &[&str]| Write {
            field: FieldPath::new(field).unwrap(),
            base_value: Value::list(before.iter().copied()),
            value: Value::list(after.iter().copied()),
        };
        let plan = StorePlan {
            id: MerchantId::new("BJ-0001").unwrap(),
            name: String::new(),
            writes: vec![
                write("hours.fr", &["10:00-22:00"], &["09:00-21:00"]),
                write("hours.mo", &["10:00-22:00"], &["09:00-21:00"]),
                write("hours.special.2026-12-31", &[], &["10:00-02:00"]),
                write("hours.tu", &["10:00-22:00"], &[]),
            ],
            locked: Vec::new(),
            version: String::new(),
        };
        let lines: Vec<_> = lines(&plan).into_iter().map(|line| (line.days, line.before, line.after)).collect();
        let line = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            lines,
            [
                line("周一、周五", "10:00–22:00", "09:00–21:00"),
                line("周二", "10:00–22:00", "休息"),
                line("2026-12-31", "休息", "10:00–次日 02:00"),
            ]
        );
    }
}
