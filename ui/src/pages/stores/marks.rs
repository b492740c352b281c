//! Why a row was found: the parts of its texts that the search looked for.

use domain::ipc::StoreRow;
use domain::search::found;
use leptos::prelude::*;

use super::state::ListState;
use crate::words::field::field_label;
use crate::words::found::{Part, parts};
use crate::words::value::phone;

/// A text with what was looked for marked in it.
#[component]
pub fn Marked(#[prop(into)] text: Signal<String>, list: ListState) -> impl IntoView {
    let asked = Memo::new(move |_| list.query.with(|query| query.text.trim().to_owned()));
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

/// What else a row was found by: a number, where no column shows one.
pub fn also_found_by(asked: &str, row: &StoreRow) -> Option<(String, String)> {
    let asked = asked.trim();
    if !asked.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_found = |text: &str| !found(text, asked).is_empty();
    if [row.name.as_str(), row.id.as_str(), row.address.as_str()].into_iter().any(is_found) {
        return None;
    }
    let phones = row.values.iter().find(|(field, _)| field.as_str() == "phones")?.1.as_list()?;
    let shown = phones.into_iter().map(phone).find(|number| is_found(number))?;
    Some((field_label("phones"), shown))
}
