//! Charts and the alert board.

use domain::ipc::{ByOrder, InsightsQuery, KitchenInsights, SyncInsights};

use super::{Client, Reply};
use crate::charts_view;

/// Sync lag and conflicts.
#[tauri::command]
pub async fn insights_sync(client: Client<'_>, args: InsightsQuery) -> Reply<SyncInsights> {
    let fetched = client.sync_figures(&args).await?;
    let status = client.status().await?;
    Ok(charts_view::sync(fetched, &status, &args))
}

/// Kitchens.
#[tauri::command]
pub async fn insights_kitchen(client: Client<'_>, args: InsightsQuery) -> Reply<KitchenInsights> {
    Ok(charts_view::kitchen(client.kitchen_figures(&args).await?, &args))
}

/// Tells the rider.
#[tauri::command]
pub async fn pickup_ready(client: Client<'_>, args: ByOrder) -> Reply<()> {
    Ok(client.pickup_ready(&args.order_id).await?)
}
