//! Cuts a text about opening hours into words with a meaning.

use std::collections::BTreeSet;

use super::clock::{Clock, Time, time_at};
use super::days::{bare_days, bracketed_range, compact_days, further_day, listed_letter, named_day};
use super::festivals::festival_at;
use super::free_days;
use super::numbers::number_at;
use super::vocabulary::{Sitting, negated_at, word_at};

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// Days, 0 = Monday.
    Days(Vec<usize>),
    /// A time of day.
    Time(Time),
    /// A time that no clock shows.
    BadTime,
    /// A weekday that does not exist, or what stands where one is expected.
    BadDay,
    /// From … to.
    Dash,
    /// Closed on these days.
    Closed,
    /// The days that it is closed on.
    ClosingDay,
    /// Closed for some time within the day.
    Pause,
    /// Closed on Saturday and Sunday.
    WeekendsOff,
    /// Round the clock.
    AllDay,
    /// All day long: round the clock, unless hours stand behind it.
    DayLong,
    /// The time beside it is on the next day.
    NextDay,
    /// Public holidays.
    Holidays,
    /// Saturday and Sunday, public holidays, or both.
    FreeDays,
    /// Open on public holidays too.
    AlwaysOpen,
    /// The same, or of the days before it: like all others.
    NoRest,
    /// Open on what stands before it, by itself without saying when.
    Opens,
    /// Open as always on what stands before it.
    StaysOpen,
    /// Open longer than on other days, without saying how long.
    Longer,
    /// On these days and no others.
    Only,
    /// Not on what stands behind it.
    Without,
    /// Not on what stands before it.
    Excepted,
    /// On what stands behind it too.
    With,
    /// All days that have no hours of their own.
    EveryDay,
    /// The days that are not named.
    Rest,
    /// As a rule: working days beside a weekend, else the days that are not named.
    Usual,
    /// Closed for the time being.
    Suspended,
    /// Needs booking.
    Appointment,
    /// It depends on more than the weekday.
    Irregular,
    /// An end that is no time.
    OpenEnd,
    /// The time beside it is no closing time.
    LastOrder,
    /// Single days of a year.
    Festival,
    /// Changes no hours.
    Remark,
    /// The same, unless it is said of days that are named.
    Vague,
    /// A part of the day, or the meal it is for, without a time.
    Sitting(Sitting),
    /// Without weight.
    Label,
    /// A number with its unit, a telephone number: no hours.
    Quantity,
    /// A number that is no time: perhaps half of one.
    Number,
    /// A blank.
    Gap,
    /// Between days or spans of one list.
    And,
    /// Between clauses.
    Break,
    /// A bracket opens.
    Open,
    /// A bracket closes.
    Shut,
    /// Not understood.
    Unknown,
}

/// A word and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub word: Word,
    pub from: usize,
    pub to: usize,
}

/// All words of a text.
pub(super) fn tokens(text: &[char]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (word, length) = next(text, at, &tokens);
        let to = at + length.max(1);
        match tokens.last_mut() {
            // "A座12": a number within a word.
            Some(last) if last.word == Word::Unknown && word == Word::Number => last.to = to,
            Some(last) if last.word == word && matches!(word, Word::Unknown | Word::Gap) => last.to = to,
            _ => tokens.push(Token { word, from: at, to }),
        }
        at = to;
    }
    settle(&mut tokens);
    free_days::resolve(text, &mut tokens);
    tokens
}

/// Words whose meaning hangs on what else there is.
fn settle(tokens: &mut [Token]) {
    let mut weekend: BTreeSet<usize> = BTreeSet::new();
    for token in tokens.iter() {
        match &token.word {
            Word::Days(days) => weekend.extend(days.iter().filter(|day| **day > 4)),
            Word::FreeDays => weekend.extend([5, 6]),
            _ => {}
        }
    }
    for at in 0..tokens.len() {
        let next = first_word(tokens[at + 1..].iter());
        tokens[at].word = match tokens[at].word {
            // "全日7:00-21:00": all day long, within these hours.
            Word::DayLong if matches!(next, Some(Word::Time(_))) => Word::Label,
            Word::DayLong => Word::AllDay,
            Word::Usual => {
                let in_list = [next, last_word(&tokens[..at])].contains(&Some(&Word::And));
                if weekend.len() == 2 || in_list { Word::Days((0..5).collect()) } else { Word::Rest }
            }
            // "周六不定期营业": of which Saturdays, no week can say.
            Word::Vague if [next, last_word(&tokens[..at])].iter().any(|word| matches!(word, Some(Word::Days(_)))) => {
                Word::Irregular
            }
            Word::Vague => Word::Remark,
            _ => continue,
        };
    }
}

/// The first word that is neither a blank nor without weight.
fn first_word<'a>(mut tokens: impl Iterator<Item = &'a Token>) -> Option<&'a Word> {
    tokens.find(|token| !matches!(token.word, Word::Gap | Word::Label)).map(|token| &token.word)
}

/// The last word that is no blank.
pub(super) fn last_word(tokens: &[Token]) -> Option<&Word> {
    tokens.iter().rev().map(|token| &token.word).find(|word| **word != Word::Gap)
}

fn mark(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    let found = match text[0] {
        ' ' => Word::Gap,
        '-' if text.get(1) != Some(&'>') => Word::Dash,
        '[' if matches!(before.last(), Some(Token { word: Word::Days(_), .. })) && is_nth(&text[1..]) => {
            return Some((Word::Irregular, text.iter().take_while(|c| **c != ']').count() + 1));
        }
        '(' | '[' => Word::Open,
        ')' | ']' => Word::Shut,
        ',' | ';' | '\n' | '。' | '/' | '|' | '"' | '!' | '*' | '\\' | '.' => Word::Break,
        '、' | '&' | '和' | '及' | '与' | '跟' | '暨' => Word::And,
        ':' | '\'' | '·' => Word::Label,
        // "<br/>", from a web page.
        '<' if matches!(text, ['<', 'b', 'r', ..]) => {
            return text.iter().position(|c| *c == '>').map(|end| (Word::Break, end + 1));
        }
        _ if text.starts_with(&['以', '及']) => return Some((Word::And, 2)),
        _ if text.starts_with(&['a', 'n', 'd']) && !text.get(3).is_some_and(char::is_ascii_alphanumeric) => {
            return Some((Word::And, 3));
        }
        _ => return None,
    };
    Some((found, 1))
}

/// `1]`, `-1]`, `1,3]`: the week of the month, in the grammar of OpenStreetMap.
fn is_nth(text: &[char]) -> bool {
    let inside: Vec<char> = text.iter().copied().take_while(|c| *c != ']').collect();
    !inside.is_empty()
        && inside.len() < text.len()
        && inside.iter().all(|c| c.is_ascii_digit() || matches!(c, '-' | ','))
}

/// Words whose meaning hangs on what stands before them.
fn beside(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    let last = before.last().map(|token| &token.word);
    // "9:00起" and "9:00开始营业" have no end.
    if matches!(last, Some(Word::Time(_))) {
        match text {
            ['起', '至' | '到', ..] => return Some((Word::Label, 1)),
            ['起', ..] => return Some((Word::OpenEnd, 1)),
            ['开', '始', '营', '业', ..] => return Some((Word::OpenEnd, 4)),
            _ => {}
        }
    }
    match text {
        // "平日电话预约" says how it opens then; elsewhere it is a remark.
        ['电', '话', '预', '约', ..] if matches!(last, Some(Word::Days(_))) => Some((Word::Appointment, 4)),
        // "除周一外": not on Mondays.
        ['除', '周' | '星' | '礼' | '节' | '法' | '每', ..] => Some((Word::Without, 1)),
        ['外', next @ ..]
            if matches!(last, Some(Word::Days(_) | Word::Holidays)) && !matches!(next, ['卖' | '带' | '送', ..]) =>
        {
            Some((Word::Excepted, 1))
        }
        _ => None,
    }
}

fn next(all: &[char], at: usize, before: &[Token]) -> (Word, usize) {
    let text = &all[at..];
    let known = negated_at(text).or_else(|| word_at(text)).filter(|_| !is_pronoun(text));
    // "休息7天" says how long, "提前一天" how early.
    let counted = at > 0 && matches!(all[at - 1], '休' | '息' | '假' | '前');
    let certain = known.clone().filter(|(word, _)| match word {
        Word::AllDay | Word::DayLong => true,
        Word::EveryDay => !counted,
        _ => false,
    });
    let found = festival_at(text, before)
        .or(certain)
        .or_else(|| number_at(all, at, before))
        .or_else(|| further_day(all, at, before))
        .or_else(|| bracketed_range(text))
        .or_else(|| mark(text, before))
        .or_else(|| beside(text, before))
        .or_else(|| bare_days(text, before))
        // "周末" is longer than "周", "下午2点" is a time.
        .or_else(|| known.clone().filter(|(word, _)| !matches!(word, Word::Label | Word::Sitting(_))))
        .or_else(|| named_day(text))
        .or_else(|| listed_letter(text, before))
        .or_else(|| compact_days(text, before));
    if let Some(found) = found {
        return found;
    }
    // "早十晚十": from one to the other.
    let beside = last_word(before) == Some(&Word::Dash)
        || text[0] == '晚' && matches!(before.last(), Some(Token { word: Word::Time(_), .. }));
    match time_at(text, beside) {
        Some((Clock::Time(time), length)) => return (Word::Time(time), length),
        Some((Clock::Impossible, length)) => return (Word::BadTime, length),
        None => {}
    }
    known.unwrap_or_else(|| unknown(text))
}

/// `we` of "we speak English", and not of Wednesday: a word follows that says nothing about hours.
fn is_pronoun(text: &[char]) -> bool {
    let ['w', 'e', ' ', rest @ ..] = text else { return false };
    rest.first().is_some_and(char::is_ascii_alphabetic)
        && word_at(rest).is_none()
        && word_at(text).is_some_and(|(_, length)| length == 2)
}

/// What is not understood: a whole run of letters or digits is one word, and an ornament is none.
fn unknown(text: &[char]) -> (Word, usize) {
    let run = |keep: fn(&char) -> bool| text.iter().take_while(|c| keep(c)).count();
    let (letters, digits) = (run(char::is_ascii_alphabetic), run(char::is_ascii_digit));
    match text[0] {
        '+' => (Word::And, 1),
        _ if digits > 0 => (Word::Number, digits),
        _ if letters > 0 && text[..letters].ends_with(&['d', 'a', 'y']) => (Word::BadDay, letters),
        _ if letters > 0 => (Word::Unknown, letters),
        c if c.is_alphanumeric() => (Word::Unknown, 1),
        _ => (Word::Gap, 1),
    }
}
