//! Parts of a text that change no hours: last orders, single days of a year, remarks.

use super::spelling::Spelling;
use super::words::{Token, Word};

/// What is left when the notes are taken out, and the notes.
pub(super) fn without_notes(text: &Spelling, tokens: Vec<Token>) -> (Vec<Word>, Vec<String>) {
    let mut sorted = Sorted { text, kept: Vec::new(), notes: Vec::new() };
    let mut clause: Vec<Token> = Vec::new();
    let mut behind_last_order = false;
    for token in tokens {
        if matches!(token.word, Word::Break | Word::Open | Word::Shut | Word::And) {
            // A list of days is one clause.
            let list = token.word == Word::And && !clause.iter().any(|token| is_note(&token.word));
            if list {
                clause.push(token);
                continue;
            }
            behind_last_order = sorted.clause(std::mem::take(&mut clause), behind_last_order);
            sorted.kept.push(token.word);
        } else {
            clause.push(token);
        }
    }
    sorted.clause(clause, behind_last_order);
    (sorted.kept, sorted.notes)
}

fn is_note(word: &Word) -> bool {
    matches!(word, Word::LastOrder | Word::Festival | Word::Remark)
}

/// Says something about hours.
fn is_structural(word: &Word) -> bool {
    matches!(
        word,
        Word::Days(_)
            | Word::Time(_)
            | Word::BadTime
            | Word::BadDay
            | Word::Closed
            | Word::AllDay
            | Word::Holidays
            | Word::FreeDays
            | Word::Rest
            | Word::Suspended
            | Word::Irregular
            | Word::OpenEnd
    )
}

struct Sorted<'a> {
    text: &'a Spelling,
    kept: Vec<Word>,
    notes: Vec<String>,
}

impl Sorted<'_> {
    fn note(&mut self, tokens: &[Token]) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let typed = domain::text::tidy(&self.text.part(first.from, last.to));
        let typed = typed.trim_matches([' ', ',', '，', '、', ':', '：', '*', '※', '-', '.']);
        if !typed.is_empty() {
            self.notes.push(typed.to_owned());
        }
        self.kept.extend(tokens.iter().filter(|t| matches!(t.word, Word::Appointment)).map(|t| t.word.clone()));
    }

    fn keep(&mut self, tokens: &[Token]) {
        self.kept.extend(tokens.iter().map(|token| token.word.clone()));
    }

    /// Sorts one clause; says whether it ended with a last order.
    fn clause(&mut self, clause: Vec<Token>, behind_last_order: bool) -> bool {
        let times_only = |token: &Token| matches!(token.word, Word::Time(_) | Word::Gap | Word::Unknown | Word::And);
        let has_time = clause.iter().any(|token| matches!(token.word, Word::Time(_)));
        if behind_last_order && has_time && clause.iter().all(times_only) {
            self.note(&clause);
            return true;
        }
        let mut last_order = false;
        let mut rest: &[Token] = &clause;
        while let Some(at) = rest.iter().position(|token| is_note(&token.word)) {
            last_order |= rest[at].word == Word::LastOrder;
            let (from, to) = (begin(rest, at), end(rest, at));
            self.plain(&rest[..from]);
            self.note(&rest[from..to]);
            rest = &rest[to..];
        }
        self.plain(rest);
        last_order
    }

    /// A clause without known notes: words that are not understood are one, unless they stand in the hours.
    fn plain(&mut self, tokens: &[Token]) {
        if !tokens.iter().any(|token| token.word == Word::Unknown) {
            return self.keep(tokens);
        }
        let structural = |token: &Token| is_structural(&token.word);
        let only_holidays = tokens.iter().filter(|token| structural(token)).all(|token| token.word == Word::Holidays);
        let says_how = |token: &Token| {
            matches!(token.word, Word::StaysOpen | Word::Without | Word::Excepted | Word::With | Word::AlwaysOpen)
        };
        if !tokens.iter().any(structural) || only_holidays && !tokens.iter().any(says_how) {
            return self.note(tokens);
        }
        for part in tokens.split_inclusive(|token| token.word == Word::Gap) {
            if !part.iter().any(|token| token.word == Word::Unknown) {
                self.keep(part);
            } else if !part.iter().any(structural) {
                self.note(part);
            } else {
                // "10:00-20:00有停车场": words behind the last span.
                let last = part.iter().rposition(structural).unwrap_or(0);
                let complete = last >= 2
                    && matches!(part[last].word, Word::Time(_))
                    && part[..last]
                        .iter()
                        .rev()
                        .find(|t| !matches!(t.word, Word::NextDay | Word::Gap))
                        .is_some_and(|t| t.word == Word::Dash);
                let untouched = !part[..=last].iter().any(|token| token.word == Word::Unknown);
                if complete && untouched {
                    self.keep(&part[..=last]);
                    self.note(&part[last + 1..]);
                } else {
                    self.keep(part);
                }
            }
        }
    }
}

/// Where a note begins.
fn begin(tokens: &[Token], at: usize) -> usize {
    let note = &tokens[at].word;
    let mut from = at;
    while from > 0 {
        let before = |steps: usize| from.checked_sub(steps).map(|n| &tokens[n].word);
        let reaches = match before(1) {
            Some(Word::Unknown | Word::Gap | Word::Label | Word::With | Word::And) => true,
            Some(Word::PartOfDay) => true,
            // "周一不定期休息" says nothing about every Monday.
            Some(Word::Days(_)) => *note == Word::Remark,
            // "21:00最后点单", but not the end of a span.
            Some(Word::Time(_)) => {
                let earlier = tokens[..from - 1].iter().rev().find(|t| !matches!(t.word, Word::Gap | Word::NextDay));
                *note == Word::LastOrder && earlier.is_none_or(|token| token.word != Word::Dash)
            }
            Some(Word::Closed) if *note != Word::LastOrder => {
                !tokens[..from - 1].iter().any(|token| matches!(token.word, Word::Days(_) | Word::Holidays))
            }
            _ => false,
        };
        if !reaches {
            break;
        }
        from -= 1;
    }
    from
}

/// Where a note ends.
fn end(tokens: &[Token], at: usize) -> usize {
    let note = &tokens[at].word;
    let (mut to, mut closed, mut times) = (at + 1, false, 0);
    while let Some(token) = tokens.get(to) {
        let is_span = || {
            let behind = tokens[to + 1..].iter().find(|token| !matches!(token.word, Word::Gap));
            behind.is_some_and(|token| token.word == Word::Dash)
        };
        let reaches = match &token.word {
            Word::Unknown | Word::Gap | Word::Label | Word::With | Word::And | Word::StaysOpen | Word::Dash => true,
            Word::NextDay | Word::PartOfDay | Word::Festival | Word::Remark | Word::LastOrder => true,
            Word::Time(_) if *note == Word::LastOrder => times == 0 || !is_span(),
            Word::Time(_) | Word::AllDay | Word::Irregular => *note == Word::Festival && !closed,
            Word::Closed | Word::Suspended => *note != Word::LastOrder,
            _ => false,
        };
        if !reaches {
            break;
        }
        closed |= matches!(token.word, Word::Closed | Word::Suspended);
        times += usize::from(matches!(token.word, Word::Time(_)));
        to += 1;
    }
    // What stands before a span belongs to the span.
    while to > at + 1 && matches!(tokens[to - 1].word, Word::Gap | Word::Label) {
        to -= 1;
    }
    to
}
