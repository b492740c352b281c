//! Opening hours in the grammar of OpenStreetMap.

use std::fmt::Write as _;

use domain::hours::Span;

use super::{Flag, Hours};

const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

fn times(spans: &[Span]) -> String {
    if spans.is_empty() {
        return "off".to_owned();
    }
    let clock = |min: u16| format!("{:02}:{:02}", min / 60, min % 60);
    let spans = spans.iter().map(|span| format!("{}-{}", clock(span.start_min), clock(span.end_min)));
    spans.collect::<Vec<_>>().join(",")
}

/// The hours as an `opening_hours` value, equal days together: `Mo-Fr 09:00-18:00; Sa,Su off; PH off`.
pub fn osm(hours: &Hours) -> String {
    let mut out = String::new();
    let mut done = [false; 7];
    for first in 0..7 {
        if done[first] {
            continue;
        }
        let equal: Vec<usize> = (first..7).filter(|n| !done[*n] && hours.days[*n] == hours.days[first]).collect();
        equal.iter().for_each(|n| done[*n] = true);
        let mut parts: Vec<String> = Vec::new();
        let mut rest = equal.as_slice();
        while let Some(from) = rest.first() {
            let length = rest.iter().enumerate().take_while(|(n, day)| **day == from + n).count();
            parts.push(match length {
                1 => DAYS[*from].to_owned(),
                _ => format!("{}-{}", DAYS[*from], DAYS[from + length - 1]),
            });
            rest = &rest[length..];
        }
        let separator = if out.is_empty() { "" } else { "; " };
        let _ = write!(out, "{separator}{} {}", parts.join(","), times(&hours.days[first]));
    }
    if hours.flags.contains(&Flag::PhOff) {
        out.push_str("; PH off");
    } else if !hours.ph.is_empty() {
        let _ = write!(out, "; PH {}", times(&hours.ph));
    }
    out
}
