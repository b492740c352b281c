//! Import and export.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use client::Console;
use client::importer::{ImportOptions, ImportSummary, RowOutcome, RowReport};
use domain::ipc::{
    Duplicates, ExportRequest, ImportPreview, ImportRequest, ImportState, MappingReason, PastImport, StoreFilter,
    StoresQuery, WriteImportReport,
};
use domain::{ErrorCode, Problem};

use super::filter::{Filter, exactly};
use super::{Failed, output};

/// What is done with duplicates.
#[derive(Clone, Copy, ValueEnum)]
enum DuplicatesArgument {
    /// Leave them out, and say so.
    Skip,
    /// The store that they are like gets their values.
    Update,
    /// Make each a merchant of its own.
    Create,
}

/// What to import, and how.
#[derive(Args)]
pub struct ImportArguments {
    /// The file: CSV, TSV and the like in any usual encoding, also gzipped; .xlsx, .xls, .ods.
    file: PathBuf,
    /// The source of the file: its mapping is remembered, and rows without an id get one that is stable within it.
    #[arg(long, value_name = "NAME")]
    env: String,
    /// Only say what would happen.
    #[arg(long, conflicts_with = "preview")]
    dry_run: bool,
    /// Only say what the file is, where its columns would go and why, and how its first rows are read.
    #[arg(long)]
    preview: bool,
    /// A register and the column that fills it; several columns of one register are joined. `=COLUMN` keeps a column out.
    #[arg(long, value_name = "REGISTER=COLUMN")]
    map: Vec<String>,
    /// What is done with rows that mean the same store as an earlier row or a merchant that is there.
    #[arg(long, value_enum, default_value = "skip")]
    duplicates: DuplicatesArgument,
    /// Keep telephone and hours cells that cannot be read as custom text, with a warning, instead of refusing the row.
    #[arg(long)]
    lenient: bool,
    /// Country code of numbers that carry it without `+`, such as 886.
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
    /// Instead of the encoding that is detected: UTF-8, UTF-16LE, GB18030, Big5, windows-1252, …
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Instead of the delimiter that is detected: one character, or TAB.
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// Instead of the header that is detected: its row from 1, as an editor or a spreadsheet counts.
    #[arg(long, value_name = "ROW")]
    header_row: Option<u32>,
    /// Only this sheet of a workbook.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Begin anew although the same file was begun before and broke off.
    #[arg(long)]
    anew: bool,
}

impl ImportArguments {
    fn request(&self) -> Result<ImportRequest, Failed> {
        let mut map = Vec::new();
        for text in &self.map {
            let (register, column) =
                text.split_once('=').ok_or_else(|| Failed::Usage(format!("--map {text}: write REGISTER=COLUMN")))?;
            map.push((register.trim().to_owned(), column.trim().to_owned()));
        }
        Ok(ImportRequest {
            file: self.file.display().to_string(),
            source: self.env.clone(),
            map,
            duplicates: match self.duplicates {
                DuplicatesArgument::Skip => Duplicates::Skip,
                DuplicatesArgument::Update => Duplicates::Update,
                DuplicatesArgument::Create => Duplicates::Create,
            },
            lenient: self.lenient,
            country: self.country.clone(),
            encoding: self.encoding.clone(),
            delimiter: self.delimiter.clone(),
            header_row: self.header_row,
            sheet: self.sheet.clone(),
            dry_run: self.dry_run,
        })
    }
}

/// Imports a file; with `--json` a line for each row and a last one with the counts.
pub async fn import(console: &Console, json: bool, arguments: &ImportArguments) -> Result<(), Failed> {
    let request = arguments.request()?;
    if arguments.preview {
        let preview = console.import_preview(&request).await.map_err(mistaken)?;
        return if json { output::json(&preview) } else { print_preview(&preview) };
    }
    let options = ImportOptions { request, in_full: json, anew: arguments.anew, ..ImportOptions::default() };
    let summary = console.import(&options, &mut |row| print_row(json, row)).await.map_err(mistaken)?;
    if json { output::json(&summary) } else { print_summary(&summary) }
}

/// An option that cannot be understood is wrong use.
fn mistaken(error: client::Error) -> Failed {
    let problem = Problem::from(error);
    match problem.code {
        ErrorCode::BadRequest if problem.title.starts_with("--") => Failed::Usage(problem.title),
        _ => problem.into(),
    }
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
    let cures: String = remarks.iter().filter_map(|remark| cure(remark)).map(|cure| format!("  ({cure})")).collect();
    output::line(&format!("row {}  {}  {}{cures}", row.row, row.outcome, remarks.join(", "))).is_ok()
}

/// What to do about a remark that says too little by itself.
fn cure(remark: &str) -> Option<String> {
    if let Some(lines) = remark.strip_prefix("row:unclosed_quote:") {
        return Some(format!(
            "a quotation mark is not closed, lines {lines}: close it, or take it out; the lines behind it are rows of their own"
        ));
    }
    let text = match remark {
        "row:too_many_cells" => "more cells than the header: put cells that contain the delimiter in quotation marks",
        "row:not_a_store" => "a sum, a signature or a hint, no store",
        "code:other_store" => {
            "the store of this ID has another name, address and telephone: is the ID another source's? --map =COLUMN leaves the column of IDs out, --duplicates update overwrites the store"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

fn print_summary(summary: &ImportSummary) -> Result<(), Failed> {
    let counts: Vec<String> = summary.counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    let what = if summary.dry_run { "would be" } else { "are" };
    output::line(&format!("{} rows: {} {what} done", summary.file.data_records, counts.join(", ")))?;
    if !summary.file.unmapped.is_empty() {
        let columns = summary.file.unmapped.join(", ");
        output::line(&format!("columns that are not imported (--map REGISTER=COLUMN says where they go): {columns}"))?;
    }
    if !summary.file.skipped_sheets.is_empty() {
        let sheets = summary.file.skipped_sheets.join(", ");
        output::line(&format!(
            "sheets that are not imported, as no column of theirs is called like a store's name (--sheet SHEET imports one of them): {sheets}"
        ))?;
    }
    if summary.file.hidden_rows > 0 {
        let rows = summary.file.hidden_rows;
        output::line(&format!(
            "{rows} rows are hidden in the workbook, as by a filter, and are read as all others: take them out of the file if they do not belong"
        ))?;
    }
    if summary.zeros_suspected_late > 0 {
        output::say(&format!(
            "{} rows before the first id with a leading zero may have lost theirs, as spreadsheets take them; their ids stay as they stand: compare them with the source",
            summary.zeros_suspected_late
        ));
    }
    if summary.country_wanted > 0 {
        output::say(&format!(
            "telephone numbers of {} rows look like those of another country: give its code, like --country 1 or --country 44",
            summary.country_wanted
        ));
    }
    if summary.resumed_after_row > 0 {
        output::say(&format!("went on behind row {}, where it had broken off", summary.resumed_after_row));
    }
    if let Some(id) = &summary.import_id {
        output::say(&format!(
            "import {id}: `imports report {id} FILE` writes what became of it, `imports undo {id}` takes it back"
        ));
    }
    Ok(())
}

fn print_preview(preview: &ImportPreview) -> Result<(), Failed> {
    let file = &preview.file;
    let facts = [
        Some(file.format.clone()),
        file.encoding.clone(),
        file.delimiter.as_ref().map(|delimiter| format!("delimiter {delimiter}")),
        file.sheet.as_ref().map(|sheet| format!("sheet {sheet}")),
        Some(format!("header in row {}", file.header_row)),
    ];
    output::line(&facts.into_iter().flatten().collect::<Vec<_>>().join(", "))?;
    let rows: Vec<Vec<String>> = preview
        .columns
        .iter()
        .map(|column| {
            let why = match &column.reason {
                MappingReason::ByHand => "by hand".to_owned(),
                MappingReason::Remembered { version } => format!("as last time (version {version})"),
                MappingReason::Rule { pattern } => format!("matches {}", pattern.chars().take(40).collect::<String>()),
                MappingReason::Unknown => "no rule knows it: use --map".to_owned(),
                MappingReason::Taken => "another column goes there".to_owned(),
                MappingReason::OfReport => "of a report".to_owned(),
            };
            vec![
                column.header.clone(),
                column.target.clone().unwrap_or_else(|| "—".to_owned()),
                why,
                column.samples.join(" | "),
            ]
        })
        .collect();
    output::table(&rows)
}

/// What is known of the merchants of an export.
#[derive(Clone, Copy, ValueEnum)]
enum StateArgument {
    /// With unsent changes.
    Pending,
    /// With open reviews.
    Conflict,
    /// With refused changes.
    Rejected,
}

/// What to export.
#[derive(Args)]
pub struct ExportArguments {
    /// The file: .csv, .xlsx, .json or .jsonl.
    pub file: PathBuf,
    #[command(flatten)]
    filter: Filter,
    /// Only of this category.
    #[arg(long)]
    category: Option<String>,
    /// Only in this business state.
    #[arg(long)]
    status: Option<String>,
    /// Only those.
    #[arg(long = "filter", value_enum)]
    state: Option<StateArgument>,
    /// Also the fields that are declared sensitive, which are left out otherwise.
    #[arg(long)]
    sensitive: bool,
}

impl ExportArguments {
    /// Nothing for all merchants.
    async fn query(&self, console: &Console) -> Result<Option<StoresQuery>, Failed> {
        if self.filter.is_empty() && self.category.is_none() && self.status.is_none() && self.state.is_none() {
            return Ok(None);
        }
        let category = self.category.as_deref().map(|value| exactly("category", value));
        let status = self.status.as_deref().map(|value| exactly("status", value));
        Ok(Some(StoresQuery {
            filter: match self.state {
                None => StoreFilter::All,
                Some(StateArgument::Pending) => StoreFilter::Pending,
                Some(StateArgument::Conflict) => StoreFilter::Conflict,
                Some(StateArgument::Rejected) => StoreFilter::Rejected,
            },
            ..self.filter.query(console, category.into_iter().chain(status).collect()).await?
        }))
    }
}

/// Exports profiles.
pub async fn export(console: &Console, json: bool, arguments: &ExportArguments) -> Result<(), Failed> {
    let query = arguments.query(console).await?;
    let file = arguments.file.display().to_string();
    let count =
        console.export(&ExportRequest { file: file.clone(), query, sensitive: arguments.sensitive }).await?.rows;
    if json {
        return output::json(&serde_json::json!({ "file": file, "merchants": count }));
    }
    output::say(&format!("{count} merchants written to {file}"));
    Ok(())
}

/// Imports of the past.
#[derive(Subcommand)]
pub enum ImportsCommand {
    /// Which there are, newest first.
    List,
    /// Take one back: by new edits, and only what nobody has changed since.
    Undo {
        /// Which.
        id: String,
    },
    /// Write what became of each row as CSV.
    Report {
        /// Which.
        id: String,
        /// The CSV to write.
        file: PathBuf,
        /// Only the rows that failed, with their cells: mended in that file, they can be imported again.
        #[arg(long)]
        failed_only: bool,
    },
}

/// Where an import stands. A program that was killed leaves it as if it were under way.
fn import_state(past: &PastImport) -> &'static str {
    match past.state {
        ImportState::Running => "under way, or interrupted: import the same file again to go on",
        ImportState::Cancelled => "cancelled: import the same file again to go on",
        ImportState::Done => "done",
        ImportState::Undoing => "being taken back, or interrupted: `imports undo` goes on",
        ImportState::Undone => "undone",
    }
}

/// Looks at imports of the past, or takes one back.
pub async fn imports(console: &Console, json: bool, command: &ImportsCommand) -> Result<(), Failed> {
    match command {
        ImportsCommand::List => {
            let imports = console.imports().await?;
            if json {
                return output::json(&imports);
            }
            let row = |past: &PastImport| {
                let counts: Vec<String> =
                    past.counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
                vec![
                    past.import_id.clone(),
                    past.begun_at.format("%F %R").to_string(),
                    past.source.clone(),
                    past.file_name.clone(),
                    import_state(past).to_owned(),
                    counts.join(", "),
                ]
            };
            output::table(&imports.iter().map(row).collect::<Vec<_>>())
        }
        ImportsCommand::Undo { id } => {
            let done = console.import_undo(id).await?;
            if json {
                return output::json(&done);
            }
            for left in &done.left {
                let fields = if left.fields.is_empty() { "all".to_owned() } else { left.fields.join(", ") };
                output::line(&format!("row {}  {}  left: {fields}", left.row, left.merchant_id))?;
            }
            output::line(&format!(
                "{} deleted, {} restored, {} rows kept something",
                done.deleted, done.restored, done.left_rows
            ))
        }
        ImportsCommand::Report { id, file, failed_only } => {
            let asked = WriteImportReport {
                import_id: id.clone(),
                file: file.display().to_string(),
                failed_only: *failed_only,
            };
            let written = console.import_report(&asked).await?;
            if json {
                output::json(&written)
            } else {
                output::line(&format!("{} rows written to {}", written.rows, file.display()))
            }
        }
    }
}
