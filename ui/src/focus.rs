//! Where the focus goes. Left on something that is gone, it falls to the page's body, where keys of rows and forms do
//! nothing.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Moves the focus to the first element that a selector finds.
pub fn focus_on(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let found = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
    found.is_some_and(|element| element.focus().is_ok())
}

/// The same once what changes now is drawn.
pub fn focus_soon(selector: &'static str) {
    request_animation_frame(move || {
        focus_on(selector);
    });
}

/// Moves the focus there once what changes now is drawn, if nothing else has it by then.
pub fn focus_if_lost(selector: &'static str) {
    request_animation_frame(move || {
        if is_lost() {
            focus_on(selector);
        }
    });
}

/// Moves the focus to the heading of the page once it is drawn, if nothing else has it by then.
pub fn focus_heading() {
    request_animation_frame(|| {
        let heading = document().query_selector("main h1").ok().flatten().filter(|_| is_lost());
        if let Some(heading) = heading {
            // Not a stop of Tab: only keys and readers begin there.
            let _ = heading.set_attribute("tabindex", "-1");
            focus_on("main h1");
        }
    });
}

/// Does nothing have the focus? In a modal dialog that can be the dialog itself.
pub fn is_lost() -> bool {
    document().active_element().is_none_or(|active| matches!(active.tag_name().as_str(), "BODY" | "DIALOG"))
}
