//! Why something was found: its text in parts.

use domain::search::found;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The part.
    pub text: String,
    /// Was it looked for?
    pub found: bool,
}

/// A text in parts, those that a query looks for apart.
pub fn parts(text: &str, query: &str) -> Vec<Part> {
    let part = |text: &str, found: bool| Part { text: text.to_owned(), found };
    let (mut parts, mut at) = (Vec::new(), 0);
    for range in found(text, query) {
        if range.start > at {
            parts.push(part(&text[at..range.start], false));
        }
        parts.push(part(&text[range.clone()], true));
        at = range.end;
    }
    if at < text.len() {
        parts.push(part(&text[at..], false));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_whole_text() {
        let of = |text: &str, query: &str| {
            parts(text, query).into_iter().map(|part| (part.text, part.found)).collect::<Vec<_>>()
        };
        let part = |text: &str, found: bool| (text.to_owned(), found);
        assert_eq!(
            of("美味小馆（望京店）", "望京"),
            [part("美味小馆（", false), part("望京", true), part("店）", false)]
        );
        assert_eq!(of("美味小馆", "mw"), [part("美味", true), part("小馆", false)]);
        assert_eq!(of("美味小馆", "z"), [part("美味小馆", false)]);
        assert_eq!(of("", "x"), []);
    }
}
