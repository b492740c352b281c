//! Old value → new value.

use domain::change::Change;
use leptos::prelude::*;

use super::Icon;
use crate::words::value::value_text;

/// One change as people read it.
#[component]
pub fn Diff(
    /// The line.
    change: Change,
) -> impl IntoView {
    let change = StoredValue::new(change);
    view! {
        <div class="diff">
            <span class="was">{move || change.with_value(|change| value_text(&change.field, &change.before))}</span>
            <Icon name="arrow" size="s" />
            <span class="now">{move || change.with_value(|change| value_text(&change.field, &change.after))}</span>
        </div>
    }
}
