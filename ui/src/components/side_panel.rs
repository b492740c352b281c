//! The panel at the right: beside the content where there is room, over it where there is not.

use leptos::prelude::*;

use super::IconButton;
use crate::i18n::common;

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
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !crate::keyboard::is_composing(&event) {
            event.stop_propagation();
            on_close.run(());
        }
    };
    view! {
        <aside class="side" aria-label=label data-region="side" data-testid="side-panel" tabindex="-1" on:keydown=keys>
            <header>
                <div class="row">
                    <h2 class="grow cut">{title}</h2>
                    <IconButton
                        icon="x"
                        kind="sm"
                        label=Signal::derive(|| common::close().to_owned())
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
