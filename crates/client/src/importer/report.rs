//! What an import says of its rows: to the journal, from it, and as a file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use domain::edit::Write;
use domain::ipc::{RowOutcome, RowReport};
use domain::profile::Registers;
use domain::{FieldPath, MerchantId, Value, digest};
use serde::{Deserialize, Serialize, Serializer};

use super::columns::{Columns, REPORT_COLUMNS, Remembered, STORE_COLUMNS, Wishes};
use super::spread::Kept;
use crate::cache::{Cache, JournalRow, OpenImport};
use crate::error::{Error, Result};
use crate::exporter::{RISKY, neutral};

/// Rows of the journal read at a time.
const PAGE: u32 = 500;

#[derive(Default, Serialize, Deserialize)]
struct Remarks {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// What an undo needs of a row.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Undo {
    /// The merchant was new: the digest of what it showed.
    Created(u64),
    /// It had other values.
    Changed(Vec<Write>),
}

/// A digest of what a merchant shows, of its registers in order: of those that say something.
pub(super) fn shown<'r>(registers: impl Iterator<Item = (&'r FieldPath, &'r Value)>) -> Result<u64> {
    let mut json = Vec::with_capacity(256);
    serde_json::Serializer::new(&mut json).collect_map(registers.filter(|(_, value)| !value.is_null()))?;
    Ok(digest::bytes(&json))
}

pub(super) fn to_journal(report: &RowReport, cells: Option<&Kept>, undo: Option<String>) -> Result<JournalRow> {
    let remarks = Remarks { problems: report.problems.clone(), warnings: report.warnings.clone() };
    let silent = remarks.problems.is_empty() && remarks.warnings.is_empty();
    Ok(JournalRow {
        row: report.row,
        outcome: report.outcome.to_string(),
        merchant_id: report.merchant_id.clone(),
        remarks: if silent { None } else { Some(serde_json::to_string(&remarks)?) },
        cells: cells.map(serde_json::to_string).transpose()?,
        undo,
    })
}

pub(super) fn of_journal(row: &JournalRow) -> RowReport {
    let remarks: Remarks = row.remarks.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut report = RowReport::new(row.row, RowOutcome::parse(&row.outcome));
    report.merchant_id.clone_from(&row.merchant_id);
    (report.problems, report.warnings) = (remarks.problems, remarks.warnings);
    report
}

/// Which of the columns of an import a failed row has its name and its address in.
async fn named_by(cache: &Cache, source: &str, headers: &[String]) -> Result<[Option<usize>; 2]> {
    let remembered = cache.import_mapping(source).await?;
    let remembered = remembered.map(|(version, text)| Ok::<_, Error>((version, serde_json::from_str(&text)?)));
    let remembered: Option<(u32, Remembered)> = remembered.transpose()?;
    let remembered = remembered.as_ref().map(|(version, mapping)| (*version, mapping));
    let columns = Columns::find(headers, &Wishes { remembered, ..Wishes::default() })?;
    Ok(["name", "address"].map(|field| Some(columns.targets.iter().find(|(_, target)| target.name() == field)?.0)))
}

/// The merchant, name and address of each of some rows: as it is now, and of a failed row as it stands in the file.
async fn stores(cache: &Cache, rows: &[JournalRow], named_by: [Option<usize>; 2]) -> Result<Vec<Vec<String>>> {
    let ids: Vec<MerchantId> = rows.iter().filter_map(|row| row.merchant_id.clone()).collect();
    let known: HashMap<MerchantId, Registers> = cache.registers_of(&ids).await?.into_iter().collect();
    let store = |row: &JournalRow| -> Result<Vec<String>> {
        let Some(id) = &row.merchant_id else {
            let kept = row.cells.as_deref().map(serde_json::from_str::<Kept>).transpose()?;
            let cells = kept.map(|kept| kept.spread(0, &[])).unwrap_or_default();
            let cell = |n: Option<usize>| n.and_then(|n| cells.get(n)).cloned().unwrap_or_default();
            return Ok(vec![String::new(), cell(named_by[0]), cell(named_by[1])]);
        };
        let shown = |field: &'static str| {
            known
                .get(id)
                .and_then(|registers| registers.get(&FieldPath::fixed(field)))
                .map(Value::plain)
                .unwrap_or_default()
        };
        Ok(vec![id.to_string(), shown("name"), shown("address")])
    };
    rows.iter().map(store).collect()
}

/// Writes the report of an import as CSV: each row with what it led to and the store that it is; or only the failed rows, with all their cells,
/// so that they can be mended in that file and imported again. Returns how many rows.
///
/// # Errors
/// `not_found`, `bad_file` if the file cannot be written, `storage`.
pub async fn write_report(cache: &Cache, import_id: &str, file: &Path, failed_only: bool) -> Result<u64> {
    let (open, past, headers) = cache.import(import_id).await?;
    let mut out = BufWriter::new(File::create(file)?);
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(out);
    let own = REPORT_COLUMNS.iter().map(|name| (*name).to_owned());
    let more = if failed_only { beside(cache, &open).await? } else { Vec::new() };
    let width = headers.len();
    let named_by = if failed_only { [None; 2] } else { named_by(cache, &past.source, &headers).await? };
    let rest: Vec<String> = if failed_only { headers } else { STORE_COLUMNS.map(str::to_owned).to_vec() };
    writer.write_record(own.chain(rest).chain(more.iter().cloned()).map(neutral))?;
    let (mut after, mut written) = (0, 0);
    loop {
        let rows = cache.import_rows(&open, after, failed_only, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.row;
        let stores = if failed_only { Vec::new() } else { stores(cache, &rows, named_by).await? };
        let mut stores = stores.into_iter();
        for row in &rows {
            let report = of_journal(row);
            let own = [row.row.to_string(), row.outcome.clone(), report.problems.join(" "), report.warnings.join(" ")];
            let cells: Vec<String> = match &row.cells {
                Some(cells) if failed_only => serde_json::from_str::<Kept>(cells)?.spread(width, &more),
                _ => stores.next().unwrap_or_default(),
            };
            writer.write_record(own.into_iter().map(neutral).chain(cells.into_iter().map(marked)))?;
            written += 1;
        }
    }
    let out = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
    out.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    Ok(written)
}

/// A cell as it stood in the file. One that is marked as a text already stays as it is: with a second mark the mended
/// file would say something else.
fn marked(cell: String) -> String {
    let is_marked = cell.strip_prefix('\'').is_some_and(|rest| rest.starts_with(RISKY));
    if is_marked { cell } else { neutral(cell) }
}

/// The headers of later sheets that the first one has not, of rows that failed.
async fn beside(cache: &Cache, open: &OpenImport) -> Result<Vec<String>> {
    let (mut after, mut headers) = (0, Vec::new());
    loop {
        let rows = cache.import_rows(open, after, true, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(headers) };
        after = last.row;
        for cells in rows.iter().filter_map(|row| row.cells.as_ref()) {
            for header in serde_json::from_str::<Kept>(cells)?.headers() {
                if !headers.contains(header) {
                    headers.push(header.clone());
                }
            }
        }
    }
}
