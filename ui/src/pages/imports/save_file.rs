//! Asks where a file shall be written, and as what.

use leptos::prelude::*;

use super::model::{clean_path, file_name, folder, is_whole_path};
use super::report::{folder_like, remember_folder};
use crate::components::{Button, Dialog, PathDialog, PathField, PathUse, Segment, Segmented, choose_path, use_toaster};
use crate::i18n::{everywhere, imports};
use crate::ipc::FileKind;

/// Kinds of file, by their ending.
const FORMATS: [(&str, &str); 3] = [("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON")];

/// The same path with another ending.
fn with_ending(path: &str, ending: &str) -> String {
    let folder = folder(path);
    let name = file_name(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{folder}{}.{ending}", if stem.is_empty() { "stores" } else { stem })
}

/// What the system's dialog offers for files with this ending.
fn kinds(ending: &'static str) -> Vec<FileKind> {
    vec![FileKind { name: ending.to_uppercase(), extensions: vec![ending] }]
}

/// The dialog.
#[component]
pub fn SaveFile(
    /// Shown?
    open: RwSignal<bool>,
    /// What is written.
    #[prop(into)]
    title: Signal<String>,
    /// The file's name, without its ending.
    #[prop(into)]
    name: Signal<String>,
    /// Is it being written?
    #[prop(into)]
    busy: Signal<bool>,
    /// Writes to this path.
    #[prop(into)]
    on_write: Callback<String>,
    /// What a person is told about a format.
    #[prop(optional)]
    hint: Option<fn(&str) -> &'static str>,
    /// What is chosen beside it.
    children: ChildrenFn,
) -> impl IntoView {
    let (format, path) = (RwSignal::new("csv"), RwSignal::new(String::new()));
    Effect::new(move |was: Option<bool>| {
        let open = open.get();
        if open && was != Some(true) {
            let start = format!("{}{}.csv", folder_like(""), name.get_untracked());
            path.set(with_ending(&start, format.get_untracked()));
        }
        open
    });
    let toaster = use_toaster();
    let write = move || {
        let file = clean_path(&path.get_untracked());
        if !busy.get_untracked() && is_whole_path(&file) {
            remember_folder(&file);
            on_write.run(file);
        }
    };
    // A name alone says no place: the system's dialog asks for it.
    let write_or_ask = move || {
        if is_whole_path(&clean_path(&path.get_untracked())) {
            write();
        } else {
            let title = imports::path_to_write().to_owned();
            let dialog = PathDialog { usage: PathUse::Write, title, kinds: kinds(format.get_untracked()) };
            choose_path(dialog, path, toaster, write);
        }
    };
    let formats =
        StoredValue::new(FORMATS.map(|(ending, name)| Segment::new(ending, move || name.to_owned())).to_vec());
    let children = StoredValue::new(children);
    view! {
        <Dialog
            open=open
            title=title
            on_close=move |()| open.set(false)
            footer=move || view! {
                <Button on_press=move |_| open.set(false)>{everywhere::cancel}</Button>
                <Button
                    kind="primary"
                    testid="export-write"
                    disabled=busy
                    on_press=move |_| write_or_ask()
                >
                    {move || if busy.get() { imports::exporting() } else { imports::export() }}
                </Button>
            }
        >
            <div class="txt col g12">
                {children.with_value(|children| children())}
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
                    {hint.map(|hint| view! { <span class="hint">{move || hint(format.get())}</span> })}
                </div>
                <PathField
                    label=Signal::derive(|| imports::path_to_write().to_owned())
                    path=path
                    usage=PathUse::Write
                    kinds=Signal::derive(move || kinds(format.get()))
                    testid="export-path"
                    on_done=move |()| write_or_ask()
                />
                <span class="hint">{imports::path_whole}</span>
            </div>
        </Dialog>
    }
}
