//! Normal form of free text.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

/// What is stored: without invisible characters, runs of white space (line ends too) made one blank,
/// trimmed; otherwise as typed.
pub fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() || c.is_control() {
            blank = !out.is_empty();
        } else {
            if blank {
                out.push(' ');
                blank = false;
            }
            out.push(c);
        }
    }
    out
}

/// What is compared: tidy, NFKC (UAX #15), lower case. Two texts with one key mean the same.
pub fn key(text: &str) -> String {
    if text.is_ascii() {
        return tidy(text).to_ascii_lowercase();
    }
    // Invisible characters go first and lower case is composed again: both can part what NFKC joins.
    let lower = nfkc(tidy(text)).to_lowercase();
    tidy(&nfkc(lower))
}

/// Most texts are in that form already.
fn nfkc(text: String) -> String {
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes { text } else { text.nfkc().collect() }
}
