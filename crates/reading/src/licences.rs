//! Licences: the unified social credit code and the food business licence.

use domain::{ErrorCode, forms};

use crate::finding::{Finding, shortened};
use crate::region;

/// A code that was read, and what should be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// In the form that is stored.
    pub code: String,
    /// The check character that its other characters call for, if it is not the one it has. Pilot regions once
    /// gave out codes that do not fit, so this is a warning.
    pub expected_check: Option<char>,
    /// Of a credit code: the digits of its division, if the list has no prefecture like that.
    pub unknown_division: Option<String>,
    /// Words behind it, such as which copy of the licence it was read from.
    pub remark: Option<String>,
}

impl Code {
    /// What should be looked at.
    pub fn warnings(&self) -> Vec<Finding> {
        let division = self.unknown_division.as_deref().map(|digits| {
            let text = format!("the characters 3 to 8, {digits}, are no division of China: compare with the licence");
            Finding::new(ErrorCode::UnknownCode, text)
        });
        let remark = self.remark.as_deref().map(Finding::not_kept);
        self.check_digit().into_iter().chain(division).chain(remark).collect()
    }

    fn check_digit(&self) -> Option<Finding> {
        let expected = self.expected_check?;
        let last = self.code.chars().last().unwrap_or(expected);
        Some(Finding::new(
            ErrorCode::CheckDigit,
            format!(
                "the last character {last} does not fit the others, which call for {expected}: compare with the licence"
            ),
        ))
    }
}

/// Reads a unified social credit code (GB 32100-2015).
///
/// # Errors
/// `empty`, `charset`, `length`.
pub fn credit_code(text: &str) -> Result<Code, Finding> {
    let (code, remark) = coded(text, forms::credit_code, |code, count| {
        match code {
        ErrorCode::Charset => {
            "has a character that no credit code has: digits and capitals without I, O, S, V, Z; is an I a 1, an O a 0, an S a 5, a Z a 2?".to_owned()
        }
        _ if count == 15 => {
            "has 15 characters: that is a registration number from before 2015; type the 18 characters of the credit code".to_owned()
        }
        _ => format!("has {count} characters: a credit code has 18"),
    }
    })?;
    let expected = forms::credit_code_check(&code).filter(|c| !code.ends_with(*c));
    let unknown_division = code.get(2..8).filter(|digits| !region::has_prefecture(digits)).map(str::to_owned);
    Ok(Code { code, expected_check: expected, unknown_division, remark })
}

/// Reads a food business licence (JY and 14 digits).
///
/// # Errors
/// `empty`, `charset`, `length`.
pub fn food_licence(text: &str) -> Result<Code, Finding> {
    let (code, remark) = coded(text, forms::food_licence, |code, count| match code {
        ErrorCode::Charset => "is no food business licence: write JY and 14 digits, like JY23101040012345".to_owned(),
        _ => format!("has {count} characters: a food business licence has JY and 14 digits"),
    })?;
    let expected = forms::food_licence_check(&code).and_then(|n| char::from_digit(n, 10));
    let expected = expected.filter(|c| !code.ends_with(*c));
    Ok(Code { code, expected_check: expected, unknown_division: None, remark })
}

/// What people write before a code, in Latin letters.
const LABELS: [&str; 9] = [
    "unified social credit code",
    "unified social credit identifier",
    "social credit code",
    "credit code",
    "tax id",
    "uscc",
    "usci",
    "no",
    "id",
];

/// The label that a text begins with: a sign or a blank parts it from the code.
fn label(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let ends = |rest: &str| rest.starts_with([' ', ':', '：', '.', '=', '#', ')', '）']);
    LABELS.iter().find(|label| lower.strip_prefix(**label).is_some_and(ends)).map(|label| label.len())
}

/// Without the words that stand before a code on a licence, and as a text that a spreadsheet was told to keep.
fn unlabelled(text: &str) -> &str {
    let is_mark = |c: char| "()（）[]［］【】「」\"“”'‘’,，.。;；".contains(c) || c == ' ';
    let is_label =
        |c: char| is_mark(c) || matches!(c, '\u{4e00}'..='\u{9fff}' | ':' | '：' | '/' | '／' | '=' | '＝' | '#');
    let mut behind = text.trim_start_matches(is_label);
    while let Some(length) = label(behind) {
        behind = behind[length..].trim_start_matches(is_label);
    }
    behind = behind.trim_end_matches(is_mark);
    // Words alone are no label.
    if behind.is_empty() { text } else { behind }
}

/// The most characters of a remark.
const REMARK_CHARS_MAX: usize = 12;

/// `…（副本）`, `… 正本`, `…（副本 1-1）`: which copy of the licence a code was read from.
fn without_copy(text: &str) -> (&str, Option<&str>) {
    let at = ["正本", "副本"].iter().filter_map(|copy| text.rfind(copy)).min();
    let split = at.map(|at| {
        let front = text[..at].trim_end_matches(['(', '（', '[', '【', ' ', ',', '，']);
        (front, text[front.len()..].trim_matches(['(', '（', ')', '）', '[', ']', '【', '】', ' ', ',', '，']))
    });
    // In front of a code the same words are its label.
    let is_remark = |front: &str, remark: &str| {
        front.ends_with(char::is_alphanumeric)
            && front.contains(|c: char| c.is_numeric())
            && remark.chars().count() <= REMARK_CHARS_MAX
    };
    match split {
        Some((front, remark)) if is_remark(front, remark) => (front, Some(remark)),
        _ => (text, None),
    }
}

/// `1.38E+17`: a spreadsheet took the code for a number.
fn is_scientific(plain: &str) -> bool {
    let Some((number, exponent)) = plain.split_once("E+").or_else(|| plain.split_once("e+")) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(&number.replacen('.', "", 1)) && digits(exponent)
}

fn coded(
    text: &str,
    form: impl Fn(&str) -> Result<String, ErrorCode>,
    cure: impl Fn(ErrorCode, usize) -> String,
) -> Result<(String, Option<String>), Finding> {
    let tidy = domain::text::tidy(text);
    if crate::is_empty(&tidy) {
        return Err(Finding::new(ErrorCode::Empty, "nothing given"));
    }
    // Written in groups: 9131-0110-…
    let (told, remark) = without_copy(tidy.trim_start_matches('\''));
    let plain = unlabelled(told).replace(['-', '－', '‐', '–', '—'], "");
    let plain = plain.as_str();
    if is_scientific(plain) {
        let cure = "was cut by a spreadsheet: its digits are lost; type it again from the licence";
        return Err(Finding::new(ErrorCode::Charset, format!("“{}” {cure}", shortened(plain))));
    }
    form(plain).map(|code| (code, remark.map(str::to_owned))).map_err(|code| {
        let count = plain.chars().filter(|c| !c.is_whitespace()).count();
        Finding::new(code, format!("“{}” {}", shortened(plain), cure(code, count)))
    })
}
