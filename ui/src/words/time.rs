//! Moments and durations.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

use crate::i18n::{Language, lang, times};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `14:32`
pub fn hm(at: NaiveDateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `14:32:08`
pub fn hms(at: NaiveDateTime) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// `11 月 18 日`, `18 Nov`; with the year if it is another one than that of `now`.
pub fn day(at: NaiveDate, now: NaiveDateTime) -> String {
    let month = short_month(at);
    match (lang(), at.year() == now.year()) {
        (Language::Chinese, true) => format!("{} 月 {} 日", at.month(), at.day()),
        (Language::Chinese, false) => format!("{} 年 {} 月 {} 日", at.year(), at.month(), at.day()),
        (Language::English, true) => format!("{} {month}", at.day()),
        (Language::English, false) => format!("{} {month} {}", at.day(), at.year()),
    }
}

/// `2026 年 11 月`, `Nov 2026`
pub fn month(of: NaiveDate) -> String {
    match lang() {
        Language::Chinese => format!("{} 年 {} 月", of.year(), of.month()),
        Language::English => format!("{} {}", short_month(of), of.year()),
    }
}

fn short_month(of: NaiveDate) -> &'static str {
    MONTHS.get(of.month0() as usize).copied().unwrap_or_default()
}

/// How long ago, both in local time: `刚刚`, `2 分钟前`, `1 小时前`, `昨天 21:06`, `11 月 18 日`.
pub fn ago(at: NaiveDateTime, now: NaiveDateTime) -> String {
    let seconds = (now - at).num_seconds();
    let days = (now.date() - at.date()).num_days();
    match (days, seconds) {
        // A clock a little behind the server's says "just now" too.
        (_, -300..60) => times::just_now().to_owned(),
        (_, 60..3600) => times::minutes_ago(seconds.unsigned_abs() / 60),
        (0, 3600..) => times::hours_ago(seconds.unsigned_abs() / 3600),
        (..=1, _) => moment(at, now),
        _ => day(at.date(), now),
    }
}

/// When, both in local time: `今天 14:32`, `昨天 21:06`, `11 月 18 日 10:12`.
pub fn moment(at: NaiveDateTime, now: NaiveDateTime) -> String {
    match (now.date() - at.date()).num_days() {
        0 => times::today(hm(at)),
        1 => times::yesterday(hm(at)),
        _ => format!("{} {}", day(at.date(), now), hm(at)),
    }
}

/// A duration with two units at most: `45 秒`, `14 分钟`, `2 小时 14 分`, `3 天 4 小时`.
pub fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => times::span_s(seconds),
        (0, 0, minutes) => times::span_min(minutes),
        (0, hours, minutes) if minutes % 60 == 0 => times::span_h(hours),
        (0, hours, minutes) => times::span_h_min(hours, minutes % 60),
        (days, hours, _) if hours % 24 == 0 => times::span_d(days),
        (days, hours, _) => times::span_d_h(days, hours % 24),
    }
}

/// A short duration: `82 ms`, `2.4 秒`.
pub fn span_ms(millis: u64) -> String {
    match millis {
        0..1000 => times::ms(millis),
        1000..10_000 => times::span_s(format!("{:.1}", (millis / 100) as f64 / 10.0)),
        _ => span(millis / 1000),
    }
}

/// The short name of a weekday, 0 = Monday.
pub fn weekday(day: usize) -> &'static str {
    match day % 7 {
        0 => times::mo(),
        1 => times::tu(),
        2 => times::we(),
        3 => times::th(),
        4 => times::fr(),
        5 => times::sa(),
        _ => times::su(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::set_lang;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
    }

    #[test]
    fn ages_are_worded_by_distance() {
        let now = at("2026-11-20 14:34:00");
        let table = [
            ("2026-11-20 14:33:30", "刚刚", "just now"),
            ("2026-11-20 14:35:00", "刚刚", "just now"),
            ("2026-11-20 14:32:00", "2 分钟前", "2 min ago"),
            ("2026-11-20 12:20:00", "2 小时前", "2 h ago"),
            ("2026-11-19 21:06:00", "昨天 21:06", "Yesterday 21:06"),
            ("2026-11-18 10:12:00", "11 月 18 日", "18 Nov"),
            ("2025-02-01 08:00:00", "2025 年 2 月 1 日", "1 Feb 2025"),
        ];
        for (when, chinese, english) in table {
            set_lang(Language::Chinese);
            assert_eq!(ago(at(when), now), chinese);
            set_lang(Language::English);
            assert_eq!(ago(at(when), now), english);
        }
    }

    #[test]
    fn months_have_their_year() {
        for (language, text) in [(Language::Chinese, "2026 年 11 月"), (Language::English, "Nov 2026")] {
            set_lang(language);
            assert_eq!(month(at("2026-11-01 00:00:00").date()), text);
        }
    }

    #[test]
    fn spans_have_two_units_at_most() {
        let table = [
            (45, "45 秒", "45 s"),
            (14 * 60 + 5, "14 分钟", "14 min"),
            (2 * 3600 + 14 * 60, "2 小时 14 分", "2 h 14 min"),
            (2 * 3600, "2 小时", "2 h"),
            (3 * 86_400 + 4 * 3600, "3 天 4 小时", "3 d 4 h"),
            (86_400, "1 天", "1 d"),
        ];
        for (seconds, chinese, english) in table {
            set_lang(Language::Chinese);
            assert_eq!(span(seconds), chinese);
            set_lang(Language::English);
            assert_eq!(span(seconds), english);
        }
        assert_eq!((span_ms(82).as_str(), span_ms(2450).as_str()), ("82 ms", "2.4 s"));
    }
}
