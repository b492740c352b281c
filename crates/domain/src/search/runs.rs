//! Text in normal form as runs of one class.

/// What a run consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Characters that are found one by one: Chinese, and letters that are not Latin.
    Characters,
    /// Digits.
    Digits,
    /// Latin letters.
    Word,
}

fn class(c: char) -> Option<Class> {
    match c {
        'a'..='z' => Some(Class::Word),
        '0'..='9' => Some(Class::Digits),
        // Chinese full stops and brackets lie among the characters; they are no text to look for.
        c if !c.is_alphanumeric() => None,
        _ => Some(Class::Characters),
    }
}

/// The runs of a text in normal form ([`crate::text::key`]).
pub(super) fn runs(key: &str) -> impl Iterator<Item = (Class, &str)> {
    let mut rest = key;
    std::iter::from_fn(move || {
        let (begin, first) = rest.char_indices().find_map(|(at, c)| Some((at, class(c)?)))?;
        rest = &rest[begin..];
        let end = rest.char_indices().find(|(_, c)| class(*c) != Some(first)).map_or(rest.len(), |(at, _)| at);
        let (run, after) = rest.split_at(end);
        rest = after;
        Some((first, run))
    })
}
