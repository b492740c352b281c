//! What failed: what to do about it in the window's language; others' own words folded below it.

use domain::ipc::IpcError;
use leptos::prelude::*;

use crate::i18n::everywhere;
use crate::words::cure::cure;
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
    let (code, field) = (problem.code, problem.field);
    // In the words of the field, where it is about one.
    let text = move || field.as_ref().map_or_else(|| sentence(code), |field| cure(field, code));
    view! {
        <span>{text}</span>
        <Details text=problem.message />
    }
}
