//! What a bulk edit would do, worded. Pure.

use std::collections::BTreeMap;

use domain::edit::Write;
use domain::field::WEEKDAYS;
use domain::ipc::LeftOut;
use domain::{FieldPath, Value};

use crate::i18n::{bulk, listed};
use crate::words::change::set_change;
use crate::words::field::field_label;
use crate::words::time;
use crate::words::value::value_text;

/// One line of a preview: registers that change in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub fields: String,
    /// What they are now; nothing for elements that come or go.
    pub before: Option<String>,
    /// What they will be.
    pub after: String,
}

fn day(field: &FieldPath) -> Option<usize> {
    field.key().filter(|_| field.root() == "hours").and_then(|key| WEEKDAYS.iter().position(|day| *day == key))
}

fn label(field: &FieldPath) -> String {
    match (day(field), field.as_str().strip_prefix("hours.special.")) {
        (Some(day), _) => time::weekday(day).to_owned(),
        (None, Some(date)) => date.to_owned(),
        (None, None) => field_label(field.as_str()),
    }
}

/// Where a register stands among others: the week in its order.
fn place(field: &FieldPath) -> (String, usize, FieldPath) {
    (field.root().to_owned(), day(field).unwrap_or(WEEKDAYS.len()), field.clone())
}

/// In how many stores each register changes; nothing where all of them change in every store.
pub fn per_field(fields: &BTreeMap<String, u64>, changes: u64) -> Vec<(String, u64)> {
    if fields.values().all(|count| *count == changes) {
        return Vec::new();
    }
    let mut counts: Vec<(FieldPath, u64)> =
        fields.iter().filter_map(|(path, count)| Some((FieldPath::new(path.as_str()).ok()?, *count))).collect();
    counts.sort_by_key(|(field, _)| place(field));
    counts.into_iter().map(|(field, count)| (field_label(field.as_str()), count)).collect()
}

/// The changes of one store: days with the same change together, the week in its order; tags that come and go.
pub fn lines(writes: &[Write]) -> Vec<Line> {
    let mut sorted: Vec<&Write> = writes.iter().collect();
    sorted.sort_by_key(|write| place(&write.field));
    let mut lines: Vec<Line> = Vec::new();
    let mut groups: Vec<(Vec<String>, &str, &Value, &Value)> = Vec::new();
    for write in sorted {
        if let Some(change) = set_change(write.field.as_str(), &write.base_value, &write.value) {
            lines.push(Line { fields: field_label(write.field.root()), before: None, after: change.words() });
            continue;
        }
        let (path, before, after) = (write.field.as_str(), &write.base_value, &write.value);
        let is_hours = |path: &str| path.starts_with("hours.");
        match groups
            .iter_mut()
            .find(|group| is_hours(path) && is_hours(group.1) && group.2 == before && group.3 == after)
        {
            Some(group) => group.0.push(label(&write.field)),
            None => groups.push((vec![label(&write.field)], path, before, after)),
        }
    }
    let worded = groups.into_iter().map(|(fields, path, before, after)| Line {
        fields: listed(&fields),
        before: Some(value_text(path, before)),
        after: value_text(path, after),
    });
    worded.chain(lines).collect()
}

/// Why stores do not get all of it, with how many.
pub fn reason(because: LeftOut, count: u64) -> String {
    match because {
        LeftOut::Contested => bulk::left_contested(count),
        LeftOut::NotAllowed => bulk::left_not_allowed(count),
        LeftOut::Gone => bulk::left_gone(count),
        LeftOut::Moved => bulk::left_moved(count),
    }
}

/// The same for one store.
pub fn reason_of_one(because: LeftOut, fields: &[String]) -> String {
    match because {
        LeftOut::Contested => {
            let fields: Vec<String> = fields.iter().map(|path| field_label(path)).collect();
            bulk::one_contested(listed(&fields))
        }
        LeftOut::NotAllowed => bulk::one_not_allowed().to_owned(),
        LeftOut::Gone => bulk::one_gone().to_owned(),
        LeftOut::Moved => bulk::one_moved().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn counts_are_in_the_order_of_the_week_and_say_more_than_the_number_of_stores() {
        let fields = |counts: &[(&str, u64)]| -> BTreeMap<String, u64> {
            counts.iter().map(|(path, count)| ((*path).to_owned(), *count)).collect()
        };
        let label = |path: &str, count: u64| (field_label(path), count);
        let some = fields(&[("hours.fr", 3), ("hours.mo", 2), ("hours.su", 3), ("note", 1)]);
        let shown = [label("hours.mo", 2), label("hours.fr", 3), label("hours.su", 3), label("note", 1)];
        assert_eq!(per_field(&some, 3), shown);
        assert!(per_field(&fields(&[("hours.fr", 3), ("hours.mo", 3)]), 3).is_empty());
    }

    #[test]
    fn registers_with_the_same_change_are_one_line() {
        set_lang(Language::Chinese);
        let write = |field: &str, before: Value, after: Value| Write {
            field: FieldPath::new(field).unwrap(),
            base_value: before,
            value: after,
        };
        let hours = |spans: &[&str]| Value::list(spans.iter().copied());
        let writes = [
            write("tags.外卖", Value::NULL, Value::yes()),
            write("hours.fr", hours(&["10:00-22:00"]), hours(&["09:00-21:00"])),
            write("hours.mo", hours(&["10:00-22:00"]), hours(&["09:00-21:00"])),
            write("hours.special.2026-12-31", hours(&[]), hours(&["10:00-02:00"])),
            write("hours.tu", hours(&["10:00-22:00"]), hours(&[])),
            write("note", Value::NULL, Value::text("复工")),
            write("region", Value::NULL, Value::text("复工")),
            write("status", Value::text("open"), Value::text("paused")),
        ];
        let found: Vec<_> = lines(&writes).into_iter().map(|line| (line.fields, line.before, line.after)).collect();
        let line = |a: &str, b: &str, c: &str| (a.to_owned(), Some(b.to_owned()), c.to_owned());
        assert_eq!(
            found,
            [
                line("周一、周五", "10:00–22:00", "09:00–21:00"),
                line("周二", "10:00–22:00", "休息"),
                line("2026-12-31", "休息", "10:00–次日 02:00"),
                line("备注", "未填写", "复工"),
                line("区域", "未填写", "复工"),
                line("营业状态", "营业中", "暂停营业"),
                ("标签".to_owned(), None, "添加 外卖".to_owned()),
            ]
        );
    }
}
