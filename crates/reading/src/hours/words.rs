//! Cuts a text about opening hours into words with a meaning.

use super::clock::{Clock, Time, time_at};
use super::vocabulary::word_at;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// Days, 0 = Monday.
    Days(Vec<usize>),
    /// A time of day.
    Time(Time),
    /// A time that no clock shows.
    BadTime,
    /// A weekday that does not exist.
    BadDay,
    /// From … to.
    Dash,
    /// Closed on these days.
    Closed,
    /// Round the clock.
    AllDay,
    /// The time beside it is on the next day.
    NextDay,
    /// Public holidays.
    Holidays,
    /// Saturday and Sunday, or public holidays.
    FreeDays,
    /// Open on public holidays too.
    AlwaysOpen,
    /// Open as always on what stands before it.
    StaysOpen,
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
    /// A part of the day without a time.
    PartOfDay,
    /// Without weight.
    Label,
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
        let (word, length) = next(&text[at..], &tokens);
        let to = at + length.max(1);
        match tokens.last_mut() {
            Some(last) if last.word == word && matches!(word, Word::Unknown | Word::Gap) => last.to = to,
            _ => tokens.push(Token { word, from: at, to }),
        }
        at = to;
    }
    tokens
}

fn next(text: &[char], before: &[Token]) -> (Word, usize) {
    match text[0] {
        ' ' => return (Word::Gap, 1),
        '-' if text.get(1) != Some(&'>') => return (Word::Dash, 1),
        '(' | '[' => {
            let days_before = before.last().is_some_and(|token| matches!(token.word, Word::Days(_)));
            let nth = text[0] == '[' && days_before && text.get(1).is_some_and(|c| c.is_ascii_digit() || *c == '-');
            return (if nth { Word::Irregular } else { Word::Open }, 1);
        }
        ')' | ']' => return (Word::Shut, 1),
        ',' | ';' | '。' | '/' | '|' | '"' | '!' | '*' | '\\' | '.' => return (Word::Break, 1),
        '、' | '&' | '和' | '及' | '与' | '跟' | '暨' => return (Word::And, 1),
        ':' | '\'' | '·' => return (Word::Label, 1),
        _ => {}
    }
    if text.starts_with(&['以', '及']) {
        return (Word::And, 2);
    }
    if text.starts_with(&['a', 'n', 'd']) && !text.get(3).is_some_and(char::is_ascii_alphanumeric) {
        return (Word::And, 3);
    }
    // "9:00起" and "9:00开始营业" have no end.
    let behind_time = matches!(before.last(), Some(Token { word: Word::Time(_), .. }));
    if behind_time && text[0] == '起' && text.get(1) != Some(&'至') {
        return (Word::OpenEnd, 1);
    }
    if behind_time && text.starts_with(&['开', '始', '营', '业']) {
        return (Word::OpenEnd, 4);
    }
    // "除周一外": not on Mondays.
    if text[0] == '除' && matches!(text.get(1), Some('周' | '星' | '礼' | '节' | '法')) {
        return (Word::Without, 1);
    }
    let behind_days = matches!(before.last(), Some(Token { word: Word::Days(_) | Word::Holidays, .. }));
    if text[0] == '外' && behind_days && !matches!(text.get(1), Some('卖' | '带' | '送')) {
        return (Word::Excepted, 1);
    }
    if let Some(found) = date(text) {
        return found;
    }
    if let Some(found) = further_day(text, before).or_else(|| bare_days(text, before)) {
        return found;
    }
    let known = word_at(text);
    // "周末" is longer than "周".
    if !matches!(known, Some((Word::Label | Word::PartOfDay, _)))
        && let Some(found) = known
    {
        return found;
    }
    if let Some(found) = named_day(text) {
        return found;
    }
    let beside_dash =
        before.iter().rev().find(|token| token.word != Word::Gap).is_some_and(|token| token.word == Word::Dash);
    match time_at(text, beside_dash) {
        Some((Clock::Time(time), length)) => return (Word::Time(time), length),
        Some((Clock::Impossible, length)) => return (Word::BadTime, length),
        None => {}
    }
    if known.is_none() && text[0] == '+' {
        return (Word::And, 1);
    }
    known.unwrap_or_else(|| {
        let length = unknown_length(text);
        let like_a_day = text[..length].ends_with(&['d', 'a', 'y']);
        (if like_a_day { Word::BadDay } else { Word::Unknown }, length)
    })
}

/// A whole run of letters or digits is one unknown word.
fn unknown_length(text: &[char]) -> usize {
    let run = |keep: fn(&char) -> bool| text.iter().take_while(|c| keep(c)).count();
    run(char::is_ascii_alphabetic).max(run(char::is_ascii_digit)).max(1)
}

/// `3月`, `10月1日`, `2026年`, `1号`, `第二、四周`: it depends on the date.
fn date(text: &[char]) -> Option<(Word, usize)> {
    let is_number = |c: &char| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c);
    if text[0] == '第' && text.get(1).is_some_and(is_number) {
        // "第二天" is the next day.
        return (word_at(text).is_none_or(|(word, _)| word == Word::Irregular)).then_some((Word::Irregular, 2));
    }
    let digits = text.iter().take_while(|c| is_number(c)).count();
    let blanks = text[digits..].iter().take_while(|c| **c == ' ').count();
    let unit = text.get(digits + blanks)?;
    (digits > 0 && matches!(unit, '月' | '年' | '号')).then_some((Word::Irregular, digits + blanks + 1))
}

fn chinese_day(c: char) -> Option<usize> {
    "一二三四五六日".chars().position(|day| day == c).or((c == '天').then_some(6))
}

fn digit_day(c: char) -> Option<usize> {
    c.to_digit(10).filter(|day| (1..=7).contains(day)).map(|day| day as usize - 1)
}

/// Behind a numeral: it belongs to a time or a number, not to a day.
fn is_counted(behind: Option<&char>) -> bool {
    behind.is_some_and(|c| "点时刻分十月号半个小".contains(*c))
}

/// Behind a digit: as well, and parts of a time.
fn is_part(behind: Option<&char>) -> bool {
    is_counted(behind) || behind.is_some_and(|c| c.is_ascii_digit() || matches!(c, ':' | '.'))
}

/// How many day characters stand there; the last one not if it belongs to a time.
fn day_run(text: &[char]) -> usize {
    let run = text.iter().take_while(|c| chinese_day(**c).is_some()).count();
    if run > 0 && is_counted(text.get(run)) { run - 1 } else { run }
}

fn days(text: &[char]) -> Word {
    Word::Days(text.iter().filter_map(|c| chinese_day(*c)).collect())
}

/// `周一`, `星期六日`, `礼拜天`, `周1`.
fn named_day(text: &[char]) -> Option<(Word, usize)> {
    let prefix = match text {
        ['周', ..] => 1,
        ['星', '期', ..] | ['礼', '拜', ..] => 2,
        _ => return None,
    };
    let rest = &text[prefix..];
    let blanks = rest.iter().take_while(|c| **c == ' ').count().min(1);
    let run = day_run(&rest[blanks..]);
    if run > 0 {
        return Some((days(&rest[blanks..blanks + run]), prefix + blanks + run));
    }
    match rest.first() {
        Some(c) if digit_day(*c).is_some() && !is_part(rest.get(1)) => {
            Some((Word::Days(digit_day(*c).into_iter().collect()), prefix + 1))
        }
        Some(c) if c.is_ascii_digit() || "七八九十零〇".contains(*c) => Some((Word::BadDay, prefix + 1)),
        _ => None,
    }
}

/// `三` of `周一、三` and `五` of `周一至五`.
fn further_day(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    let mut back = before.iter().rev().filter(|token| token.word != Word::Gap);
    let link = back.next()?;
    let is_link = matches!(link.word, Word::And | Word::Dash | Word::Break);
    let behind_days = is_link && matches!(back.next()?.word, Word::Days(_));
    if !behind_days {
        return None;
    }
    let run = day_run(text);
    if run > 0 {
        // "周一,日本料理" goes on with a word.
        return (run == 1 || !matches!(link.word, Word::Break)).then(|| (days(&text[..run]), run));
    }
    let day = digit_day(text[0]).filter(|_| !is_part(text.get(1)) && link.word != Word::Break)?;
    // "周一-9点": a number before a unit, or before another dash, is a time.
    let next = text[1..].iter().find(|c| **c != ' ');
    (!next.is_some_and(|c| matches!(c, '-' | '至' | '到' | 'a' | 'p'))).then_some((Word::Days(vec![day]), 1))
}

/// `一~六 11:00`, `六、日 11:30`, `二公休`: days without `周`.
fn bare_days(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    chinese_day(text[0]).filter(|_| text[0] != '天' && !is_counted(text.get(1)))?;
    if before.last().is_some_and(|token| token.word == Word::Unknown) {
        return None;
    }
    let behind: Vec<char> = text[1..].iter().copied().filter(|c| *c != ' ').take(4).collect();
    let links = matches!(behind.first(), Some('-' | '至' | '到' | '、'));
    let another = behind.get(1).is_some_and(|c| chinese_day(*c).is_some()) && !is_counted(behind.get(2));
    if links && another {
        return Some((days(&text[..1]), 1));
    }
    let run = day_run(text);
    let closes = matches!(&text[run..], ['公' | '店', '休', ..] | ['休', ..]);
    // "六日10:00"
    let times = run > 1 && text[run..].iter().find(|c| **c != ' ').is_some_and(char::is_ascii_digit);
    (closes || times).then(|| (days(&text[..run]), run))
}
