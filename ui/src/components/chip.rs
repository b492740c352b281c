//! Status chips: icon shape, word and colour all say the same.

use domain::EditState;
use domain::ipc::StoreRow;
use leptos::prelude::*;

use super::Icon;
use crate::i18n::everywhere;

/// A chip. `kind` is its colour: `ok`, `wait`, `clash`, `bad`, `hold`, `draft`, `mute`.
#[component]
pub fn Chip(
    /// Colour.
    #[prop(into)]
    kind: Signal<&'static str>,
    /// Icon; the one of the colour if not given.
    #[prop(optional)]
    icon: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let icon = Signal::derive(move || icon.unwrap_or_else(|| kind.get()));
    view! {
        <span class=move || format!("chip {}", kind.get()) data-testid="chip">
            {move || (kind.get() != "mute").then(|| view! { <Icon name=icon size="s" /> })}
            {children()}
        </span>
    }
}

/// The word of an edit's state.
pub fn state_label(state: EditState) -> &'static str {
    match state {
        EditState::Queued => everywhere::state_queued(),
        EditState::Sending => everywhere::state_sending(),
        EditState::Applied => everywhere::state_applied(),
        EditState::Merged => everywhere::state_merged(),
        EditState::InReview => everywhere::state_in_review(),
        EditState::Accepted => everywhere::state_accepted(),
        EditState::Declined => everywhere::state_declined(),
        EditState::Rejected => everywhere::state_rejected(),
        EditState::Cancelled => everywhere::state_cancelled(),
    }
}

/// What waits most in a row of the list: refused, then contested, then waiting, then people's, else nothing.
pub fn store_state(row: &StoreRow) -> (&'static str, String) {
    match (row.rejected, row.contested, row.queued, row.in_review) {
        (0, 0, 0, 0) => ("ok", everywhere::chip_synced().to_owned()),
        (0, 0, 0, n) => ("hold", everywhere::chip_review(n.into())),
        (0, 0, n, _) => ("wait", everywhere::chip_pending(n.into())),
        (0, n, _, _) => ("clash", everywhere::chip_conflict(n.into())),
        (n, _, _, _) => ("bad", everywhere::chip_rejected(n.into())),
    }
}

/// The chip of a store.
#[component]
pub fn StoreChip(
    /// Its row.
    #[prop(into)]
    row: Signal<StoreRow>,
) -> impl IntoView {
    let kind = Signal::derive(move || row.with(|row| store_state(row).0));
    view! { <Chip kind=kind>{move || row.with(|row| store_state(row).1)}</Chip> }
}
