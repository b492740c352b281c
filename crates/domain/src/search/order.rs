//! The order of names and addresses, as bytes that compare.

use super::spoken;
use crate::text;

/// Bytes that are compared; names that agree in so many are in any order.
const BYTES_MAX: usize = 64;

// First bytes, so that digits come before Latin letters and those before Chinese.
const GAP: u8 = 0x01;
const NUMBER: u8 = 0x10;
const OTHER_LETTER: u8 = 0x7f;
const UNSPOKEN: u8 = 0xff;

/// A key whose bytes compare as people sort: digits by the number that they make, Latin letters without case, Chinese
/// by pinyin and tone. A character with several readings stands where its usual one does.
pub fn sort_key(text: &str) -> Vec<u8> {
    let key = text::key(text);
    let mut out = Vec::with_capacity(BYTES_MAX.min(key.len()));
    let mut rest = key.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '0'..='9' => {
                let mut digits = String::from(c);
                while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                    digits.push(digit);
                }
                let number = digits.trim_start_matches('0');
                out.extend([NUMBER, u8::try_from(number.len()).unwrap_or(u8::MAX)]);
                out.extend(number.bytes());
            }
            'a'..='z' => out.push(c as u8),
            c => match spoken::place(c) {
                // Below 0x7f00: the first byte is not yet UNSPOKEN.
                Some(place) => out.extend((0x8000 | place).to_be_bytes()),
                None if !c.is_alphanumeric() => out.push(GAP),
                None => {
                    let first = if c.is_alphabetic() && (c as u32) < 0x2e80 { OTHER_LETTER } else { UNSPOKEN };
                    out.push(first);
                    out.extend(&(c as u32).to_be_bytes()[1..]);
                }
            },
        }
        if out.len() >= BYTES_MAX {
            out.truncate(BYTES_MAX);
            break;
        }
    }
    out
}
