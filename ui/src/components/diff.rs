//! Old value → new value.

use domain::change::Change;
use leptos::prelude::*;

use super::Icon;
use crate::words::change::set_change;
use crate::words::value::value_text;

/// One change as people read it.
#[component]
pub fn Diff(
    /// The line.
    change: Change,
) -> impl IntoView {
    let set = set_change(&change.field, &change.before, &change.after);
    let change = StoredValue::new(change);
    if let Some(set) = set {
        return view! { <div class="sm">{move || set.words()}</div> }.into_any();
    }
    view! {
        <div class="diff">
            <span class="was">{move || change.with_value(|change| value_text(&change.field, &change.before))}</span>
            <Icon name="arrow" size="s" />
            <span class="now">{move || change.with_value(|change| value_text(&change.field, &change.after))}</span>
        </div>
    }
    .into_any()
}
