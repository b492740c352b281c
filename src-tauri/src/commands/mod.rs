//! The window's commands, one file a page. Each unpacks its arguments, calls the client and maps the error.

pub mod bulk;
pub mod conflicts;
pub mod imports;
pub mod insights;
pub mod outbox;
pub mod schema;
pub mod settings;
pub mod stores;

use std::sync::Arc;

use client::Console;
use domain::ipc::IpcError;
use tauri::State;

/// The client, as commands receive it.
pub type Client<'r> = State<'r, Arc<Console>>;
/// What a command answers.
pub type Reply<T> = Result<T, IpcError>;
