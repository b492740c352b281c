//! Every text of the window, in Chinese and English.
//!
//! `build.rs` makes one function per text: `stores::title()`, `stores::rows(count)`. They read the language
//! reactively, so `<h1>{stores::title}</h1>` follows a change of language by itself. A text that one language lacks
//! does not compile.

use std::cell::RefCell;

pub use domain::ipc::Language;
use leptos::prelude::*;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

thread_local! {
    static LANGUAGE: RefCell<ArcRwSignal<Language>> = RefCell::new(ArcRwSignal::new(Language::Chinese));
}

fn signal() -> ArcRwSignal<Language> {
    LANGUAGE.with(|language| language.borrow().clone())
}

/// The language of the window, tracked.
pub fn lang() -> Language {
    signal().get()
}

/// Changes the language of the window.
pub fn set_lang(language: Language) {
    if signal().get_untracked() != language {
        signal().set(language);
    }
}

/// The language's tag, for `lang` attributes.
pub fn tag(language: Language) -> &'static str {
    match language {
        Language::Chinese => "zh-CN",
        Language::English => "en",
    }
}

/// `10248` → `10,248`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Joins a list as the language does: `电话、地址`, `phones, address`.
pub fn listed(items: &[String]) -> String {
    items.join(match lang() {
        Language::Chinese => "、",
        Language::English => ", ",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (10_248, "10,248"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
