//! From rules to the hours of seven days.

use std::collections::BTreeSet;

use domain::ErrorCode;
use domain::hours::SPANS_MAX;

use super::rules::{Rule, Rules};
use super::spans::{DAY_MIN, Minutes};
use super::vocabulary::Sitting;

/// Spans, and for which meals they are: as many as spans, if of each is said.
#[derive(Clone, Default)]
struct Hours {
    spans: Vec<Minutes>,
    meals: Vec<Sitting>,
}

impl Hours {
    fn of(rule: &Rule) -> Self {
        Self { spans: rule.spans.clone(), meals: rule.meals.clone() }
    }

    fn add(&mut self, other: &Self) {
        self.spans.extend(&other.spans);
        self.meals.extend(&other.meals);
    }

    fn knows_meals(&self) -> bool {
        !self.spans.is_empty() && self.meals.len() == self.spans.len()
    }

    fn is_of_other_meals(&self, other: &Self) -> bool {
        self.knows_meals() && other.knows_meals() && !other.meals.iter().any(|meal| self.meals.contains(meal))
    }

    /// The hours of a day that has its own, where others hold for every day: "Lunch Mon-Fri 11:30-14:30; Dinner
    /// daily 17:30-22:00" has both.
    fn beside(mut self, usual: &Self, every_first: bool, every_last: bool) -> Result<Self, ErrorCode> {
        let apart =
            self.spans.iter().all(|(from, to)| usual.spans.iter().all(|other| *to <= other.0 || other.1 <= *from));
        if self.is_of_other_meals(usual) || apart && every_last {
            self.add(usual);
            return Ok(self);
        }
        // "11:00-14:00，17:00-21:00，周五晚市17:00-23:00": is there a lunch on Friday?
        let other = |span: &Minutes| self.spans.iter().all(|own| own.1 <= span.0 || span.1 <= own.0);
        let is_part = self.knows_meals() && usual.spans.iter().any(other);
        if is_part || apart && every_first && !self.spans.is_empty() {
            return Err(ErrorCode::Ambiguous);
        }
        Ok(self)
    }
}

/// The spans of each day, Monday first.
pub(super) fn week(found: &Rules) -> Result<[Vec<Minutes>; 7], ErrorCode> {
    let mut named: [Option<Hours>; 7] = Default::default();
    let mut shut: BTreeSet<usize> = found.without.clone();
    let mut default: Option<Hours> = None;
    // "Every day" was said, and before days were named, or behind them.
    let (mut every_first, mut every_last) = (false, false);
    let usual = found.rules.iter().find(|rule| !rule.spans.is_empty()).map(Hours::of);
    for rule in &found.rules {
        if rule.days.is_empty() {
            if (!rule.holidays || rule.every) && (rule.closed || !rule.spans.is_empty()) {
                let any = named.iter().any(Option::is_some);
                every_first |= rule.every && !any;
                every_last |= rule.every && any;
                default.get_or_insert_default().add(&Hours::of(rule));
            }
            continue;
        }
        for day in &rule.days {
            if rule.closed {
                shut.insert(*day);
                continue;
            }
            let Some(hours) = (if rule.same { usual.clone() } else { Some(Hours::of(rule)) }) else { continue };
            if shut.contains(day) && !found.without.contains(day) {
                // "周二公休，平日10:00-18:00": of many days it is not one.
                if rule.days.len() >= 4 {
                    continue;
                }
                return Err(ErrorCode::ConflictDays);
            }
            match &mut named[*day] {
                Some(known) if known.is_of_other_meals(&hours) => known.add(&hours),
                Some(known) if joined(known.spans.clone()) != joined(hours.spans.clone()) => {
                    return Err(ErrorCode::ConflictDays);
                }
                known => *known = Some(hours),
            }
        }
    }
    let mut days: [Vec<Minutes>; 7] = Default::default();
    for (n, day) in days.iter_mut().enumerate() {
        if !shut.contains(&n) {
            let hours = match (named[n].clone(), &default) {
                (Some(own), Some(usual)) => own.beside(usual, every_first, every_last)?,
                (own, usual) => own.or_else(|| usual.clone()).unwrap_or_default(),
            };
            *day = joined(hours.spans)?;
        }
    }
    if found.rules.iter().any(|rule| !rule.holidays && !is_used(rule, &days)) {
        return Err(ErrorCode::Ambiguous);
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

/// Does a day of a rule have its spans? Hours that no day has were said of some day all the same.
fn is_used(rule: &Rule, days: &[Vec<Minutes>; 7]) -> bool {
    let has = |n: usize, (from, to): &Minutes| days[n].iter().any(|span| span.0 <= *from && *to <= span.1);
    let mut own = (0..7).filter(|n| rule.days.is_empty() || rule.days.contains(n));
    rule.spans.is_empty() || own.any(|n| rule.spans.iter().all(|span| has(n, span)))
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
