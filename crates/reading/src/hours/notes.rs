//! Parts of a text that change no hours: last orders, single days of a year, remarks.

use super::days::is_like_days;
use super::spelling::Spelling;
use super::words::{Token, Word, last_word};

/// What is left when the notes are taken out, and the notes.
pub(super) fn without_notes(text: &Spelling, tokens: Vec<Token>) -> (Vec<Token>, Vec<String>) {
    let mut sorted = Sorted { text, kept: Vec::new(), notes: Vec::new(), placed: false };
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
            sorted.kept.push(token);
        } else {
            clause.push(token);
        }
    }
    sorted.clause(clause, behind_last_order);
    (sorted.kept, sorted.notes)
}

fn is_note(word: &Word) -> bool {
    matches!(word, Word::LastOrder | Word::Festival | Word::Remark | Word::Longer)
}

/// Gives hours, or takes them.
fn says_hours(token: &Token) -> bool {
    matches!(token.word, Word::Time(_) | Word::AllDay | Word::Closed | Word::ClosingDay | Word::Suspended)
}

/// Says something about hours.
fn is_structural(word: &Word) -> bool {
    matches!(
        word,
        Word::Days(_)
            | Word::Time(_)
            | Word::BadTime
            | Word::BadDay
            | Word::Number
            | Word::Closed
            | Word::ClosingDay
            | Word::Pause
            | Word::WeekendsOff
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
    kept: Vec<Token>,
    notes: Vec<String>,
    /// Hours of one floor, or of one shop, were read.
    placed: bool,
}

impl Sorted<'_> {
    fn note(&mut self, tokens: &[Token]) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let typed = domain::text::tidy(&self.text.part(first.from, last.to));
        let typed = typed.trim_matches([' ', ',', '，', '、', ':', '：', '*', '※', '-', '.']);
        if !typed.is_empty() {
            self.notes.push(typed.to_owned());
        }
        // What a note says beside it.
        self.kept.extend(tokens.iter().filter_map(|token| match token.word {
            Word::Appointment => Some(token.clone()),
            Word::Longer => Some(Token { word: Word::AlwaysOpen, ..*token }),
            _ => None,
        }));
    }

    fn keep(&mut self, tokens: &[Token]) {
        self.kept.extend_from_slice(tokens);
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
            let holidays = rest[from..at].iter().any(|token| token.word == Word::Holidays);
            let joined =
                rest[from].word == Word::And && rest[at].word == Word::Festival && names_few_days(&rest[..from]);
            let closed = rest[at..to].iter().find(|token| matches!(token.word, Word::Closed | Word::ClosingDay));
            if let Some(closed) = closed.filter(|_| joined) {
                // "周三、五一休息" closes both.
                self.keep(std::slice::from_ref(closed));
                self.note(&rest[from..to]);
            } else if names_few_days(&rest[..from]) || rest[at].word == Word::Longer && !holidays {
                // "10:00-22:00 周末最后点单21:00": of the hours, or of the note? "周末延长营业": how long?
                self.keep(&[Token { word: Word::Unknown, from: rest[from].from, to: rest[to - 1].to }]);
            } else {
                self.note(&rest[from..to]);
            }
            rest = &rest[to..];
        }
        self.plain(rest);
        last_order
    }

    /// A clause without known notes: words that are not understood are one, unless they stand in the hours or
    /// before them, where days stand.
    fn plain(&mut self, tokens: &[Token]) {
        let unread = |token: &Token| matches!(token.word, Word::Unknown | Word::Quantity);
        if !tokens.iter().any(unread) {
            return self.keep(tokens);
        }
        // "堂食 暂停": what is suspended must be known.
        if tokens.iter().any(|token| token.word == Word::Suspended) {
            return self.keep(tokens);
        }
        let structural = |token: &Token| is_structural(&token.word);
        let only_holidays = tokens.iter().filter(|token| structural(token)).all(|token| token.word == Word::Holidays);
        let says_how = |token: &Token| {
            matches!(
                token.word,
                Word::Opens
                    | Word::StaysOpen
                    | Word::Without
                    | Word::Excepted
                    | Word::With
                    | Word::AlwaysOpen
                    | Word::NoRest
            )
        };
        if self.leads_like_days(tokens) || self.is_like_days(tokens) {
            return self.keep(tokens);
        }
        if !tokens.iter().any(structural) || only_holidays && !tokens.iter().any(says_how) {
            return self.note(tokens);
        }
        let mut rest = tokens;
        for part in tokens.split_inclusive(|token| token.word == Word::Gap) {
            let before = last_word(&tokens[..tokens.len() - rest.len()]);
            rest = &rest[part.len()..];
            if !part.iter().any(|token| token.word == Word::Unknown) {
                let leads = part.iter().chain(rest).any(|token| matches!(token.word, Word::Time(_)));
                self.without_quantities(part, leads);
            } else if part.iter().any(structural) {
                self.behind_hours(part);
            } else if rest.iter().any(|token| matches!(token.word, Word::Time(_) | Word::AllDay))
                || matches!(before, Some(Word::Days(_) | Word::Holidays | Word::FreeDays | Word::Sitting(_)))
            {
                // "Mondy 9:00-18:00", "周末 亲子活动": it says something of hours or days.
                self.keep(part);
            } else {
                self.note(part);
            }
        }
    }

    /// "1-3楼10:00-22:00", but neither "3楼休息" nor "1楼9:00-12:00，2楼13:00-20:00".
    fn without_quantities(&mut self, part: &[Token], leads: bool) {
        let closes = part.iter().any(|token| token.word == Word::Closed);
        for token in part {
            let one = std::slice::from_ref(token);
            if token.word != Word::Quantity || closes || leads && self.placed {
                self.keep(one);
            } else {
                self.note(one);
                self.placed |= leads;
            }
        }
    }

    /// "交易日，9:30-15:00": not understood, but it ends like a name of days, and nothing was said before it.
    fn leads_like_days(&self, tokens: &[Token]) -> bool {
        let says_nothing =
            |token: &Token| matches!(token.word, Word::Gap | Word::Label | Word::Break | Word::Open | Word::Shut);
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return false };
        let typed = self.text.part(first.from, last.to);
        let typed = typed.trim_end_matches([' ', ':', '：']).to_lowercase();
        self.kept.iter().all(says_nothing)
            && ["日", "周", "週", "天", "期间", "期間", "期", "days"].iter().any(|end| typed.ends_with(end))
    }

    /// "(五)", "M": a day that was not read as one.
    fn is_like_days(&self, tokens: &[Token]) -> bool {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return false };
        is_like_days(&self.text.plain[first.from..last.to])
    }

    /// "10:00-20:00有停车场": what stands behind the last span.
    fn behind_hours(&mut self, part: &[Token]) {
        let last = part.iter().rposition(|token| is_structural(&token.word)).unwrap_or(0);
        let before = part[..last].iter().rev().find(|t| !matches!(t.word, Word::NextDay | Word::Gap));
        let complete = matches!(part[last].word, Word::Time(_)) && before.is_some_and(|t| t.word == Word::Dash);
        let untouched = !part[..=last].iter().any(|token| token.word == Word::Unknown);
        if last >= 2 && complete && untouched {
            self.without_quantities(&part[..=last], true);
            self.note(&part[last + 1..]);
        } else {
            self.keep(part);
        }
    }
}

/// Ends with some days that are no range, so that they hardly belong to hours before them.
fn names_few_days(tokens: &[Token]) -> bool {
    let mut back = tokens.iter().rev().map(|token| &token.word).filter(|word| !matches!(word, Word::Gap | Word::Label));
    let few = match back.next() {
        Some(Word::Days(days)) => days.len() < 5,
        word => word == Some(&Word::Holidays),
    };
    few && back.next() != Some(&Word::Dash)
}

/// Where a note begins.
fn begin(tokens: &[Token], at: usize) -> usize {
    let note = &tokens[at].word;
    let mut from = at;
    while from > 0 {
        let before = |steps: usize| from.checked_sub(steps).map(|n| &tokens[n].word);
        let reaches = match before(1) {
            Some(Word::Unknown | Word::Gap | Word::Label | Word::With | Word::And) => true,
            Some(Word::Sitting(_) | Word::Quantity | Word::Only) => true,
            // "16:30起停止售票"
            Some(Word::OpenEnd) => *note == Word::LastOrder && matches!(before(2), Some(Word::Time(_))),
            // "周一不定期休息" says nothing about every Monday.
            // "，周末最后点单21:00"; behind hours the days may be those of the hours.
            Some(Word::Holidays) if *note == Word::Longer => true,
            Some(Word::Days(_) | Word::Holidays) => match note {
                Word::Remark => true,
                Word::LastOrder => !tokens[..from - 1].iter().any(says_hours),
                _ => false,
            },
            // "21:00最后点单", but not the end of a span.
            Some(Word::Time(_)) => {
                let earlier = tokens[..from - 1].iter().rev().find(|t| !matches!(t.word, Word::Gap | Word::NextDay));
                *note == Word::LastOrder && earlier.is_none_or(|token| token.word != Word::Dash)
            }
            Some(Word::Closed | Word::ClosingDay) if *note != Word::LastOrder => {
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
            Word::Unknown | Word::Gap | Word::Label | Word::With | Word::And | Word::Dash | Word::Only => true,
            Word::Opens | Word::StaysOpen | Word::NoRest | Word::Quantity => true,
            // "春节除外"
            Word::Excepted => *note == Word::Festival,
            Word::NextDay | Word::Sitting(_) | Word::Festival | Word::Remark | Word::LastOrder => true,
            Word::Time(_) if *note == Word::LastOrder => times == 0 || !is_span(),
            Word::Time(_) | Word::AllDay | Word::Irregular | Word::Number => *note == Word::Festival && !closed,
            Word::Closed | Word::ClosingDay | Word::Suspended => *note != Word::LastOrder,
            _ => false,
        };
        if !reaches {
            break;
        }
        closed |= matches!(token.word, Word::Closed | Word::ClosingDay | Word::Suspended);
        times += usize::from(matches!(token.word, Word::Time(_)));
        to += 1;
    }
    // What stands before a span belongs to the span.
    while to < tokens.len() && to > at + 1 && matches!(tokens[to - 1].word, Word::Gap | Word::Label) {
        to -= 1;
    }
    to
}
