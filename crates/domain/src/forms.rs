//! The stored forms of coded fields: shape and spelling only, without tables that change with the years. What
//! is typed by people is read with such tables before it comes here.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use crate::problem::ErrorCode;

/// Characters of a unified social credit code: digits and capitals without I, O, S, V, Z (GB 32100-2015).
pub const CREDIT_CODE_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Half width, without blanks, in capitals.
fn capitals(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

/// A unified social credit code: 18 characters of its alphabet.
///
/// # Errors
/// `charset`, `length`.
pub fn credit_code(text: &str) -> Result<String, ErrorCode> {
    let code = capitals(text);
    if !code.chars().all(|c| CREDIT_CODE_ALPHABET.contains(c)) {
        return Err(ErrorCode::Charset);
    }
    if code.len() == 18 { Ok(code) } else { Err(ErrorCode::Length) }
}

/// The check character that the first 17 of a code call for: `(31 - sum of value * 3^i mod 31) mod 31`
/// (GB 32100-2015).
pub fn credit_code_check(code: &str) -> Option<char> {
    let (mut weight, mut sum) = (1, 0);
    for c in code.chars().take(17) {
        sum += CREDIT_CODE_ALPHABET.find(c)? * weight;
        weight = weight * 3 % 31;
    }
    CREDIT_CODE_ALPHABET.chars().nth((31 - sum % 31) % 31)
}

/// A food business licence: `JY` and 14 digits.
///
/// # Errors
/// `charset`, `length`.
pub fn food_licence(text: &str) -> Result<String, ErrorCode> {
    let code = capitals(text);
    let good = code.strip_prefix("JY").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    match (good, code.len()) {
        (false, _) => Err(ErrorCode::Charset),
        (true, 16) => Ok(code),
        (true, _) => Err(ErrorCode::Length),
    }
}

/// The check digit that the first 13 digits of a food licence call for (GB/T 17710-2008, the same as
/// ISO 7064 MOD 11,10).
pub fn food_licence_check(code: &str) -> Option<u32> {
    let mut product = 10;
    for c in code.strip_prefix("JY")?.chars().take(13) {
        let sum = (product + c.to_digit(10)?) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    Some((11 - product) % 10)
}

/// A division of China (GB/T 2260): six digits, the first not 0.
///
/// # Errors
/// `charset`, `length`.
pub fn region_code(text: &str) -> Result<String, ErrorCode> {
    let code = capitals(text);
    if !code.bytes().all(|b| b.is_ascii_digit()) || code.starts_with('0') {
        return Err(ErrorCode::Charset);
    }
    // Statistics write twelve digits, of which the last six name town and village.
    match code.len() {
        6 => Ok(code),
        12 if code.ends_with("000000") => Ok(code[..6].to_owned()),
        _ => Err(ErrorCode::Length),
    }
}

/// A node of a coded tree: names in small ASCII letters, digits and `_`, joined by dots: `food.hotpot`.
///
/// # Errors
/// `charset`.
pub fn category_code(text: &str) -> Result<String, ErrorCode> {
    let code = capitals(text).to_lowercase();
    let good = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if code.split('.').all(good) { Ok(code) } else { Err(ErrorCode::Charset) }
}

/// An industry (GB/T 4754): a section's letter and no, two, three or four digits: `H6210`.
///
/// # Errors
/// `charset`, `length`.
pub fn industry(text: &str) -> Result<String, ErrorCode> {
    let code = capitals(text);
    let good = code.starts_with(|c: char| ('A'..='T').contains(&c)) && code[1..].bytes().all(|b| b.is_ascii_digit());
    match (good, code.len()) {
        (false, _) => Err(ErrorCode::Charset),
        (true, 1 | 3..=5) => Ok(code),
        (true, _) => Err(ErrorCode::Length),
    }
}

/// A day as it is stored: `2026-10-01` (ISO 8601, in full, years of four digits).
pub fn day(text: &str) -> Option<NaiveDate> {
    // The library also takes signs and single digits.
    text.parse::<NaiveDate>().ok().filter(|day| text.len() == 10 && day.to_string() == text)
}

/// A time while the store is closed: `2026-02-10/2026-02-24`, both days included; `..` for an open end.
///
/// # Errors
/// `bad_value` for anything else, `range` for an end before the start.
pub fn period(text: &str) -> Result<String, ErrorCode> {
    let plain: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let (from, to) = plain.split_once('/').unwrap_or((&plain, ".."));
    let date = |text: &str| day(text).ok_or(ErrorCode::BadValue);
    let from = date(from)?;
    if to == ".." {
        return Ok(format!("{from}/.."));
    }
    let to = date(to)?;
    if to < from { Err(ErrorCode::Range) } else { Ok(format!("{from}/{to}")) }
}

/// A language tag (BCP 47, RFC 5646) of language, script and region, in the usual case: `zh-Hant-TW`.
///
/// # Errors
/// `bad_value`.
pub fn language(text: &str) -> Result<String, ErrorCode> {
    let plain = capitals(text).to_lowercase().replace('_', "-");
    let mut parts = plain.split('-');
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_lowercase());
    let first = parts.next().filter(|part| matches!(part.len(), 2 | 3) && letters(part)).ok_or(ErrorCode::BadValue)?;
    let mut out = first.to_owned();
    let (mut script, mut region) = (false, false);
    for part in parts {
        out.push('-');
        match part.len() {
            4 if letters(part) && !script && !region => {
                script = true;
                out.push_str(&part[..1].to_uppercase());
                out.push_str(&part[1..]);
            }
            2 if letters(part) && !region => {
                region = true;
                out.push_str(&part.to_uppercase());
            }
            3 if part.bytes().all(|b| b.is_ascii_digit()) && !region => {
                region = true;
                out.push_str(part);
            }
            _ => return Err(ErrorCode::BadValue),
        }
    }
    Ok(out)
}

/// A time zone by its name (IANA): `Asia/Shanghai`, `America/Argentina/Salta`, `UTC`.
///
/// # Errors
/// `bad_value`.
pub fn time_zone(text: &str) -> Result<String, ErrorCode> {
    let name: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
    };
    let good = name == "UTC" || name.contains('/') && name.split('/').all(part);
    if good && name.len() <= 64 { Ok(name) } else { Err(ErrorCode::BadValue) }
}

/// One of some words, exactly.
///
/// # Errors
/// `bad_value`.
pub fn choice(text: &str, of: &[&str]) -> Result<String, ErrorCode> {
    if of.contains(&text) { Ok(text.to_owned()) } else { Err(ErrorCode::BadValue) }
}
