//! Stores become a file: all of them, or those that the list shows.

use domain::ipc::{ExportRequest, StoresQuery};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::model;
use super::report::{folder_like, remember_folder};
use crate::components::{Button, Dialog, PathField, PathUse, Segment, Segmented, use_toaster};
use crate::i18n::{common, imports};
use crate::ipc::{self, FileKind};
use crate::pages::stores::use_list;

/// Kinds of file, by their ending.
const FORMATS: [(&str, &str); 3] = [("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON")];

/// The same path with another ending.
fn with_ending(path: &str, ending: &str) -> String {
    let folder = model::folder(path);
    let name = model::file_name(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{folder}{}.{ending}", if stem.is_empty() { "stores" } else { stem })
}

/// The button, and the dialog behind it.
#[component]
pub fn ExportButton() -> impl IntoView {
    let list = use_list();
    let toaster = use_toaster();
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let format = RwSignal::new("csv");
    let filtered = RwSignal::new(false);
    let path = RwSignal::new(String::new());
    let narrows = Memo::new(move |_| list.query.with(|query| query.narrows()));
    let show = move || {
        filtered.set(narrows.get_untracked());
        path.set(with_ending(&format!("{}stores", folder_like("")), format.get_untracked()));
        open.set(true);
    };
    let ready = Memo::new(move |_| !busy.get() && model::is_whole_path(&model::clean_path(&path.get())));
    let write = move || {
        let file = model::clean_path(&path.get_untracked());
        if !model::is_whole_path(&file) {
            return;
        }
        let only = filtered.get_untracked() && narrows.get_untracked();
        let query: Option<StoresQuery> = only.then(|| list.query.with_untracked(|query| query.page(0)));
        busy.set(true);
        spawn_local(async move {
            let answer = ipc::export(&ExportRequest { file: file.clone(), query }).await;
            busy.set(false);
            match answer {
                Ok(written) => {
                    remember_folder(&file);
                    toaster.say(imports::exported(written.rows, model::file_name(&file)));
                    open.set(false);
                }
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    let formats = FORMATS.map(|(ending, name)| Segment::new(ending, move || name.to_owned())).to_vec();
    let formats = StoredValue::new(formats);
    view! {
        <Button icon="out" testid="export" on_press=move |_| show()>{imports::export}</Button>
        <Dialog
            open=open
            title=Signal::derive(|| imports::export_title().to_owned())
            on_close=move |()| open.set(false)
            footer=move || view! {
                <Button on_press=move |_| open.set(false)>{common::cancel}</Button>
                <Button
                    kind="primary"
                    testid="export-write"
                    disabled=Signal::derive(move || !ready.get())
                    on_press=move |_| write()
                >
                    {move || if busy.get() { imports::exporting() } else { imports::export() }}
                </Button>
            }
        >
            <div class="txt col g12">
                <div class="field">
                    <span class="lab">{imports::export_which}</span>
                    <Segmented
                        label=Signal::derive(|| imports::export_which().to_owned())
                        segments=vec![
                            Segment::new(false, || imports::export_all().to_owned()),
                            Segment::new(true, || imports::export_filtered().to_owned()),
                        ]
                        chosen=filtered
                        on_choose=move |choice| filtered.set(choice && narrows.get_untracked())
                        testid="export-which"
                    />
                    {move || (!narrows.get()).then(|| view! { <span class="hint">{imports::export_no_filter}</span> })}
                </div>
                <div class="field">
                    <span class="lab">{imports::export_format}</span>
                    <Segmented
                        label=Signal::derive(|| imports::export_format().to_owned())
                        segments=formats.get_value()
                        chosen=format
                        on_choose=move |ending: &'static str| {
                            format.set(ending);
                            path.update(|path| *path = with_ending(path, ending));
                        }
                        testid="export-format"
                    />
                    <span class="hint">{move || match format.get() {
                        "csv" => imports::export_csv_hint(),
                        "xlsx" => imports::export_xlsx_hint(),
                        _ => imports::export_json_hint(),
                    }}</span>
                </div>
                <PathField
                    label=Signal::derive(|| imports::path_to_write().to_owned())
                    path=path
                    usage=PathUse::Write
                    kinds=Signal::derive(move || {
                        let ending = format.get();
                        vec![FileKind { name: ending.to_uppercase(), extensions: vec![ending] }]
                    })
                    testid="export-path"
                    on_done=move |()| write()
                />
                <span class="hint">{imports::path_whole}</span>
            </div>
        </Dialog>
    }
}
