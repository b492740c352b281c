//! List, profile, history.

use domain::FieldPath;
use domain::ipc::{
    ByEdit, ByEdits, ById, CheckField, Checked, ChoicesOf, Facets, FacetsQuery, FieldChoice, HistoryView, PlanCopy,
    SavePlans, SaveStore, Saved, SavedPlans, StatusView, StoreIds, StorePlan, StoreView, StoresPage, StoresQuery,
    Undone,
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

/// All that match.
#[tauri::command]
pub async fn store_ids(client: Client<'_>, args: StoresQuery) -> Reply<StoreIds> {
    Ok(client.store_ids(&args).await?)
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

/// What a copy would change, store by store.
#[tauri::command]
pub async fn plan_copy(client: Client<'_>, args: PlanCopy) -> Reply<Vec<StorePlan>> {
    Ok(client.plan_copy(&args).await?)
}

/// Saves a plan; durable when it answers.
#[tauri::command]
pub async fn save_plans(client: Client<'_>, args: SavePlans) -> Reply<SavedPlans> {
    Ok(client.save_plans(args).await?)
}

/// Takes several edits back.
#[tauri::command]
pub async fn undo_all(client: Client<'_>, args: ByEdits) -> Reply<Undone> {
    Ok(client.undo_all(&args.edit_ids).await?)
}

/// History of a merchant.
#[tauri::command]
pub async fn history(client: Client<'_>, args: ById) -> Reply<HistoryView> {
    Ok(client.history(&args.id).await?)
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
