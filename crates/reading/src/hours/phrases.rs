//! From words to phrases: the days of one list are one phrase, the ends of a span another.

use std::collections::BTreeSet;

use domain::ErrorCode;

use super::clock::Time;
use super::spans::{Minutes, clear, span, span_end};
use super::vocabulary::Sitting;
use super::words::Word;

/// Days that are named together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subject {
    pub days: BTreeSet<usize>,
    pub holidays: bool,
    /// These days and no others.
    pub only: bool,
    /// One name: "周一", "周末"; neither a range nor a list.
    pub single: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Phrase {
    On(Subject),
    Span(Minutes),
    Say(Word),
}

/// A bracket or a comma.
pub(super) fn is_mark(phrase: &Phrase) -> bool {
    matches!(phrase, Phrase::Say(Word::Open | Word::Shut | Word::Break))
}

pub(super) fn is_hours(phrase: &Phrase) -> bool {
    matches!(phrase, Phrase::Span(_) | Phrase::Say(Word::AllDay))
}

pub(super) fn said(phrase: Option<&Phrase>) -> Option<&Word> {
    match phrase {
        Some(Phrase::Say(word)) => Some(word),
        _ => None,
    }
}

/// All phrases; blanks, labels and what joins a list are gone.
pub(super) fn phrases(words: &[Word]) -> Result<Vec<Phrase>, ErrorCode> {
    let words: Vec<Word> = words.iter().filter(|word| !matches!(word, Word::Gap | Word::Label)).cloned().collect();
    let mut spans = Spans { sitting: None, last: None, midnight: false };
    let mut found: Vec<Phrase> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let rest = &words[at..];
        let (phrase, used) = match &rest[0] {
            Word::Days(_) | Word::Holidays => {
                let only = words[..at].last() == Some(&Word::Only);
                subject(rest, only)
            }
            Word::Time(start) => spans.span(*start, rest)?,
            // "至23:00" has no start; a dash before a whole span is an ornament.
            Word::Dash if matches!(rest.get(1), Some(Word::Time(_))) && span_end(&rest[2..]).is_none() => {
                return Err(ErrorCode::MissingEnd);
            }
            Word::And | Word::Only => {
                at += 1;
                continue;
            }
            // "工作日9:00-18:00 休息日10:00-17:00": hours of days off, or a break?
            Word::ClosingDay if matches!(rest.get(1), Some(Word::Time(_) | Word::AllDay)) => {
                return Err(ErrorCode::Ambiguous);
            }
            // "公休日：周一 营业时间：11:00-21:00": hours behind it are those of the other days.
            Word::ClosingDay
                if matches!(rest, [_, Word::Days(days), Word::Time(_), ..] if days.len() == 1) && found.is_empty() =>
            {
                found.push(Phrase::Say(Word::Closed));
                found.push(subject(&rest[1..], false).0);
                (Phrase::Say(Word::Break), 2)
            }
            Word::ClosingDay => (Phrase::Say(Word::Closed), 1),
            Word::Sitting(sitting) => {
                spans.sitting = Some(*sitting);
                (Phrase::Say(rest[0].clone()), 1)
            }
            word => (Phrase::Say(word.clone()), 1),
        };
        if matches!(phrase, Phrase::On(_)) {
            spans.last = None;
        }
        found.push(phrase);
        at += used;
    }
    let some_days = |phrase: &Phrase| matches!(phrase, Phrase::On(subject) if (1..7).contains(&subject.days.len()));
    // "周五晚上12点-凌晨4点": the night before Friday, or behind it?
    if spans.midnight && found.iter().any(some_days) {
        return Err(ErrorCode::Ambiguous);
    }
    Ok(found)
}

/// `周一`, `周一至周五`: the days, whether one name says them, and how many words that took.
pub(super) fn range(words: &[Word]) -> (Vec<usize>, bool, usize) {
    let Some(Word::Days(first)) = words.first() else { return (Vec::new(), false, 1) };
    if let (Some(Word::Dash), Some(Word::Days(last)), Some(from)) = (words.get(1), words.get(2), first.last())
        && let [to, more @ ..] = last.as_slice()
        && first.len() < 5
    {
        let length = (to + 7 - from) % 7;
        let days = first.iter().copied().chain((0..=length).map(|step| (from + step) % 7)).chain(more.iter().copied());
        return (days.collect(), false, 3);
    }
    (first.clone(), first.len() == 1, 1)
}

/// Days and public holidays of one list: `周一至周三、周六和节假日`.
fn subject(words: &[Word], only: bool) -> (Phrase, usize) {
    let mut subject = Subject { single: true, ..Subject::default() };
    let mut used = 0;
    loop {
        let (days, single, taken) = match words[used] {
            Word::Holidays => (Vec::new(), true, 1),
            _ => range(&words[used..]),
        };
        subject.holidays |= words[used] == Word::Holidays;
        subject.single &= single && used == 0;
        subject.days.extend(days);
        used += taken;
        let joined = words[used..].iter().take_while(|word| **word == Word::And).count();
        if joined == 0 || !matches!(words.get(used + joined), Some(Word::Days(_) | Word::Holidays)) {
            break;
        }
        used += joined;
    }
    subject.single |= subject.days == BTreeSet::from([5, 6]);
    subject.only = only || words.get(used) == Some(&Word::Only);
    (Phrase::On(subject), used)
}

/// What was said of spans so far.
struct Spans {
    /// What the next span is for.
    sitting: Option<Sitting>,
    /// The span before it, of the same days.
    last: Option<Minutes>,
    /// One begins at a midnight that is named.
    midnight: bool,
}

impl Spans {
    fn span(&mut self, start: Time, words: &[Word]) -> Result<(Phrase, usize), ErrorCode> {
        let (end, used) = span_end(&words[1..]).ok_or(ErrorCode::MissingEnd)?;
        let (from, to) = span(start, &end)?;
        let behind = &words[used + 1..];
        let skipped = behind.iter().take_while(|word| **word == Word::Open).count();
        // "5:00-9:00 dinner": behind its hours, if no others follow.
        let own = match behind.get(skipped) {
            // "8:00-18:00 中午不休息" says something of the meal itself.
            Some(Word::Sitting(sitting))
                if !matches!(
                    behind.get(skipped + 1),
                    Some(Word::Time(_) | Word::StaysOpen | Word::NoRest | Word::Closed)
                ) =>
            {
                Some(*sitting)
            }
            _ => None,
        };
        if !clear(start, &end, (from, to), self.last, [self.sitting.take(), own]) {
            return Err(ErrorCode::Ambiguous);
        }
        self.midnight |= start.min >= super::spans::DAY_MIN;
        self.last = Some((from, to));
        Ok((Phrase::Span((from, to)), used + 1))
    }
}
