//! Times and dates in cells, as workbooks and people write them.

use chrono::NaiveDate;
use domain::text;

use super::rows::{Cell, Kind};
use super::workbook::time_of;

/// Days since 1899-12-30 that are taken for a date: 1954 to 2119. Smaller numbers are more likely something else.
const SERIALS: std::ops::RangeInclusive<f64> = 20_000.0..=80_000.0;

/// A time of day as text: a number from 0 to 1 is a part of a day, and behind a day stands its time.
pub(super) fn clock(cell: Cell<'_>) -> String {
    if cell.kind == Kind::Date
        && let Some((_, time)) = cell.text.split_once(' ')
    {
        return time.to_owned();
    }
    let part = cell.text.parse::<f64>().ok().filter(|part| (0.0..=1.0).contains(part));
    match part {
        Some(part) if cell.kind == Kind::Number || cell.text.contains('.') => time_of(part),
        _ => cell.text.to_owned(),
    }
}

/// A day as `YYYY-MM-DD`: year first, or with its words, or as a workbook counts days. What has two readings
/// (`03/04/2020`) is none.
pub(super) fn date(cell: Cell<'_>) -> Option<String> {
    let key = text::key(cell.text);
    if let Some(serial) = key.parse::<f64>().ok().filter(|serial| SERIALS.contains(serial)) {
        let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(chrono::Days::new(serial as u64))?;
        return Some(day.to_string());
    }
    if key.len() == 8 && key.bytes().all(|b| b.is_ascii_digit()) {
        return day(&key[..4], &key[4..6], &key[6..]);
    }
    let key = key.split([' ', 't']).next().unwrap_or_default();
    let plain = key.replace(['年', '月', '/', '.'], "-");
    let mut parts = plain.trim_end_matches(['日', '号']).split('-');
    let (year, month, day_of_month) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    day(year, month, day_of_month)
}

fn day(year: &str, month: &str, day: &str) -> Option<String> {
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    Some(date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_many_forms_and_no_guesses() {
        let cases = [
            ("2020/3/8", "2020-03-08"),
            ("2020-03-08", "2020-03-08"),
            ("2020.3.8", "2020-03-08"),
            ("2020年3月8日", "2020-03-08"),
            ("２０２０年３月８日", "2020-03-08"),
            ("20200308", "2020-03-08"),
            ("2020-03-08 10:30:00", "2020-03-08"),
            ("43831", "2020-01-01"),
            ("44470.395", "2021-10-01"),
        ];
        for (typed, wanted) in cases {
            assert_eq!(date(Cell { text: typed, kind: Kind::Text }).as_deref(), Some(wanted), "{typed}");
        }
        for typed in ["03/04/2020", "不详", "12", "2020-13-01", "2020", "", "99999999"] {
            assert_eq!(date(Cell { text: typed, kind: Kind::Text }), None, "{typed}");
        }
        assert_eq!(clock(Cell { text: "0.75", kind: Kind::Number }), "18:00");
        assert_eq!(clock(Cell { text: "10:00", kind: Kind::Text }), "10:00");
        assert_eq!(clock(Cell { text: "2020-03-08 18:30", kind: Kind::Date }), "18:30");
        assert_eq!(clock(Cell { text: "2020-03-08", kind: Kind::Date }), "2020-03-08");
        assert_eq!(clock(Cell { text: "0.9993055555555556", kind: Kind::Number }), "23:59");
    }
}
