//! The fields that a profile can have.

use domain::ipc::SchemaView;
use domain::schema::{NewSchema, Schema, SchemaDraft, SchemaPreview};

use super::{Client, Reply};

/// The copy on this device.
#[tauri::command]
pub fn schema(client: Client<'_>) -> Schema {
    client.schema()
}

/// As the server has it, with who changed it.
#[tauri::command]
pub async fn schema_view(client: Client<'_>) -> Reply<SchemaView> {
    Ok(client.schema_view().await?)
}

/// What declared fields would mean.
#[tauri::command]
pub async fn preview_schema(client: Client<'_>, args: SchemaDraft) -> Reply<SchemaPreview> {
    Ok(client.preview_schema(&args).await?)
}

/// Puts declared fields in force.
#[tauri::command]
pub async fn save_schema(client: Client<'_>, args: NewSchema) -> Reply<Schema> {
    Ok(client.put_schema(&args).await?)
}
