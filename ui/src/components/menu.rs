//! A button that opens a list of choices below it.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Popover;
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
    /// Name of button and list, where the words are none.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// For tests.
    #[prop(optional)]
    testid: Option<&'static str>,
    /// Opens to the left?
    #[prop(optional)]
    to_left: bool,
    /// Open? For menus that a key opens too.
    #[prop(optional)]
    open: Option<RwSignal<bool>>,
    children: ChildrenFn,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    let children = StoredValue::new(children);
    let list = move || view! { <List open=open>{children.with_value(|children| children())}</List> };
    view! {
        <Popover open=open class=class face=face role="menu" label=label testid=testid to_left=to_left>
            {list}
        </Popover>
    }
}

#[component]
fn List(open: RwSignal<bool>, children: Children) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let items = move || -> Vec<web_sys::HtmlElement> {
        let Some(found) = list.get_untracked().and_then(|list| list.query_selector_all("[role^=menuitem]").ok()) else {
            return Vec::new();
        };
        (0..found.length()).filter_map(|n| found.item(n)).filter_map(|node| node.dyn_into().ok()).collect()
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
    let close = move || {
        open.set(false);
        // The button stands before the list.
        let button = list.get_untracked().and_then(|list| list.closest(".menu").ok().flatten());
        let button = button.and_then(|menu| menu.query_selector("[aria-haspopup]").ok().flatten());
        if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
    };
    let keys = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        match event.key().as_str() {
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
    Effect::new(move |_| {
        if list.get().is_some() {
            request_animation_frame(move || step(1));
        }
    });
    view! {
        <div class="items" role="none" node_ref=list on:keydown=keys on:click=move |_| close()>
            {children()}
        </div>
    }
}
