//! A cell parted into numbers, and what stands beside them.

use domain::{ErrorCode, text};
use unicode_normalization::UnicodeNormalization;

use super::label::{is_fax, is_label};
use super::number::{MARKS, Told, digits, extension, is_digits, is_words, next_extension, numbers};
use super::plan::may_be_foreign;
use super::seams::{SEPARATORS, parted};
use super::{Kind, Phones, all_day, is_rounded};
use crate::empty::is_empty;
use crate::finding::TEXT_CHARS_MAX;

/// The most numbers of one cell.
const PHONES_MAX: usize = 50;
/// Written for a hyphen.
const DASHES: [char; 8] = ['‐', '‑', '‒', '–', '—', '―', '−', '─'];

/// Why a cell cannot be read, and which of its parts, if it has several.
type Refusal = (ErrorCode, Option<String>);

pub(super) fn phones(cell: &str, country: Option<&str>) -> Result<Phones, Refusal> {
    let mut found = Phones::default();
    if is_empty(cell) || says_none(cell) {
        return Err((ErrorCode::Empty, None));
    }
    if cell.chars().count() > TEXT_CHARS_MAX {
        return Err((ErrorCode::TooLarge, None));
    }
    // As numbers are stored, the sign between them stands before an extension.
    let usual: String = cell.nfkc().map(usual).collect();
    let plain = unquote(&between_digits(&usual)).replace(";ext=", "#");
    if is_scientific(&plain) {
        return Err((ErrorCode::MangledScientific, None));
    }
    let plain = ["or", "and", "OR", "AND"].iter().fold(plain, |plain, word| plain.replace(&format!(" {word} "), "/"));
    let says = |part: &String| part.chars().any(char::is_alphanumeric) && !is_empty(part);
    let parts = whole(parted(&plain, country).split(SEPARATORS).map(text::tidy).filter(says));
    let (mut is_a_fax, mut before) = (false, None);
    let mut faxes: Vec<Told<'_>> = Vec::new();
    for part in &parts {
        let (part, behind) = all_day::behind(part);
        if part.is_empty() {
            found.add_notes(behind);
            continue;
        }
        let (front, part) = all_day::in_front(part);
        let (number, words) = remark(part).map_or((part, None), |(number, words)| (number, Some(words)));
        let read = numbers(number, country, before.as_ref()).or_else(|code| {
            let other = next_extension(number, before.as_ref()).filter(|_| code == ErrorCode::TooShort);
            other.map(|told| vec![told]).ok_or(code)
        });
        let read = read.map_err(|code| (code, (parts.len() > 1).then(|| part.to_owned())))?;
        before = read.last().map(|told| told.phone.clone());
        let last = read.len().saturating_sub(1);
        for (n, told) in read.into_iter().enumerate() {
            // `传真：…235、…236` are two of them.
            let is_next = told.words.is_empty() && told.phone.kind == Kind::Fixed;
            is_a_fax = is_fax(told.words) || is_a_fax && is_next;
            if is_a_fax || n == last && words.is_some_and(is_fax) {
                faxes.push(told);
                continue;
            }
            if !is_label(told.words) {
                found.add_note(told.words);
            }
            found.add(told, country);
        }
        found.add_notes(front.into_iter().chain(words.filter(|words| !is_fax(words))).chain(behind));
    }
    // A facsimile machine is called only where there is nothing else to call.
    let is_all = found.phones.is_empty();
    for told in faxes {
        let says_nothing = is_label(told.words) && !is_fax(told.words);
        let words = if says_nothing { "传真" } else { told.words };
        if is_all {
            found.add_note(words);
            found.add(told, country);
        } else {
            found.add_note(&format!("{words}: {}", told.typed));
        }
    }
    match found.phones.len() {
        0 => Err((ErrorCode::NotANumber, None)),
        1..=PHONES_MAX => Ok(found),
        _ => Err((ErrorCode::TooLarge, None)),
    }
}

impl Phones {
    fn add(&mut self, told: Told<'_>, country: Option<&str>) {
        let phone = told.phone;
        let e164 = phone.e164.as_deref().filter(|_| country.is_none());
        self.may_be_foreign |= e164.is_some_and(|e164| may_be_foreign(told.typed, e164));
        self.may_be_rounded |= is_rounded(&phone);
        self.area_code_assumed |= !told.has_area_code;
        if !self.phones.contains(&phone) {
            self.phones.push(phone);
        }
    }

    fn add_notes<'a>(&mut self, notes: impl IntoIterator<Item = &'a str>) {
        notes.into_iter().for_each(|words| self.add_note(words));
    }

    fn add_note(&mut self, words: &str) {
        match &mut self.note {
            Some(known) => known.extend(["; ", words]),
            None => self.note = Some(words.to_owned()),
        }
    }
}

/// `暂无电话`, `电话：无`: no cell with a number.
fn says_none(cell: &str) -> bool {
    let rest = ["电话", "電話", "手机", "手機"].iter().find_map(|label| {
        cell.trim()
            .strip_suffix(label)
            .or_else(|| cell.trim().strip_prefix(label)?.trim_start().strip_prefix([':', '：']))
    });
    rest.is_some_and(is_empty)
}

/// The parts, each with its label and its extension: `电话/手机：138…` and `0755-26501234，分机8001` are not two.
fn whole(parts: impl Iterator<Item = String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut label: Option<String> = None;
    for part in parts {
        let part = label.take().map_or_else(|| part.clone(), |label| format!("{label}/{part}"));
        if is_half_a_label(&part) {
            label = Some(part);
            continue;
        }
        let is_named = MARKS.iter().any(|mark| mark.chars().count() > 1 && part.to_lowercase().starts_with(mark))
            || part.starts_with(['转', '轉']);
        match out.last_mut() {
            Some(last) if is_named && extension(&part).is_none() && extension(&format!("{last} {part}")).is_some() => {
                *last = format!("{last} {part}");
            }
            _ => out.push(part),
        }
    }
    if let Some(label) = label.take_if(|label| names_somebody(label)) {
        match out.last_mut() {
            Some(last) => last.extend(["(", &label, ")"]),
            None => out.push(label),
        }
    }
    // A form's field without its number says nothing; other words are read, and refused, as any.
    out.extend(label.filter(|label| !label.ends_with(':') && !is_plain_label(label)));
    out
}

/// One hyphen for all dashes, one kind of brackets.
fn usual(c: char) -> char {
    match c {
        '[' | '【' | '〔' => '(',
        ']' | '】' | '〕' => ')',
        c if DASHES.contains(&c) => '-',
        c => c,
    }
}

/// `138·0013·8000`, `138_0013_8000`: what joins groups of digits. In names the same stands for something else.
fn between_digits(plain: &str) -> String {
    let mut out = String::new();
    let mut chars = plain.chars().peekable();
    while let Some(c) = chars.next() {
        let joins = out.ends_with(|c: char| c.is_ascii_digit()) && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(match c {
            '·' | '•' | '・' | '‧' if joins => ' ',
            '_' if joins => '-',
            c => c,
        });
    }
    out
}

/// What stands before a number in a cell that names two kinds: `电话/手机：138…`.
fn is_half_a_label(part: &str) -> bool {
    !part.contains(|c: char| c.is_ascii_digit()) && (names_somebody(part) || is_label(part))
}

/// `联系人：李小姐，电话：138…`
fn names_somebody(part: &str) -> bool {
    ["联系人:", "聯絡人:", "聯繫人:"].iter().any(|word| part.starts_with(word))
}

fn is_plain_label(part: &str) -> bool {
    let labels = ["电话", "電話", "手机", "手機", "座机", "座機", "联系电话", "聯絡電話", "tel", "phone", "mobile"];
    part.split('/').all(|part| labels.contains(&part.trim_end_matches(['.', ' ']).to_lowercase().as_str()))
}

/// A text that a spreadsheet was told to keep: `="138…"`, `'138…`, `138….0`; or one in quotes, or with the mark that ends a
/// sentence.
fn unquote(cell: &str) -> String {
    let cell = cell.trim();
    let cell = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell);
    let quotes = ['"', '\'', '‘', '’', '`', '“', '”', '「', '」', '『', '』'];
    let cell = cell.trim_matches(quotes).trim_end_matches(['。', '!', '?', ' ']).trim_end_matches(quotes);
    match cell.rsplit_once('.') {
        Some((number, zeros)) if matches!(zeros, "0" | "00") && is_digits(number.trim_start_matches('+')) => {
            number.to_owned()
        }
        _ => cell.to_owned(),
    }
}

/// Is there a number as spreadsheets shorten it, `1.38E+10` or `1,38E+10`, among the words?
fn is_scientific(plain: &str) -> bool {
    plain.match_indices(['e', 'E']).any(|(at, _)| {
        let exponent = plain[at + 1..].trim_start().trim_start_matches('+');
        let end = exponent.find(|c: char| !c.is_ascii_digit()).unwrap_or(exponent.len());
        let before = plain[..at].trim_end();
        let mantissa = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ',');
        let glued = |c: char| c.is_ascii_alphanumeric();
        matches!(end, 1 | 2)
            && !exponent[end..].starts_with(glued)
            && !mantissa.ends_with(glued)
            && before.ends_with(|c: char| c.is_ascii_digit())
    })
}

/// The number and the words behind it: `13800138000(张经理)`, `13800138000 张经理`, `13800138000王经理`.
fn remark(part: &str) -> Option<(&str, &str)> {
    // Letters with capitals stand behind a blank only: "1380013800a" is a slip.
    let is_cased = |c: char| c.is_uppercase() || c.is_lowercase();
    let (number, words) = match part.strip_suffix(')') {
        Some(part) => part.rsplit_once('(')?,
        None => {
            let end = part.rfind(|c: char| c.is_ascii_digit() || c == ')')? + 1;
            let (number, words) = part.split_at(end);
            let is_plain = words.chars().all(|c| c.is_alphabetic() || c == ' ');
            (is_plain && !words.starts_with(is_cased)).then_some((number, words))?
        }
    };
    // "(9:00-18:00)": when somebody answers.
    let is_hours = words.split_once(':').is_some_and(|(_, minutes)| digits(minutes).len() >= 2);
    let says = (is_hours || is_words(words)) && !MARKS.contains(&words.trim()) && extension(part).is_none();
    (says && digits(number).len() >= 5).then_some((number.trim(), words.trim()))
}
