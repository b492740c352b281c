//! Import and export.

use std::path::{Path, PathBuf};

use clap::Args;
use client::Console;
use client::importer::{ImportOptions, ImportSummary, RowOutcome, RowReport};

use super::{Failed, output};

/// What to import, and how.
#[derive(Args)]
pub struct ImportArguments {
    /// The file.
    file: PathBuf,
    /// The source of the file: rows without an id get one that is stable within it.
    #[arg(long, value_name = "NAME")]
    env: String,
    /// Only say what would happen.
    #[arg(long)]
    dry_run: bool,
    /// A register and the column that fills it; several columns of one register are joined.
    #[arg(long, value_name = "REGISTER=COLUMN")]
    map: Vec<String>,
    /// Keep telephone and hours cells that cannot be read as custom text, with a warning, instead of refusing the row.
    #[arg(long)]
    lenient: bool,
    /// Import rows that mean the same store as an earlier row, each as a merchant of its own.
    #[arg(long)]
    keep_duplicates: bool,
    /// Country code of numbers that carry it without `+`, such as 886.
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
}

impl ImportArguments {
    fn options(&self) -> Result<ImportOptions, Failed> {
        let mut options = ImportOptions::new(&self.file, &self.env);
        for text in &self.map {
            let (register, column) =
                text.split_once('=').ok_or_else(|| Failed::Usage(format!("--map {text}: write REGISTER=COLUMN")))?;
            options.map.push((register.trim().to_owned(), column.trim().to_owned()));
        }
        options.dry_run = self.dry_run;
        options.lenient = self.lenient;
        options.keep_duplicates = self.keep_duplicates;
        options.country.clone_from(&self.country);
        Ok(options)
    }
}

/// Imports a file; with `--json` a line for each row and a last one with the counts.
pub async fn import(console: &Console, json: bool, arguments: &ImportArguments) -> Result<(), Failed> {
    let summary = console.import(&arguments.options()?, &mut |row| print_row(json, row)).await?;
    if json { output::json(&summary) } else { print_summary(&summary) }
}

/// Prints a row; people see only those that need them. A reader that went away ends the import.
fn print_row(json: bool, row: &RowReport) -> bool {
    if json {
        return output::json(row).is_ok();
    }
    if matches!(row.outcome, RowOutcome::Create | RowOutcome::Update | RowOutcome::Unchanged) && row.warnings.is_empty()
    {
        return true;
    }
    let remarks: Vec<&str> = row.problems.iter().chain(&row.warnings).map(String::as_str).collect();
    output::line(&format!("row {}  {}  {}", row.row, row.outcome, remarks.join(", "))).is_ok()
}

fn print_summary(summary: &ImportSummary) -> Result<(), Failed> {
    let counts: Vec<String> = summary.counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    let what = if summary.dry_run { "would be" } else { "are" };
    output::line(&format!("{} rows: {} {what} done", summary.file.data_records, counts.join(", ")))
}

/// Exports all profiles.
pub async fn export(console: &Console, json: bool, file: &Path) -> Result<(), Failed> {
    let count = console.export(file).await?;
    if json && file.as_os_str() != "-" {
        return output::json(&serde_json::json!({ "file": file, "merchants": count }));
    }
    output::say(&format!("{count} merchants written to {}", file.display()));
    Ok(())
}
