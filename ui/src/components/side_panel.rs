//! The panel at the right, beside the content; the list leaves out columns where there is little room.

use leptos::prelude::*;

use super::IconButton;
use crate::i18n::everywhere;
use crate::keyboard::{is_composing, is_typing};

/// The panel.
#[component]
pub fn SidePanel(
    /// What it shows, for those who cannot see it.
    #[prop(into)]
    label: Signal<String>,
    /// Heading.
    #[prop(into)]
    title: Signal<String>,
    /// A line below the heading.
    #[prop(optional, into)]
    subtitle: Option<Signal<String>>,
    /// Somebody closed it.
    #[prop(into)]
    on_close: Callback<()>,
    /// Buttons at the bottom.
    #[prop(optional, into)]
    footer: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    // Wherever the focus is, except where Escape has another meaning: in an input, under a dialog or a menu.
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let covered = document().query_selector("dialog[open], .drop-list").ok().flatten().is_some();
        let ours = event.key() == "Escape" && !event.default_prevented() && !covered;
        if ours && !is_composing(&event) && !is_typing(&event) {
            event.prevent_default();
            on_close.run(());
        }
    });
    on_cleanup(move || keys.remove());
    view! {
        <aside class="side" aria-label=label data-region="side" data-testid="side-panel" tabindex="-1">
            <header>
                <div class="row">
                    <h2 class="grow cut">{title}</h2>
                    <IconButton
                        icon="x"
                        kind="sm"
                        label=Signal::derive(|| everywhere::close().to_owned())
                        on_press=move |_| on_close.run(())
                    />
                </div>
                {subtitle.map(|text| view! { <div class="row xs faint">{text}</div> })}
            </header>
            <div class="scroll">{children()}</div>
            {footer.map(|footer| view! { <footer>{move || footer.run()}</footer> })}
        </aside>
    }
}
