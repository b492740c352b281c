//! A cell of telephone numbers.

use domain::phone;
use domain::text;
use unicode_normalization::UnicodeNormalization;

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phones {
    /// In E.164, in the order of the cell, each once.
    pub numbers: Vec<String>,
    /// The cell says more than that: extensions, service numbers.
    pub has_more: bool,
}

/// Reads all numbers of a cell. `country` (such as `886`) is tried for numbers that carry it without `+`.
///
/// # Errors
/// Why the cell cannot be read: `mangled_scientific`, `missing_area_code`, `too_short`, `too_long`,
/// `invalid_range`, `not_a_number`.
pub fn read(cell: &str, country: Option<&str>) -> Result<Phones, &'static str> {
    let mut phones = Phones::default();
    if super::is_empty(cell) {
        return Ok(phones);
    }
    let plain = unquote(&cell.nfkc().collect::<String>());
    for part in plain.split(['/', ';', '、', ',', '|', '\n', '\r']).map(text::tidy).filter(|part| !part.is_empty()) {
        for number in pieces(&part) {
            one(&number, country, &mut phones)?;
        }
    }
    if phones.numbers.is_empty() && !phones.has_more { Err("not_a_number") } else { Ok(phones) }
}

/// A text that a spreadsheet was told to keep: `="138…"`, `'138…`, `138….0`.
fn unquote(cell: &str) -> String {
    let cell = cell.trim();
    let cell = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell);
    let cell = cell.trim_start_matches('\'');
    cell.strip_suffix(".0").unwrap_or(cell).to_owned()
}

/// Two complete numbers with only a blank between them are two.
fn pieces(part: &str) -> Vec<String> {
    let words: Vec<&str> = part.split(' ').collect();
    let complete = |word: &&str| word.chars().filter(char::is_ascii_digit).count() >= 11;
    if words.len() > 1 && words.iter().all(complete) {
        words.into_iter().map(str::to_owned).collect()
    } else {
        vec![part.to_owned()]
    }
}

fn one(part: &str, country: Option<&str>, phones: &mut Phones) -> Result<(), &'static str> {
    let lower = part.to_lowercase();
    if lower.contains("e+") && lower.contains('.') {
        return Err("mangled_scientific");
    }
    let (main, extension) = split_extension(part);
    phones.has_more |= extension;
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return Err("not_a_number");
    }
    let words = main.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '+' && c != '(');
    if words.chars().any(char::is_alphabetic) {
        return Err("not_a_number");
    }
    let found = with_country(words, &digits, country).or_else(|| phone::e164(words).ok()).or_else(|| {
        // A trunk 0 before a mobile number, as old directories have it.
        let mobile = digits.strip_prefix("01").filter(|rest| rest.len() == 10)?;
        phone::e164(&format!("1{mobile}")).ok()
    });
    match found {
        Some(number) => {
            if !phones.numbers.contains(&number) {
                phones.numbers.push(number);
            }
            Ok(())
        }
        None if (5..=6).contains(&digits.len()) && digits.starts_with(['1', '9']) => {
            phones.has_more = true;
            Ok(())
        }
        None => Err(reason(main, &digits)),
    }
}

fn with_country(words: &str, digits: &str, country: Option<&str>) -> Option<String> {
    let country = country?;
    if words.starts_with('+') {
        return None;
    }
    let rest = digits.strip_prefix(country)?;
    // A trunk 0 is sometimes kept behind the country code.
    phone::e164(&format!("+{country}{rest}"))
        .or_else(|_| phone::e164(&format!("+{country}{}", rest.trim_start_matches('0'))))
        .ok()
}

/// Cuts off `转801`, `ext. 801`, `#801`, or a third group behind a complete number.
fn split_extension(part: &str) -> (&str, bool) {
    let lower = part.to_lowercase();
    for mark in ["转", "轉", "分机", "分機", "ext", "#", "x"] {
        if let Some(at) = lower.find(mark)
            && part.is_char_boundary(at)
            && lower[..at].chars().filter(char::is_ascii_digit).count() >= 7
        {
            return (&part[..at], true);
        }
    }
    if let Some((main, last)) = part.rsplit_once('-') {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
        let extension = (1..=5).contains(&digits(last)) && main.contains('-') && digits(main) >= 10;
        if extension && phone::e164(main).is_ok() && phone::e164(part).is_err() {
            return (main, true);
        }
    }
    (part, false)
}

fn reason(main: &str, digits: &str) -> &'static str {
    // With the country code written, only the number behind it counts.
    let national = digits.strip_prefix("86").filter(|_| main.contains('+')).unwrap_or(digits);
    match national.len() {
        7 | 8 => "missing_area_code",
        ..=10 => "too_short",
        11 => "invalid_range",
        _ => "too_long",
    }
}
