//! One function cuts text into search tokens, for the index and for queries alike.
//!
//! Runs of Chinese are cut into single characters and pairs, so that one and two characters are found
//! (an index of three-character pieces misses them; a word index takes the run as one word). Digits are
//! cut the same way, so that a part of a telephone number is found. Other words are kept whole and
//! queried by prefix.

use crate::text;

/// The longest query that is looked at, in characters.
pub const QUERY_CHARS_MAX: usize = 64;

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Han,
    Digit,
    Word,
    Gap,
}

fn class(c: char) -> Class {
    match c {
        // Chinese full stops and brackets lie among the characters; they are no text to look for.
        c if !c.is_alphanumeric() => Class::Gap,
        '\u{2e80}'..='\u{9fff}'
        | '\u{a000}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Class::Han,
        c if c.is_numeric() => Class::Digit,
        _ => Class::Word,
    }
}

fn runs(text: &str) -> Vec<(Class, Vec<char>)> {
    let mut runs: Vec<(Class, Vec<char>)> = Vec::new();
    for c in text.chars() {
        let class = class(c);
        match runs.last_mut() {
            Some((last, run)) if *last == class => run.push(c),
            _ => runs.push((class, vec![c])),
        }
    }
    runs.retain(|(class, _)| *class != Class::Gap);
    runs
}

/// The tokens under which a text is found, separated by blanks.
pub fn index_tokens(text: &str) -> String {
    let mut out = String::new();
    let mut push = |token: &[char]| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(token);
    };
    for (class, run) in runs(&text::key(text)) {
        if class == Class::Word {
            push(&run);
        } else {
            run.iter().for_each(|c| push(&[*c]));
            run.windows(2).for_each(&mut push);
        }
    }
    out
}

/// A query in FTS5's language: every piece must be there. Nothing if there is nothing to look for.
pub fn match_expression(query: &str) -> Option<String> {
    let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
    let mut parts = Vec::new();
    for (class, run) in runs(&text::key(&query)) {
        let quoted = |token: &[char]| format!("\"{}\"", token.iter().collect::<String>());
        match (class, run.len()) {
            (Class::Word, _) => parts.push(format!("{}*", quoted(&run))),
            (_, 1) => parts.push(quoted(&run)),
            _ => parts.extend(run.windows(2).map(quoted)),
        }
    }
    (!parts.is_empty()).then(|| parts.join(" AND "))
}
