//! Writing what an import did, or its failed rows, to a file.

use domain::ipc::WriteImportReport;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::model;
use super::past::Actions;
use super::state::Desk;
use crate::components::{Button, Dialog, PathDialog, PathField, PathUse, choose_path, use_toaster};
use crate::i18n::{everywhere, imports};
use crate::ipc::{self, FileKind};
use crate::remembered;

const FOLDER_KEY: &str = "file-folder";

/// The folder that a file was written to last, or that of another file.
pub fn folder_like(path: &str) -> String {
    match model::folder(path) {
        "" => remembered::get(FOLDER_KEY).unwrap_or_default(),
        folder => folder.to_owned(),
    }
}

/// The next file goes there too.
pub fn remember_folder(path: &str) {
    remembered::set(FOLDER_KEY, model::folder(path));
}

fn kinds() -> Vec<FileKind> {
    vec![FileKind { name: "CSV".to_owned(), extensions: vec!["csv"] }]
}

/// The dialog.
#[component]
pub fn ReportDialog(actions: Actions, desk: Desk) -> impl IntoView {
    let toaster = use_toaster();
    let path = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    Effect::new(move |_| {
        let Some((import, failed_only)) = actions.reporting.get() else { return };
        let ending = if failed_only { "failed.csv" } else { "report.csv" };
        let folder = desk.request.with_untracked(|request| folder_like(&request.file));
        path.set(model::beside(&format!("{folder}{}", import.file_name), ending));
    });
    let failed_only = move || actions.reporting.with(|asked| asked.as_ref().is_some_and(|(_, failed)| *failed));
    let write = move || {
        let Some((import, failed_only)) = actions.reporting.get_untracked() else { return };
        let file = model::clean_path(&path.get_untracked());
        if busy.get_untracked() || !model::is_whole_path(&file) {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let asked = WriteImportReport { import_id: import.import_id, file: file.clone(), failed_only };
            let answer = ipc::import_report(&asked).await;
            busy.set(false);
            match answer {
                Ok(written) => {
                    remember_folder(&file);
                    toaster.say(imports::written(written.rows, model::file_name(&file)));
                    actions.reporting.set(None);
                }
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    // A name alone says no place: the system's dialog asks for it.
    let write_or_ask = move || {
        if model::is_whole_path(&model::clean_path(&path.get_untracked())) {
            write();
        } else {
            let title = imports::path_to_write().to_owned();
            choose_path(PathDialog { usage: PathUse::Write, title, kinds: kinds() }, path, toaster, write);
        }
    };
    view! {
        <Dialog
            open=Signal::derive(move || actions.reporting.with(Option::is_some))
            title=Signal::derive(move || {
                if failed_only() { imports::failed_title() } else { imports::report_title() }.to_owned()
            })
            on_close=move |()| actions.reporting.set(None)
            footer=move || view! {
                <Button on_press=move |_| actions.reporting.set(None)>{everywhere::cancel}</Button>
                <Button
                    kind="primary"
                    testid="import-write"
                    disabled=busy
                    on_press=move |_| write_or_ask()
                >
                    {imports::write}
                </Button>
            }
        >
            <div class="txt col g12">
                <p>{move || if failed_only() { imports::failed_text() } else { imports::report_text() }}</p>
                <PathField
                    label=Signal::derive(|| imports::path_to_write().to_owned())
                    path=path
                    usage=PathUse::Write
                    kinds=Signal::derive(kinds)
                    testid="import-report-path"
                    on_done=move |()| write_or_ask()
                />
            </div>
        </Dialog>
    }
}
