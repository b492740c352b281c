//! Sentences one behind the other.

use crate::i18n::{Language, lang};

/// Sentences put together as the language does: in Chinese nothing stands between them. Empty ones are left out.
pub fn joined(sentences: impl IntoIterator<Item = String>) -> String {
    let said: Vec<String> = sentences.into_iter().filter(|sentence| !sentence.is_empty()).collect();
    said.join(match lang() {
        Language::Chinese => "",
        Language::English => " ",
    })
}

/// A sentence that is put behind another one that stands in an element of its own.
pub fn behind(sentence: String) -> String {
    match lang() {
        Language::English if !sentence.is_empty() => format!(" {sentence}"),
        _ => sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::set_lang;

    #[test]
    fn sentences_are_put_together_as_the_language_does() {
        for (language, parts, whole) in [
            (Language::Chinese, ["离线。", "已存本机。"], "离线。已存本机。"),
            (Language::English, ["Offline.", "Saved here."], "Offline. Saved here."),
            (Language::English, ["Offline.", ""], "Offline."),
        ] {
            set_lang(language);
            assert_eq!(joined(parts.map(str::to_owned)), whole);
            assert_eq!(format!("{}{}", parts[0], behind(parts[1].to_owned())), whole);
        }
    }
}
