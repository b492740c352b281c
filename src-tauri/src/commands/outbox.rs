//! The outbox, and syncing by hand.

use client::cache::HandledRefused;
use domain::ipc::{ByEdit, OutboxPage, OutboxQuery, Refused, RefusedDone, Resend, Saved, TheseRefused};

use super::{Client, Reply};

/// Rows of the outbox.
#[tauri::command]
pub async fn outbox(client: Client<'_>, args: OutboxQuery) -> Reply<OutboxPage> {
    Ok(client.outbox(&args).await?)
}

/// Sends an edit now.
#[tauri::command]
pub async fn retry(client: Client<'_>, args: ByEdit) -> Reply<()> {
    Ok(client.retry(args.edit_id).await?)
}

/// Discards an edit.
#[tauri::command]
pub async fn discard(client: Client<'_>, args: ByEdit) -> Reply<()> {
    Ok(client.discard(args.edit_id).await?)
}

/// Sends a refused edit again with other values.
#[tauri::command]
pub async fn resend(client: Client<'_>, args: Resend) -> Reply<Saved> {
    Ok(client.resend(args).await?)
}

fn done(handled: &HandledRefused) -> RefusedDone {
    RefusedDone { changes: handled.changes, left: handled.left }
}

/// All edits that were refused until now.
#[tauri::command]
pub async fn refused(client: Client<'_>) -> Reply<Refused> {
    Ok(client.refused().await?)
}

/// Sends refused edits again.
#[tauri::command]
pub async fn retry_refused(client: Client<'_>, args: TheseRefused) -> Reply<RefusedDone> {
    Ok(done(&client.retry_refused(&args.edits).await?))
}

/// Gives refused edits up.
#[tauri::command]
pub async fn discard_refused(client: Client<'_>, args: TheseRefused) -> Reply<RefusedDone> {
    Ok(done(&client.discard_refused(&args.edits).await?))
}

/// Sends and receives now.
#[tauri::command]
pub async fn sync_now(client: Client<'_>) -> Reply<()> {
    Ok(client.sync_now().await?)
}

/// Fetches everything anew.
#[tauri::command]
pub async fn rebuild(client: Client<'_>) -> Reply<()> {
    Ok(client.rebuild().await?)
}
