//! Short notices at the bottom right, with undo where it can be undone.

use std::time::Duration;

use domain::EditId;
use domain::ipc::IpcError;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Details, Icon, IconButton};
use crate::i18n::common;
use crate::ipc;
use crate::words::problem::sentence;

/// Long enough to read and reach for "undo".
const SHOWN: Duration = Duration::from_secs(10);
/// More at once would cover the page.
const TOASTS_MAX: usize = 3;

#[derive(Clone, PartialEq)]
struct Toast {
    id: u64,
    icon: &'static str,
    text: String,
    detail: String,
    undo: Vec<EditId>,
}

/// Shows notices.
#[derive(Clone, Copy)]
pub struct Toaster {
    toasts: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl Toaster {
    /// Provides it. Once, by the app.
    pub fn provide() -> Self {
        let toaster = Self { toasts: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        provide_context(toaster);
        toaster
    }
    /// A notice.
    pub fn say(&self, text: impl Into<String>) {
        self.show("check", text.into(), Vec::new());
    }
    /// A notice with "undo".
    pub fn say_with_undo(&self, text: impl Into<String>, edit: EditId) {
        self.show("check", text.into(), vec![edit]);
    }
    /// A notice with "undo" for several edits.
    pub fn say_with_undo_all(&self, text: impl Into<String>, edits: Vec<EditId>) {
        self.show("check", text.into(), edits);
    }
    /// A failed command.
    pub fn fail(&self, problem: &IpcError) {
        let detail = problem.message.clone();
        self.push(Toast { icon: "bad", text: sentence(problem.code).to_owned(), detail, id: 0, undo: Vec::new() });
    }
    fn show(&self, icon: &'static str, text: String, undo: Vec<EditId>) {
        self.push(Toast { icon, text, undo, id: 0, detail: String::new() });
    }
    fn push(&self, toast: Toast) {
        let id = self.next.get_value() + 1;
        self.next.set_value(id);
        self.toasts.update(|toasts| {
            if toasts.len() >= TOASTS_MAX {
                toasts.remove(0);
            }
            toasts.push(Toast { id, ..toast });
        });
        let toaster = *self;
        set_timeout(move || toaster.drop_toast(id), SHOWN);
    }
    fn drop_toast(&self, id: u64) {
        self.toasts.try_update(|toasts| toasts.retain(|toast| toast.id != id));
    }
    fn take_back(&self, toast: u64, edits: Vec<EditId>) {
        self.drop_toast(toast);
        let toaster = *self;
        spawn_local(async move {
            let outcome = match edits.as_slice() {
                [edit] => ipc::undo(*edit).await.map(|_| common::undone().to_owned()),
                _ => ipc::undo_all(edits).await.map(|done| match done.left {
                    0 => common::undone().to_owned(),
                    left => common::undone_left(done.undone, crate::i18n::grouped(left)),
                }),
            };
            match outcome {
                Ok(text) => toaster.say(text),
                Err(problem) => toaster.fail(&problem),
            }
        });
    }
}

/// The toaster.
pub fn use_toaster() -> Toaster {
    use_context().unwrap_or_else(Toaster::provide)
}

/// Where notices appear. Once, by the app.
#[component]
pub fn Toasts() -> impl IntoView {
    let toaster = use_toaster();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toaster.toasts.get() key=|toast| toast.id let:toast>
                <div class="toast" data-testid="toast">
                    <Icon name=toast.icon />
                    <div class="grow"><span>{toast.text}</span><Details text=toast.detail /></div>
                    {(!toast.undo.is_empty())
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="btn link sm"
                                    data-testid="toast-undo"
                                    on:click=move |_| toaster.take_back(toast.id, toast.undo.clone())
                                >
                                    {common::undo}
                                </button>
                            }
                        })}
                    <IconButton
                        icon="x"
                        kind="sm"
                        label=Signal::derive(|| common::close().to_owned())
                        on_press=move |_| toaster.drop_toast(toast.id)
                    />
                </div>
            </For>
        </div>
    }
}
