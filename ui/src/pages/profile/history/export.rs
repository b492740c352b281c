//! A store's history becomes a file.

use domain::MerchantId;
use domain::ipc::HistoryExport;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Button, use_toaster};
use crate::i18n::{imports, past as texts};
use crate::ipc;
use crate::pages::imports::{SaveFile, file_name};
use crate::words::field::field_label;

/// The button, and the dialog behind it. What the field's filter shows is written.
#[component]
pub fn ExportHistory(id: MerchantId, field: RwSignal<String>) -> impl IntoView {
    let toaster = use_toaster();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let id = StoredValue::new(id);
    let write = move |file: String| {
        let field = Some(field.get_untracked()).filter(|field| !field.is_empty());
        busy.set(true);
        spawn_local(async move {
            let answer = ipc::export_history(&HistoryExport { id: id.get_value(), file: file.clone(), field }).await;
            busy.set(false);
            match answer {
                Ok(written) => {
                    toaster.say(texts::exported(written.rows, file_name(&file)));
                    open.set(false);
                }
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    view! {
        <Button icon="out" testid="history-export" on_press=move |_| open.set(true)>{imports::export}</Button>
        <SaveFile
            open=open
            title=Signal::derive(|| texts::export_title().to_owned())
            name=Signal::derive(move || format!("{}-history", id.get_value()))
            busy=busy
            on_write=write
        >
            <p>{move || match field.get() {
                field if field.is_empty() => texts::export_all().to_owned(),
                field => texts::export_field(field_label(&field)),
            }}</p>
        </SaveFile>
    }
}
