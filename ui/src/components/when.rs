//! Moments that stay true while time passes.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::clock::{local, use_now};
use crate::words::time;

/// `今天 14:32`
#[component]
pub fn Moment(
    /// When.
    #[prop(into)]
    at: Signal<DateTime<Utc>>,
) -> impl IntoView {
    let now = use_now();
    view! { <time datetime=move || at.get().to_rfc3339()>{move || time::moment(local(at.get()), local(now.get()))}</time> }
}
