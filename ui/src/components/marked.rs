//! A text with what was looked for marked in it.

use leptos::prelude::*;

use crate::words::found::{Part, parts};

/// The text.
#[component]
pub fn Marked(
    /// It.
    #[prop(into)]
    text: Signal<String>,
    /// What was looked for.
    #[prop(into)]
    asked: Signal<String>,
) -> impl IntoView {
    let asked = Memo::new(move |_| asked.with(|asked| asked.trim().to_owned()));
    move || {
        let text = text.get();
        let asked = asked.get();
        if asked.is_empty() {
            return text.into_any();
        }
        let part = |part: Part| match part.found {
            true => view! { <mark>{part.text}</mark> }.into_any(),
            false => part.text.into_any(),
        };
        parts(&text, &asked).into_iter().map(part).collect_view().into_any()
    }
}
