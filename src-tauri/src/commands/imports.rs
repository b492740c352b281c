//! Files in and out.

use domain::ipc::{
    ByImport, ExportRequest, ImportPreview, ImportProgress, ImportRequest, PastImport, UndoneImport, WriteImportReport,
    Written,
};

use super::{Client, Reply};

/// A file before it is imported.
#[tauri::command]
pub async fn import_preview(client: Client<'_>, args: ImportRequest) -> Reply<ImportPreview> {
    Ok(client.import_preview(&args).await?)
}

/// Begins an import or dry run.
#[tauri::command]
pub async fn import_start(client: Client<'_>, args: ImportRequest) -> Reply<()> {
    Ok(client.import_start(args).await?)
}

/// How far it is.
#[tauri::command]
pub async fn import_progress(client: Client<'_>) -> Reply<ImportProgress> {
    Ok(client.import_progress())
}

/// Stops it after its batch.
#[tauri::command]
pub async fn import_cancel(client: Client<'_>) -> Reply<()> {
    client.import_cancel();
    Ok(())
}

/// Imports of the past.
#[tauri::command]
pub async fn imports(client: Client<'_>) -> Reply<Vec<PastImport>> {
    Ok(client.imports().await?)
}

/// Takes one back.
#[tauri::command]
pub async fn import_undo(client: Client<'_>, args: ByImport) -> Reply<UndoneImport> {
    Ok(client.import_undo(&args.import_id).await?)
}

/// Writes what one did.
#[tauri::command]
pub async fn import_report(client: Client<'_>, args: WriteImportReport) -> Reply<Written> {
    Ok(client.import_report(&args).await?)
}

/// Writes merchants to a file.
#[tauri::command]
pub async fn export(client: Client<'_>, args: ExportRequest) -> Reply<Written> {
    Ok(client.export(&args).await?)
}
