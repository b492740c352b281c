//! Values of declared fields: any JSON into the form of its kind, or why not. What was written under another
//! declaration is read by the one in force in the same way; so it is translated where that can be done.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use super::custom::{ChoiceOption, CustomKind};
use crate::problem::ErrorCode;
use crate::stored_phone::StoredPhone;
use crate::text;
use crate::validate::TEXT_CHARS_MAX;
use crate::value::Value;

/// Why a value cannot be stored, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// `bad_value`, `not_a_number`, `range`, `too_large`, `bad_phone`.
    pub code: ErrorCode,
    /// In English.
    pub message: String,
}

/// Between several values in one text; no option has one of these in it.
pub(super) const BETWEEN: [char; 5] = [',', '，', '、', ';', '；'];

const YES: [&str; 10] = ["true", "1", "yes", "y", "on", "是", "有", "对", "√", "✓"];
const NO: [&str; 8] = ["false", "0", "no", "n", "off", "否", "没有", "×"];

impl CustomKind {
    /// A value in the stored form of this kind; `null` for nothing. What has that form stays as it is.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn read(&self, value: &Value) -> Result<Value, Unfit> {
        match (self, &value.0) {
            (_, serde_json::Value::Null) | (Self::Unknown, _) => Ok(value.clone()),
            (Self::Boolean, serde_json::Value::Bool(_)) => Ok(value.clone()),
            (Self::Integer, serde_json::Value::Number(number)) if number.is_i64() => Ok(value.clone()),
            (Self::Several { options }, serde_json::Value::Array(items)) => {
                let texts: Option<Vec<String>> = items.iter().map(scalar).collect();
                several(options, &texts.ok_or_else(|| no_value(value))?)
            }
            (_, serde_json::Value::Array(items)) if items.is_empty() => Ok(Value::NULL),
            (Self::Text, serde_json::Value::Array(items)) => {
                let texts: Option<Vec<String>> = items.iter().map(scalar).collect();
                self.read_text(&texts.ok_or_else(|| no_value(value))?.join(", "))
            }
            (_, serde_json::Value::Array(items)) if items.len() == 1 => self.read(&Value(items[0].clone())),
            (_, other) => self.read_text(&scalar(other).ok_or_else(|| no_value(value))?),
        }
    }

    fn read_text(&self, typed: &str) -> Result<Value, Unfit> {
        let tidy = text::tidy(typed);
        if tidy.is_empty() {
            return Ok(Value::NULL);
        }
        if tidy.chars().count() > TEXT_CHARS_MAX {
            let message = format!("too long: at most {TEXT_CHARS_MAX} characters");
            return Err(Unfit { code: ErrorCode::TooLarge, message });
        }
        let plain: String = tidy.nfkc().collect();
        let says = |code, cure: &str| Err(Unfit { code, message: format!("“{}” {cure}", shortened(&tidy)) });
        match self {
            Self::Text | Self::Unknown => Ok(Value::text(tidy)),
            Self::Integer => match grouped(&plain).parse::<i64>() {
                Ok(number) => Ok(Value(number.into())),
                Err(_) => match decimal(&plain) {
                    Some(number) => match whole(&number) {
                        Some(number) => Ok(Value(number.into())),
                        None => says(ErrorCode::Range, "is no whole number of this size: write digits only, like 40"),
                    },
                    None => says(ErrorCode::NotANumber, "is no number: write digits only, like 40"),
                },
            },
            Self::Decimal => match decimal(&plain) {
                Some(number) => Ok(Value::text(number)),
                None => says(ErrorCode::NotANumber, "is no number: write it like 12.50"),
            },
            Self::Boolean => match text::key(&plain).as_str() {
                word if YES.contains(&word) => Ok(Value(true.into())),
                word if NO.contains(&word) => Ok(Value(false.into())),
                _ => says(ErrorCode::BadValue, "is neither yes nor no: write yes or no"),
            },
            Self::Date => match date(&plain) {
                Some(date) => Ok(Value::text(date.to_string())),
                None => says(ErrorCode::BadValue, "is no day: write it like 2026-10-01"),
            },
            Self::Choice { options } => one(options, &tidy).map(|option| Value::text(option.value.as_str())),
            Self::Several { options } => several(options, &parts(options, &tidy)),
            Self::Phone => match phone(&plain) {
                Some(number) => Ok(Value::text(number)),
                None => says(ErrorCode::BadPhone, "is no telephone number: write +country code and number"),
            },
            Self::Url => match url(&plain) {
                Some(url) => Ok(Value::text(url)),
                None => says(ErrorCode::BadValue, "is no web address: write it like https://example.com"),
            },
            Self::Email if is_email(&plain) => Ok(Value::text(plain)),
            Self::Email => says(ErrorCode::BadValue, "is no mail address: write it like name@example.com"),
        }
    }
}

/// A text, number or truth as it is written.
fn scalar(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn no_value(value: &Value) -> Unfit {
    let message = format!("“{}” is no value of one line: write a text", shortened(&value.canonical()));
    Unfit { code: ErrorCode::BadValue, message }
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// The option that a text names, by its value or a label.
fn one<'a>(options: &'a [ChoiceOption], typed: &str) -> Result<&'a ChoiceOption, Unfit> {
    let wanted = text::key(typed);
    let names = |option: &ChoiceOption| {
        [&option.value, &option.labels.zh, &option.labels.en].into_iter().any(|name| text::key(name) == wanted)
    };
    // The stored value first: what is stored has one meaning whatever labels say.
    let exact = options.iter().find(|option| option.value == typed);
    exact.or_else(|| options.iter().find(|option| names(option))).ok_or_else(|| {
        let offered = options.iter().filter(|option| !option.deprecated).map(|option| option.label(false));
        let list: Vec<&str> = offered.take(20).collect();
        let message = format!("“{}” is not among the choices: write one of {}", shortened(typed), list.join(", "));
        Unfit { code: ErrorCode::BadValue, message }
    })
}

/// The names in a text. A stroke parts names too, where no option is written with it.
fn parts(options: &[ChoiceOption], tidy: &str) -> Vec<String> {
    if one(options, tidy).is_ok() {
        return vec![tidy.to_owned()];
    }
    let part = |part: &str| match one(options, &text::tidy(part)) {
        Ok(_) => vec![part.to_owned()],
        Err(_) => part.split(['/', '|']).map(str::to_owned).collect(),
    };
    tidy.split(BETWEEN).flat_map(part).collect()
}

fn several(options: &[ChoiceOption], typed: &[String]) -> Result<Value, Unfit> {
    let mut chosen = Vec::new();
    for text in typed.iter().map(|text| text::tidy(text)).filter(|text| !text.is_empty()) {
        chosen.push(one(options, &text)?.value.as_str());
    }
    let list: Vec<&str> =
        options.iter().map(|option| option.value.as_str()).filter(|value| chosen.contains(value)).collect();
    if list.is_empty() { Ok(Value::NULL) } else { Ok(Value::list(list)) }
}

/// `1,234,567.5` without its commas, which stand before the point.
fn grouped(plain: &str) -> String {
    let (whole, fraction) = plain.find('.').map_or((plain, ""), |point| plain.split_at(point));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let is_grouped =
        (1..=3).contains(&first.trim_start_matches(['-', '+']).len()) && groups.all(|group| group.len() == 3);
    if is_grouped { format!("{}{fraction}", whole.replace(',', "")) } else { plain.to_owned() }
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

/// A decimal number that is a whole one: `12.00`.
fn whole(number: &str) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.bytes().all(|b| b == b'0') { whole.parse().ok() } else { None }
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

/// A number in the stored form: the shape only, without the plans of countries.
fn phone(plain: &str) -> Option<String> {
    let number: String = plain.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    StoredPhone::parse(&number).is_some().then_some(number)
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
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let is_port = port.bytes().all(|b| b.is_ascii_digit()) && (port.is_empty() || port.parse::<u16>().is_ok());
    let good = matches!(scheme.as_str(), "http" | "https") && is_host(name) && is_port && !host.contains('@');
    good.then(|| format!("{scheme}://{}{}", host.to_lowercase(), &rest[host.len()..]))
}

fn is_host(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    name.contains('.') && name.chars().count() <= 253 && name.split('.').all(part)
}

fn is_email(plain: &str) -> bool {
    let Some((user, host)) = plain.rsplit_once('@') else { return false };
    let dots = !user.starts_with('.') && !user.ends_with('.') && !user.contains("..");
    let good = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    !user.is_empty() && user.chars().count() <= 64 && dots && user.chars().all(good) && is_host(host)
}
