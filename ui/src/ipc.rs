//! The only place that calls the shell: one typed function per command, and the event that announces changes.

use domain::api::HistoryEntry;
use domain::ipc::{
    BulkEdit, BulkPlan, BulkProgress, BulkRequest, BulkSaved, ByBulk, ByEdit, ById, ByImport, ByOrder, ByPlan, CHANGED,
    Changed, CheckField, Checked, ChoicesOf, ExportRequest, Facets, FacetsQuery, FieldChoice, HistoryExport,
    HistoryView, ImportPreview, ImportProgress, ImportRequest, InsightsQuery, IpcError, KitchenInsights, OutboxPage,
    OutboxQuery, PastImport, Refused, RefusedDone, Resend, Resolve, SaveStore, Saved, SchemaView, Session, Settings,
    SignIn, StatusView, StoreView, StoresPage, StoresQuery, SyncInsights, SyncSettings, TheseRefused, Undone,
    UndoneImport, Views, WriteImportReport, Written, command,
};
use domain::review::Review;
use domain::schema::{NewSchema, Schema, SchemaDraft, SchemaPreview};
use domain::{EditId, ErrorCode, FieldPath, MerchantId, OrderId};
use js_sys::{JSON, Object, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

/// The answer of a command.
pub type Reply<T> = Result<T, IpcError>;

/// A line of the server's history, as [`history`] answers it.
pub type Entry = HistoryEntry;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "core"], js_name = invoke, catch)]
    async fn invoke_js(name: &str, args: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "event"], js_name = listen, catch)]
    async fn listen_js(event: &str, handler: &Closure<dyn FnMut(JsValue)>) -> Result<JsValue, JsValue>;
}

fn defect(message: impl Into<String>) -> IpcError {
    IpcError { code: ErrorCode::Internal, message: message.into(), field: None }
}

fn json_of(value: &JsValue) -> String {
    // `undefined` has no JSON; a command without an answer gives `null`.
    JSON::stringify(value).ok().and_then(|json| json.as_string()).unwrap_or_else(|| "null".to_owned())
}

fn parse<T: DeserializeOwned>(value: &JsValue) -> Reply<T> {
    serde_json::from_str(&json_of(value)).map_err(|e| defect(format!("the shell's answer cannot be read: {e}")))
}

fn refusal(value: &JsValue) -> IpcError {
    serde_json::from_str(&json_of(value))
        .unwrap_or_else(|_| defect(value.as_string().unwrap_or_else(|| format!("{value:?}"))))
}

async fn call<T: DeserializeOwned>(name: &'static str, wrapped: JsValue) -> Reply<T> {
    match invoke_js(name, &wrapped).await {
        Ok(value) => parse(&value),
        Err(value) => Err(refusal(&value)),
    }
}

async fn ask<T: DeserializeOwned>(name: &'static str) -> Reply<T> {
    call(name, Object::new().into()).await
}

async fn tell<A: Serialize, T: DeserializeOwned>(name: &'static str, args: &A) -> Reply<T> {
    let json = serde_json::to_string(args).map_err(|e| defect(format!("{name}: {e}")))?;
    let args = JSON::parse(&json).map_err(|e| defect(format!("{name}: {e:?}")))?;
    let wrapped = Object::new();
    Reflect::set(&wrapped, &JsValue::from_str("args"), &args).map_err(|e| defect(format!("{name}: {e:?}")))?;
    call(name, wrapped.into()).await
}

/// Hears an event of the shell for as long as the window lives.
fn listen(event: &'static str, mut heard: impl FnMut(&JsValue) + 'static) {
    let handler = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        heard(&Reflect::get(&event, &JsValue::from_str("payload")).unwrap_or_default());
    });
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(value) = listen_js(event, &handler).await {
            leptos::logging::error!("{event} cannot be heard: {value:?}");
        }
        // The window listens until it closes.
        handler.forget();
    });
}

/// Hears every announcement of changes for as long as the window lives.
pub fn on_changed(mut heard: impl FnMut(Changed) + 'static) {
    listen(CHANGED, move |payload| {
        if let Ok(changed) = parse::<Changed>(payload) {
            heard(changed);
        }
    });
}

/// A kind of file, for the system's file dialog.
#[derive(Clone, Debug, Serialize)]
pub struct FileKind {
    /// Its name.
    pub name: String,
    /// Endings without a dot.
    pub extensions: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Choosing<'a> {
    title: &'a str,
    filters: &'a [FileKind],
    default_path: Option<&'a str>,
}

async fn choose(name: &'static str, title: &str, kinds: &[FileKind], path: &str) -> Reply<Option<String>> {
    let options = Choosing { title, filters: kinds, default_path: (!path.is_empty()).then_some(path) };
    let json = serde_json::to_string(&serde_json::json!({ "options": options }))
        .map_err(|e| defect(format!("{name}: {e}")))?;
    call(name, JSON::parse(&json).map_err(|e| defect(format!("{name}: {e:?}")))?).await
}

/// Lets a person choose a file to read, in the system's dialog; nothing if they did not.
pub async fn choose_file(title: &str, kinds: &[FileKind], path: &str) -> Reply<Option<String>> {
    choose("plugin:dialog|open", title, kinds, path).await
}

/// Lets a person choose a file to write.
pub async fn choose_target(title: &str, kinds: &[FileKind], path: &str) -> Reply<Option<String>> {
    choose("plugin:dialog|save", title, kinds, path).await
}

/// What happens to files that somebody drags over the window.
pub enum Drop {
    /// They are held over it.
    Held,
    /// They left.
    Left,
    /// They were dropped: their paths.
    Dropped(Vec<String>),
}

#[derive(serde::Deserialize)]
struct Dropped {
    paths: Vec<String>,
}

/// Hears of files that are dragged over the window, for as long as it lives.
pub fn on_drop(heard: impl FnMut(Drop) + 'static) {
    let heard = std::rc::Rc::new(std::cell::RefCell::new(heard));
    for event in ["tauri://drag-enter", "tauri://drag-leave", "tauri://drag-drop"] {
        let heard = heard.clone();
        listen(event, move |payload| {
            let drop = match event {
                "tauri://drag-enter" => Drop::Held,
                "tauri://drag-leave" => Drop::Left,
                _ => Drop::Dropped(parse::<Dropped>(payload).map(|dropped| dropped.paths).unwrap_or_default()),
            };
            (heard.borrow_mut())(drop);
        });
    }
}

/// The state of everything.
pub async fn status() -> Reply<StatusView> {
    ask(command::STATUS).await
}
/// A window into the list of stores.
pub async fn stores(query: &StoresQuery) -> Reply<StoresPage> {
    tell(command::STORES, query).await
}
/// Values of fields among the rows of a list.
pub async fn store_facets(query: &FacetsQuery) -> Reply<Facets> {
    tell(command::STORE_FACETS, query).await
}
/// Fields to filter and order by.
pub async fn store_fields() -> Reply<Vec<FieldPath>> {
    ask(command::STORE_FIELDS).await
}
/// One store.
pub async fn store(id: MerchantId) -> Reply<StoreView> {
    tell(command::STORE, &ById { id }).await
}
/// Saves a store on this computer.
pub async fn save_store(save: &SaveStore) -> Reply<Saved> {
    tell(command::SAVE_STORE, save).await
}
/// Takes an unsent edit back, or queues its inverse.
pub async fn undo(edit_id: EditId) -> Reply<Saved> {
    tell(command::UNDO, &ByEdit { edit_id }).await
}
/// What a bulk edit would change; nothing if it was stopped.
pub async fn bulk_plan(asked: &BulkRequest) -> Reply<Option<BulkPlan>> {
    tell(command::BULK_PLAN, asked).await
}
/// Saves the plan that was looked at, on this computer.
pub async fn bulk_save(plan_id: &str) -> Reply<BulkSaved> {
    tell(command::BULK_SAVE, &ByPlan { plan_id: plan_id.to_owned() }).await
}
/// Takes a bulk edit back.
pub async fn bulk_undo(bulk_id: &str) -> Reply<Undone> {
    tell(command::BULK_UNDO, &ByBulk { bulk_id: bulk_id.to_owned() }).await
}
/// How far it is.
pub async fn bulk_progress() -> Reply<BulkProgress> {
    ask(command::BULK_PROGRESS).await
}
/// Stops it after its batch.
pub async fn bulk_cancel() -> Reply<()> {
    ask(command::BULK_CANCEL).await
}
/// Bulk edits of the past, newest first.
pub async fn bulk_edits() -> Reply<Vec<BulkEdit>> {
    ask(command::BULK_EDITS).await
}
/// A store's history.
pub async fn history(id: MerchantId) -> Reply<HistoryView> {
    tell(command::HISTORY, &ById { id }).await
}
/// Writes a store's history to a file.
pub async fn export_history(asked: &HistoryExport) -> Reply<Written> {
    tell(command::EXPORT_HISTORY, asked).await
}
/// Normalises and checks a field while it is typed.
pub async fn check_field(field: &str, text: &str) -> Reply<Checked> {
    tell(command::CHECK_FIELD, &CheckField { field: field.to_owned(), text: text.to_owned() }).await
}
/// What can be chosen for a coded field, below one of its values.
pub async fn choices(field: &str, under: &str) -> Reply<Vec<FieldChoice>> {
    tell(command::CHOICES, &ChoicesOf { field: field.to_owned(), under: under.to_owned() }).await
}
/// The schema of a profile, as this device has it.
pub async fn schema() -> Reply<Schema> {
    ask(command::SCHEMA).await
}
/// The schema of a profile, as the server has it, with who changed it.
pub async fn schema_view() -> Reply<SchemaView> {
    ask(command::SCHEMA_VIEW).await
}
/// What declared fields would mean.
pub async fn preview_schema(draft: &SchemaDraft) -> Reply<SchemaPreview> {
    tell(command::PREVIEW_SCHEMA, draft).await
}
/// Puts declared fields in force.
pub async fn save_schema(new: &NewSchema) -> Reply<Schema> {
    tell(command::SAVE_SCHEMA, new).await
}
/// A window into the outbox.
pub async fn outbox(query: &OutboxQuery) -> Reply<OutboxPage> {
    tell(command::OUTBOX, query).await
}
/// Sends a waiting or rejected edit now.
pub async fn retry(edit_id: EditId) -> Reply<()> {
    tell(command::RETRY, &ByEdit { edit_id }).await
}
/// Discards an unsent or rejected edit.
pub async fn discard(edit_id: EditId) -> Reply<()> {
    tell(command::DISCARD, &ByEdit { edit_id }).await
}
/// Sends a rejected edit with other values.
pub async fn resend(resend: &Resend) -> Reply<Saved> {
    tell(command::RESEND, resend).await
}
/// All edits that were refused until now.
pub async fn refused() -> Reply<Refused> {
    ask(command::REFUSED).await
}
/// Sends these refused edits again.
pub async fn retry_refused(edits: Vec<u64>) -> Reply<RefusedDone> {
    tell(command::RETRY_REFUSED, &TheseRefused { edits }).await
}
/// Gives these refused edits up.
pub async fn discard_refused(edits: Vec<u64>) -> Reply<RefusedDone> {
    tell(command::DISCARD_REFUSED, &TheseRefused { edits }).await
}
/// The open reviews.
pub async fn reviews() -> Reply<Vec<Review>> {
    ask(command::REVIEWS).await
}
/// Settles fields of a review.
pub async fn resolve(resolve: &Resolve) -> Reply<Saved> {
    tell(command::RESOLVE, resolve).await
}
/// Charts and figures of syncing.
pub async fn insights_sync(query: &InsightsQuery) -> Reply<SyncInsights> {
    tell(command::INSIGHTS_SYNC, query).await
}
/// Charts and figures of kitchens.
pub async fn insights_kitchen(query: &InsightsQuery) -> Reply<KitchenInsights> {
    tell(command::INSIGHTS_KITCHEN, query).await
}
/// Tells the rider that an order is ready.
pub async fn pickup_ready(order_id: OrderId) -> Reply<()> {
    tell(command::PICKUP_READY, &ByOrder { order_id }).await
}
/// Sends and receives now.
pub async fn sync_now() -> Reply<()> {
    ask(command::SYNC_NOW).await
}
/// Fetches everything anew; the outbox stays.
pub async fn rebuild() -> Reply<()> {
    ask(command::REBUILD).await
}
/// What a person has set.
pub async fn settings() -> Reply<Settings> {
    ask(command::SETTINGS).await
}
/// Sets it.
pub async fn save_settings(settings: &Settings) -> Reply<Settings> {
    tell(command::SAVE_SETTINGS, settings).await
}
/// How this device sends.
pub async fn sync_settings() -> Reply<SyncSettings> {
    ask(command::SYNC_SETTINGS).await
}
/// Changes how this device sends.
pub async fn save_sync_settings(settings: &SyncSettings) -> Reply<SyncSettings> {
    tell(command::SAVE_SYNC_SETTINGS, settings).await
}
/// Lists under a name.
pub async fn views() -> Reply<Views> {
    ask(command::VIEWS).await
}
/// Keeps them.
pub async fn save_views(views: &Views) -> Reply<Views> {
    tell(command::SAVE_VIEWS, views).await
}
/// Signs in.
pub async fn sign_in(sign_in: &SignIn) -> Reply<Session> {
    tell(command::SIGN_IN, sign_in).await
}
/// Signs out.
pub async fn sign_out() -> Reply<()> {
    ask(command::SIGN_OUT).await
}
/// What a file is and where its columns would go.
pub async fn import_preview(asked: &ImportRequest) -> Reply<ImportPreview> {
    tell(command::IMPORT_PREVIEW, asked).await
}
/// Begins an import or dry run.
pub async fn import_start(asked: &ImportRequest) -> Reply<()> {
    tell(command::IMPORT_START, asked).await
}
/// How far it is.
pub async fn import_progress() -> Reply<ImportProgress> {
    ask(command::IMPORT_PROGRESS).await
}
/// Stops it after its batch.
pub async fn import_cancel() -> Reply<()> {
    ask(command::IMPORT_CANCEL).await
}
/// Imports of the past, newest first.
pub async fn imports() -> Reply<Vec<PastImport>> {
    ask(command::IMPORTS).await
}
/// Takes an import back.
pub async fn import_undo(import_id: &str) -> Reply<UndoneImport> {
    tell(command::IMPORT_UNDO, &ByImport { import_id: import_id.to_owned() }).await
}
/// Writes what an import did.
pub async fn import_report(asked: &WriteImportReport) -> Reply<Written> {
    tell(command::IMPORT_REPORT, asked).await
}
/// Writes merchants to a file.
pub async fn export(asked: &ExportRequest) -> Reply<Written> {
    tell(command::EXPORT, asked).await
}
