//! Members that nobody reads. What is stored or pulled may be of a newer program, and keeps them; what an administrator
//! writes now is misspelt if it has some, and would be dropped without a word.

use serde_json::Value as Json;

/// What a part of a text can be.
pub(crate) enum Shape {
    /// Anything.
    Any,
    /// A string.
    Word,
    /// An object with some of these members.
    Members(&'static [(&'static str, Shape)]),
    /// A list of such parts.
    Each(&'static Shape),
    /// A string, or an object with some of these members.
    WordOr(&'static [(&'static str, Shape)]),
}

/// The first part that is not of this shape, such as `custom[2].sensitve`.
pub(crate) fn stray(json: &Json, shape: &Shape) -> Option<String> {
    let (members, at) = match (shape, json) {
        (Shape::Any, _) | (Shape::Word | Shape::WordOr(_), Json::String(_)) => return None,
        (Shape::Each(of), Json::Array(items)) => {
            let stray = |(n, item)| stray(item, of).map(|path| joined(&format!("[{n}]"), &path));
            return items.iter().enumerate().find_map(stray);
        }
        (Shape::Members(members) | Shape::WordOr(members), Json::Object(at)) => (members, at),
        _ => return Some(String::new()),
    };
    at.iter().find_map(|(name, part)| match members.iter().find(|(known, _)| known == name) {
        Some((_, shape)) => stray(part, shape).map(|path| joined(name, &path)),
        None => Some(name.clone()),
    })
}

fn joined(begin: &str, rest: &str) -> String {
    let point = if rest.is_empty() || rest.starts_with('[') { "" } else { "." };
    format!("{begin}{point}{rest}")
}
