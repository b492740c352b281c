//! What a merchant is found by, as one text that can be kept and cut later.

use super::runs::{Class, runs};
use super::spoken::{self, Readings};
use super::token::{Kind, Part, Token};
use crate::field::{FieldKind, FieldPath};
use crate::id::MerchantId;
use crate::text;
use crate::value::{Said, Value};

/// Between a field and its value, and behind it. Neither contains control characters: they are made blanks.
const SEPARATOR: char = '\u{1f}';
const END: char = '\n';
/// Characters of one value by which it is found.
const VALUE_CHARS_MAX: usize = 200;

/// The fields of a merchant by which it is found, each with its value.
#[derive(Clone, Debug)]
pub struct Words {
    text: String,
    hours: bool,
}

impl Words {
    /// Of a merchant, so far with nothing but its id.
    pub fn new(id: &MerchantId) -> Self {
        let mut words = Self { text: String::with_capacity(192), hours: false };
        words.put(crate::ipc::MERCHANT_ID, id.as_str());
        words
    }

    fn put(&mut self, field: &str, value: &str) {
        let start = self.text.len() + field.len() + 1;
        self.text.push_str(field);
        self.text.push(SEPARATOR);
        match value.char_indices().nth(VALUE_CHARS_MAX) {
            Some((end, _)) => self.text.push_str(&value[..end]),
            None => self.text.push_str(value),
        }
        if self.text[start..].contains(char::is_control) {
            let tidy: String = self.text[start..].chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            self.text.replace_range(start.., &tidy);
        }
        self.text.push(END);
    }

    /// Adds what a register says.
    pub fn add(&mut self, field: &str, said: &Said<'_>) {
        if said.is_null() {
            return;
        }
        match FieldKind::of(field) {
            FieldKind::SetElement => {
                if let Some(element) = FieldPath::key_of(field).filter(|_| *said.to_value() == Value::yes()) {
                    self.put(FieldPath::root_of(field), element);
                }
            }
            // Of hours it is only known whether there are any.
            FieldKind::Hours if self.hours => {}
            FieldKind::Hours => {
                self.hours = true;
                self.put("hours", "");
            }
            FieldKind::Text | FieldKind::Custom => match said.as_str() {
                Some(text) if !text.is_empty() => self.put(field, text),
                Some(_) => {}
                None => {
                    let plain = said.to_value().plain();
                    if !plain.is_empty() {
                        self.put(field, &plain);
                    }
                }
            },
            FieldKind::Deleted | FieldKind::Unknown => {}
        }
    }

    /// As one text.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// The fields and values of such a text, in the order in which they were added.
pub fn entries(words: &str) -> impl Iterator<Item = (&str, &str)> {
    words.split_terminator(END).filter_map(|line| line.split_once(SEPARATOR))
}

/// Is a field free text, of which nearly every merchant has another? Of all others the values are counted.
pub fn is_text(field: &str) -> bool {
    let root = FieldPath::root_of(field);
    matches!(root, "name" | "branch" | "address" | "note" | "phones" | "licence" | "location")
        || matches!(field, crate::ipc::MERCHANT_ID | crate::ipc::UPDATED)
}

/// The tokens of a field's text; some may come twice.
pub fn tokens(field: &str, value: &str, out: &mut impl FnMut(Token)) {
    let part = Part::of(field);
    // The primary phone is among the phones already, and of hours there is no text.
    if matches!(field, "phones.primary" | "hours") {
        return;
    }
    for (class, run) in runs(&text::key(value)) {
        match class {
            Class::Characters => characters(run, part, out),
            Class::Digits => digits(run, part, out),
            Class::Word => word(run, part, out),
        }
    }
}

/// Are all pieces of a text in a field's value?
pub fn contains(field: &str, value: &str, text: &str) -> bool {
    let pieces = super::pieces_within(text, Some(Part::of(field)));
    let mut found: Vec<Token> = Vec::new();
    tokens(field, value, &mut |token| found.push(token));
    let has = |tokens: &super::Tokens| found.iter().any(|token| tokens.has(*token));
    let has_piece = |piece: &super::Piece| piece.ways.iter().any(|way| way.iter().all(has));
    !pieces.is_empty() && pieces.iter().all(has_piece)
}

fn characters(run: &str, part: Part, out: &mut impl FnMut(Token)) {
    let mut before: Option<char> = None;
    let mut spoken = Spoken::default();
    for c in run.chars() {
        out(Token::new(Kind::One, u64::from(c), part));
        if let Some(before) = before {
            out(Token::new(Kind::Two, u64::from(before) << 21 | u64::from(c), part));
        }
        before = Some(c);
        if part.is_spoken() {
            spoken.hear(spoken::readings(c), part, out);
        }
    }
}

/// The number of some digits: ones of other lengths have others.
pub(super) fn digits_number(digits: &str) -> u64 {
    digits.bytes().fold(1, |number, digit| number * 10 + u64::from(digit - b'0'))
}

fn digits(run: &str, part: Part, out: &mut impl FnMut(Token)) {
    for from in 0..run.len() {
        for to in from + 1..=run.len().min(from + super::query::DIGITS_MAX) {
            out(Token::new(Kind::Digits, digits_number(&run[from..to]), part));
        }
    }
}

/// Up to eight letters as a number; words compare as their numbers do.
pub(super) fn letters_number(letters: &[u8]) -> u64 {
    (0..8).fold(0, |number, at| number << 5 | letters.get(at).map_or(0, |letter| u64::from(letter - b'a' + 1)))
}

fn word(run: &str, part: Part, out: &mut impl FnMut(Token)) {
    let letters = run.as_bytes();
    for length in 1..=letters.len().min(super::query::START_MAX) {
        out(Token::new(Kind::Start, letters_number(&letters[..length]), part));
    }
    out(Token::new(Kind::Word, letters_number(letters), part));
    if letters.len() > 8 {
        out(Token::new(Kind::Rest, letters_number(&letters[8..]), part));
    }
}

/// Initials as a number.
pub(super) fn initials_number(initials: impl IntoIterator<Item = u8>) -> u64 {
    initials.into_iter().fold(0, |number, initial| number << 5 | u64::from(initial.wrapping_sub(b'a' - 1) & 31))
}

/// The initials of readings, each once.
fn initials(readings: Readings) -> impl Iterator<Item = u8> + Clone {
    let [first, second, third] = readings.map(|one| if one == 0 { 0 } else { spoken::initial(one) });
    let second = if second == first { 0 } else { second };
    let third = if third == first || third == second { 0 } else { third };
    [first, second, third].into_iter().filter(|initial| *initial != 0)
}

/// The last two characters that were read.
#[derive(Default)]
struct Spoken {
    last: Option<Readings>,
    before: Option<Readings>,
}

impl Spoken {
    fn hear(&mut self, readings: Option<Readings>, part: Part, out: &mut impl FnMut(Token)) {
        let Some(now) = readings else {
            *self = Self::default();
            return;
        };
        let all = |readings: Readings| readings.into_iter().filter(|one| *one != 0);
        for syllable in all(now) {
            out(Token::new(Kind::Syllable, u64::from(syllable), part));
            for last in self.last.into_iter().flat_map(all) {
                out(Token::new(Kind::Syllables, u64::from(last) << 16 | u64::from(syllable), part));
            }
        }
        for initial in initials(now) {
            out(Token::new(Kind::Initials, initials_number([initial]), part));
            for last in self.last.into_iter().flat_map(initials) {
                out(Token::new(Kind::Initials, initials_number([last, initial]), part));
                for before in self.before.into_iter().flat_map(initials) {
                    out(Token::new(Kind::Initials, initials_number([before, last, initial]), part));
                }
            }
        }
        self.before = self.last.replace(now);
    }
}
