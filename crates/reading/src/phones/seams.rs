//! Where one number ends and the next one begins although no separator stands between them.

use super::label::is_label;
use super::number::{digits, extension, is_digits, is_words, numbers};

/// Between numbers.
pub(super) const SEPARATORS: [char; 12] = ['/', ';', '、', ',', '|', '\n', '\r', '或', '和', '及', '&', '\\'];
/// So many digits in a row are a number, or one without its area code.
const NUMBER_DIGITS_MIN: usize = 7;
/// So many are no number without its area code: `(编号62345678)` is something else.
const WHOLE_DIGITS_MIN: usize = 10;

/// The text with a separator at each seam.
pub(super) fn parted(plain: &str, country: Option<&str>) -> String {
    let sentences = between_sentences(plain, country);
    let brackets = at_brackets(&sentences, country);
    behind_names(&before_labels(&brackets, country))
}

/// Is what stands behind the last separator a number, with all that belongs to it?
fn ends_a_number(before: &str, country: Option<&str>) -> bool {
    let part = last_part(before);
    digits(part).len() >= 5 && numbers(part, country, None).is_ok()
}

fn last_part(before: &str) -> &str {
    before.rsplit(SEPARATORS).next().unwrap_or_default().trim()
}

/// The most digits in a row, as numbers are grouped.
fn dialled(words: &str) -> usize {
    let runs = words.split(|c: char| !c.is_ascii_digit() && !"-+. ".contains(c));
    runs.map(|run| digits(run).len()).max().unwrap_or_default()
}

/// `138…。139…`
fn between_sentences(plain: &str, country: Option<&str>) -> String {
    let mut sentences = plain.split('。');
    let mut out = sentences.next().unwrap_or_default().to_owned();
    for sentence in sentences {
        let is_seam = dialled(sentence) >= NUMBER_DIGITS_MIN && ends_a_number(&out, country);
        out.push(if is_seam { '/' } else { '。' });
        out.push_str(sentence);
    }
    out
}

/// `010-82868686(手机13800138000)` and `(010)82868686(021)64333333`
fn at_brackets(plain: &str, country: Option<&str>) -> String {
    let (mut out, mut rest) = (String::new(), plain);
    while let Some((before, inner)) = rest.split_once('(') {
        out.push_str(before);
        let Some((words, behind)) = inner.split_once(')') else {
            rest = &rest[before.len()..];
            break;
        };
        let is_extension = || extension(&format!("{}({words})", last_part(&out))).is_some();
        let name = words.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
        let count = if is_label(name) { NUMBER_DIGITS_MIN } else { WHOLE_DIGITS_MIN };
        let is_number = dialled(words) >= count && !is_extension();
        let is_area = matches!(words.len(), 3 | 4) && is_digits(words) && words.starts_with('0');
        let begins = behind.trim_start_matches([' ', '-']).starts_with(|c: char| c.is_ascii_digit());
        let is_seam = (is_number || is_area && begins) && ends_a_number(&out, country);
        let (open, close) = match (is_seam, is_number) {
            (false, _) => ("(", ")"),
            (true, true) => ("/", "/"),
            (true, false) => ("/(", ")"),
        };
        out.extend([open, words, close]);
        rest = behind;
    }
    out + rest
}

/// `010-82868686手机:138…`: a label that is glued to the number before it.
fn before_labels(plain: &str, country: Option<&str>) -> String {
    let mut out = String::new();
    let is_word = |c: char| c.is_alphabetic() && !c.is_ascii();
    for (at, c) in plain.char_indices() {
        let begins = is_word(c) && out.ends_with(|c: char| c.is_ascii_digit() || c == ')');
        if begins {
            let rest = &plain[at..];
            let (words, behind) = rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
            // "电话2:138…"
            let behind =
                behind.split_once(':').filter(|(name, _)| name.len() <= 2).map_or(behind, |(_, behind)| behind);
            let number = behind.trim_start().split(|c: char| !c.is_ascii_digit() && !"-+() ".contains(c)).next();
            let is_next = number.is_some_and(|number| digits(number).len() >= 5);
            out.push_str(if is_next && is_label(words) && ends_a_number(&out, country) { "/" } else { "" });
        }
        out.push(c);
    }
    out
}

/// `138…（王）139…（李）`: words in brackets behind a number end it. Where a cell begins with a bracket, they begin the next one.
fn behind_names(plain: &str) -> String {
    let mut out = String::new();
    let leads = plain.strip_prefix('(').and_then(|rest| rest.split_once(')')).is_some_and(|(words, _)| is_words(words));
    for (n, piece) in plain.split(')').enumerate() {
        let bracket = out.rfind('(').filter(|at| digits(&out[..*at]).len() >= 5);
        let words = bracket.map_or("", |at| &out[at + 1..]);
        let begins = piece.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '+');
        let ends = words.contains(char::is_alphabetic) && begins;
        if let Some(at) = bracket.filter(|_| ends && leads) {
            out.insert(at, '/');
        }
        out.push_str(if n == 0 { "" } else { ")" });
        out.push_str(if ends && !leads { "/" } else { "" });
        out.push_str(piece);
    }
    out
}
