//! Fields that an administrator added, each of a declared type.

use chrono::NaiveDate;
use domain::{ErrorCode, Value, text};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::finding::{Finding, shortened};

/// What a custom field holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CustomType {
    /// A line of text.
    Text,
    /// A whole number.
    Integer,
    /// A number, kept as it is written.
    Decimal,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// One of some words.
    Choice {
        /// The words.
        of: Vec<String>,
    },
    /// A web address.
    Url,
    /// A mail address.
    Email,
}

/// Reads a value of a type; nothing for an empty text.
///
/// # Errors
/// `bad_value`, `not_a_number`, `range`, with what to write instead.
pub fn read(kind: &CustomType, typed: &str) -> Result<Value, Finding> {
    let tidy = text::tidy(typed);
    if crate::is_empty(&tidy) {
        return Ok(Value::NULL);
    }
    let plain: String = tidy.nfkc().collect();
    let says = |code, cure: &str| Err(Finding::new(code, format!("“{}” {cure}", shortened(&tidy))));
    match kind {
        CustomType::Text => Ok(Value::text(tidy)),
        CustomType::Integer => match grouped(&plain).parse::<i64>() {
            Ok(number) => Ok(Value(number.into())),
            Err(_) if decimal(&plain).is_some() => {
                says(ErrorCode::Range, "is no whole number of this size: write digits only, like 40")
            }
            Err(_) => says(ErrorCode::NotANumber, "is no number: write digits only, like 40"),
        },
        CustomType::Decimal => match decimal(&plain) {
            Some(number) => Ok(Value::text(number)),
            None => says(ErrorCode::NotANumber, "is no number: write it like 12.50"),
        },
        CustomType::Boolean => match text::key(&plain).as_str() {
            "true" | "1" | "yes" | "y" | "是" | "有" | "对" | "√" | "✓" | "on" => Ok(Value(true.into())),
            "false" | "0" | "no" | "n" | "否" | "没有" | "×" | "off" => Ok(Value(false.into())),
            _ => says(ErrorCode::BadValue, "is neither yes nor no: write yes or no"),
        },
        CustomType::Date => match date(&plain) {
            Some(date) => Ok(Value::text(date.to_string())),
            None => says(ErrorCode::BadValue, "is no day: write it like 2026-10-01"),
        },
        CustomType::Choice { of } => match of.iter().find(|word| text::key(word) == text::key(&plain)) {
            Some(word) => Ok(Value::text(word.as_str())),
            None => says(ErrorCode::BadValue, &format!("is not among the choices: {}", of.join(", "))),
        },
        CustomType::Url => match url(&plain) {
            Some(url) => Ok(Value::text(url)),
            None => says(ErrorCode::BadValue, "is no web address: write it like https://example.com"),
        },
        CustomType::Email if is_email(&plain) => Ok(Value::text(plain)),
        CustomType::Email => says(ErrorCode::BadValue, "is no mail address: write it like name@example.com"),
    }
}

/// `1,234,567` without its commas.
fn grouped(plain: &str) -> String {
    let mut groups = plain.split(',');
    let first = groups.next().unwrap_or_default();
    let is_grouped =
        (1..=3).contains(&first.trim_start_matches(['-', '+']).len()) && groups.all(|group| group.len() == 3);
    if is_grouped { plain.replace(',', "") } else { plain.to_owned() }
}

/// A decimal number in digits, with a point, without zeros that say nothing in front.
fn decimal(plain: &str) -> Option<String> {
    let number = grouped(plain);
    let (sign, digits) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number.strip_prefix('+').unwrap_or(&number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let good = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !good(whole) || !good(fraction) || whole.is_empty() && fraction.is_empty() || digits.len() > 40 {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    let is_zero = whole == "0" && fraction.bytes().all(|b| b == b'0');
    Some(format!("{}{whole}{point}{fraction}", if is_zero { "" } else { sign }))
}

/// `2026-10-01`, `2026/10/1`, `2026.10.1`, `2026年10月1日`, `20261001`. Never a guess of day or month first.
fn date(plain: &str) -> Option<NaiveDate> {
    let compact = plain.len() == 8 && plain.bytes().all(|b| b.is_ascii_digit());
    if compact {
        return NaiveDate::parse_from_str(plain, "%Y%m%d").ok();
    }
    let plain = plain.trim_end_matches('日').replace(['年', '月', '/', '.'], "-");
    let parts: Vec<&str> = plain.split('-').map(str::trim).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let year = number(year).filter(|_| year.len() == 4).and_then(|year| i32::try_from(year).ok())?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
}

/// A web address over http or https; `www.…` gets https.
fn url(plain: &str) -> Option<String> {
    if plain.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"')) {
        return None;
    }
    let (scheme, rest) = match plain.split_once("://") {
        Some((scheme, rest)) => (scheme.to_lowercase(), rest),
        None if plain.to_lowercase().starts_with("www.") => ("https".to_owned(), plain),
        None => return None,
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let good = matches!(scheme.as_str(), "http" | "https") && is_host(name) && !host.contains('@');
    good.then(|| format!("{scheme}://{}{}", host.to_lowercase(), &rest[host.len()..]))
}

fn is_host(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    name.contains('.') && name.len() <= 253 && name.split('.').all(part)
}

fn is_email(plain: &str) -> bool {
    let Some((user, host)) = plain.rsplit_once('@') else { return false };
    let dots = !user.starts_with('.') && !user.ends_with('.') && !user.contains("..");
    let good = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    !user.is_empty() && user.len() <= 64 && dots && user.chars().all(good) && is_host(host)
}
