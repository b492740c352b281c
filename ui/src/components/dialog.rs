//! Dialogs: modal, closed by Escape, and the focus returns to where it was.

use leptos::html;
use leptos::prelude::*;

/// A modal dialog, shown while `open`.
#[component]
pub fn Dialog(
    /// Shown?
    #[prop(into)]
    open: Signal<bool>,
    /// Somebody closed it by Escape, or beside it.
    #[prop(into)]
    on_close: Callback<()>,
    /// What it asks.
    #[prop(into)]
    title: Signal<String>,
    /// Class of the style sheet: `dlg`, `pal`.
    #[prop(default = "dlg")]
    class: &'static str,
    /// No heading: the content has its own.
    #[prop(optional)]
    bare: bool,
    /// A press beside it closes it? Only where nothing is typed that would be lost.
    #[prop(optional)]
    light_dismiss: bool,
    /// Buttons at the bottom, the safe one first.
    #[prop(optional, into)]
    footer: Option<ViewFn>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    // The browser returns the focus to the element that had it when the dialog was shown.
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let beside = move |event: leptos::ev::MouseEvent| {
        let hit = event.target().zip(dialog.get_untracked()).is_some_and(|(target, dialog)| {
            let dialog: &web_sys::EventTarget = dialog.as_ref();
            target == *dialog
        });
        if hit && light_dismiss {
            on_close.run(());
        }
    };
    let footer = StoredValue::new(footer);
    let children = StoredValue::new(children);
    view! {
        <dialog
            node_ref=dialog
            class=class
            aria-label=title
            on:mousedown=beside
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                on_close.run(());
            }
        >
            {move || {
                open.get()
                    .then(|| {
                        view! {
                            {(!bare).then(|| view! { <header><h2>{title}</h2></header> })}
                            {children.with_value(|children| children())}
                            {footer.with_value(|footer| footer.as_ref().map(|footer| view! { <footer>{footer.run()}</footer> }))}
                        }
                    })
            }}
        </dialog>
    }
}
