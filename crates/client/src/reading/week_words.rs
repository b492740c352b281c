//! Cuts a text about opening hours into words with a meaning.

use unicode_normalization::UnicodeNormalization;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// Days, 0 = Monday.
    Days(Vec<usize>),
    /// A time of day in minutes. `marked`: something said which half of the day it is in.
    Time { min: u32, marked: bool },
    /// From … to.
    Dash,
    /// Closed on these days.
    Closed,
    /// Round the clock.
    AllDay,
    /// The next time is on the next day.
    NextDay,
    /// Public holidays: what follows is about them.
    Holidays,
    /// Between spans.
    Gap,
    /// Suspended.
    Suspended,
    /// It depends on more than the weekday.
    Irregular,
    /// A weekday that does not exist.
    BadDay,
    /// A time that does not exist.
    BadTime,
    /// Words that do not change the hours.
    Note,
    /// Words that might.
    Unknown,
}

type Fixed = (&'static str, fn() -> Word);

const FIXED: [Fixed; 62] = [
    ("24小时营业", || Word::AllDay),
    ("24小時營業", || Word::AllDay),
    ("24小时", || Word::AllDay),
    ("24小時", || Word::AllDay),
    ("24hours", || Word::AllDay),
    ("24 hours", || Word::AllDay),
    ("24h", || Word::AllDay),
    ("24/7", || Word::AllDay),
    ("全天候", || Word::AllDay),
    ("全天", || Word::AllDay),
    ("全日", || Word::AllDay),
    ("节假日不休", || Word::Note),
    ("全年无休", || Word::Note),
    ("全年無休", || Word::Note),
    ("暂停营业", || Word::Suspended),
    ("暫停營業", || Word::Suspended),
    ("停业", || Word::Suspended),
    ("歇业", || Word::Suspended),
    ("法定节假日", || Word::Holidays),
    ("节假日", || Word::Holidays),
    ("國定假日", || Word::Holidays),
    ("public holidays", || Word::Holidays),
    ("ph", || Word::Holidays),
    ("工作日", || Word::Days((0..5).collect())),
    ("平日", || Word::Days((0..5).collect())),
    ("weekdays", || Word::Days((0..5).collect())),
    ("周末", || Word::Days(vec![5, 6])),
    ("週末", || Word::Days(vec![5, 6])),
    ("weekends", || Word::Days(vec![5, 6])),
    ("weekend", || Word::Days(vec![5, 6])),
    ("每天", || Word::Days((0..7).collect())),
    ("每日", || Word::Days((0..7).collect())),
    ("天天", || Word::Days((0..7).collect())),
    ("everyday", || Word::Days((0..7).collect())),
    ("every day", || Word::Days((0..7).collect())),
    ("daily", || Word::Days((0..7).collect())),
    ("单周", || Word::Irregular),
    ("双周", || Word::Irregular),
    ("隔周", || Word::Irregular),
    ("隔週", || Word::Irregular),
    ("每月", || Word::Irregular),
    ("第一", || Word::Irregular),
    ("第二", || Word::Irregular),
    ("第三", || Word::Irregular),
    ("第四", || Word::Irregular),
    ("店休", || Word::Closed),
    ("公休", || Word::Closed),
    ("休息", || Word::Closed),
    ("不营业", || Word::Closed),
    ("休", || Word::Closed),
    ("closed", || Word::Closed),
    ("off", || Word::Closed),
    ("次日", || Word::NextDay),
    ("翌日", || Word::NextDay),
    ("隔日", || Word::NextDay),
    ("next day", || Word::NextDay),
    ("预约制", || Word::Note),
    ("营业时间", || Word::Note),
    ("營業時間", || Word::Note),
    ("午市", || Word::Note),
    ("晚市", || Word::Note),
    ("早市", || Word::Note),
];

const DAY_NAMES: [(&str, usize); 21] = [
    ("monday", 0),
    ("tuesday", 1),
    ("wednesday", 2),
    ("thursday", 3),
    ("friday", 4),
    ("saturday", 5),
    ("sunday", 6),
    ("mon", 0),
    ("tue", 1),
    ("wed", 2),
    ("thu", 3),
    ("fri", 4),
    ("sat", 5),
    ("sun", 6),
    ("mo", 0),
    ("tu", 1),
    ("we", 2),
    ("th", 3),
    ("fr", 4),
    ("sa", 5),
    ("su", 6),
];

/// Parts of the day: what they add to an hour below 12, and what 12 means.
const PARTS: [(&str, u32, u32); 12] = [
    ("凌晨", 0, 0),
    ("清晨", 0, 12),
    ("早上", 0, 12),
    ("上午", 0, 12),
    ("中午", 12, 12),
    ("下午", 12, 12),
    ("傍晚", 12, 12),
    ("晚上", 12, 24),
    ("夜间", 12, 24),
    ("早", 0, 12),
    ("晚", 12, 24),
    ("夜", 12, 24),
];

fn chinese_day(c: char) -> Option<usize> {
    "一二三四五六日".chars().position(|day| day == c).or((c == '天').then_some(6))
}

fn chinese_number(text: &str) -> Option<(u32, usize)> {
    let digit = |c: char| "零一二三四五六七八九".chars().position(|d| d == c).or((c == '两').then_some(2));
    let run: Vec<char> = text.chars().take_while(|c| digit(*c).is_some() || *c == '十').take(3).collect();
    let value = match run.as_slice() {
        [] => return None,
        ['十'] => 10,
        ['十', one] => 10 + digit(*one)?,
        [tens, '十'] => digit(*tens)? * 10,
        [tens, '十', one] => digit(*tens)? * 10 + digit(*one)?,
        [one] => digit(*one)?,
        _ => return None,
    };
    Some((u32::try_from(value).ok()?, run.iter().map(|c| c.len_utf8()).sum()))
}

/// The text in one spelling: half width, lower case, one kind of dash.
pub(super) fn plain(text: &str) -> String {
    let lower: String = text.nfkc().collect::<String>().to_lowercase();
    let lower = lower.replace(['–', '—', '―', '~', '〜', '∼', '−', '至', '到', '‐', '‑'], "-");
    lower
        .replace("星期", "周")
        .replace("礼拜", "周")
        .replace("禮拜", "周")
        .replace('週', "周")
        .replace('點', "点")
        .replace('時', "时")
}

/// All words of a text in that spelling.
pub(super) fn words(plain: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = plain;
    while let Some(first) = rest.chars().next() {
        let (word, length) = next(rest, first, words.last());
        words.push(word);
        rest = &rest[length..];
    }
    words
}

fn next(rest: &str, first: char, before: Option<&Word>) -> (Word, usize) {
    let one = first.len_utf8();
    if first == '-' {
        return (Word::Dash, one);
    }
    if first.is_whitespace() || ",;/、。.|+&和与及()[]:".contains(first) {
        return (Word::Gap, one);
    }
    for (text, word) in FIXED {
        let ends = |text: &str| !rest[text.len()..].starts_with(|c: char| c.is_ascii_alphabetic());
        if rest.starts_with(text) && (!text.is_ascii() || ends(text)) {
            return (word(), text.len());
        }
    }
    if let Some(found) = day(rest) {
        return found;
    }
    if let Some(found) = time(rest, before) {
        return found;
    }
    (Word::Unknown, one)
}

fn day(rest: &str) -> Option<(Word, usize)> {
    if let Some(named) = rest.strip_prefix('周') {
        let days: Vec<usize> = named.chars().map_while(chinese_day).collect();
        // "周一十点": the numeral belongs to the time.
        let taken = days.len().min(3);
        if taken == 0 {
            return Some((Word::BadDay, '周'.len_utf8()));
        }
        let length: usize = named.chars().take(taken).map(char::len_utf8).sum();
        return Some((Word::Days(days[..taken].to_vec()), '周'.len_utf8() + length));
    }
    let (name, day) = DAY_NAMES.iter().find(|(name, _)| {
        rest.starts_with(name) && !rest[name.len()..].starts_with(|c: char| c.is_ascii_alphabetic())
    })?;
    let dot = usize::from(rest[name.len()..].starts_with('.'));
    Some((Word::Days(vec![*day]), name.len() + dot))
}

fn time(rest: &str, before: Option<&Word>) -> Option<(Word, usize)> {
    let (part, prefix) = match PARTS.iter().find(|(name, ..)| rest.starts_with(name)) {
        Some(part) => (Some(part), part.0.len()),
        None => (None, 0),
    };
    let text = &rest[prefix..];
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (mut hour, mut at) = match digits {
        0 => chinese_number(text)?,
        1..=4 => (text[..digits].parse().ok()?, digits),
        _ => return None,
    };
    let (mut minute, mut certain) = (0, part.is_some());
    let tail = &text[at..];
    if digits >= 3 {
        (hour, minute, certain) = (hour / 100, hour % 100, true);
    } else if let Some(after) = tail.strip_prefix(':') {
        let length = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if length != 2 {
            return Some((Word::BadTime, prefix + at + 1 + length));
        }
        (minute, at, certain) = (after[..2].parse().ok()?, at + 3, true);
        if let Some(seconds) = text[at..].strip_prefix(":00") {
            at = text.len() - seconds.len();
        }
    } else if tail.starts_with(['点', '时']) {
        at += '点'.len_utf8();
        certain = true;
        let after = &text[at..];
        let length = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if after.starts_with('半') {
            (minute, at) = (30, at + '半'.len_utf8());
        } else if length > 0 && after[length..].starts_with('分') {
            (minute, at) = (after[..length].parse().ok()?, at + length + '分'.len_utf8());
        }
    }
    let (mut marked, mut half) = (part.is_some(), part.map(|(_, add, noon)| (*add, *noon)));
    let spaced = text[at..].trim_start();
    for (mark, add, noon) in [("a.m.", 0, 0), ("p.m.", 12, 12), ("am", 0, 0), ("pm", 12, 12)] {
        if spaced.starts_with(mark) {
            at = text.len() - spaced.len() + mark.len();
            (marked, certain, half) = (true, true, Some((add, noon)));
            break;
        }
    }
    // A bare number is a time only beside a dash.
    let beside_dash = text[at..].trim_start().starts_with('-') || before == Some(&Word::Dash);
    if !certain && (digits == 0 || !beside_dash) {
        return None;
    }
    if let Some((add, noon)) = half {
        hour = match hour {
            12 => noon,
            0..12 if add == 12 && !(part.is_some_and(|p| p.0 == "中午") && hour > 9) => hour + add,
            other => other,
        };
    }
    let word = if minute > 59 || hour > 30 || hour == 30 && minute > 0 {
        Word::BadTime
    } else {
        Word::Time { min: hour * 60 + minute, marked }
    };
    Some((word, prefix + at))
}
