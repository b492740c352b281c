//! From rules to the hours of seven days.

use std::collections::BTreeSet;

use domain::ErrorCode;
use domain::hours::SPANS_MAX;

use super::rules::{Rule, Rules};
use super::spans::{DAY_MIN, Minutes};

/// The spans of each day, Monday first.
pub(super) fn week(found: &Rules) -> Result<[Vec<Minutes>; 7], ErrorCode> {
    let mut named: [Option<Vec<Minutes>>; 7] = Default::default();
    let mut shut: BTreeSet<usize> = found.without.clone();
    let mut default: Option<Vec<Minutes>> = None;
    let usual = found.rules.iter().find(|rule| !rule.spans.is_empty()).map(|rule| rule.spans.clone());
    for rule in &found.rules {
        if rule.days.is_empty() {
            if (!rule.holidays || rule.every) && (rule.closed || !rule.spans.is_empty()) {
                default.get_or_insert_default().extend(&rule.spans);
            }
            continue;
        }
        for day in &rule.days {
            if rule.closed {
                shut.insert(*day);
                continue;
            }
            let Some(spans) = (if rule.same { usual.clone() } else { Some(rule.spans.clone()) }) else { continue };
            if shut.contains(day) && !found.without.contains(day) {
                return Err(ErrorCode::ConflictDays);
            }
            match &named[*day] {
                Some(known) if joined(known.clone()) != joined(spans.clone()) => return Err(ErrorCode::ConflictDays),
                _ => named[*day] = Some(spans),
            }
        }
    }
    let mut days: [Vec<Minutes>; 7] = Default::default();
    for (n, day) in days.iter_mut().enumerate() {
        if !shut.contains(&n) {
            *day = joined(named[n].clone().or_else(|| default.clone()).unwrap_or_default())?;
        }
    }
    for n in 0..7 {
        let spills = days[n].last().is_some_and(|(_, end)| {
            *end > DAY_MIN && days[(n + 1) % 7].first().is_some_and(|(start, _)| end - DAY_MIN > *start)
        });
        if spills {
            return Err(ErrorCode::Overlap);
        }
    }
    Ok(days)
}

/// The spans of public holidays, if they have their own.
pub(super) fn holidays(rules: &[Rule]) -> Result<Vec<Minutes>, ErrorCode> {
    let mut spans: Option<Vec<Minutes>> = None;
    for rule in
        rules.iter().filter(|rule| rule.holidays && rule.days.len() < 7 && !rule.every && !rule.spans.is_empty())
    {
        match &spans {
            Some(known) if *known != rule.spans => return Err(ErrorCode::ConflictDays),
            _ => spans = Some(rule.spans.clone()),
        }
    }
    joined(spans.unwrap_or_default())
}

/// Sorted, with touching spans made one.
fn joined(mut spans: Vec<Minutes>) -> Result<Vec<Minutes>, ErrorCode> {
    spans.sort_unstable();
    let mut out: Vec<Minutes> = Vec::new();
    for (start, end) in spans {
        match out.last_mut() {
            Some(last) if start < last.1 => return Err(ErrorCode::Overlap),
            Some(last) if start == last.1 => last.1 = end,
            _ => out.push((start, end)),
        }
    }
    if out.len() > SPANS_MAX {
        return Err(ErrorCode::TooLarge);
    }
    // Round the clock has words of its own, as for one span.
    if let [(first, last)] = out.as_slice()
        && *first > 0
        && *last == first + DAY_MIN
    {
        return Err(ErrorCode::Ambiguous);
    }
    // Joined spans may pass the whole day: the last must end before the first begins again.
    if let (Some((first, _)), Some((_, last))) = (out.first(), out.last())
        && *last > first + DAY_MIN
    {
        return Err(ErrorCode::Overlap);
    }
    Ok(out)
}
