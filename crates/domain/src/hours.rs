//! Opening hours of one day.
//!
//! A day's value is a list of spans `HH:MM-HH:MM`, sorted, not overlapping. An end before the start
//! lies on the next day; `00:00-24:00` is the whole day; no spans means closed.

use crate::problem::{ErrorCode, Problem};
use crate::value::Value;

use unicode_normalization::UnicodeNormalization;

/// The most spans in one day.
pub const SPANS_MAX: usize = 8;

/// A span in minutes from the day's midnight: `0 <= start < 1440`, `start < end <= start + 1440`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First minute.
    pub start_min: u16,
    /// The minute after the last; above 1440 it lies on the next day.
    pub end_min: u16,
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = if self.end_min > 1440 { self.end_min - 1440 } else { self.end_min };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.start_min / 60, self.start_min % 60, end / 60, end % 60)
    }
}

fn bad(text: &str) -> Problem {
    Problem::new(
        ErrorCode::BadHours,
        format!(
            "“{}”: write opening hours like 10:00-14:00, 17:00-02:00, or closed",
            text.chars().take(40).collect::<String>()
        ),
    )
}

fn minute(text: &str) -> Option<u16> {
    // The number parser would take a sign too.
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b':') {
        return None;
    }
    let (hours, minutes) = match text.split_once(':') {
        Some((h, m)) if m.len() == 2 => (h, m.parse::<u16>().ok()?),
        Some(_) => return None,
        None => (text, 0),
    };
    let hours = hours.parse::<u16>().ok().filter(|_| hours.len() <= 2)?;
    (minutes < 60 && hours * 60 + minutes <= 1440).then_some(hours * 60 + minutes)
}

/// Reads the spans of one day as a person types them, Chinese or English, full width or half.
///
/// # Errors
/// `bad_hours` with the cure if it cannot be read or spans overlap.
pub fn parse_day(text: &str) -> Result<Vec<Span>, Problem> {
    let plain: String = text.nfkc().collect::<String>().to_lowercase();
    let plain: String = plain
        .replace(['–', '—', '~', '〜', '至', '到', '−'], "-")
        .replace(['、', ';', '，', '；'], ",")
        .replace("次日", "")
        .replace("翌日", "")
        .replace(['时', '点'], ":00");
    let plain: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
    if matches!(plain.as_str(), "closed" | "off" | "休息" | "休" | "不营业" | "店休" | "-") {
        return Ok(Vec::new());
    }
    if matches!(plain.as_str(), "24h" | "24小:00" | "24小时" | "全天" | "24/7" | "24hours") {
        return Ok(vec![Span { start_min: 0, end_min: 1440 }]);
    }
    let mut spans = Vec::new();
    for part in plain.split(',').filter(|part| !part.is_empty()) {
        let (start, end) = part.split_once('-').ok_or_else(|| bad(text))?;
        let (start, end) = (minute(start).ok_or_else(|| bad(text))?, minute(end).ok_or_else(|| bad(text))?);
        if start >= 1440 || start == end {
            return Err(bad(text));
        }
        spans.push(Span { start_min: start, end_min: if end < start { end + 1440 } else { end } });
    }
    spans.sort();
    if spans.is_empty() || spans.len() > SPANS_MAX {
        return Err(bad(text));
    }
    if spans.windows(2).any(|pair| pair[1].start_min < pair[0].end_min) {
        return Err(Problem::new(ErrorCode::BadHours, "two of the spans overlap: join them into one"));
    }
    Ok(spans)
}

/// The register's value of some spans.
pub fn value(spans: &[Span]) -> Value {
    Value::list(spans.iter().map(Span::to_string))
}

/// Reads a register's value.
///
/// # Errors
/// `bad_hours` if it is not a list of readable spans.
pub fn from_value(value: &Value) -> Result<Option<Vec<Span>>, Problem> {
    if value.is_null() {
        return Ok(None);
    }
    let items = value.as_list().ok_or_else(|| bad(&value.canonical()))?;
    if items.is_empty() {
        return Ok(Some(Vec::new()));
    }
    parse_day(&items.join(",")).map(Some)
}
