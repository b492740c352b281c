//! A merchant's history into a file: what each change wrote, what became of it, who, when, from where and why.

use std::io::Write as _;
use std::path::Path;

use domain::ipc::{HistoryView, PendingChange};
use domain::{Decision, Value, api::HistoryEntry};

use super::{ExportFormat, TableWriter, replacing};
use crate::clock;
use crate::error::{Error, Result};

const COLUMNS: [&str; 16] = [
    "saved_at",
    "received_at",
    "actor_name",
    "actor",
    "role",
    "source",
    "device",
    "field",
    "before",
    "after",
    "state",
    "rule",
    "reason",
    "seq",
    "edit_id",
    "trace_id",
];

/// Writes a history, newest first: all of it, or one field of it as people see fields. Returns how many lines.
///
/// # Errors
/// `bad_request` for a file name without a known ending; `bad_file` if the file cannot be written.
pub fn write_history(file: &Path, history: &HistoryView, field: Option<&str>) -> Result<u64> {
    let format = ExportFormat::of(file)?;
    let mut history = history.clone();
    if let Some(field) = field {
        history.entries.retain(|entry| entry.field.shown_as() == field);
        history.pending.retain(|pending| pending.change.field == field);
    }
    replacing(file, |partial| {
        match format {
            ExportFormat::Csv => table(TableWriter::csv(partial)?, &history)?,
            ExportFormat::Xlsx => table(TableWriter::workbook(partial)?, &history)?,
            ExportFormat::Json | ExportFormat::JsonLines => json(partial, format, &history)?,
        }
        Ok((history.pending.len() + history.entries.len()) as u64)
    })
}

fn json(file: &Path, format: ExportFormat, history: &HistoryView) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    if format == ExportFormat::Json {
        serde_json::to_writer_pretty(&mut out, history)?;
        out.write_all(b"\n")?;
    } else {
        for entry in &history.entries {
            serde_json::to_writer(&mut out, entry)?;
            out.write_all(b"\n")?;
        }
    }
    let file = out.into_inner().map_err(|error| Error::Io(error.into_error()))?;
    Ok(file.sync_all()?)
}

fn table(mut table: TableWriter, history: &HistoryView) -> Result<()> {
    table.header(&COLUMNS.map(str::to_owned))?;
    for pending in &history.pending {
        table.cells(waiting(pending, history).into_iter())?;
    }
    for entry in &history.entries {
        table.cells(known(entry).into_iter())?;
    }
    table.finish()
}

/// Values as they are stored, so that a program can read them again; texts without their quotes.
fn value(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_null() => String::new(),
        None => value.canonical(),
    }
}

fn waiting(pending: &PendingChange, history: &HistoryView) -> [String; COLUMNS.len()] {
    let nothing = String::new;
    [
        pending.at.to_rfc3339(),
        nothing(),
        pending.actor_name.clone(),
        nothing(),
        nothing(),
        nothing(),
        history.device.to_string(),
        pending.change.field.clone(),
        value(&pending.change.before),
        value(&pending.change.after),
        pending.state.as_str().to_owned(),
        nothing(),
        nothing(),
        nothing(),
        pending.edit_id.to_string(),
        nothing(),
    ]
}

fn known(entry: &HistoryEntry) -> [String; COLUMNS.len()] {
    let (state, rule) = match &entry.decision {
        Decision::Applied => ("applied", String::new()),
        Decision::Same => ("same", String::new()),
        Decision::AutoResolved { rule, won: true } => ("preferred", rule.clone()),
        Decision::AutoResolved { rule, won: false } => ("not_preferred", rule.clone()),
        Decision::NeedsReview => ("needs_review", String::new()),
        Decision::Rejected { code, .. } => ("rejected", code.as_str().to_owned()),
    };
    [
        clock::at(entry.hlc.wall_ms()).to_rfc3339(),
        entry.received_at.to_rfc3339(),
        entry.actor_name.clone(),
        entry.actor.to_string(),
        entry.role.as_str().to_owned(),
        source(entry).to_owned(),
        entry.dot.device.to_string(),
        entry.field.to_string(),
        value(&entry.before),
        value(&entry.after),
        state.to_owned(),
        rule,
        entry.reason.clone().unwrap_or_default(),
        entry.seq.to_string(),
        entry.edit_id.to_string(),
        entry.trace_id.to_string(),
    ]
}

fn source(entry: &HistoryEntry) -> &'static str {
    use domain::Source;
    match entry.source {
        Source::Feedback => "feedback",
        Source::ThirdParty => "third_party",
        Source::Import => "import",
        Source::Manual => "manual",
        Source::Resolution => "resolution",
    }
}
