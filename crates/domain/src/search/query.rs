//! What is typed, as tokens that must be there.

use super::runs::{Class, runs};
use super::token::{Kind, Part, Tokens};
use super::words::{digits_number, initials_number, letters_number};
use super::{QUERY_CHARS_MAX, spoken};
use crate::text;

/// Digits of one token.
pub(super) const DIGITS_MAX: usize = 4;
/// Letters with which words begin that have a token of their own: so few letters begin too many words to look at each.
pub(super) const START_MAX: usize = 3;
/// Initials of one token.
const INITIALS_MAX: usize = 3;

/// One piece of what was typed. A merchant has it if it has all tokens of one of these ways to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// At least one.
    pub ways: Vec<Vec<Tokens>>,
}

/// The pieces of a query, all of which must be there; none if there is nothing to look for.
pub fn pieces(query: &str) -> Vec<Piece> {
    pieces_within(query, None)
}

/// The same, looked for in one part of the profile only.
pub fn pieces_within(query: &str, part: Option<Part>) -> Vec<Piece> {
    let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
    let piece = |(class, run): (Class, &str)| Piece {
        ways: match class {
            Class::Characters => vec![characters(run, part)],
            Class::Digits => [digits(run, part)].into_iter().chain(dialled(run, part)).collect(),
            Class::Word => word(run, part),
        },
    };
    runs(&text::key(&query)).map(piece).collect()
}

fn exactly(kind: Kind, stands: u64, part: Option<Part>) -> Tokens {
    Tokens::new(kind, stands, stands, part)
}

fn characters(run: &str, part: Option<Part>) -> Vec<Tokens> {
    let all: Vec<u64> = run.chars().map(u64::from).collect();
    match all.as_slice() {
        [one] => vec![exactly(Kind::One, *one, part)],
        many => many.windows(2).map(|two| exactly(Kind::Two, two[0] << 21 | two[1], part)).collect(),
    }
}

fn digits(run: &str, part: Option<Part>) -> Vec<Tokens> {
    let length = run.len().min(DIGITS_MAX);
    (0..=run.len() - length).map(|from| exactly(Kind::Digits, digits_number(&run[from..from + length]), part)).collect()
}

/// A fixed line as it is dialled, `029` or `02965160832`, as the telephone number that is stored: `+862965160832`.
fn dialled(run: &str, part: Option<Part>) -> Option<Vec<Tokens>> {
    let national = run.strip_prefix('0').filter(|_| part.is_none_or(|part| part == Part::Phones))?;
    // Area codes of mainland China: 10, 2x, and three digits from 3 on.
    let is_area =
        national.starts_with("10") || national.len() > 1 && national.starts_with(|c| ('2'..='9').contains(&c));
    is_area.then(|| digits(&["86", national].concat(), Some(Part::Phones)))
}

/// The first and the last number of eight letters that begin with these.
fn beginning_with(letters: &[u8]) -> (u64, u64) {
    let first = letters_number(letters);
    (first, first | ((1 << (5 * 8_usize.saturating_sub(letters.len()))) - 1))
}

fn word(run: &str, part: Option<Part>) -> Vec<Vec<Tokens>> {
    let letters = run.as_bytes();
    let mut ways = vec![match letters.len() {
        0..=START_MAX => vec![exactly(Kind::Start, letters_number(letters), part)],
        4..=8 => {
            let (first, last) = beginning_with(letters);
            vec![Tokens::new(Kind::Word, first, last, part)]
        }
        _ => {
            let (first, last) = beginning_with(&letters[8..]);
            vec![exactly(Kind::Word, letters_number(letters), part), Tokens::new(Kind::Rest, first, last, part)]
        }
    }];
    let length = letters.len().min(INITIALS_MAX);
    ways.push(
        letters
            .windows(length)
            .map(|some| exactly(Kind::Initials, initials_number(some.iter().copied()), part))
            .collect(),
    );
    // One letter is an initial already.
    if letters.len() > 1 {
        ways.extend(spoken::ways(run).iter().map(|syllables| {
            let range = |kind, first: u64, last: u64| Tokens::new(kind, first, last, part);
            match syllables.as_slice() {
                [one] => vec![range(Kind::Syllable, u64::from(*one.start()), u64::from(*one.end()))],
                many => many
                    .windows(2)
                    .map(|two| {
                        let before = u64::from(*two[0].start()) << 16;
                        range(Kind::Syllables, before | u64::from(*two[1].start()), before | u64::from(*two[1].end()))
                    })
                    .collect(),
            }
        }));
    }
    ways
}
