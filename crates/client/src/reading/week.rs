//! A week's opening hours as people write them, Chinese or English. What has two readings is refused:
//! a person must choose.

use std::collections::BTreeSet;

use domain::hours::{Span, value};
use domain::{FieldPath, Value};

use super::week_words::{Word, plain, words};

/// A week: for each day, Monday first, its spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// Sorted, not overlapping; empty: closed.
    pub days: [Vec<Span>; 7],
    /// The text says more than the hours: keep it too.
    pub has_more: bool,
}

impl Week {
    /// The registers of the seven days.
    pub fn registers(&self) -> impl Iterator<Item = (FieldPath, Value)> + '_ {
        self.days.iter().enumerate().map(|(n, spans)| (FieldPath::hours(n), value(spans)))
    }
}

/// Longest overnight span whose end says nothing about the day, in minutes.
const OVERNIGHT_MIN_MAX: u32 = 16 * 60;
const DAY_MIN: u32 = 1440;

#[derive(Default)]
struct Rule {
    days: BTreeSet<usize>,
    holidays: bool,
    spans: Vec<(u32, u32)>,
    closed: bool,
}

/// Reads a text.
///
/// # Errors
/// Why it cannot be read: `empty`, `no_time`, `bad_time`, `missing_end`, `zero_length`, `overlap`,
/// `ambiguous`, `irregular`, `conflict_days`, `bad_day`.
pub fn read(text: &str) -> Result<Week, &'static str> {
    if super::is_empty(text) {
        return Err("empty");
    }
    let (plain, mut has_more) = without_notes(&plain(text));
    let words = words(&plain);
    let has = |wanted: &Word| words.contains(wanted);
    if has(&Word::Irregular) {
        return Err("irregular");
    }
    if has(&Word::BadDay) {
        return Err("bad_day");
    }
    if has(&Word::BadTime) {
        return Err("bad_time");
    }
    if has(&Word::Suspended) {
        return Ok(Week { days: Default::default(), has_more: true });
    }
    let rules = rules(&words)?;
    let says_nothing = rules.iter().all(|rule| rule.spans.is_empty() && !rule.closed);
    let no_span = rules.iter().all(|rule| rule.spans.is_empty());
    if says_nothing || no_span && has(&Word::Unknown) {
        return Err("no_time");
    }
    if has(&Word::Unknown) {
        return Err("ambiguous");
    }
    has_more |= has(&Word::Note) || rules.iter().any(|rule| rule.holidays);
    Ok(Week { days: apply(&rules)?, has_more })
}

/// Text in brackets that does not close a day is a note.
fn without_notes(plain: &str) -> (String, bool) {
    let (mut out, mut rest, mut has_more) = (String::new(), plain, false);
    while let Some((before, inside)) = rest.split_once('(') {
        let (inside, after) = inside.split_once(')').unwrap_or((inside, ""));
        let found = words(inside);
        let closes = found.contains(&Word::Closed) && found.iter().any(|word| matches!(word, Word::Days(_)));
        out.push_str(before);
        out.push(' ');
        if closes {
            out.push_str(inside);
        } else {
            has_more = true;
        }
        rest = after;
    }
    out.push_str(rest);
    (out, has_more)
}

fn rules(words: &[Word]) -> Result<Vec<Rule>, &'static str> {
    let mut rules = vec![Rule::default()];
    let mut n = 0;
    while n < words.len() {
        let last = rules.len() - 1;
        let rule = &mut rules[last];
        match &words[n] {
            Word::Days(days) => {
                if rule.closed || rule.holidays || !rule.spans.is_empty() {
                    rules.push(Rule::default());
                    continue;
                }
                let (to, used) = range_end(&words[n + 1..]);
                match (days.last(), to) {
                    (Some(from), Some(to)) => {
                        let length = (to + 7 - from) % 7;
                        rule.days.extend((0..=length).map(|step| (from + step) % 7));
                        n += used;
                    }
                    _ => rule.days.extend(days),
                }
            }
            Word::Holidays => {
                if rule.closed || !rule.spans.is_empty() || !rule.days.is_empty() {
                    rules.push(Rule { holidays: true, ..Rule::default() });
                } else {
                    rule.holidays = true;
                }
            }
            Word::Time { min, .. } => {
                let (end, used) = span_end(&words[n + 1..]).ok_or("missing_end")?;
                rule.spans.push(span(*min, end)?);
                n += used;
            }
            Word::AllDay => rule.spans.push((0, DAY_MIN)),
            Word::Closed if rule.spans.is_empty() => rule.closed = true,
            Word::Closed => return Err("ambiguous"),
            _ => {}
        }
        n += 1;
    }
    Ok(rules)
}

/// The day behind "to", and how many words that took.
fn range_end(words: &[Word]) -> (Option<usize>, usize) {
    let skipped = words.iter().take_while(|word| **word == Word::Gap).count();
    if words.get(skipped) != Some(&Word::Dash) {
        return (None, 0);
    }
    let more = words[skipped + 1..].iter().take_while(|word| **word == Word::Gap).count();
    match words.get(skipped + 1 + more) {
        Some(Word::Days(days)) if days.len() == 1 => (Some(days[0]), skipped + more + 2),
        _ => (None, 0),
    }
}

struct End {
    min: u32,
    marked: bool,
    next_day: bool,
}

/// The time behind "to", and how many words that took.
fn span_end(words: &[Word]) -> Option<(End, usize)> {
    let (mut dash, mut next_day) = (false, false);
    for (n, word) in words.iter().enumerate() {
        match word {
            Word::Gap => {}
            Word::Dash => dash = true,
            Word::NextDay => next_day = true,
            Word::Time { min, marked } if dash => {
                return Some((End { min: *min, marked: *marked, next_day }, n + 1));
            }
            _ => return None,
        }
    }
    None
}

fn span(start: u32, end: End) -> Result<(u32, u32), &'static str> {
    if start >= DAY_MIN {
        return Err("bad_time");
    }
    if (start, end.min) == (0, 23 * 60 + 59) {
        return Ok((0, DAY_MIN));
    }
    if start == end.min && !end.next_day {
        return Err("zero_length");
    }
    if end.next_day && end.min < DAY_MIN {
        return Ok((start, end.min + DAY_MIN));
    }
    if end.min > start {
        return Ok((start, end.min));
    }
    let overnight = end.min + DAY_MIN;
    let half_a_day_later = end.min + DAY_MIN / 2 > start;
    let unclear = !end.marked && end.min != 0 && (half_a_day_later || overnight - start > OVERNIGHT_MIN_MAX);
    if unclear { Err("ambiguous") } else { Ok((start, overnight)) }
}

fn apply(rules: &[Rule]) -> Result<[Vec<Span>; 7], &'static str> {
    let mut named: [Option<Vec<(u32, u32)>>; 7] = Default::default();
    let mut shut = BTreeSet::new();
    let mut default: Option<Vec<(u32, u32)>> = None;
    for rule in rules.iter().filter(|rule| !rule.holidays) {
        if rule.days.is_empty() {
            if rule.closed || !rule.spans.is_empty() {
                default.get_or_insert_default().extend(&rule.spans);
            }
            continue;
        }
        for day in &rule.days {
            if rule.closed {
                shut.insert(*day);
            } else if let Some(known) = &named[*day] {
                if *known != rule.spans {
                    return Err("conflict_days");
                }
            } else if !rule.spans.is_empty() {
                named[*day] = Some(rule.spans.clone());
            }
        }
    }
    let mut days: [Vec<(u32, u32)>; 7] = Default::default();
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
            return Err("overlap");
        }
    }
    Ok(days.map(|spans| spans.into_iter().map(to_span).collect()))
}

fn to_span((start, end): (u32, u32)) -> Span {
    let small = |min: u32| u16::try_from(min).unwrap_or(u16::MAX);
    Span { start_min: small(start), end_min: small(end) }
}

/// Sorted, with touching spans made one.
fn joined(mut spans: Vec<(u32, u32)>) -> Result<Vec<(u32, u32)>, &'static str> {
    spans.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for (start, end) in spans {
        match out.last_mut() {
            Some(last) if start < last.1 => return Err("overlap"),
            Some(last) if start == last.1 => last.1 = end,
            _ => out.push((start, end)),
        }
    }
    Ok(out)
}
