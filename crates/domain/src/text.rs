//! Normal form of free text.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Shows nothing and means nothing: marks of width, of direction and of byte order, soft hyphens.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

/// Is it [`tidy`] as it stands? Most texts are.
pub fn is_tidy(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut at, mut blank) = (0, true);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' if blank => return false,
            b' ' => {
                blank = true;
                at += 1;
                continue;
            }
            b'!'..=b'~' => at += 1,
            // U+4000 to U+9FFF: letters of East Asia, three bytes each.
            0xe4..=0xe9 => at += 3,
            _ => match text[at..].chars().next() {
                Some(c) if !is_invisible(c) && !c.is_whitespace() && !c.is_control() => at += c.len_utf8(),
                _ => return false,
            },
        }
        blank = false;
    }
    !blank || text.is_empty()
}

/// The same as [`tidy`], without a copy of what is tidy already.
pub fn tidied(text: &str) -> Cow<'_, str> {
    if is_tidy(text) { Cow::Borrowed(text) } else { Cow::Owned(tidy(text)) }
}

/// A character that normalisation and lower case change by themselves or not at all, whatever stands beside it: ASCII,
/// its wide forms, and the unified ideographs of Chinese. What it becomes.
pub fn plain_key(c: char) -> Option<char> {
    match c {
        '\0'..='\u{7f}' => Some(c.to_ascii_lowercase()),
        '\u{4e00}'..='\u{9fff}' => Some(c),
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xff01 + 0x21).map(|narrow| narrow.to_ascii_lowercase())
        }
        _ => None,
    }
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

/// The items of a list as it is typed, between commas of either script: `外卖，清真`.
pub fn items(typed: &str) -> impl Iterator<Item = String> + '_ {
    typed.split([',', '，', '、']).map(tidy).filter(|item| !item.is_empty())
}

/// What is compared: tidy, NFKC (UAX #15), lower case. Two texts with one key mean the same.
pub fn key(text: &str) -> String {
    // Almost always, in one pass.
    if let Some(plain) = plain(text) {
        return plain;
    }
    let tidied = tidied(text);
    if let Some(plain) = plain(&tidied) {
        return plain;
    }
    // Invisible characters go first and lower case is composed again: both can part what NFKC joins.
    let lower = nfkc(tidied.into_owned()).to_lowercase();
    tidy(&nfkc(lower))
}

/// The key of a text of [`plain_key`]s, if it is tidy.
fn plain(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for c in text.chars() {
        let key = plain_key(c)?;
        if key.is_ascii_control() || key == ' ' && blank {
            return None;
        }
        blank = key == ' ';
        out.push(key);
    }
    (!blank || out.is_empty()).then_some(out)
}

/// Do its bytes alone show that there is nothing to trim? Not always where there is nothing.
pub fn has_plain_ends(text: &str) -> bool {
    // ASCII that shows, and U+4000 to U+9FFF: three bytes each.
    matches!(text.as_bytes(), [b'!'..=b'~' | 0xe4..=0xe9, ..])
        && matches!(text.as_bytes(), [.., b'!'..=b'~'] | [.., 0xe4..=0xe9, _, _])
}

/// Most texts are in that form already.
fn nfkc(text: String) -> String {
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes { text } else { text.nfkc().collect() }
}
