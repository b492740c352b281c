//! How this device sends.

use clap::Subcommand;
use client::Console;
use domain::ipc::SyncSettings;
use domain::{ErrorCode, Problem};

use super::write::assignments;
use super::{Failed, output};

/// Look, or change.
#[derive(Subcommand)]
pub enum SettingsCommand {
    /// Print the settings.
    Get,
    /// Change some of them; nothing is changed if one is mistaken.
    Set {
        /// `durability=full`, `linger_ms=20`, `batch_edits=500`, `compression=false`, …
        #[arg(required = true, value_name = "KEY=VALUE")]
        values: Vec<String>,
    },
}

/// Prints the settings, as they are or as they have become.
pub async fn run(console: &Console, as_json: bool, what: &SettingsCommand) -> Result<(), Failed> {
    let mut settings = console.sync_settings().await?;
    if let SettingsCommand::Set { values } = what {
        for (key, value) in assignments(values)? {
            settings.assign(&key, value.trim())?;
        }
        settings = console.save_sync_settings(settings).await?;
    }
    print(&settings, as_json)
}

fn print(settings: &SyncSettings, as_json: bool) -> Result<(), Failed> {
    if as_json {
        return output::json(settings);
    }
    let fields =
        serde_json::to_value(settings).map_err(|error| Problem::new(ErrorCode::Internal, error.to_string()))?;
    let lines: Vec<Vec<String>> = fields
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| vec![key.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)])
        .collect();
    output::table(&lines)
}
