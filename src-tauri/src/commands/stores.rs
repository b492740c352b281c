//! List, profile, history.

use domain::FieldPath;
use domain::ipc::{
    ByEdit, ById, CheckField, Checked, ChoicesOf, Facets, FacetsQuery, FieldChoice, HistoryExport, HistoryView,
    SaveStore, Saved, StatusView, StoreView, StoresPage, StoresQuery, Written,
};

use super::{Client, Reply};

/// The status bar.
#[tauri::command]
pub async fn status(client: Client<'_>) -> Reply<StatusView> {
    Ok(client.status().await?)
}

/// Rows of the list.
#[tauri::command]
pub async fn stores(client: Client<'_>, args: StoresQuery) -> Reply<StoresPage> {
    Ok(client.stores(&args).await?)
}

/// Values of fields among the rows of a list.
#[tauri::command]
pub async fn store_facets(client: Client<'_>, args: FacetsQuery) -> Reply<Facets> {
    Ok(client.store_facets(&args).await?)
}

/// Fields to filter and order by.
#[tauri::command]
pub async fn store_fields(client: Client<'_>) -> Reply<Vec<FieldPath>> {
    Ok(client.store_fields().await?)
}

/// One profile.
#[tauri::command]
pub async fn store(client: Client<'_>, args: ById) -> Reply<StoreView> {
    Ok(client.store(&args.id).await?)
}

/// Saves a profile; durable when it answers.
#[tauri::command]
pub async fn save_store(client: Client<'_>, args: SaveStore) -> Reply<Saved> {
    Ok(client.save_store(args).await?)
}

/// Takes a save back.
#[tauri::command]
pub async fn undo(client: Client<'_>, args: ByEdit) -> Reply<Saved> {
    Ok(client.undo(args.edit_id).await?)
}

/// History of a merchant.
#[tauri::command]
pub async fn history(client: Client<'_>, args: ById) -> Reply<HistoryView> {
    Ok(client.history(&args.id).await?)
}

/// Writes it to a file.
#[tauri::command]
pub async fn export_history(client: Client<'_>, args: HistoryExport) -> Reply<Written> {
    Ok(client.export_history(&args).await?)
}

/// Checks what is being typed.
#[tauri::command]
pub async fn check_field(client: Client<'_>, args: CheckField) -> Reply<Checked> {
    Ok(client.check_field(&args))
}

/// What can be chosen for a coded field.
#[tauri::command]
pub fn choices(client: Client<'_>, args: ChoicesOf) -> Vec<FieldChoice> {
    client.choices(&args)
}
