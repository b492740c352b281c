//! The numbering plan of mainland China, as far as the library's tables do not tell it, and why something is no number.

use std::ops::RangeInclusive;

use domain::stored_phone::is_service;
use domain::{ErrorCode, phone};
use phonenumber::country::Id;

use super::number::groups;
use super::{Kind, Phone};

/// Area codes of mainland China with eight more digits, beside 10 and 2x; all others have seven.
const LONG_AREAS: [&str; 42] = [
    "311", "371", "377", "379", "411", "431", "432", "451", "510", "511", "512", "513", "514", "515", "516", "517",
    "518", "519", "523", "527", "531", "532", "551", "571", "573", "574", "575", "576", "577", "579", "591", "595",
    "731", "754", "755", "757", "760", "769", "791", "851", "871", "898",
];

/// Is it a number when it is read again, and has one of mainland China the length of its kind? The library holds it
/// against the beginning of a pattern only.
pub fn is_possible(e164: &str) -> bool {
    // A trunk 0 behind a country code passes, but not what is left of the number without it.
    let Some(national) = e164.strip_prefix("+86") else { return phone::e164(e164).as_deref() == Ok(e164) };
    let subscriber = |area: usize, counts: &[usize]| {
        let rest = national.get(area..).unwrap_or_default();
        let whole = counts.contains(&rest.len()) && rest.starts_with(|c: char| ('2'..='8').contains(&c));
        whole || is_city_service(rest)
    };
    match national.as_bytes() {
        [b'1', b'3'..=b'9', ..] => national.len() == 11,
        [b'4' | b'8', b'0', b'0', ..] => national.len() == 10,
        [b'1', b'0', ..] | [b'2', ..] => subscriber(2, &[8]),
        [b'9', b'5', b'0', ..] => true,
        // Yanbian has both.
        [b'4', b'3', b'3', ..] => subscriber(3, &[7, 8]),
        _ if has_long_numbers(national) => subscriber(3, &[8]),
        _ => subscriber(3, &[7]),
    }
}

/// A service number that is called with the area code of its city from elsewhere: 010-96156.
fn is_city_service(rest: &str) -> bool {
    rest.len() <= 6 && is_service(rest)
}

/// A city's service number in E.164.
pub(super) fn is_short(e164: &str) -> bool {
    let Some(national) = e164.strip_prefix("+86") else { return false };
    national.get(area_digits(national)..).is_some_and(is_city_service)
}

fn area_digits(national: &str) -> usize {
    if national.starts_with("10") || national.starts_with('2') { 2 } else { 3 }
}

/// The area code of a fixed line of mainland China, without the 0 before it.
pub(super) fn area_code(phone: &Phone) -> Option<&str> {
    let national = phone.e164.as_deref().filter(|_| phone.kind == Kind::Fixed)?.strip_prefix("+86")?;
    national.get(..area_digits(national))
}

fn has_long_numbers(national: &str) -> bool {
    national.get(..3).is_some_and(|area| LONG_AREAS.contains(&area))
}

/// What kind of number it is, by the metadata of its country.
pub(super) fn kind(e164: &str) -> Kind {
    use phonenumber::Type;
    match phonenumber::parse(None, e164).map(|number| number.number_type(&phonenumber::metadata::DATABASE)) {
        Ok(Type::Mobile) => Kind::Mobile,
        Ok(Type::TollFree | Type::SharedCost | Type::PremiumRate | Type::Uan) => Kind::TollFreeOrShared,
        _ => Kind::Fixed,
    }
}

fn is_number(e164: &str) -> bool {
    is_possible(e164) && phone::e164(e164).is_ok()
}

/// Why no number of mainland China, nor one with `+`.
pub(super) fn reason(words: &str, number: &str) -> ErrorCode {
    let with_code = |number: &&str| number.len() > 11 && (number.starts_with("860") || number.starts_with("861"));
    let abroad = number.strip_prefix("00").or_else(|| Some(number).filter(|n| words.contains('+') || with_code(n)));
    let national = match abroad {
        Some(rest) => match rest.strip_prefix("86") {
            Some(national) => national,
            None => return by_length(rest.len(), lengths_abroad(rest)),
        },
        None => number,
    };
    let count = national.len();
    let dialled_in_america = groups(words).first() == Some(&"1");
    let has_short_area = groups(words).first().is_some_and(|area| area.len() == 2);
    match national.as_bytes() {
        [b'1', ..] if dialled_in_america && abroad.is_none() && is_foreign(national) => ErrorCode::ForeignUnlikely,
        // Ours have three digits with the 0, `02-23456789` is Taipei's.
        [b'0', ..] if has_short_area && [Id::TW, Id::JP].iter().any(|id| valid(Some(*id), national)) => {
            ErrorCode::ForeignUnlikely
        }
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => by_length(count, 11..=11),
        [b'0', ..] if is_foreign(national) => ErrorCode::ForeignUnlikely,
        [b'0', ..] if has_long_numbers(&national[1..]) => by_length(count, 12..=12),
        [b'0', ..] if count == 12 && is_number(&format!("+86{}", &national[1..11])) => ErrorCode::TooLong,
        [b'0', ..] => by_length(count, 11..=12),
        [b'4' | b'8', b'0', b'0', ..] if count > 8 => by_length(count, 10..=10),
        [b'1', ..] if count > 8 => by_length(count, 11..=11),
        _ if matches!(count, 7 | 8) && abroad.is_none() => ErrorCode::MissingAreaCode,
        _ if abroad.is_none() && is_foreign(national) => ErrorCode::ForeignUnlikely,
        _ => by_length(count, 11..=11),
    }
}

fn by_length(count: usize, good: RangeInclusive<usize>) -> ErrorCode {
    if count < *good.start() {
        ErrorCode::TooShort
    } else if count > *good.end() {
        ErrorCode::TooLong
    } else {
        ErrorCode::InvalidRange
    }
}

/// How many digits the numbers of another country have, with its code, which they begin with.
fn lengths_abroad(number: &str) -> RangeInclusive<usize> {
    let lengths = |code: usize| {
        let known = phonenumber::metadata::DATABASE.by_code(&number.get(..code)?.parse().ok()?)?;
        let kinds = known.iter().flat_map(|plan| [plan.descriptors().fixed_line(), plan.descriptors().mobile()]);
        let counts = || kinds.clone().flatten().flat_map(|kind| kind.possible_length()).map(|n| usize::from(*n) + code);
        Some(counts().min()?..=counts().max()?)
    };
    (1..=3).find_map(lengths).unwrap_or(8..=15)
}

/// A number of another country, as it is written there, or with the country code but no `+`?
fn is_foreign(national: &str) -> bool {
    let with_code = !national.starts_with('0') && (10..=15).contains(&national.len());
    with_code && valid(None, &format!("+{national}")) || is_written_elsewhere(national)
}

/// A number of another country whose first group is that country's code: `44-20-7183-8750`.
pub(super) fn names_country(words: &str) -> bool {
    let groups = groups(words);
    let found = phonenumber::parse(None, format!("+{}", groups.concat()));
    let code = found.ok().filter(phonenumber::is_valid).map(|number| number.code().value().to_string());
    code.is_some_and(|code| groups.first() == Some(&code.as_str()))
}

fn valid(region: Option<Id>, text: &str) -> bool {
    phonenumber::parse(region, text).is_ok_and(|number| phonenumber::is_valid(&number))
}

/// A number of another country, as it is written there?
fn is_written_elsewhere(national: &str) -> bool {
    // Behind a trunk 0 only mobiles are told from area codes of ours with a digit lost.
    let there: &[Id] = match (national.len(), national.get(..3)) {
        (10, Some(start)) if start.starts_with("09") => &[Id::TW],
        (11, Some("070" | "080" | "090")) => &[Id::JP],
        (9.., Some(start)) if !start.starts_with('0') => &[Id::US, Id::SG],
        _ => &[],
    };
    there.iter().any(|id| valid(Some(*id), national))
}

/// Is the first group of digits the code of Taiwan, Hong Kong or Macau, which are areas of mainland China only behind a 0,
/// or are the groups those of North America, `1-724-432-7389`?
pub(super) fn is_dialled_abroad(words: &str) -> bool {
    if words.contains('+') {
        return false;
    }
    match groups(words).as_slice() {
        [first, _, ..] if matches!(*first, "886" | "852" | "853") => true,
        ["1", area, exchange, line] => {
            let is_of_three = |group: &str| group.len() == 3 && group.starts_with(|c| ('2'..='9').contains(&c));
            is_of_three(area) && is_of_three(exchange) && line.len() == 4
        }
        _ => false,
    }
}

/// Are the groups those of North America or Japan, `212-736-5000` and `090-1234-5678`, and not an area code of ours and a
/// number?
pub(super) fn is_grouped_abroad(words: &str, e164: &str) -> bool {
    let groups = groups(words);
    let counts: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    matches!(counts.as_slice(), [3, 3, 4] | [3, 4, 4]) && may_be_foreign(words, e164)
}

/// Was a fixed line of mainland China read from groups of digits of which the first is not its area code, `21-6433-3333`,
/// or from ten digits in one group, where the same is a number in another country?
pub(super) fn may_be_foreign(words: &str, e164: &str) -> bool {
    let Some(national) = e164.strip_prefix("+86").filter(|_| !words.contains('+') && kind(e164) == Kind::Fixed) else {
        return false;
    };
    let groups = groups(words);
    let begins_with_area = groups
        .first()
        .and_then(|first| first.strip_prefix('0'))
        .is_some_and(|area| national.get(..area_digits(national)) == Some(area));
    let is_grouped_elsewhere = groups.len() > 2 && !begins_with_area;
    let is_bare = groups.len() == 1 && groups[0].len() == 10;
    (is_grouped_elsewhere || is_bare) && is_written_elsewhere(&groups.concat())
}
