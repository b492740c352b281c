//! Numbers that are no times of day: dates, quantities, telephone numbers, the numbers of a list.

use super::vocabulary::word_at;
use super::words::{Token, Word, last_word};

/// The number that stands there, if its unit or its form says that it is no time.
pub(super) fn number_at(all: &[char], at: usize, before: &[Token]) -> Option<(Word, usize)> {
    let text = &all[at..];
    date(text)
        .or_else(|| dotted_dates(all, at))
        .or_else(|| slashed_date(text, before))
        .or_else(|| list_number(text, before))
        .or_else(|| quantity(all, at))
        .or_else(|| telephone(text))
}

fn is_numeral(c: &char) -> bool {
    c.is_ascii_digit() || "一二三四五六七八九十".contains(*c)
}

fn digits_at(text: &[char]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

fn blanks_at(text: &[char]) -> usize {
    text.iter().take_while(|c| **c == ' ').count()
}

/// A number of one or two digits, and its length.
fn short_number(text: &[char]) -> Option<(u16, usize)> {
    let length = digits_at(text);
    let value = text[..length].iter().collect::<String>().parse().ok()?;
    (length <= 2).then_some((value, length))
}

/// `3月`, `10月1日`, `2026年`, `1号`, `第二、四周`, `2026-01-31`, `20260131`: it depends on the date.
fn date(text: &[char]) -> Option<(Word, usize)> {
    if text[0] == '第' && text.get(1).is_some_and(is_numeral) {
        // "第二天" is the next day.
        return (word_at(text).is_none_or(|(word, _)| word == Word::Irregular)).then_some((Word::Irregular, 2));
    }
    if digits_at(text) == 4
        && let Some(sign @ ('-' | '.' | '/')) = text.get(4)
        && matches!(text, ['1', '8' | '9', ..] | ['2', '0', ..])
        && let Some((1..=12, month)) = short_number(&text[5..])
        && text.get(5 + month) == Some(sign)
        && let Some((1..=31, day)) = short_number(&text[6 + month..])
    {
        return Some((Word::Irregular, 6 + month + day));
    }
    if digits_at(text) == 8 && text.starts_with(&['2', '0']) {
        return Some((Word::Irregular, 8));
    }
    let digits = text.iter().take_while(|c| is_numeral(c)).count();
    let blanks = blanks_at(&text[digits..]);
    let unit = text.get(digits + blanks)?;
    let is_place = *unit == '号' && text.get(digits + blanks + 1).is_some_and(|c| PLACES.contains(*c));
    (digits > 0 && matches!(unit, '月' | '年' | '号') && !is_place).then_some((Word::Irregular, digits + blanks + 1))
}

/// `11/1`, but neither a list of days ("周2/4") nor of spans ("9-12/14-18").
fn slashed_date(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    let (1..=12, month) = short_number(text)? else { return None };
    let ['/', rest @ ..] = &text[month..] else { return None };
    let (1..=31, day) = short_number(rest)? else { return None };
    let behind = &rest[day..];
    let is_other = matches!(behind, [':' | '点' | '时', ..])
        || matches!(behind, ['/', c, ..] if c.is_ascii_digit())
        || matches!(last_word(before), Some(Word::Days(_) | Word::And | Word::Break));
    let behind_dash = last_word(before) == Some(&Word::Dash);
    let in_pair = before.iter().rev().find(|token| !matches!(token.word, Word::Dash | Word::Gap));
    // "-10/31" ends a pair only if a date began it.
    let is_end = in_pair.is_some_and(|token| token.word == Word::Irregular);
    (!is_other && (!behind_dash || is_end)).then_some((Word::Irregular, month + 1 + day))
}

/// `11.1-3.31`; `05.01-09.30` only beside times with another sign: both could be either.
fn dotted_dates(all: &[char], at: usize) -> Option<(Word, usize)> {
    let text = &all[at..];
    let one = |text: &[char]| {
        let (1..=12, month) = short_number(text)? else { return None };
        let ['.', rest @ ..] = &text[month..] else { return None };
        let (1..=31, day) = short_number(rest)? else { return None };
        (!matches!(rest.get(day), Some('.' | ':'))).then_some((month + 1 + day, day))
    };
    let (first, day) = one(text)?;
    let dash = text[first..].iter().take_while(|c| matches!(c, ' ' | '-' | '至' | '到')).count();
    let (second, other_day) = one(&text[first + dash..])?;
    let as_times = day == 2 && other_day == 2;
    let others = all.windows(2).any(|pair| matches!(pair, [c, ':' | '点'] if c.is_ascii_digit()));
    let is_alone = at == 0 || !all[at - 1].is_ascii_digit() && !matches!(all[at - 1], '.' | ':');
    (is_alone && dash > 0 && (!as_times || others)).then_some((Word::Irregular, first + dash + second))
}

/// `1.`, `2、` before a clause.
fn list_number(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    let [digit, '.' | '、' | ')', rest @ ..] = text else { return None };
    let begins = before.last().is_none_or(|token| matches!(token.word, Word::Break | Word::Gap));
    let in_list = matches!(last_word(before), Some(Word::Days(_) | Word::And | Word::Dash | Word::Open));
    let next = rest.iter().find(|c| **c != ' ')?;
    (digit.is_ascii_digit() && begins && !in_list && !is_numeral(next)).then_some((Word::Break, 2))
}

/// Behind a number with `号`: a place and no date.
const PLACES: &str = "店楼线门馆厅院铺桌";

/// `3楼`, `1-2F`, `10-15元`, `30分钟`, `2号店`.
fn quantity(all: &[char], at: usize) -> Option<(Word, usize)> {
    let text = &all[at..];
    let length = |text: &[char]| text.iter().take_while(|c| is_numeral(c)).count();
    let mut to = length(text);
    if to == 0 || at > 0 && (all[at - 1].is_ascii_digit() || matches!(all[at - 1], ':' | '.')) {
        return None;
    }
    // "一、二楼"
    while text.get(to) == Some(&'、') && length(&text[to + 1..]) > 0 {
        to += 1 + length(&text[to + 1..]);
    }
    let skip = to + text[to..].iter().take_while(|c| matches!(c, ' ' | '-' | '至' | '到')).count();
    let more = length(text.get(skip..)?);
    let is_range = skip > to && more > 0;
    if is_range {
        to = skip + more;
    }
    let blanks = blanks_at(&text[to..]);
    let rest = &text[to + blanks..];
    let latin_ends = |n: usize| !rest.get(n).is_some_and(char::is_ascii_alphanumeric);
    let unit = match rest {
        ['小', '时', ..] | ['分', '钟', ..] | ['公', '里', ..] => 2,
        ['k', 'm', ..] if latin_ends(2) => 2,
        ['f', ..] if blanks == 0 && latin_ends(1) => 1,
        ['号', place, ..] if PLACES.contains(*place) => 2,
        // "提前1-2天", but not "营业六天".
        ['天' | '日', '前' | '内' | '以', ..] => 2,
        ['天', ..] if is_range || at > 0 && matches!(all[at - 1], '前' | '休' | '息' | '假') => 1,
        [c, ..] if "元块人份位楼层坪名桌席米岁折%".contains(*c) => 1,
        _ => return None,
    };
    Some((Word::Quantity, to + blanks + unit))
}

/// `电话 0755-8888`, `010-82868686`.
fn telephone(text: &[char]) -> Option<(Word, usize)> {
    let begins = |name: &&str| name.chars().eq(text.iter().copied().take(name.chars().count()));
    let named = ["电话", "热线", "手机", "致电", "tel", "phone"].iter().find(|name| begins(name));
    let named = named.map_or(0, |name| name.chars().count());
    let skip = named + text[named..].iter().take_while(|c| named > 0 && matches!(c, ' ' | ':' | '.')).count();
    let run = text[skip..].iter().take_while(|c| c.is_ascii_digit() || **c == '-').count();
    let number = &text[skip..skip + run];
    let digits = number.iter().filter(|c| c.is_ascii_digit()).count();
    let groups: Vec<usize> = number.split(|c| *c == '-').map(<[char]>::len).collect();
    // "0930-2130" is a span, if nothing says that it is a telephone.
    let is_one = digits >= 7 && (named > 0 || groups.len() < 3 && groups.iter().any(|length| *length > 4));
    (is_one && !matches!(text.get(skip + run), Some(':' | '点' | '时'))).then_some((Word::Quantity, skip + run))
}
