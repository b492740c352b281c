//! What the words of the program mean, and its keys.

use leptos::prelude::*;

use super::ShortcutList;
use crate::components::{Button, Dialog};
use crate::i18n::{everywhere, help};
use crate::keyboard::use_keyboard;

/// Help.
#[component]
pub fn HelpDialog() -> impl IntoView {
    let open = use_keyboard().help;
    view! {
        <Dialog
            open=open
            on_close=move |()| open.set(false)
            class="dlg wide"
            light_dismiss=true
            title=Signal::derive(|| help::title().to_owned())
            footer=move || view! { <Button kind="primary" on_press=move |_| open.set(false)>{everywhere::close}</Button> }
        >
            <div class="txt">
                <dl class="facts words">
                    <dt>{help::saved}</dt>
                    <dd>{help::saved_text}</dd>
                    <dt>{help::synced}</dt>
                    <dd>{help::synced_text}</dd>
                    <dt>{help::offline}</dt>
                    <dd>{help::offline_text}</dd>
                </dl>
                <ShortcutList />
            </div>
        </Dialog>
    }
}
