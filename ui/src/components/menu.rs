//! A button that opens a list of choices below it.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::keyboard::is_composing;

/// The button and its list. Children are `<button role="menuitem">` or `menuitemradio`.
#[component]
pub fn Menu(
    /// Class of the button.
    #[prop(default = "pill")]
    class: &'static str,
    /// Words of the button.
    #[prop(into)]
    face: ViewFn,
    /// For tests.
    #[prop(optional)]
    testid: Option<&'static str>,
    /// Opens to the left?
    #[prop(optional)]
    to_left: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let items = move || -> Vec<web_sys::HtmlElement> {
        let Some(list) = root.get_untracked().and_then(|root| root.query_selector_all("[role^=menuitem]").ok()) else {
            return Vec::new();
        };
        (0..list.length()).filter_map(|n| list.item(n)).filter_map(|node| node.dyn_into().ok()).collect()
    };
    let step = move |by: usize| {
        let items = items();
        if items.is_empty() {
            return;
        }
        let active = document().active_element();
        let now = items
            .iter()
            .position(|item| active.as_ref().is_some_and(|active| active == item.as_ref() as &web_sys::Element));
        let next = now.map_or(if by == 1 { 0 } else { items.len() - 1 }, |now| {
            (now + if by == 1 { 1 } else { items.len() - 1 }) % items.len()
        });
        let _ = items[next].focus();
    };
    let keys = move |event: KeyboardEvent| {
        if !open.get_untracked() || is_composing(&event) {
            return;
        }
        match event.key().as_str() {
            "Escape" => close(),
            "ArrowDown" => step(1),
            "ArrowUp" => step(0),
            "Tab" => {
                open.set(false);
                return;
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // Focus that leaves the menu closes it.
    let left = move |event: web_sys::FocusEvent| {
        let inside = root
            .get_untracked()
            .zip(event.related_target())
            .is_some_and(|(root, to)| to.dyn_ref::<web_sys::Node>().is_some_and(|to| root.contains(Some(to))));
        if !inside {
            open.set(false);
        }
    };
    Effect::new(move |_| {
        if open.get() {
            request_animation_frame(move || step(1));
        }
    });
    let children = StoredValue::new(children);
    view! {
        <div class="menu" node_ref=root on:keydown=keys on:focusout=left>
            <button
                type="button"
                class=class
                node_ref=button
                data-testid=testid
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {move || face.run()}
            </button>
            {move || {
                open.get()
                    .then(|| {
                        view! {
                            <div class="drop-list" class:to-left=to_left role="menu" on:click=move |_| close()>
                                {children.with_value(|children| children())}
                            </div>
                        }
                    })
            }}
        </div>
    }
}
