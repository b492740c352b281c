//! The rules that settle concurrent writes, as a file: print them, change the file, try it, put it in force.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use client::Console;
use domain::rules::{NewRules, Preference, RuleBook, RuleSet};
use domain::{ErrorCode, Problem};

use super::{Failed, output};

/// What to do with them.
#[derive(Subcommand)]
pub enum RulesCommand {
    /// Print the rules in force, with their version.
    Get,
    /// Put a file's rules in force, in place of the version that the file names. Administrators only.
    Set {
        /// As `rules get --json` prints it, with other rules in it.
        file: PathBuf,
    },
    /// Say what a file's rules would settle, reopen and change. Changes nothing.
    Preview {
        /// As `rules get --json` prints it, with other rules in it.
        file: PathBuf,
    },
}

/// The largest file that is read, in bytes: what the server takes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Does it.
pub async fn run(console: &Console, json: bool, command: &RulesCommand) -> Result<(), Failed> {
    match command {
        RulesCommand::Get => print(json, &console.rules().await?),
        RulesCommand::Set { file } => {
            let book = read(file)?;
            print(json, &console.put_rules(&NewRules { replaces: book.version, rules: book.rules }).await?)
        }
        RulesCommand::Preview { file } => preview(console, json, read(file)?.rules).await,
    }
}

fn read(path: &Path) -> Result<RuleBook, Failed> {
    let bad = |why: String| Problem::new(ErrorCode::BadFile, format!("{}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| bad(error.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(bad("larger than 64 KiB".to_owned()).into());
    }
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    let hint = "write it as `rules get --json` prints it: {\"version\": …, \"rules\": […]}";
    let text = text.trim_start_matches('\u{feff}');
    // What is no JSON at all is named below.
    serde_json::from_str(text).map_or(Ok(()), |written: serde_json::Value| domain::rules::check_members(&written))?;
    serde_json::from_str(text).map_err(|error| bad(format!("no rules ({error}); {hint}")).into())
}

fn print(json: bool, book: &RuleBook) -> Result<(), Failed> {
    if json {
        return output::json(book);
    }
    output::line(&format!("version {}", book.version))?;
    let words = |rule: &Preference| serde_json::to_string(rule).unwrap_or_default();
    let rows: Vec<Vec<String>> =
        book.rules.0.iter().map(|rule| vec![rule.id.clone(), rule.fields.0.clone(), words(&rule.prefer)]).collect();
    output::table(&rows)
}

async fn preview(console: &Console, json: bool, rules: RuleSet) -> Result<(), Failed> {
    let preview = console.preview_rules(rules).await?;
    if json {
        return output::json(&preview);
    }
    output::line(&format!(
        "{} open questions would be settled, {} settled fields would become questions, {} would show another value",
        preview.settles, preview.reopens, preview.changes
    ))?;
    let rows: Vec<Vec<String>> = preview
        .differences
        .iter()
        .map(|d| {
            let change = format!("{} → {}", d.shows.canonical(), d.would_show.canonical());
            vec![d.effect.as_str().to_owned(), d.merchant_id.to_string(), d.field.to_string(), change]
        })
        .collect();
    output::table(&rows)
}
