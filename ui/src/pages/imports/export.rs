//! Stores become a file: all of them, or those that the list shows.

use domain::ipc::{ExportRequest, StoresQuery};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::model::file_name;
use super::save_file::SaveFile;
use crate::components::{Button, Segment, Segmented, use_toaster};
use crate::declared;
use crate::i18n::imports;
use crate::ipc;
use crate::pages::stores::{narrows, page, use_list};

fn hint(format: &str) -> &'static str {
    match format {
        "csv" => imports::export_csv_hint(),
        "xlsx" => imports::export_xlsx_hint(),
        _ => imports::export_json_hint(),
    }
}

/// The button, and the dialog behind it.
#[component]
pub fn ExportButton() -> impl IntoView {
    let list = use_list();
    let toaster = use_toaster();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let (filtered, sensitive) = (RwSignal::new(false), RwSignal::new(false));
    let has_sensitive = Memo::new(move |_| declared::schema().custom.iter().any(|field| field.sensitive));
    let narrows = Memo::new(move |_| list.query.with(narrows));
    let write = move |file: String| {
        let only = filtered.get_untracked() && narrows.get_untracked();
        let query: Option<StoresQuery> = only.then(|| list.query.with_untracked(|query| page(query, 0)));
        let sensitive = sensitive.get_untracked() && has_sensitive.get_untracked();
        busy.set(true);
        spawn_local(async move {
            let answer = ipc::export(&ExportRequest { file: file.clone(), query, sensitive }).await;
            busy.set(false);
            match answer {
                Ok(written) => {
                    toaster.say(imports::exported(written.rows, file_name(&file)));
                    open.set(false);
                }
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    let show = move |_| {
        filtered.set(narrows.get_untracked());
        // Asked for each time anew.
        sensitive.set(false);
        open.set(true);
    };
    view! {
        <Button icon="out" testid="export" on_press=show>{imports::export}</Button>
        <SaveFile
            open=open
            title=Signal::derive(|| imports::export_title().to_owned())
            name=Signal::stored("stores".to_owned())
            busy=busy
            on_write=write
            hint=hint
        >
            <div class="field">
                <span class="lab">{imports::export_which}</span>
                <Segmented
                    label=Signal::derive(|| imports::export_which().to_owned())
                    segments=vec![
                        Segment::new(false, || imports::export_all().to_owned()),
                        Segment::new(true, || imports::export_filtered().to_owned()).disabled(move || !narrows.get()),
                    ]
                    chosen=filtered
                    on_choose=move |choice| filtered.set(choice)
                    testid="export-which"
                />
                {move || (!narrows.get()).then(|| view! { <span class="hint">{imports::export_no_filter}</span> })}
            </div>
            {move || has_sensitive.get().then(|| view! {
                <div class="field">
                    <label class="tick">
                        <input
                            type="checkbox"
                            data-testid="export-sensitive"
                            prop:checked=sensitive
                            on:change:target=move |event| sensitive.set(event.target().checked())
                        />
                        {imports::export_sensitive}
                    </label>
                    <span class="hint under">{imports::export_sensitive_hint}</span>
                </div>
            })}
        </SaveFile>
    }
}
