//! The page of the window: Leptos components, compiled to web assembly.

mod app;
mod appearance;
mod clock;
mod components;
mod declared;
mod focus;
mod full_text;
mod i18n;
mod ipc;
mod keyboard;
mod leaving;
mod pages;
mod query;
mod remembered;
mod route;
mod session;
mod shell;
mod words;

fn main() {
    leptos::mount::mount_to_body(app::App);
    // What stood there until now was only the frame of the page.
    if let Some(frame) = leptos::prelude::document().get_element_by_id("frame") {
        frame.remove();
    }
}
