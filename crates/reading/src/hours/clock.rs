//! One time of day within a text.

use super::vocabulary::{Part, part_at};

/// The latest end, in minutes: 06:00 of the next day.
pub(super) const END_MIN_MAX: u16 = 30 * 60;

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time {
    /// Minutes from midnight; above 1440 on the next day.
    pub min: u16,
    /// Something said which half of the day it is in.
    pub marked: bool,
    /// An hour from 1 to 12 that nothing marks: on a clock of twelve or of twenty-four.
    pub short: bool,
    /// As well, and without a leading zero, which nobody writes on a clock of twelve.
    pub unpadded: bool,
    /// A number and nothing else.
    pub bare: bool,
    /// a.m., p.m., or midnight: the clock of twelve.
    pub english: bool,
    /// "Before noon" stood there, in Chinese.
    pub morning: bool,
    /// "Evening" stood there, in Chinese.
    pub evening: bool,
}

/// What stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Time(Time),
    /// Written like a time, but no clock shows it.
    Impossible,
}

struct Digits {
    hour: u16,
    minute: u16,
    length: usize,
    /// Written so that it can be nothing but a time.
    certain: bool,
    /// With minutes.
    exact: bool,
    leading_zero: bool,
}

fn digits_at(text: &[char]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

fn number(text: &[char]) -> Option<u16> {
    text.iter().collect::<String>().parse().ok()
}

fn blanks_at(text: &[char]) -> usize {
    text.iter().take_while(|c| **c == ' ').count()
}

/// A number below 100 in Chinese numerals, and its length.
fn numeral_at(text: &[char]) -> Option<(u16, usize)> {
    let digit = |c: char| match c {
        '两' => Some(2),
        '〇' => Some(0),
        c => "零一二三四五六七八九".chars().position(|d| d == c).and_then(|n| u16::try_from(n).ok()),
    };
    let run: Vec<char> = text.iter().copied().take_while(|c| digit(*c).is_some() || *c == '十').take(3).collect();
    let value = match run.as_slice() {
        [] => return None,
        ['十'] => 10,
        ['十', one] => 10 + digit(*one)?,
        [tens, '十'] => digit(*tens)? * 10,
        [tens, '十', one] => digit(*tens)? * 10 + digit(*one)?,
        ['零' | '〇', one] | [one] => digit(*one)?,
        _ => return None,
    };
    Some((value, run.len()))
}

/// The minutes behind `点`: `半`, `一刻`, `三刻`, `30`, `30分`, `三十分`, `整`.
fn minutes_behind_hour(text: &[char]) -> (u16, usize) {
    let skip = blanks_at(text);
    let rest = &text[skip..];
    match rest {
        ['半', ..] => return (30, skip + 1),
        ['整' | '正' | '钟', ..] => return (0, skip + 1),
        ['一', '刻', ..] | ['1', '刻', ..] => return (15, skip + 2),
        ['三', '刻', ..] | ['3', '刻', ..] => return (45, skip + 2),
        _ => {}
    }
    let found = match digits_at(rest) {
        0 => numeral_at(rest),
        2 if skip == 0 => number(&rest[..2]).map(|minute| (minute, 2)),
        n @ 1..=2 => number(&rest[..n]).map(|minute| (minute, n)),
        _ => None,
    };
    let Some((minute, length)) = found else { return (0, 0) };
    let with_unit = rest.get(length) == Some(&'分');
    let is_next_hour = rest.get(length).is_some_and(|c| matches!(c, '点' | '时' | ':' | '.'));
    // "9点30" are minutes, "9点 10点" are two hours.
    let two_digits = digits_at(rest) == 2 && skip == 0;
    if with_unit {
        (minute, skip + length + 1)
    } else if (two_digits || numeral_at(rest).is_some() && minute >= 10 && skip == 0) && !is_next_hour {
        (minute, skip + length)
    } else {
        (0, 0)
    }
}

/// `9 :00`, `9;00`, `9。30`, `9,00`: a colon with a blank before it, or the key beside it. How long that is with its
/// minutes.
fn mistyped_colon(tail: &[char], beside_dash: bool) -> Option<usize> {
    let skip = blanks_at(tail);
    let sign = tail.get(skip)?;
    let blanks = blanks_at(&tail[skip + 1..]);
    let end = skip + 1 + blanks + 2;
    let minutes = tail.get(end - 2..end).filter(|two| digits_at(two) == 2)?;
    let behind = &tail[end..];
    let goes_on = behind.first().is_some_and(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '点' | '时' | 'h'));
    let is_span = matches!(behind[blanks_at(behind)..].first(), Some('-' | '至' | '到'));
    let is_one = match sign {
        ':' => skip > 0,
        // "9-12,14-18" are two spans: an end of a span goes on only with what is no hour.
        ',' | ';' | '。' => {
            let is_hour = (1..=24).contains(&number(minutes)?);
            skip == 0
                && blanks == 0
                && !(is_hour && (beside_dash || *sign == ','))
                && (!beside_dash || !is_span || minutes == ['0', '0'])
        }
        _ => false,
    };
    (is_one && !goes_on).then_some(end)
}

/// The hour and its minutes; `None` if no number stands there.
fn digits(text: &[char], beside_dash: bool) -> Option<Result<Digits, usize>> {
    let count = digits_at(text);
    let (hour, length) = match count {
        0 => numeral_at(text)?,
        1..=4 => (number(&text[..count])?, count),
        _ => return None,
    };
    let leading_zero = text[0] == '0';
    let found = |hour, minute, length, certain| {
        let exact = certain || length > count.max(1);
        Some(Ok(Digits { hour, minute, length, certain, exact, leading_zero }))
    };
    if count >= 3 {
        // "300元" is a price.
        let unit = text.get(length + blanks_at(&text[length..]));
        if unit.is_some_and(|c| "元块人份位楼层坪名桌席米".contains(*c)) {
            return None;
        }
        return found(hour / 100, hour % 100, length, true);
    }
    let tail = &text[length..];
    if let Some(end) = mistyped_colon(tail, beside_dash).filter(|_| count > 0) {
        return found(hour, number(&tail[end - 2..end])?, length + end, true);
    }
    match tail {
        [':', rest @ ..] => {
            let blanks = blanks_at(rest);
            match digits_at(&rest[blanks..]) {
                2 => {}
                // "14:0016:30": two times without a blank.
                3..=4 if text.get(length + 1 + blanks + digits_at(&rest[blanks..])) == Some(&':') => {}
                0 => return None,
                n => return Some(Err(length + 1 + blanks + n)),
            }
            let minute = number(&rest[blanks..blanks + 2])?;
            let mut end = length + 3 + blanks;
            if let [':', tens, ..] = &text[end..]
                && digits_at(&text[end + 1..]) == 2
                && *tens < '6'
                && text.get(end + 3) != Some(&':')
            {
                end += 3;
            }
            end += usize::from(matches!(text.get(end), Some('分' | '点' | '时')));
            found(hour, minute, end, true)
        }
        ['.' | 'h', rest @ ..] if count > 0 && digits_at(rest) == 2 && rest.get(2) != Some(&'.') => {
            found(hour, number(&rest[..2])?, length + 3, tail[0] == 'h')
        }
        ['h', rest @ ..] if count > 0 && !rest.first().is_some_and(char::is_ascii_alphanumeric) => {
            found(hour, 0, length + 1, true)
        }
        ['点' | '时', rest @ ..] => {
            let (minute, more) = minutes_behind_hour(rest);
            found(hour, minute, length + 1 + more, true)
        }
        // "8 点", but not "2 时段" or "22 点餐".
        [' ', '点' | '时', rest @ ..] if count > 0 && !rest.first().is_some_and(|c| "段间餐单菜心评".contains(*c)) =>
        {
            let (minute, more) = minutes_behind_hour(rest);
            found(hour, minute, length + 2 + more, true)
        }
        _ => found(hour, 0, length, false),
    }
}

/// The hour on the clock of twenty-four, if the part of the day allows it.
fn hour_of(hour: u16, part: Part) -> Option<u16> {
    Some(match (part, hour) {
        (Part::Small | Part::Am, 12) => 0,
        (Part::Small | Part::Morning | Part::Am, 0..=12 | 24) => hour,
        (Part::Small | Part::Morning | Part::Am, _) => return None,
        (Part::Noon, 1..=9) => hour + 12,
        (Part::Afternoon | Part::Pm, 0..=11) => hour + 12,
        (Part::Evening, 12) => 24,
        (Part::Evening, 1..=4) => hour,
        (Part::Evening, 5..=11) => hour + 12,
        _ => hour,
    })
}

/// The time that a text begins with, and its length. `beside_dash`: "to" stands before it, so that a bare
/// number is a time.
pub(super) fn time_at(text: &[char], beside_dash: bool) -> Option<(Clock, usize)> {
    for (name, min) in [("noon", 720), ("midday", 720), ("midnight", 1440), ("午夜", 1440), ("正午", 720)] {
        let length = name.chars().count();
        let is_word = name.chars().enumerate().all(|(n, c)| text.get(n) == Some(&c));
        let ends = !text.get(length).is_some_and(|c| {
            c.is_ascii_alphanumeric() || numeral_at(&[*c]).is_some() || *c == ' ' && digits_at(&text[length + 1..]) > 0
        });
        if is_word && ends {
            return Some((
                Clock::Time(Time {
                    min,
                    marked: true,
                    short: false,
                    unpadded: false,
                    bare: false,
                    english: name == "midnight",
                    morning: false,
                    evening: false,
                }),
                length,
            ));
        }
    }
    let mut part = None;
    let mut start = 0;
    // "晚上pm 9:00" says it twice.
    while let Some((found, length)) = part_at(&text[start..]) {
        if part.is_some_and(|known| known == Part::Small) {
            start += length;
        } else {
            part = Some(found);
            start += length;
        }
        start += text[start..].iter().take_while(|c| matches!(c, ' ' | ':' | '.')).count();
    }
    let prefixed = part.is_some();
    let found = match digits(&text[start..], beside_dash)? {
        Ok(found) => found,
        Err(length) => return Some((Clock::Impossible, start + length)),
    };
    let mut end = start + found.length;
    let blanks = blanks_at(&text[end..]);
    let behind = &text[end + blanks..];
    if let Some((mark @ (Part::Am | Part::Pm), length)) = part_at(behind)
        // "10:00 pm5:00": the mark belongs to what follows.
        && !behind.get(length).is_some_and(char::is_ascii_alphanumeric)
    {
        end += blanks + length;
        // "上午10:00AM" says it twice, "上午10:00PM" is no time.
        let hour = part.and_then(|part| hour_of(found.hour, part));
        if prefixed && hour.is_some_and(|hour| (mark == Part::Pm) != (12..24).contains(&hour)) {
            return Some((Clock::Impossible, end));
        }
        part = part.or(Some(mark));
    }
    // "8a-6p"
    if part.is_none()
        && let [letter @ ('a' | 'p'), rest @ ..] = &text[end..]
        && !rest.first().is_some_and(|c| c.is_alphanumeric() || *c == '.')
        && (beside_dash || rest.get(blanks_at(rest)) == Some(&'-'))
    {
        end += 1;
        part = Some(if *letter == 'a' { Part::Am } else { Part::Pm });
    }
    // "12 noon" says it twice.
    if (found.hour, found.minute, part) == (12, 0, None)
        && let Some((length, midnight)) = twelve_at(behind)
    {
        end += blanks + length;
        part = Some(if midnight { Part::Evening } else { Part::Noon });
    }
    let dash_behind = text[end + blanks_at(&text[end..])..].first() == Some(&'-') || to_behind(&text[end..]);
    // "早十晚十", but not "早一家".
    let pairs = beside_dash || text.get(end) == Some(&'晚');
    let certain = found.certain || part.is_some() && (digits_at(&text[start..]) > 0 || pairs);
    if !certain && !(digits_at(&text[start..]) > 0 && (beside_dash || dash_behind)) {
        return None;
    }
    let hour = match part {
        Some(part) => hour_of(found.hour, part),
        None => Some(found.hour),
    };
    let Some(hour) = hour.filter(|hour| found.minute < 60 && hour * 60 + found.minute <= END_MIN_MAX) else {
        return Some((Clock::Impossible, end));
    };
    let time = Time {
        min: hour * 60 + found.minute,
        marked: part.is_some(),
        short: part.is_none() && (1..=12).contains(&hour),
        unpadded: part.is_none() && !found.leading_zero && (1..=12).contains(&hour),
        bare: part.is_none() && !found.exact,
        english: matches!(part, Some(Part::Am | Part::Pm)),
        morning: part == Some(Part::Morning),
        evening: part == Some(Part::Evening),
    };
    Some((Clock::Time(time), end))
}

/// `noon`, `midnight`, `mid`: how long, and whether it is midnight.
fn twelve_at(text: &[char]) -> Option<(usize, bool)> {
    [("noon", false), ("midday", false), ("midnight", true), ("mid", true)].iter().find_map(|(name, midnight)| {
        let length = name.len();
        let fits = name.chars().eq(text.iter().copied().take(length))
            && !text.get(length).is_some_and(char::is_ascii_alphanumeric)
            // "12:00 mid-autumn"
            && !matches!(&text[length..], ['-', letter, ..] if letter.is_ascii_alphabetic());
        fits.then_some((length, *midnight))
    })
}

fn to_behind(text: &[char]) -> bool {
    let rest = &text[blanks_at(text)..];
    matches!(rest, ['至' | '到', ..] | ['t', 'o', ' ', ..])
}
