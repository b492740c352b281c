//! Asks before something unsaved is left.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Button, Dialog};
use crate::i18n::everywhere as words;
use crate::route::{Route, use_navigator};

/// Where somebody wants to go while `holds` says that something would be lost; as long as the component is there.
pub fn guard(holds: impl Fn(&Route) -> bool + Send + Sync + 'static) -> RwSignal<Option<Route>> {
    let navigator = use_navigator();
    let to = RwSignal::new(None::<Route>);
    navigator.set_guard(Some(Arc::new(move |route: Route| {
        let go = !untrack(|| holds(&route));
        if !go {
            to.set(Some(route));
        }
        go
    })));
    on_cleanup(move || navigator.set_guard(None));
    to
}

/// The question.
#[component]
pub fn Leaving(
    /// From [`guard`].
    to: RwSignal<Option<Route>>,
    /// Saves and goes there; without it one can only stay, or leave without saving.
    #[prop(optional, into)]
    on_save: Option<Callback<Route>>,
) -> impl IntoView {
    let navigator = use_navigator();
    let take = move || {
        let route = to.try_get_untracked().flatten();
        to.try_set(None);
        route
    };
    let leave = move |_| {
        if let Some(route) = take() {
            navigator.force(route);
        }
    };
    let footer = move || {
        view! {
            <Button testid="leave-stay" on_press=move |_| to.set(None)>{words::stay}</Button>
            <Button kind="danger" testid="leave-drop" on_press=leave>{words::leave_drop}</Button>
            {on_save.map(|on_save| view! {
                <Button kind="primary" testid="leave-save" on_press=move |_| {
                    if let Some(route) = take() {
                        on_save.run(route);
                    }
                }>{words::leave_save}</Button>
            })}
        }
    };
    view! {
        <Dialog
            open=Signal::derive(move || to.with(Option::is_some))
            on_close=move |()| to.set(None)
            title=Signal::derive(|| words::leave_title().to_owned())
            footer=footer
        >
            <div class="txt">{words::leave_text}</div>
        </Dialog>
    }
}
