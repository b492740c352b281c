//! The names of weekdays within a text.

use super::clock::Time;
use super::words::{Token, Word, last_word};

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
    // 天 is a day right behind 周 or 六 only ("周一一天"), and no day is named twice in one run.
    let goes_on = |n: usize| {
        let c = text[n];
        chinese_day(c).is_some() && !text[..n].contains(&c) && (c != '天' || n == 0 || text[n - 1] == '六')
    };
    let run = (0..text.len()).take_while(|n| goes_on(*n)).count();
    if run > 0 && is_counted(text.get(run)) { run - 1 } else { run }
}

fn days(text: &[char]) -> Word {
    Word::Days(text.iter().filter_map(|c| chinese_day(*c)).collect())
}

fn behind_blanks(text: &[char]) -> &[char] {
    &text[text.iter().take_while(|c| **c == ' ').count()..]
}

/// `周一`, `星期六日`, `礼拜天`, `周1`, `周(一)`, `星 期 六`.
pub(super) fn named_day(text: &[char]) -> Option<(Word, usize)> {
    let prefix = match text {
        ['周', ..] => 1,
        ['星', '期', ..] | ['礼', '拜', ..] => 2,
        ['星', ' ', '期', ..] | ['礼', ' ', '拜', ..] => 3,
        _ => return None,
    };
    let rest = &text[prefix..];
    if let ['(', day, ')', ..] = rest
        && let Some(day) = chinese_day(*day).or_else(|| digit_day(*day))
    {
        return Some((Word::Days(vec![day]), prefix + 3));
    }
    let blanks = rest.iter().take_while(|c| **c == ' ').count().min(1);
    // "周六半天": behind its prefix it is a day, whatever follows.
    let run = day_run(&rest[blanks..]).max(usize::from(rest.get(blanks).is_some_and(|c| chinese_day(*c).is_some())));
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

/// A day in brackets, and its length: `(六)`.
fn bracketed(text: &[char]) -> Option<(Word, usize)> {
    let ['(', day, ')', ..] = text else { return None };
    Some((Word::Days(vec![chinese_day(*day)?]), 3))
}

/// `(六)` of `(六) - (日)`: another follows, so that it is not the number of a list.
pub(super) fn bracketed_range(text: &[char]) -> Option<(Word, usize)> {
    let links = |c: &char| matches!(c, '-' | '至' | '到' | '、' | ' ');
    let found = bracketed(text)?;
    let behind = text[found.1..].iter().position(|c| !links(c)).filter(|n| *n > 0)?;
    bracketed(&text[found.1 + behind..]).map(|_| found)
}

/// `三` of `周一、三` and `五` of `周一至五`.
pub(super) fn further_day(all: &[char], at: usize, before: &[Token]) -> Option<(Word, usize)> {
    let text = &all[at..];
    let mut back = before.iter().rev().filter(|token| token.word != Word::Gap);
    let link = &back.next()?.word;
    let last =
        if matches!(link, Word::Days(_)) { before.iter().rev().find(|t| t.word != Word::Gap) } else { back.next() };
    let last = last.filter(|token| matches!(token.word, Word::Days(_)))?;
    let in_digits = all[last.to - 1].is_ascii_digit();
    match link {
        Word::Days(_) => return spaced_day(text, before, in_digits),
        Word::And | Word::Dash | Word::Break => {}
        _ => return None,
    }
    // "周(一)~(五)"
    if let Some(found) = bracketed(text).filter(|_| *link != Word::Break) {
        return Some(found);
    }
    let run = day_run(text);
    if run > 0 {
        // "周一,日本料理" goes on with a word.
        return (run == 1 || *link != Word::Break).then(|| (days(&text[..run]), run));
    }
    let day = digit_day(text[0]).filter(|_| !is_part(text.get(1)))?;
    let behind = behind_blanks(&text[1..]);
    let found = Some((Word::Days(vec![day]), 1));
    match behind {
        // "周1,3-5 9:00": another time follows, so that these are days.
        ['-' | '至' | '到', more @ ..] if *link != Word::Dash && digit_day(*behind_blanks(more).first()?).is_some() =>
        {
            let more = &behind_blanks(more)[1..];
            let times = more.iter().find(|c| !matches!(c, ' ' | ':')).is_some_and(char::is_ascii_digit);
            found.filter(|_| times && !is_part(more.first()))
        }
        // "周一-9点": a number before a unit, or before another dash, is a time.
        ['-' | '至' | '到' | 'a' | 'p', ..] => None,
        // "周2,4": both are numbers; "周五, 6" is hardly one list.
        _ if *link == Word::Break && !in_digits => None,
        _ => found,
    }
}

/// `三` of `周一 三 五`, `日` of `周六 日`, `7` of `周6 7 10:00`: nothing else begins there.
fn spaced_day(text: &[char], before: &[Token], in_digits: bool) -> Option<(Word, usize)> {
    before.last().filter(|token| token.word == Word::Gap)?;
    let as_digit = digit_day(text[0]).filter(|_| in_digits && matches!(text.get(1), None | Some(' ')));
    let day = chinese_day(text[0]).or(as_digit)?;
    let ends = text.get(1).is_none_or(|c| c.is_ascii_digit() || " ,;\n、/):休".contains(*c));
    let goes_on = behind_blanks(&text[1..]).first().is_some_and(|c| matches!(c, '-' | '至' | '到'));
    (ends && !goes_on).then(|| (Word::Days(vec![day]), 1))
}

/// `一~六 11:00`, `六、日 11:30`, `二公休`: days without `周`.
pub(super) fn bare_days(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    chinese_day(text[0]).filter(|_| text[0] != '天' && !is_counted(text.get(1)))?;
    let last = before.last().map(|token| &token.word);
    // "1日休息", "1-3日休息": a date.
    let of_date = text[0] == '日' && matches!(last, Some(Word::Number | Word::Time(Time { bare: true, .. })));
    if last == Some(&Word::Unknown) || of_date {
        return None;
    }
    let behind: Vec<char> = text[1..].iter().copied().filter(|c| *c != ' ').take(4).collect();
    let links = matches!(behind.first(), Some('-' | '至' | '到' | '、'));
    let another = behind.get(1).is_some_and(|c| *c != '天' && chinese_day(*c).is_some()) && !is_counted(behind.get(2));
    if links && another {
        return Some((days(&text[..1]), 1));
    }
    let run = day_run(text);
    // "一天10:00", "六天休息" are numbers of days.
    if text[..run].contains(&'天') || text.get(run) == Some(&'天') {
        return None;
    }
    let closes = matches!(&text[run..], ['公' | '店', '休', ..] | ['休', ..]);
    // "六日10:00"
    let times = run > 1 && text[run..].iter().find(|c| **c != ' ').is_some_and(char::is_ascii_digit);
    (closes || times).then(|| (days(&text[..run]), run))
}

/// `M` of `M, T, W`, `T` of `Mon, T`: letters of a list, in the order of the week.
pub(super) fn listed_letter(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    let (day, run) = letter_day(text)?;
    let mut back = before.iter().rev().map(|token| &token.word).filter(|word| **word != Word::Gap);
    let linked = matches!(back.next(), Some(Word::Break | Word::And));
    let goes_on = matches!(back.next(), Some(Word::Days(days)) if days.last().is_some_and(|last| *last < day));
    let behind = behind_blanks(&text[run..]);
    let next = match behind {
        [',' | '/' | '&' | '、', rest @ ..] => letter_day(behind_blanks(rest)),
        _ => None,
    };
    (linked && goes_on || next.is_some_and(|(next, _)| day < next)).then_some((Word::Days(vec![day]), run))
}

/// The day that a whole word of one or two letters names in a list: `T` is no Thursday there.
fn letter_day(text: &[char]) -> Option<(usize, usize)> {
    let run = text.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
    let is_name = |name: &str| name.chars().eq(text[..run].iter().copied());
    let day = LETTERS.iter().find(|(name, _)| is_name(name)).map(|(_, day)| *day);
    day.or(is_name("t").then_some(1)).map(|day| (day, run))
}

/// Could a text that is not understood name days? `五`, `(六)`, `M`, `Th`.
pub(super) fn is_like_days(text: &[char]) -> bool {
    let letters: Vec<char> = text.iter().copied().filter(|c| c.is_alphanumeric()).collect();
    let is_letter = matches!(letters.as_slice(), ['m' | 't' | 'w' | 'f' | 's' | 'r'] | ['t', 'h']);
    !letters.is_empty() && (is_letter || letters.iter().all(|c| chinese_day(*c).is_some()))
}

/// The short names of timetables: one letter where one is enough.
const LETTERS: [(&str, usize); 7] = [("th", 3), ("tu", 1), ("sa", 5), ("su", 6), ("m", 0), ("w", 2), ("f", 4)];

/// `M-F`, `F-Sa`, `MWF`, `TuTh`. A letter by itself is none.
pub(super) fn compact_days(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    let run = text.iter().take_while(|c| c.is_ascii_alphabetic()).count();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < run {
        let (name, day) =
            LETTERS.iter().find(|(name, _)| name.chars().eq(text[at..run].iter().copied().take(name.len())))?;
        found.push(*day);
        at += name.len();
    }
    let links = |c: &char| matches!(c, '-' | '至' | '到');
    let single = found.len() == 1
        && (behind_blanks(&text[run..]).first().is_some_and(links) && is_letter_day(behind_dash(&text[run..]))
            || last_word(before) == Some(&Word::Dash) && day_before_dash(before));
    let ends = !text.get(run).is_some_and(char::is_ascii_digit);
    let rises = found.len() > 1 && found.windows(2).all(|pair| pair[0] < pair[1]);
    (ends && (single || rises)).then_some((Word::Days(found), run))
}

fn behind_dash(text: &[char]) -> &[char] {
    let rest = behind_blanks(text);
    behind_blanks(rest.get(1..).unwrap_or_default())
}

fn is_letter_day(text: &[char]) -> bool {
    let run = text.iter().take_while(|c| c.is_ascii_alphabetic()).count();
    let word: String = text[..run].iter().collect();
    LETTERS.iter().any(|(name, _)| *name == word)
        || ["fri", "sat", "sun", "thu", "wed", "tue", "thurs"].contains(&word.as_str())
}

fn day_before_dash(before: &[Token]) -> bool {
    let mut back = before.iter().rev().filter(|token| token.word != Word::Gap);
    back.next();
    matches!(back.next(), Some(Token { word: Word::Days(_), .. }))
}
