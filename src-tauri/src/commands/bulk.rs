//! The same change for many stores.

use domain::ipc::{BulkEdit, BulkPlan, BulkProgress, BulkRequest, BulkSaved, ByBulk, ByPlan, Undone};

use super::{Client, Reply};

/// What it would change.
#[tauri::command]
pub async fn bulk_plan(client: Client<'_>, args: BulkRequest) -> Reply<Option<BulkPlan>> {
    Ok(client.bulk_plan(&args).await?)
}

/// Saves the plan that was looked at.
#[tauri::command]
pub async fn bulk_save(client: Client<'_>, args: ByPlan) -> Reply<BulkSaved> {
    Ok(client.bulk_save(&args.plan_id).await?)
}

/// Takes one back.
#[tauri::command]
pub async fn bulk_undo(client: Client<'_>, args: ByBulk) -> Reply<Undone> {
    Ok(client.bulk_undo(&args.bulk_id).await?)
}

/// How far it is.
#[tauri::command]
pub async fn bulk_progress(client: Client<'_>) -> Reply<BulkProgress> {
    Ok(client.bulk_progress())
}

/// Stops what is under way after its batch.
#[tauri::command]
pub async fn bulk_cancel(client: Client<'_>) -> Reply<()> {
    client.bulk_cancel();
    Ok(())
}

/// Those of the past.
#[tauri::command]
pub async fn bulk_edits(client: Client<'_>) -> Reply<Vec<BulkEdit>> {
    Ok(client.bulk_edits().await?)
}
