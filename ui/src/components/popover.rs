//! A button that opens something below it.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::keyboard::is_composing;

/// What can be the first to have the focus in it.
const STOPS: &str = "a[href], button:not([disabled]):not([tabindex=\"-1\"]), input:not([disabled]), select, textarea";

/// Gives the focus to the first thing in what has opened, or to that itself: who opened it by a key goes on by keys.
fn enter(root: NodeRef<html::Div>) {
    let Some(list) = root
        .try_get_untracked()
        .flatten()
        .and_then(|root| root.query_selector(".drop-list").ok().flatten())
        .filter(|list| !list.contains(document().active_element().as_deref()))
    else {
        return;
    };
    let first = list.query_selector(STOPS).ok().flatten().unwrap_or(list);
    if let Ok(first) = first.dyn_into::<web_sys::HtmlElement>() {
        let _ = first.focus();
    }
}

/// Gives the focus to the button if what has closed had it: then nothing has it now.
fn come_back(button: NodeRef<html::Button>) {
    let lost = crate::focus::is_lost();
    if let Some(button) = button.try_get_untracked().flatten().filter(|_| lost) {
        let _ = button.focus();
    }
}

/// The button and what it opens, which gets the focus. Whatever closes it from within gives the focus back to the button,
/// and Escape closes nothing else while it is open; focus that leaves closes it too.
#[component]
pub fn Popover(
    /// Open?
    open: RwSignal<bool>,
    /// Class of the button.
    #[prop(default = "pill")]
    class: &'static str,
    /// Words of the button.
    #[prop(into)]
    face: ViewFn,
    /// What opens, for those who cannot see it: `menu`, `dialog`.
    #[prop(default = "dialog")]
    role: &'static str,
    /// Its name; the button's words if there is none.
    #[prop(optional_no_strip)]
    label: Option<Signal<String>>,
    /// For tests.
    #[prop(optional_no_strip)]
    testid: Option<&'static str>,
    /// Opens to the left?
    #[prop(optional)]
    to_left: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let keys = move |event: KeyboardEvent| {
        if open.get_untracked() && event.key() == "Escape" && !event.default_prevented() && !is_composing(&event) {
            open.set(false);
            if let Some(button) = button.get_untracked() {
                let _ = button.focus();
            }
            event.prevent_default();
            event.stop_propagation();
        }
    };
    // Also where the focus is not in it: it lies on top.
    let anywhere = window_event_listener(leptos::ev::keydown, keys);
    on_cleanup(move || anywhere.remove());
    Effect::new(move |was_open: Option<bool>| {
        let open = open.get();
        match (was_open.unwrap_or(false), open) {
            // A menu gives it to its first item.
            (false, true) if role != "menu" => request_animation_frame(move || enter(root)),
            (true, false) => request_animation_frame(move || come_back(button)),
            _ => {}
        }
        open
    });
    // Nothing has the focus while a click of the mouse lies on what cannot take it: then it stays open.
    let left = move |event: web_sys::FocusEvent| {
        let elsewhere = root
            .get_untracked()
            .zip(event.related_target())
            .is_some_and(|(root, to)| !to.dyn_ref::<web_sys::Node>().is_some_and(|to| root.contains(Some(to))));
        if elsewhere {
            open.set(false);
        }
    };
    let outside = window_event_listener(leptos::ev::mousedown, move |event| {
        let inside = root
            .get_untracked()
            .zip(event.target())
            .is_some_and(|(root, on)| on.dyn_ref::<web_sys::Node>().is_some_and(|on| root.contains(Some(on))));
        if !inside && open.get_untracked() {
            open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    let children = StoredValue::new(children);
    view! {
        <div class="menu" node_ref=root on:keydown=keys on:focusout=left>
            <button
                type="button"
                class=class
                node_ref=button
                data-testid=testid
                aria-haspopup=role
                aria-label=label
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {move || face.run()}
            </button>
            {move || {
                open.get()
                    .then(|| {
                        view! {
                            <div class="drop-list" class:to-left=to_left role=role aria-label=label tabindex="-1">
                                {children.with_value(|children| children())}
                            </div>
                        }
                    })
            }}
        </div>
    }
}
