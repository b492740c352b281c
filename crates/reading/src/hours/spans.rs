//! A span: two times and what lies between them.

use domain::ErrorCode;

use super::clock::{END_MIN_MAX, Time};
use super::vocabulary::Sitting;
use super::words::Word;

/// Longest overnight span whose end says nothing about the day, in minutes. One to midnight itself is none.
const OVERNIGHT_MIN_MAX: u16 = 16 * 60;
pub(super) const DAY_MIN: u16 = 1440;
const NOON_MIN: u16 = 720;

/// From, to; in minutes of the day it begins on.
pub(super) type Minutes = (u16, u16);

/// The time behind "to".
pub(super) struct End {
    time: Time,
    next_day: bool,
}

/// The time behind "to", and how many words that took.
pub(super) fn span_end(words: &[Word]) -> Option<(End, usize)> {
    let (mut dash, mut next_day) = (false, false);
    for (n, word) in words.iter().enumerate() {
        match word {
            Word::Dash => dash = true,
            Word::NextDay => next_day = true,
            // "18:00-(次日)02:00"
            Word::Open | Word::Shut if dash => {}
            Word::Time(time) if dash => {
                let behind = &words[n + 1..];
                let skipped = behind.iter().take_while(|word| **word == Word::Open).count();
                let marks = behind.get(skipped) == Some(&Word::NextDay)
                    && !matches!(behind.get(skipped + 1), Some(Word::Time(_)));
                let used = if marks { n + 2 + skipped } else { n + 1 };
                return Some((End { time: *time, next_day: next_day || marks }, used));
            }
            _ => return None,
        }
    }
    None
}

/// A span by the rules for clocks of twelve and of twenty-four hours.
pub(super) fn span(start: Time, end: &End) -> Result<Minutes, ErrorCode> {
    let from = start.min;
    if from >= DAY_MIN {
        // Midnight as a start begins the day.
        let midnight = from == DAY_MIN && start.marked && end.time.min < DAY_MIN;
        return if midnight { span(Time { min: 0, ..start }, end) } else { Err(ErrorCode::BadTime) };
    }
    let to = end.time.min;
    if from == 0 && to == DAY_MIN - 1 {
        return Ok((0, DAY_MIN));
    }
    if from == to && !end.next_day {
        return Err(ErrorCode::ZeroLength);
    }
    // "下午5:30-上午12:00": of the two nights that word can mean only the one that comes.
    let to = if to == NOON_MIN && end.time.morning && from >= NOON_MIN { DAY_MIN } else { to };
    let overnight = to + if to < DAY_MIN { DAY_MIN } else { 0 };
    let span = if end.next_day {
        (from, overnight)
    } else if to > from {
        (from, to)
    } else {
        // Nothing but midnight is written 0: on a clock of twelve it is 12. Behind a start that says which half of the day
        // it means, "上午11:00-02:00", the end does not; "14:00-2:30" and "11:00-02:00" are on the clock of twenty-four.
        let by_24_hours = !start.marked && (from > NOON_MIN + 59 || !end.time.unpadded);
        let half_a_day_later = !by_24_hours && (60..=NOON_MIN).contains(&to) && to + NOON_MIN > from;
        let unclear = !end.time.marked && (half_a_day_later || to > 0 && overnight - from > OVERNIGHT_MIN_MAX);
        if unclear {
            return Err(ErrorCode::Ambiguous);
        }
        (from, overnight)
    };
    match span {
        (_, to) if to > END_MIN_MAX => Err(ErrorCode::BadTime),
        // Round the clock has words of its own.
        (from, to) if from > 0 && to >= from + DAY_MIN => Err(ErrorCode::Ambiguous),
        span => Ok(span),
    }
}

/// Latest hour of a start that is seldom one of the evening where only the end is marked p.m.: "9-5pm".
const MORNING_MIN: u16 = 9 * 60;

/// Has a span one reading only, where nothing marks the half of the day that it starts in?
pub(super) fn clear(
    start: Time,
    end: &End,
    (from, to): Minutes,
    before: Option<Minutes>,
    sittings: [Option<Sitting>; 2],
) -> bool {
    // "12:00am-18:00", where noon was meant. Round the clock may end a minute early.
    if start.english && start.min == 0 && (NOON_MIN..DAY_MIN - 1).contains(&to) {
        return false;
    }
    if start.marked || end.next_day {
        return true;
    }
    // "6-10pm", "6-2am": whether the evening begins in the morning nobody can tell.
    let later = from % NOON_MIN + NOON_MIN;
    if end.time.english && start.short && (to > DAY_MIN || from < MORNING_MIN && later < to) {
        return false;
    }
    if end.time.marked {
        return true;
    }
    // "午市11:00-14:00 晚市5:00-9:00"
    if sittings.into_iter().flatten().any(|sitting| start.short && !sitting.holds(from, to)) {
        return false;
    }
    if !start.unpadded || to > NOON_MIN || sittings.contains(&Some(Sitting::Early)) {
        return true;
    }
    // "9:00-12:00，1:00-5:00": the second half of the day.
    let second = before.is_some_and(|(_, ended)| from + NOON_MIN > ended && ended > to);
    // "1-5": hours of a morning, of an afternoon, or no hours at all.
    let bare = start.bare && end.time.bare && from < 8 * 60;
    // "周二2-5点": nobody opens at night and closes before noon, and who does says so.
    let at_night = from < 5 * 60;
    !second && !bare && !at_night
}

/// Spans with the breaks within them taken out. A break between two spans says nothing new.
pub(super) fn without_breaks(spans: &[Minutes], breaks: &[Minutes]) -> Result<Vec<Minutes>, ErrorCode> {
    let mut spans = spans.to_vec();
    for (from, to) in breaks {
        spans.sort_unstable();
        if let Some(at) = spans.iter().position(|(start, end)| start < from && to < end) {
            let (start, end) = spans[at];
            spans.splice(at..=at, [(start, *from), (*to, end)]);
            continue;
        }
        let between = spans.windows(2).any(|pair| pair[0].1 <= *from && *to <= pair[1].0);
        if !between {
            return Err(ErrorCode::Ambiguous);
        }
    }
    Ok(spans)
}
