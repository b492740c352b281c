//! A button that opens something below it.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::keyboard::is_composing;

/// The button and what it opens. Escape closes it and gives the focus back to the button; focus that leaves closes it too.
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
        if open.get_untracked() && event.key() == "Escape" && !is_composing(&event) {
            open.set(false);
            if let Some(button) = button.get_untracked() {
                let _ = button.focus();
            }
            event.prevent_default();
            event.stop_propagation();
        }
    };
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
                            <div class="drop-list" class:to-left=to_left role=role aria-label=label>
                                {children.with_value(|children| children())}
                            </div>
                        }
                    })
            }}
        </div>
    }
}
