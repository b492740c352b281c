//! Signing out, with a question if something is not sent yet.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Button, Dialog, use_toaster};
use crate::i18n::{everywhere, shell};
use crate::ipc;
use crate::session::use_shared;

/// Asks before signing out.
#[derive(Clone, Copy)]
pub struct SignOut(RwSignal<bool>);

impl SignOut {
    /// Signs out, or asks first.
    pub fn ask(self) {
        self.0.set(true);
    }
}

/// Signing out. The dialog stands once in the app.
pub fn use_sign_out() -> SignOut {
    use_context().unwrap_or_else(|| {
        let sign_out = SignOut(RwSignal::new(false));
        provide_context(sign_out);
        sign_out
    })
}

/// The question.
#[component]
pub fn SignOutDialog() -> impl IntoView {
    let asked = use_sign_out().0;
    let shared = use_shared();
    let toaster = use_toaster();
    let waiting = Memo::new(move |_| shared.status().map_or(0, |status| status.queued));
    let leave = move || {
        asked.set(false);
        spawn_local(async move {
            if let Err(problem) = ipc::sign_out().await {
                toaster.fail(&problem);
            }
        });
    };
    // Nothing to lose: no question.
    Effect::new(move |_| {
        if asked.get() && waiting.get_untracked() == 0 {
            leave();
        }
    });
    let open = Signal::derive(move || asked.get() && waiting.get() > 0);
    let sync_first = move |_| {
        asked.set(false);
        spawn_local(async move {
            if let Err(problem) = ipc::sync_now().await {
                toaster.fail(&problem);
            }
        });
    };
    let footer = move || {
        view! {
            <Button on_press=move |_| asked.set(false)>{everywhere::cancel}</Button>
            <Button on_press=sync_first>{shell::sync_first}</Button>
            <Button kind="danger solid" on_press=move |_| leave()>{shell::sign_out_anyway}</Button>
        }
    };
    view! {
        <Dialog
            open=open
            on_close=move |()| asked.set(false)
            title=Signal::derive(move || shell::sign_out_title(waiting.get()))
            footer=footer
            light_dismiss=true
        >
            <div class="txt">{shell::sign_out_text}</div>
        </Dialog>
    }
}
