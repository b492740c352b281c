//! A cell of telephone numbers.

use domain::{ErrorCode, phone, text};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::empty::is_empty;
use crate::finding::{Finding, TEXT_CHARS_MAX, shortened};

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A mobile.
    Mobile,
    /// A fixed line, and where a plan does not tell the two apart.
    Fixed,
    /// The called side pays all or a part.
    TollFreeOrShared,
    /// A short number that is known only within its country.
    Service,
}

impl Kind {
    /// The kind as programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Fixed => "fixed",
            Self::TollFreeOrShared => "toll_free_or_shared",
            Self::Service => "service",
        }
    }
}

/// One number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// In E.164; nothing for a service number.
    pub e164: Option<String>,
    /// Digits to dial behind it.
    pub ext: Option<String>,
    /// A service number's digits.
    pub service: Option<String>,
    /// What it is.
    pub kind: Kind,
}

impl Phone {
    /// As programs read it: `{"e164":…,"type":…}`, with `ext` or `service` where there is one.
    pub fn json(&self) -> Value {
        let mut out = json!({"e164": self.e164, "type": self.kind.as_str()});
        for (key, value) in [("ext", &self.ext), ("service", &self.service)] {
            if let Some(value) = value {
                out[key] = json!(value);
            }
        }
        out
    }
}

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phones {
    /// In the order of the cell, each once.
    pub phones: Vec<Phone>,
    /// Words in brackets behind a number, such as whose it is.
    pub note: Option<String>,
}

impl Phones {
    /// The numbers that have E.164, each once.
    pub fn numbers(&self) -> Vec<String> {
        let mut numbers: Vec<String> = Vec::new();
        for number in self.phones.iter().filter_map(|phone| phone.e164.clone()) {
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        numbers
    }
    /// Does the cell say more than numbers in E.164: extensions, service numbers, words?
    pub fn has_more(&self) -> bool {
        self.note.is_some() || self.phones.iter().any(|phone| phone.ext.is_some() || phone.service.is_some())
    }
}

/// The most numbers of one cell.
const PHONES_MAX: usize = 50;
/// Written for a hyphen.
const DASHES: [char; 8] = ['‐', '‑', '‒', '–', '—', '―', '−', '─'];
/// The most blank-separated words in which several numbers are looked for.
const WORDS_MAX: usize = 12;

/// Reads all numbers of a cell. `country` (such as `886`) is tried for numbers that carry it without `+`.
///
/// # Errors
/// Why the cell cannot be read: `empty`, `mangled_scientific`, `missing_area_code`, `too_short`, `too_long`,
/// `invalid_range`, `not_a_number`, `foreign_unlikely`; `too_large` for what is no cell of numbers.
pub fn read(cell: &str, country: Option<&str>) -> Result<Phones, Finding> {
    phones(cell, country).map_err(|code| Finding::new(code, message(code, cell)))
}

fn phones(cell: &str, country: Option<&str>) -> Result<Phones, ErrorCode> {
    let mut found = Phones::default();
    if is_empty(cell) {
        return Err(ErrorCode::Empty);
    }
    if cell.chars().count() > TEXT_CHARS_MAX {
        return Err(ErrorCode::TooLarge);
    }
    let plain = unquote(&cell.nfkc().map(|c| if DASHES.contains(&c) { '-' } else { c }).collect::<String>());
    let separators = ['/', ';', '、', ',', '|', '\n', '\r', '或', '和', '及', '&', '\\'];
    let plain = ["or", "and", "OR", "AND"].iter().fold(plain, |plain, word| plain.replace(&format!(" {word} "), "/"));
    let says = |part: &String| part.chars().any(char::is_alphanumeric) && !is_label(part);
    for part in plain.split(separators).map(text::tidy).filter(says) {
        for number in numbers(&part, country)? {
            if !found.phones.contains(&number) {
                found.phones.push(number);
            }
        }
        if let Some((_, words)) = remark(&part) {
            found.note = Some(found.note.map_or_else(|| words.to_owned(), |known| format!("{known}; {words}")));
        }
    }
    match found.phones.len() {
        0 => Err(ErrorCode::NotANumber),
        1..=PHONES_MAX => Ok(found),
        _ => Err(ErrorCode::TooLarge),
    }
}

/// What stands before a number in a cell that names two kinds: `电话/手机：138…`.
fn is_label(part: &str) -> bool {
    let labels = ["电话", "電話", "手机", "手機", "座机", "座機", "联系电话", "聯絡電話", "tel", "phone", "mobile"];
    labels.contains(&part.trim_end_matches([':', '.', ' ']).to_lowercase().as_str())
}

/// A text that a spreadsheet was told to keep: `="138…"`, `'138…`, `138….0`.
fn unquote(cell: &str) -> String {
    let cell = cell.trim();
    let cell = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell);
    let cell = cell.trim_matches(['"', '\'', '‘', '’', '`']);
    match cell.rsplit_once('.') {
        Some((number, zeros)) if matches!(zeros, "0" | "00") && is_digits(number.trim_start_matches('+')) => {
            number.to_owned()
        }
        _ => cell.to_owned(),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// `13800138000(张经理)`: the number and the words behind it.
fn remark(part: &str) -> Option<(&str, &str)> {
    let (number, words) = match part.strip_suffix(')') {
        Some(part) => part.rsplit_once('(')?,
        // "13800138000 张经理"
        None => part.rsplit_once(' ').filter(|(_, words)| words.chars().all(char::is_alphabetic))?,
    };
    let is_words = !words.trim().is_empty() && !words.contains(|c: char| c.is_ascii_digit());
    (is_words && digits(number).len() >= 5).then_some((number, words.trim()))
}

/// The numbers of one part: two complete ones with only a blank between them are two.
fn numbers(part: &str, country: Option<&str>) -> Result<Vec<Phone>, ErrorCode> {
    let part = remark(part).map_or(part, |(number, _)| number.trim());
    let whole = one(part, country);
    let words: Vec<&str> = part.split(' ').collect();
    if whole.is_ok() || !(2..=WORDS_MAX).contains(&words.len()) {
        return whole.map(|phone| vec![phone]);
    }
    // Fewest numbers that take in all words.
    let mut best: Vec<Option<Vec<Phone>>> = vec![Some(Vec::new())];
    for end in 1..=words.len() {
        let ways = (0..end).filter_map(|start| {
            let before = best[start].as_ref()?;
            let phone = one(&words[start..end].join(" "), country).ok()?;
            Some(before.iter().cloned().chain([phone]).collect::<Vec<_>>())
        });
        let shortest = ways.min_by_key(Vec::len);
        best.push(shortest);
    }
    match best.pop().flatten() {
        Some(several) => Ok(several),
        None => whole.map(|phone| vec![phone]),
    }
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let mantissa = mantissa.trim().trim_start_matches(['+', '-']).replacen('.', "", 1);
    is_digits(&mantissa) && is_digits(exponent.trim().trim_start_matches('+'))
}

/// Short numbers of service lines in mainland China: 95xxx, 96xxx, 10xxx, 11xxx, 12xxx with five digits, all but the
/// last with six, and eight behind 9510 and 1010.
fn is_service(number: &str) -> bool {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| number.starts_with(prefix));
    let short = match number.len() {
        5 => starts(&["95", "96", "10", "11", "12"]),
        6 => starts(&["95", "96", "10", "11"]),
        _ => false,
    };
    let long = number.len() == 8 && (number.starts_with("9510") || number.starts_with("1010"));
    short || long
}

fn one(part: &str, country: Option<&str>) -> Result<Phone, ErrorCode> {
    if is_scientific(part) {
        return Err(ErrorCode::MangledScientific);
    }
    if let Some((main, ext)) = marked_extension(part) {
        return plain(main, country).map(|phone| Phone { ext: Some(ext), ..phone });
    }
    let whole = plain(part, country);
    // "021-64333333-8012": a last group that is too much for the number.
    if whole.is_err()
        && let Some((main, last)) = part.rsplit_once(['-', '(', ' ']).filter(|_| part.contains(['-', '(']))
        && let last = last.trim_end_matches(')').trim()
        && is_digits(last)
        && (1..=5).contains(&last.len())
        && !(part.contains(' ') && !part.contains(&format!("-{last}")) && !part.contains(&format!("({last})")))
    {
        let main = main.trim_end_matches(['-', ' ', '(']);
        match plain(main, country) {
            Ok(phone) => return Ok(Phone { ext: Some(last.to_owned()), ..phone }),
            Err(ErrorCode::MissingAreaCode) if digits(main).len() >= 7 => return Err(ErrorCode::MissingAreaCode),
            Err(_) => {}
        }
    }
    whole
}

/// Cuts off `转801`, `分机 801`, `ext. 801`, `#801`, `x801`.
fn marked_extension(part: &str) -> Option<(&str, String)> {
    let marks = [
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
        "X",
        "*",
    ];
    let lower = part.to_ascii_lowercase();
    let (at, mark) = marks
        .iter()
        .filter_map(|mark| Some((lower.find(*mark)?, *mark)))
        .min_by_key(|(at, mark)| (*at, std::cmp::Reverse(mark.len())))?;
    let (main, behind) = (&part[..at], &part[at + mark.len()..]);
    let ext = behind.trim_matches([' ', '.', ':', '-', ')', '(', '号', '分', '机', '線', '线', '#']);
    let good = is_digits(ext) && ext.len() <= 8 && digits(main).len() >= 5;
    good.then(|| (main.trim_end_matches(['(', ' ', '-', ',']), ext.to_owned()))
}

/// A number without extension.
fn plain(part: &str, country: Option<&str>) -> Result<Phone, ErrorCode> {
    let words = part.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '+' && c != '(').trim_end();
    let number = digits(words);
    // "138****8000" hides some, "shop88" is a name.
    let is_name = number.len() < 5 && part.contains(|c: char| c.is_ascii_alphabetic());
    if number.is_empty() || is_name || words.contains("**") || words.chars().any(char::is_alphabetic) {
        return Err(ErrorCode::NotANumber);
    }
    if words.chars().any(|c| !c.is_ascii_digit() && !" +-().*".contains(c)) {
        return Err(ErrorCode::NotANumber);
    }
    if !words.contains('+') && is_service(&number) {
        return Ok(Phone { e164: None, ext: None, service: Some(number), kind: Kind::Service });
    }
    match e164(words, &number, country) {
        Some(found) => Ok(Phone { kind: kind(&found), e164: Some(found), ext: None, service: None }),
        None => Err(reason(words, &number)),
    }
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

/// Area codes of mainland China with eight more digits, beside 10 and 2x; all others have seven.
const LONG_AREAS: [&str; 44] = [
    "311", "371", "377", "379", "411", "431", "432", "433", "451", "510", "511", "512", "513", "514", "515", "516",
    "517", "518", "519", "523", "527", "531", "532", "551", "571", "573", "574", "575", "576", "577", "578", "579",
    "591", "595", "731", "754", "755", "757", "760", "769", "791", "851", "871", "898",
];

/// Is it a number when it is read again, and has one of mainland China the length of its kind? The library holds it
/// against the beginning of a pattern only.
pub fn is_possible(e164: &str) -> bool {
    // A trunk 0 behind a country code passes, but not what is left of the number without it.
    let Some(national) = e164.strip_prefix("+86") else { return phone::e164(e164).as_deref() == Ok(e164) };
    let subscriber = |area: usize, counts: &[usize]| {
        let rest = national.get(area..).unwrap_or_default();
        counts.contains(&rest.len()) && rest.starts_with(|c: char| ('2'..='8').contains(&c))
    };
    match national.as_bytes() {
        [b'1', b'3'..=b'9', ..] => national.len() == 11,
        [b'4' | b'8', b'0', b'0', ..] => national.len() == 10,
        [b'1', b'0', ..] | [b'2', ..] => subscriber(2, &[8]),
        [b'9', b'5', b'0', ..] => true,
        _ if has_long_numbers(national) => subscriber(3, &[8]),
        _ => subscriber(3, &[7]),
    }
}

fn has_long_numbers(national: &str) -> bool {
    national.get(..3).is_some_and(|area| LONG_AREAS.contains(&area))
}

/// A number of the country that the cell is of: with its code, or as it is written there, with or without a trunk 0.
fn in_country(number: &str, country: &str) -> Option<String> {
    let read = |national: &str| phone::e164(&format!("+{country}{national}")).ok().filter(|found| is_possible(found));
    let both = |national: &str| read(national).or_else(|| read(national.strip_prefix('0')?));
    number.strip_prefix(country).and_then(both).or_else(|| both(number))
}

/// What kind of number it is, by the metadata of its country.
fn kind(e164: &str) -> Kind {
    use phonenumber::Type;
    match phonenumber::parse(None, e164).map(|number| number.number_type(&phonenumber::metadata::DATABASE)) {
        Ok(Type::Mobile) => Kind::Mobile,
        Ok(Type::TollFree | Type::SharedCost | Type::PremiumRate | Type::Uan) => Kind::TollFreeOrShared,
        _ => Kind::Fixed,
    }
}

/// Why no number of mainland China, nor one with `+`.
fn reason(words: &str, number: &str) -> ErrorCode {
    let abroad = number.strip_prefix("00").or_else(|| words.contains('+').then_some(number));
    let national = match abroad {
        Some(rest) => match rest.strip_prefix("86") {
            Some(national) => national,
            None => return by_length(rest.len(), 8..=15),
        },
        None => number,
    };
    let count = national.len();
    match national.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => by_length(count, 11..=11),
        [b'0', ..] if is_foreign(national) => ErrorCode::ForeignUnlikely,
        [b'0', ..] if has_long_numbers(&national[1..]) => by_length(count, 12..=12),
        [b'0', ..] => by_length(count, 11..=12),
        [b'4' | b'8', b'0', b'0', ..] if count > 8 => by_length(count, 10..=10),
        [b'1', ..] if count > 8 => by_length(count, 11..=11),
        _ if matches!(count, 7 | 8) && abroad.is_none() => ErrorCode::MissingAreaCode,
        _ if abroad.is_none() && is_foreign(national) => ErrorCode::ForeignUnlikely,
        _ => by_length(count, 11..=11),
    }
}

fn by_length(count: usize, good: std::ops::RangeInclusive<usize>) -> ErrorCode {
    if count < *good.start() {
        ErrorCode::TooShort
    } else if count > *good.end() {
        ErrorCode::TooLong
    } else {
        ErrorCode::InvalidRange
    }
}

/// A number of another country, as it is written there, or with the country code but no `+`?
fn is_foreign(national: &str) -> bool {
    use phonenumber::country::Id;
    let valid = |region: Option<Id>, text: &str| {
        phonenumber::parse(region, text).is_ok_and(|number| phonenumber::is_valid(&number))
    };
    // Behind a trunk 0 only mobiles are told from area codes of ours with a digit lost.
    let there: &[Id] = match (national.len(), national.get(..3)) {
        (10, Some(start)) if start.starts_with("09") => &[Id::TW],
        (11, Some("070" | "080" | "090")) => &[Id::JP],
        (9.., Some(start)) if !start.starts_with('0') => &[Id::US, Id::SG],
        _ => &[],
    };
    let with_code = !national.starts_with('0') && (10..=15).contains(&national.len());
    with_code && valid(None, &format!("+{national}")) || there.iter().any(|id| valid(Some(*id), national))
}

/// What is wrong with a cell of telephone numbers, and what to type instead.
pub fn message(code: ErrorCode, cell: &str) -> String {
    let cure = match code {
        ErrorCode::Empty => return "no telephone number: write area code and number, or a mobile number".to_owned(),
        ErrorCode::MangledScientific => {
            "was cut by a spreadsheet: its last digits are lost; type the number again, with the column set to text"
        }
        ErrorCode::MissingAreaCode => "has no area code: write it in front, like 010-82868686",
        ErrorCode::TooShort => "has too few digits: a mobile number has 11, a fixed line its area code and 7 or 8 more",
        ErrorCode::TooLong => "has too many digits: separate several numbers by commas, write an extension like 转801",
        ErrorCode::InvalidRange => "is no number that anybody has: check the first digits",
        ErrorCode::ForeignUnlikely => "is a number only in another country: write + and the country code in front",
        ErrorCode::TooLarge => "is too long for a cell of telephone numbers: at most 50 numbers",
        _ => "is no telephone number: write digits only, like 13800138000 or 010-82868686",
    };
    format!("“{}” {cure}", shortened(cell))
}
