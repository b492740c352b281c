//! One number, or several with only blanks between them.

use domain::stored_phone::is_service;
use domain::{ErrorCode, phone};

use super::plan::{
    area_code, is_dialled_abroad, is_grouped_abroad, is_possible, is_short, kind, names_country, reason,
};
use super::{Kind, Phone};

/// The most blank-separated words in which several numbers are looked for.
const WORDS_MAX: usize = 12;

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The runs of digits.
pub(super) fn groups(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect()
}

/// A number as it was told.
#[derive(Clone, Debug)]
pub(super) struct Told<'a> {
    /// The number.
    pub phone: Phone,
    /// The words before it.
    pub words: &'a str,
    /// What it was read from.
    pub typed: &'a str,
    /// Or has it that of the number before it?
    pub has_area_code: bool,
}

/// The numbers of one part: two complete ones with only a blank between them are two. One without an area code has that of
/// the number before it.
pub(super) fn numbers<'a>(
    part: &'a str,
    country: Option<&str>,
    before: Option<&Phone>,
) -> Result<Vec<Told<'a>>, ErrorCode> {
    let whole = next(part, country, before);
    let words: Vec<&str> = part.split(' ').collect();
    if whole.is_ok() || !(2..=WORDS_MAX).contains(&words.len()) {
        return whole.map(|phone| vec![phone]);
    }
    // Fewest numbers that take in all words.
    let starts: Vec<usize> = std::iter::once(0).chain(part.match_indices(' ').map(|(at, _)| at + 1)).collect();
    let mut best: Vec<Option<Vec<Told<'a>>>> = vec![Some(Vec::new())];
    for end in 1..=words.len() {
        let ways = (0..end).filter_map(|start| {
            let known = best[start].as_ref()?;
            let to = starts[end - 1] + words[end - 1].len();
            let last = known.last().map(|told| &told.phone).or(before);
            let told = next(&part[starts[start]..to], country, last).ok()?;
            Some(known.iter().cloned().chain([told]).collect::<Vec<_>>())
        });
        let shortest = ways.min_by_key(Vec::len);
        best.push(shortest);
    }
    match best.pop().flatten() {
        Some(several) => Ok(several),
        None => whole.map(|phone| vec![phone]),
    }
}

/// `010-82868686-801/802`: the same number with another extension.
pub(super) fn next_extension<'a>(part: &'a str, before: Option<&Phone>) -> Option<Told<'a>> {
    let before = before.filter(|before| before.ext.as_ref().is_some_and(|ext| ext.len() == part.len()))?;
    let phone = Phone { ext: Some(part.to_owned()), ..before.clone() };
    is_digits(part).then_some(Told { phone, words: "", typed: part, has_area_code: true })
}

fn next<'a>(typed: &'a str, country: Option<&str>, before: Option<&Phone>) -> Result<Told<'a>, ErrorCode> {
    let part = unlabelled(typed)?;
    let words = typed[..typed.len() - part.len()].trim_matches([':', ' ', '.', '-']);
    let words = words.strip_prefix('(').and_then(|words| words.strip_suffix(')')).unwrap_or(words);
    let whole = number(part, country);
    let area = before.filter(|_| whole.as_ref().err() == Some(&ErrorCode::MissingAreaCode)).and_then(area_code);
    let within = area.and_then(|area| number(&format!("0{area}-{part}"), None).ok());
    let has_area_code = within.is_none();
    Ok(Told { phone: within.map_or(whole, Ok)?, words, typed: part, has_area_code })
}

fn number(part: &str, country: Option<&str>) -> Result<Phone, ErrorCode> {
    if let Some((main, ext)) = extension(part) {
        return plain(main, country).map(|phone| Phone { ext: Some(ext), ..phone });
    }
    let whole = plain(part, country);
    let found = whole.as_ref().ok().and_then(|phone| phone.e164.as_deref());
    let is_apart = found.is_some_and(is_of_china) && ends_with_extension(part);
    if (whole.is_err() || is_apart)
        && let Some((main, last)) = last_group(part)
    {
        match plain(main, country) {
            // Two numbers, or one that lacks digits: behind a hyphen nobody writes such an extension of a service number.
            Ok(phone) if phone.service.is_some() && last.len() > 2 => {
                return if is_digits(main) { Err(ErrorCode::TooLong) } else { whole };
            }
            Ok(phone) => return Ok(Phone { ext: Some(last.to_owned()), ..phone }),
            // Glued together they would be somebody else's number.
            Err(_) if is_apart => return Err(ErrorCode::TooShort),
            Err(ErrorCode::ForeignUnlikely) => return Err(ErrorCode::ForeignUnlikely),
            // "852-2345-6789": the country's code, and no extension.
            Err(ErrorCode::MissingAreaCode) if is_local(main) && !names_country(part) => {
                return Err(ErrorCode::MissingAreaCode);
            }
            Err(_) => {}
        }
    }
    whole
}

/// Words for a telephone that may stand before a number without a blank.
const LABELS: [&str; 10] =
    ["tel", "telephone", "phone", "mobile", "mob", "cell", "cellphone", "fax", "hotline", "call"];

/// Words that may stand before or behind a number.
pub(super) fn is_words(text: &str) -> bool {
    text.contains(char::is_alphabetic) && digits(text).len() < 5
}

/// Without the words in front: `电话`, `24小时热线:`, `(总机)`, `Tel. `. A letter right before a digit is a slip (`l38…`) or a name of
/// something else (`wx138…`), and so is what a messenger numbers its users by.
fn unlabelled(part: &str) -> Result<&str, ErrorCode> {
    let named = part.split_once(':').filter(|(label, _)| is_words(label));
    let bracketed = part.strip_prefix('(').and_then(|part| part.split_once(')')).filter(|(label, _)| is_words(label));
    let (label, rest) = bracketed.or(named).unwrap_or(("", part));
    let start = rest.find(|c: char| c.is_ascii_digit() || c == '+' || c == '(').unwrap_or(rest.len());
    let (words, number) = rest.split_at(start);
    let is_cased = |c: char| c.is_uppercase() || c.is_lowercase();
    let glued = words[words.trim_end_matches(is_cased).len()..].to_lowercase();
    let is_slip = !glued.is_empty() && !LABELS.contains(&glued.as_str());
    let is_other = [label, words].iter().any(|words| words.to_lowercase().contains("qq"));
    // "shop 88" is a name.
    let is_name = digits(number).len() < 5 && part.contains(|c: char| c.is_ascii_alphabetic());
    if is_slip || is_other || is_name { Err(ErrorCode::NotANumber) } else { Ok(number) }
}

/// `021-64333333-8012`, `010-82868686(801)`: what a last group may be if it is too much for the number. Behind a blank it is
/// one digit, and behind a service number.
fn last_group(part: &str) -> Option<(&str, &str)> {
    let (main, last) = match part.strip_suffix(')') {
        Some(inner) => inner.rsplit_once('('),
        None => part
            .rsplit_once('-')
            .or_else(|| part.rsplit_once(' ').filter(|(main, last)| last.len() == 1 && is_service(&digits(main)))),
    }?;
    let last = last.trim();
    (is_digits(last) && last.len() <= 5).then(|| (main.trim_end_matches(['-', ' ', '(']), last))
}

/// `0371-6543210-1`: is the last group no part of a number that is written in groups? None of those ends with a single
/// digit, nor with two behind six or more.
fn ends_with_extension(part: &str) -> bool {
    last_group(part).is_some_and(|(main, last)| {
        let before = groups(main).last().map_or(0, |group| group.len());
        last.len() == 1 || last.len() == 2 && before >= 6
    })
}

/// A number that lacks its area code only: none begins with 0 or 1, and `400-8108` is the beginning of another.
fn is_local(main: &str) -> bool {
    let groups = groups(main);
    let is_shared = groups.len() > 1 && ["400", "800"].iter().any(|start| groups[0].starts_with(start));
    !is_shared && !groups.concat().starts_with(['0', '1'])
}

/// Before an extension; the longer ones before what they begin with.
pub(super) const MARKS: [&str; 16] = [
    "总机转",
    "转接",
    "轉接",
    "转",
    "轉",
    "分机号",
    "分机",
    "分機",
    "内线",
    "內線",
    "extension",
    "ext",
    "#",
    "按",
    "x",
    "*",
];

/// Cuts off `转801`, `分机 801`, `ext. 801`, `#801`, `x801`, which stand behind five digits at least.
pub(super) fn extension(part: &str) -> Option<(&str, String)> {
    let lower = part.to_ascii_lowercase();
    let from = lower.match_indices(|c: char| c.is_ascii_digit()).nth(4)?.0 + 1;
    let (at, mark) = MARKS
        .iter()
        .filter_map(|mark| Some((from + lower[from..].find(*mark)?, *mark)))
        .min_by_key(|(at, mark)| (*at, std::cmp::Reverse(mark.len())))?;
    let (main, behind) = (&part[..at], &part[at + mark.len()..]);
    let ext = behind.trim_matches([' ', '.', ':', '-', ')', '(', '号', '分', '机', '線', '线', '#']);
    let good = is_digits(ext) && ext.len() <= 8;
    good.then(|| (main.trim_end_matches(['(', ' ', '-', ',']), ext.to_owned()))
}

/// A number without label and extension.
fn plain(words: &str, country: Option<&str>) -> Result<Phone, ErrorCode> {
    let words = words.trim_end();
    let number = digits(words);
    // "138****8000" hides some.
    let foreign = |c: char| !c.is_ascii_digit() && !" +-().*".contains(c);
    if number.is_empty() || words.contains("**") || words.contains(foreign) || is_date(words) {
        return Err(ErrorCode::NotANumber);
    }
    let (groups, has_plus) = (groups(words), words.contains('+'));
    // "95188-3", "95188 95588": a whole service number, and more.
    // Not so "10-8286-8686", which is Beijing's.
    let behind_service =
        groups.first() != Some(&"10") && (1..groups.len()).any(|end| is_service(&groups[..end].concat()));
    let ends_with_one = groups.len() > 1 && groups.last().is_some_and(|last| last.len() == 1);
    let service = if has_plus { number.strip_prefix("86") } else { Some(number.as_str()) };
    if let Some(digits) = service.filter(|digits| is_service(digits) && !(ends_with_one && digits.len() == 6)) {
        return Ok(Phone { e164: None, ext: None, service: Some(digits.to_owned()), kind: Kind::Service });
    }
    let local = !has_plus && !number.starts_with('0');
    let found = e164(words, &number, country).map(|found| (kind(&found), found));
    match found.filter(|(kind, found)| !(local && (is_short(found) || behind_service && is_fixed_line(*kind, found)))) {
        Some((_, found)) if is_of_china(&found) && (is_dialled_abroad(words) || is_grouped_abroad(words, &found)) => {
            Err(ErrorCode::ForeignUnlikely)
        }
        Some((kind, found)) => Ok(Phone { kind, e164: Some(found), ext: None, service: None }),
        None => match reason(words, &number) {
            ErrorCode::TooLong if is_dialled_abroad(words) => Err(ErrorCode::ForeignUnlikely),
            reason => Err(reason),
        },
    }
}

/// `2024-01-15`
fn is_date(words: &str) -> bool {
    let within = |group: &str, most: u8| group.len() <= 2 && group.parse().is_ok_and(|n: u8| (1..=most).contains(&n));
    match groups(words).as_slice() {
        [year, month, day] => {
            let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20"));
            is_year && within(month, 12) && within(day, 31) && !words.contains('+')
        }
        _ => false,
    }
}

fn is_fixed_line(kind: Kind, e164: &str) -> bool {
    kind == Kind::Fixed && is_of_china(e164)
}

fn is_of_china(e164: &str) -> bool {
    e164.starts_with("+86")
}

fn e164(words: &str, number: &str, country: Option<&str>) -> Option<String> {
    let read = |text: &str| phone::e164(text).ok().filter(|found| is_possible(found));
    if words.trim_start_matches('(').starts_with('+') {
        // "+44 (0)20 …" and "+86 010 …": the trunk 0 is not part of the number.
        let without = words.replace("(0)", "");
        return read(&without).or_else(|| {
            let rest = number.strip_prefix("860")?;
            read(&format!("+86{rest}"))
        });
    }
    if let Some(found) = country.and_then(|country| in_country(number, country)) {
        return Some(found);
    }
    if let Some(abroad) = number.strip_prefix("00") {
        return read(&format!(
            "+{}",
            abroad.strip_prefix("860").map_or_else(|| abroad.to_owned(), |rest| format!("86{rest}"))
        ));
    }
    // A trunk 0 before a mobile number, as old directories have it.
    let old_mobile = number.strip_prefix("01").filter(|rest| rest.len() == 10 && !rest.starts_with('0'));
    if let Some(rest) = old_mobile {
        return read(&format!("1{rest}"));
    }
    let found = read(number).filter(|found| found.starts_with("+86"));
    found.or_else(|| {
        let rest = number.strip_prefix("86").filter(|rest| rest.len() >= 10)?;
        read(rest).filter(|found| found.starts_with("+86"))
    })
}

/// A number of the country that the cell is of: with its code, or as it is written there, with or without a trunk 0.
fn in_country(number: &str, country: &str) -> Option<String> {
    let read = |national: &str| phone::e164(&format!("+{country}{national}")).ok().filter(|found| is_possible(found));
    let both = |national: &str| read(national).or_else(|| read(national.strip_prefix('0')?));
    number.strip_prefix(country).and_then(both).or_else(|| both(number))
}
