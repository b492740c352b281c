//! The path of a file: typed, pasted, or chosen in the system's dialog.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Button, Toaster, use_toaster};
use crate::i18n::everywhere;
use crate::ipc::{self, FileKind};
use crate::keyboard::is_composing;

/// What the file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathUse {
    /// It is read.
    Read,
    /// It is written.
    Write,
}

/// The system's dialog for a path: what it asks.
pub struct PathDialog {
    /// Read or written?
    pub usage: PathUse,
    /// What the file is.
    pub title: String,
    /// What the dialog offers.
    pub kinds: Vec<FileKind>,
}

/// Lets somebody choose the path in the system's dialog; then `done`.
pub fn choose_path(dialog: PathDialog, path: RwSignal<String>, toaster: Toaster, done: impl Fn() + 'static) {
    let now = path.get_untracked();
    spawn_local(async move {
        let chosen = match dialog.usage {
            PathUse::Read => ipc::choose_file(&dialog.title, &dialog.kinds, &now).await,
            PathUse::Write => ipc::choose_target(&dialog.title, &dialog.kinds, &now).await,
        };
        match chosen {
            Ok(Some(chosen)) => {
                path.set(chosen);
                done();
            }
            Ok(None) => {}
            Err(problem) => toaster.fail(&problem),
        }
    });
}

/// The field.
#[component]
pub fn PathField(
    /// What the file is.
    #[prop(into)]
    label: Signal<String>,
    /// The path.
    path: RwSignal<String>,
    /// Read or written?
    usage: PathUse,
    /// What the dialog offers.
    #[prop(into)]
    kinds: Signal<Vec<FileKind>>,
    /// For tests.
    testid: &'static str,
    /// Somebody pressed Enter, or chose in the dialog.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
) -> impl IntoView {
    let toaster = use_toaster();
    let done = move || {
        if let Some(on_done) = on_done {
            on_done.run(());
        }
    };
    let browse = move || {
        let dialog = PathDialog { usage, title: label.get_untracked(), kinds: kinds.get_untracked() };
        choose_path(dialog, path, toaster, done);
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !is_composing(&event) {
            event.prevent_default();
            done();
        }
    };
    view! {
        <label class="field">
            <span class="lab">{label}</span>
            <span class="row">
                <input
                    class="in grow"
                    data-testid=testid
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=everywhere::path_hint
                    prop:value=path
                    on:input:target=move |event| path.set(event.target().value())
                    on:keydown=keys
                />
                <Button icon="file" on_press=move |event: leptos::ev::MouseEvent| {
                    event.prevent_default();
                    browse();
                }>{everywhere::browse}</Button>
            </span>
        </label>
    }
}
