//! Profiles as rows of a table that a spreadsheet can open without running anything in it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use domain::field::{FieldPath, WEEKDAYS};
use domain::problem::ErrorCode;
use domain::{Profile, Value};
use rust_xlsxwriter::Workbook;

use crate::error::{Error, Result};

const USUAL: [&str; 9] = ["merchant_id", "name", "address", "phones", "category", "region", "status", "tags", "note"];

/// Has this register a column only if some merchant has it?
pub(super) fn is_extra(field: &FieldPath) -> bool {
    let weekday = field.root() == "hours" && field.key().is_some_and(|key| WEEKDAYS.contains(&key));
    !weekday && !USUAL.contains(&field.root())
}

/// The headers.
pub(super) fn columns(extra: &BTreeSet<FieldPath>) -> Vec<String> {
    let usual = USUAL.iter().map(|name| (*name).to_owned());
    let days = WEEKDAYS.iter().map(|day| format!("hours.{day}"));
    usual.chain(days).chain(extra.iter().map(ToString::to_string)).collect()
}

/// What begins a formula in some spreadsheet (OWASP, "CSV Injection"; those of Chinese and Japanese systems take the wide
/// forms too), and the apostrophe itself, so that taking one away always gives back what was there.
pub(crate) const RISKY: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\'', '＝', '＋', '－', '＠'];

/// A cell that a spreadsheet would run as a formula gets an apostrophe in front.
pub(crate) fn neutral(cell: String) -> String {
    if cell.starts_with(RISKY) { format!("'{cell}") } else { cell }
}

/// Text cells of a workbook are never run; only what our own reader would take for a formula is marked.
fn neutral_text(cell: String) -> String {
    if cell.starts_with(['=', '\'']) { format!("'{cell}") } else { cell }
}

/// Tags with commas between; as a JSON list where one of them has a separator or looks like nothing.
fn tags(profile: &Profile) -> String {
    let is_plain = |tag: &String| {
        !tag.contains(crate::importer::TAG_SEPARATORS) && !tag.starts_with('[') && !reading::is_empty(tag)
    };
    if profile.tags.iter().all(is_plain) {
        return profile.tags.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    }
    serde_json::Value::from_iter(profile.tags.iter().cloned()).to_string()
}

fn spans(spans: &[String]) -> String {
    if spans.is_empty() { "closed".to_owned() } else { spans.join(",") }
}

fn cell(profile: &Profile, column: &str) -> String {
    let text = |value: Option<&Value>| value.map(Value::plain).unwrap_or_default();
    match column {
        "merchant_id" => profile.merchant_id.to_string(),
        "name" => profile.name.clone(),
        "address" => profile.address.clone(),
        "phones" => profile.phones.join(","),
        "category" => profile.category.clone(),
        "tags" => tags(profile),
        _ => match column.split_once('.') {
            Some(("hours", key)) => {
                let day = match key.strip_prefix("special.") {
                    Some(date) => profile.special_hours.get(date),
                    None => profile.hours.get(key),
                };
                day.map(|day| spans(day)).unwrap_or_else(|| text(profile.other.get(column)))
            }
            Some(("custom", key)) => text(profile.custom.get(key)),
            _ => text(profile.other.get(column)),
        },
    }
}

/// A table that is being written.
pub(super) enum TableWriter {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Workbook { book: Box<Workbook>, path: PathBuf, row: u32 },
}

/// The most rows of a sheet of Excel, with its header.
const SHEET_ROWS_MAX: u32 = 1_048_576;

impl TableWriter {
    /// UTF-8 with a mark, which spreadsheets need.
    pub fn csv(path: &Path) -> Result<Self> {
        let mut out = BufWriter::new(File::create(path)?);
        out.write_all("\u{feff}".as_bytes())?;
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        Ok(Self::Csv(Box::new(writer)))
    }

    /// One sheet of text cells, written row by row.
    pub fn workbook(path: &Path) -> Result<Self> {
        let mut book = Workbook::new();
        book.add_worksheet_with_low_memory().map_err(refused)?;
        Ok(Self::Workbook { book: Box::new(book), path: path.to_path_buf(), row: 0 })
    }

    /// One row.
    pub fn cells(&mut self, cells: impl Iterator<Item = String>) -> Result<()> {
        match self {
            Self::Csv(writer) => Ok(writer.write_record(cells.map(neutral))?),
            Self::Workbook { book, row, .. } => {
                if *row >= SHEET_ROWS_MAX {
                    let title = "a sheet has at most 1,048,575 merchants: export .csv; nothing was written";
                    return Err(Error::new(ErrorCode::TooLarge, title));
                }
                let sheet = book.worksheet_from_index(0).map_err(refused)?;
                for (column, cell) in cells.enumerate() {
                    let column = u16::try_from(column).map_err(|_| refused("too many columns"))?;
                    if !cell.is_empty() {
                        sheet.write_string(*row, column, neutral_text(cell)).map_err(refused)?;
                    }
                }
                *row += 1;
                Ok(())
            }
        }
    }

    pub fn header(&mut self, columns: &[String]) -> Result<()> {
        self.cells(columns.iter().cloned())
    }

    pub fn row(&mut self, columns: &[String], profile: &Profile) -> Result<()> {
        self.cells(columns.iter().map(|column| cell(profile, column)))
    }

    pub fn finish(self) -> Result<()> {
        match self {
            Self::Csv(writer) => {
                let out = writer.into_inner().map_err(|error| refused(error.error()))?;
                Ok(out.into_inner().map_err(|error| Error::Io(error.into_error()))?.sync_all()?)
            }
            Self::Workbook { mut book, path, .. } => {
                book.save(&path).map_err(refused)?;
                Ok(File::open(&path)?.sync_all()?)
            }
        }
    }
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadFile, format!("the file cannot be written: {error}"))
}
