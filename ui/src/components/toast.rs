//! Short notices at the bottom right, with undo where it can be undone. What failed stays until somebody closes it.

use std::time::Duration;

use domain::EditId;
use domain::ipc::IpcError;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Details, Icon, IconButton};
use crate::i18n::everywhere;
use crate::ipc;
use crate::words::problem::sentence;
use crate::words::undone_text;

/// Long enough to read and reach for "undo"; as long again while the pointer or the focus is there.
const SHOWN: Duration = Duration::from_secs(10);
/// More at once would cover the page.
const TOASTS_MAX: usize = 3;

/// The icon of what failed.
const FAILED: &str = "bad";

#[derive(Clone, PartialEq)]
struct Toast {
    id: u64,
    icon: &'static str,
    text: String,
    detail: String,
    undo: Option<Undo>,
}

impl Toast {
    /// Does it stay until somebody closes it?
    fn stays(&self) -> bool {
        self.icon == FAILED
    }
    /// Do both say the same?
    fn says_the_same(&self, other: &Toast) -> bool {
        (&self.text, &self.detail) == (&other.text, &other.detail)
    }
}

/// What a notice can take back.
#[derive(Clone, PartialEq)]
enum Undo {
    Edit(EditId),
    Bulk(String),
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
        self.show("check", text.into(), None);
    }
    /// A notice with "undo".
    pub fn say_with_undo(&self, text: impl Into<String>, edit: EditId) {
        self.show("check", text.into(), Some(Undo::Edit(edit)));
    }
    /// A notice with "undo" for a bulk edit.
    pub fn say_with_undo_bulk(&self, text: impl Into<String>, bulk_id: String) {
        self.show("check", text.into(), Some(Undo::Bulk(bulk_id)));
    }
    /// A failed command.
    pub fn fail(&self, problem: &IpcError) {
        let detail = problem.message.clone();
        self.push(Toast { icon: FAILED, text: sentence(problem.code).to_owned(), detail, id: 0, undo: None });
    }
    fn show(&self, icon: &'static str, text: String, undo: Option<Undo>) {
        self.push(Toast { icon, text, undo, id: 0, detail: String::new() });
    }
    fn push(&self, toast: Toast) {
        let id = self.next.get_value() + 1;
        self.next.set_value(id);
        let stays = toast.stays();
        self.toasts.update(|toasts| {
            // The same failure again, as of a server that is away, is one notice.
            toasts.retain(|known| !(stays && known.says_the_same(&toast)));
            if toasts.len() >= TOASTS_MAX {
                let passing = toasts.iter().position(|toast| !toast.stays());
                toasts.remove(passing.unwrap_or(0));
            }
            toasts.push(Toast { id, ..toast });
        });
        if !stays {
            self.expire_later(id);
        }
    }
    fn expire_later(self, id: u64) {
        let expire = move || {
            let held = document().query_selector(".toasts:is(:hover, :focus-within)").ok().flatten().is_some();
            if held { self.expire_later(id) } else { self.drop_toast(id) }
        };
        set_timeout(expire, SHOWN);
    }
    fn drop_toast(&self, id: u64) {
        self.toasts.try_update(|toasts| toasts.retain(|toast| toast.id != id));
    }
    fn take_back(&self, toast: u64, undo: Undo) {
        self.drop_toast(toast);
        let toaster = *self;
        spawn_local(async move {
            let outcome = match undo {
                Undo::Edit(edit) => ipc::undo(edit).await.map(|_| everywhere::undone().to_owned()),
                Undo::Bulk(bulk_id) => ipc::bulk_undo(&bulk_id).await.map(undone_text),
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
    let any = Memo::new(move |_| toaster.toasts.with(|toasts| !toasts.is_empty()));
    view! {
        <div class="toasts" role="status" aria-live="polite" data-region=move || any.get().then_some("toasts")>
            <For each=move || toaster.toasts.get() key=|toast| toast.id let:toast>
                <div class="toast" data-testid="toast">
                    <Icon name=toast.icon />
                    <div class="grow"><span>{toast.text}</span><Details text=toast.detail /></div>
                    {toast
                        .undo
                        .map(|undo| {
                            view! {
                                <button
                                    type="button"
                                    class="btn link sm"
                                    data-testid="toast-undo"
                                    on:click=move |_| toaster.take_back(toast.id, undo.clone())
                                >
                                    {everywhere::undo}
                                </button>
                            }
                        })}
                    <IconButton
                        icon="x"
                        kind="sm"
                        label=Signal::derive(|| everywhere::close().to_owned())
                        on_press=move |_| toaster.drop_toast(toast.id)
                    />
                </div>
            </For>
        </div>
    }
}
