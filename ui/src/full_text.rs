//! What a cell cannot show in full is shown in full under the pointer, and only that.
//!
//! A native tooltip stays while the pointer rests, also over the next page that somebody opens by a key. So a cell says
//! its text in `data-full`, and is given a title only where that does not fit.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Starts to look where the pointer goes. Once, by the app.
pub fn provide() {
    let handle = window_event_listener(leptos::ev::mousemove, |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(cell) = target.and_then(|element| element.closest("[data-full]").ok().flatten()) else { return };
        // Refused only for names that are none.
        let _ = match cell.get_attribute("data-full").filter(|full| !full.is_empty() && is_cut(&cell)) {
            Some(full) => cell.set_attribute("title", &full),
            None => cell.remove_attribute("title"),
        };
    });
    on_cleanup(move || handle.remove());
}

/// Does it, or anything in it, have more than it shows?
fn is_cut(cell: &Element) -> bool {
    // What only screen readers see is a pixel wide; what stands in a line has no width.
    let has_more = |element: &Element| element.client_width() > 1 && element.scroll_width() > element.client_width();
    let parts = cell.get_elements_by_tag_name("*");
    has_more(cell) || (0..parts.length()).filter_map(|n| parts.item(n)).any(|part| has_more(&part))
}
