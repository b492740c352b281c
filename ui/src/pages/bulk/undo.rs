//! Taking back a bulk edit of the past: asked first, for one press would change thousands of stores, then with progress.

use domain::ipc::{BulkEdit, BulkState};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::dialog::Progress;
use crate::components::{Button, Dialog, Toaster, use_toaster};
use crate::i18n::{bulk, listed};
use crate::ipc;
use crate::words::field::field_label;
use crate::words::undone_text;

/// The question, and what goes on after it.
#[derive(Clone, Copy)]
pub struct Undoing {
    open: RwSignal<bool>,
    edit: RwSignal<Option<BulkEdit>>,
    busy: RwSignal<bool>,
    toaster: Toaster,
}

/// Nothing is asked yet.
pub fn use_undoing() -> Undoing {
    Undoing {
        open: RwSignal::new(false),
        edit: RwSignal::new(None),
        busy: RwSignal::new(false),
        toaster: use_toaster(),
    }
}

impl Undoing {
    /// Asks whether to take it back. While another is being taken back, that one shows: only one can be at a time.
    pub fn ask(self, edit: BulkEdit) {
        if !self.busy.get_untracked() {
            self.edit.set(Some(edit));
        }
        self.open.set(true);
    }
    fn close(self) {
        self.open.set(false);
    }
    fn go(self) {
        let Some(edit) = self.edit.get_untracked() else { return };
        self.busy.set(true);
        spawn_local(async move {
            // A notice tells how it ended, also when the dialog was closed meanwhile.
            match ipc::bulk_undo(&edit.bulk_id).await {
                Ok(done) => self.toaster.say(undone_text(done)),
                Err(problem) => self.toaster.fail(&problem),
            }
            self.busy.try_set(false);
            self.open.try_set(false);
        });
    }
    fn stop(self) {
        spawn_local(async {
            // If it cannot be told, it goes on to its end, which shows.
            let _ = ipc::bulk_cancel().await;
        });
    }
}

fn fields(edit: &BulkEdit) -> String {
    listed(&edit.registers.keys().map(|path| field_label(path.as_str())).collect::<Vec<_>>())
}

/// The dialog.
#[component]
pub fn UndoDialog(undoing: Undoing) -> impl IntoView {
    let title = move || undoing.edit.with(|edit| edit.as_ref().map(|edit| bulk::undo_title(edit.saved)));
    view! {
        <Dialog
            open=undoing.open
            title=Signal::derive(move || title().unwrap_or_default())
            on_close=move |()| undoing.close()
            footer=move || if undoing.busy.get() {
                view! {
                    <Button testid="bulk-stop" on_press=move |_| undoing.stop()>{bulk::stop}</Button>
                    <Button kind="primary" on_press=move |_| undoing.close()>{bulk::go_on_behind}</Button>
                }
                    .into_any()
            } else {
                view! {
                    <Button testid="bulk-undo-keep" on_press=move |_| undoing.close()>{bulk::undo_keep}</Button>
                    <Button kind="danger solid" icon="undo" testid="bulk-undo-confirm" on_press=move |_| undoing.go()>
                        {bulk::undo}
                    </Button>
                }
                    .into_any()
            }
        >
            {move || if undoing.busy.get() {
                view! { <Progress title=bulk::undoing /> }.into_any()
            } else {
                undoing.edit.get().map(|edit| {
                    let partly = edit.state == BulkState::Undoing;
                    view! {
                        <div class="txt">
                            <p>{move || bulk::undo_text(fields(&edit))}</p>
                            {partly.then(|| view! { <p>{bulk::undo_goes_on}</p> })}
                            <p>{bulk::undo_left_text}</p>
                        </div>
                    }
                })
                    .into_any()
            }}
        </Dialog>
    }
}
