//! What failed: the sentence of its code in the window's language; others' own words folded below it.

use domain::ipc::IpcError;
use leptos::prelude::*;

use crate::i18n::everywhere;
use crate::words::problem::sentence;

/// The words of whoever refused, in English, folded.
#[component]
pub fn Details(
    /// The words; nothing is shown if there are none.
    text: String,
) -> impl IntoView {
    (!text.is_empty()).then(|| {
        view! {
            <details class="said" data-testid="problem-details">
                <summary>{everywhere::details}</summary>
                <span class="sel" lang="en">{text}</span>
            </details>
        }
    })
}

/// The sentence, and the details.
#[component]
pub fn Problem(
    /// What failed.
    problem: IpcError,
) -> impl IntoView {
    let code = problem.code;
    view! {
        <span>{move || sentence(code)}</span>
        <Details text=problem.message />
    }
}
