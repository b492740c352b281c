//! Settings and sign-in.

use domain::ipc::{Session, Settings, SignIn, SyncSettings, Views};

use super::{Client, Reply};

/// Settings.
#[tauri::command]
pub async fn settings(client: Client<'_>) -> Reply<Settings> {
    Ok(client.settings().await?)
}

/// Keeps settings.
#[tauri::command]
pub async fn save_settings(client: Client<'_>, args: Settings) -> Reply<Settings> {
    Ok(client.save_settings(args).await?)
}

/// How this device sends.
#[tauri::command]
pub async fn sync_settings(client: Client<'_>) -> Reply<SyncSettings> {
    Ok(client.sync_settings().await?)
}

/// Changes how this device sends.
#[tauri::command]
pub async fn save_sync_settings(client: Client<'_>, args: SyncSettings) -> Reply<SyncSettings> {
    Ok(client.save_sync_settings(args).await?)
}

/// Signs in.
#[tauri::command]
pub async fn sign_in(client: Client<'_>, args: SignIn) -> Reply<Session> {
    Ok(client.sign_in(&args).await?)
}

/// Signs out; what is queued stays queued.
#[tauri::command]
pub async fn sign_out(client: Client<'_>) -> Reply<()> {
    Ok(client.sign_out().await?)
}

/// Lists under a name.
#[tauri::command]
pub async fn views(client: Client<'_>) -> Reply<Views> {
    Ok(client.views().await?)
}

/// Keeps them.
#[tauri::command]
pub async fn save_views(client: Client<'_>, args: Views) -> Reply<Views> {
    Ok(client.save_views(args).await?)
}
