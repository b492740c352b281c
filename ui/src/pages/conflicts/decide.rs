//! The reason, and "apply".

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::desk::use_desk;
use super::model::REASON_CHARS_MAX;
use crate::components::Icon;
use crate::i18n::conflicts;
use crate::keyboard::is_composing;

/// The foot of the bench.
#[component]
pub fn Decide() -> impl IntoView {
    let desk = use_desk();
    let counts = Memo::new(move |_| {
        desk.bench
            .with(|bench| bench.as_ref().map_or((0, 0), |bench| (bench.decided() as u64, bench.remaining() as u64)))
    });
    let reason = Memo::new(move |_| {
        desk.bench.with(|bench| bench.as_ref().map(|bench| bench.reason.clone()).unwrap_or_default())
    });
    let none = move || counts.get().0 == 0;
    let words = move || match (desk.saving.get(), counts.get()) {
        (true, _) => conflicts::applying().to_owned(),
        (false, (0, left)) => conflicts::apply_none(left),
        (false, (done, 0)) => conflicts::apply_all(done),
        (false, (done, _)) => conflicts::apply(done),
    };
    let hint = move || match counts.get() {
        (0, _) => conflicts::apply_hint_none().to_owned(),
        (_, 0) => conflicts::apply_hint_all().to_owned(),
        (done, left) => conflicts::apply_hint_some(done, left),
    };
    let keys = move |event: KeyboardEvent| {
        // Every other key goes on to the window, which knows that somebody types.
        if event.key() == "Enter" && !is_composing(&event) {
            event.stop_propagation();
            event.prevent_default();
            desk.apply();
        }
    };
    view! {
        <div class="decide">
            <label class="lab" for="conflict-reason">{conflicts::reason}</label>
            <span class="xs faint">{conflicts::reason_hint}</span>
            <input
                class="in"
                id="conflict-reason"
                data-testid="conflict-reason"
                maxlength=REASON_CHARS_MAX.to_string()
                autocomplete="off"
                prop:value=move || reason.get()
                on:input=move |event| desk.change(|bench| bench.reason = event_target_value(&event))
                on:keydown=keys
            />
            <button
                type="button"
                class="btn primary"
                data-testid="conflict-apply"
                // Stays focusable, so that its hint is read.
                aria-disabled=move || (none() || desk.saving.get()).to_string()
                aria-describedby="conflict-apply-hint"
                on:click=move |_| desk.apply()
            >
                {words}
            </button>
            <p class="hint" id="conflict-apply-hint"><Icon name="info" size="s" /><span>{hint}</span></p>
        </div>
    }
}
