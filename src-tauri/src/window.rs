//! The window: one for each data folder.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use client::{Console, Mode};
use domain::ErrorCode;
use domain::ipc::{CHANGED, Changed, Topic};
use tauri::{Emitter, Manager};
use tokio::sync::broadcast::error::RecvError;

use crate::cli::{self, Arguments};
use crate::commands::{bulk, conflicts, imports, insights, outbox, schema, settings, stores};
use crate::home;

/// How often the window looks whether a second start asked for it.
const RAISE_LOOK: Duration = Duration::from_millis(500);

/// Opens the window and runs until it is closed.
pub fn run(arguments: &Arguments) -> ExitCode {
    if !cli::has_display() {
        return fail("there is no display to show the window on; commands work without one: see --help");
    }
    let home = match home::folder(arguments.home.as_deref()) {
        Ok(home) => home,
        Err(problem) => return fail(&problem.to_string()),
    };
    let opened = tauri::async_runtime::block_on(Console::open(&home, cli::options(arguments, Mode::Window)));
    let console = match opened {
        Ok(console) => Arc::new(console),
        Err(error) if error.code() == ErrorCode::AlreadyOpen => {
            // The window that is open comes to the front instead of a second one.
            return match home::ask_to_raise(&home) {
                Ok(()) => ExitCode::SUCCESS,
                Err(problem) => fail(&problem.to_string()),
            };
        }
        Err(error) => return fail(&error.to_string()),
    };
    let _telemetry = cli::start_telemetry("info", telemetry::Log::Folder(home.join("log")));
    let result = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .manage(Arc::clone(&console))
        .invoke_handler(tauri::generate_handler![
            stores::status,
            stores::stores,
            stores::store_facets,
            stores::store_fields,
            stores::store,
            stores::save_store,
            stores::undo,
            stores::history,
            stores::export_history,
            stores::check_field,
            stores::choices,
            bulk::bulk_plan,
            bulk::bulk_save,
            bulk::bulk_undo,
            bulk::bulk_progress,
            bulk::bulk_cancel,
            bulk::bulk_edits,
            outbox::outbox,
            outbox::retry,
            outbox::discard,
            outbox::resend,
            outbox::refused,
            outbox::retry_refused,
            outbox::discard_refused,
            outbox::sync_now,
            outbox::rebuild,
            conflicts::reviews,
            conflicts::resolve,
            insights::insights_sync,
            insights::insights_kitchen,
            insights::pickup_ready,
            settings::settings,
            settings::save_settings,
            settings::sync_settings,
            settings::save_sync_settings,
            schema::schema,
            schema::schema_view,
            schema::preview_schema,
            schema::save_schema,
            settings::views,
            settings::save_views,
            settings::sign_in,
            settings::sign_out,
            imports::import_preview,
            imports::import_start,
            imports::import_progress,
            imports::import_cancel,
            imports::imports,
            imports::import_undo,
            imports::import_report,
            imports::export,
        ])
        .setup(move |app| {
            forward_changes(app.handle().clone(), &console);
            raise_when_asked(app.handle().clone(), home);
            Ok(())
        })
        .run(tauri::generate_context!());
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("the window could not be opened: {error}")),
    }
}

fn fail(message: &str) -> ExitCode {
    cli::say(&format!("error: {message}"));
    ExitCode::from(1)
}

/// Tells the page what changed.
fn forward_changes(app: tauri::AppHandle, console: &Console) {
    let mut changes = console.changes();
    tauri::async_runtime::spawn(async move {
        loop {
            let topics = match changes.recv().await {
                Ok(topics) => topics,
                // Too many at once: ask for everything again.
                Err(RecvError::Lagged(_)) => Topic::ALL.to_vec(),
                Err(RecvError::Closed) => break,
            };
            if app.emit(CHANGED, &Changed { topics }).is_err() {
                break;
            }
        }
    });
}

/// Somebody started the program a second time on this data folder.
fn raise_when_asked(app: tauri::AppHandle, home: PathBuf) {
    tauri::async_runtime::spawn(async move {
        loop {
            tokio::time::sleep(RAISE_LOOK).await;
            if let Some(window) = home::asked_to_raise(&home).then(|| app.get_webview_window("main")).flatten() {
                // A window system that refuses to raise a window leaves it where it is.
                let _ = window.unminimize();
                let _ = window.show();
                let _ = window.set_focus();
            }
        }
    });
}
