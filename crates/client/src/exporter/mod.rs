//! Profiles into a file: JSON, JSON lines, CSV or a workbook. The file appears whole or not at all.

mod cells;
mod history;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use domain::field::{DELETED, FieldPath};
use domain::ipc::{StoreSort, StoresQuery};
use domain::problem::ErrorCode;
use domain::profile::Registers;
use domain::schema::CustomField;
use domain::{MerchantId, Profile};

use crate::cache::Cache;
use crate::error::{Error, Result};
use cells::TableWriter;

pub(crate) use cells::{RISKY, neutral};
pub use history::write_history;

/// Merchants read at a time.
const BATCH: u32 = 500;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// One array of profiles.
    Json,
    /// A profile a line.
    JsonLines,
    /// A table, UTF-8 with a mark.
    Csv,
    /// A workbook of text cells.
    Xlsx,
}

impl ExportFormat {
    /// By the ending of a file's name.
    ///
    /// # Errors
    /// `bad_request` for any but `.json`, `.jsonl`, `.ndjson`, `.csv`, `.xlsx`.
    pub fn of(file: &Path) -> Result<Self> {
        match file.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
            Some("json") => Ok(Self::Json),
            Some("jsonl" | "ndjson") => Ok(Self::JsonLines),
            Some("csv") => Ok(Self::Csv),
            Some("xlsx") => Ok(Self::Xlsx),
            _ => Err(Error::new(
                ErrorCode::BadRequest,
                "name the file .csv, .xlsx, .json or .jsonl; nothing was written",
            )),
        }
    }
}

/// Which merchants, and how much of each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent<'q> {
    /// Those that a list shows, in its order; nothing for all, ordered by id.
    pub query: Option<&'q StoresQuery>,
    /// Also the fields that are declared sensitive.
    pub sensitive: bool,
}

/// Writes merchants, own changes on top. Returns how many.
///
/// # Errors
/// `bad_file` if the file cannot be written, `too_large` for a workbook of more than a million, `storage`.
pub async fn export(cache: &Cache, file: &Path, format: ExportFormat, extent: &Extent<'_>) -> Result<u64> {
    let partial = partial_name(file);
    let written = write_all(cache, &partial, format, extent).await;
    put_in_place(&partial, file, written)
}

/// Writes a file beside its place and puts it there when it is whole.
fn replacing<T>(file: &Path, write: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let partial = partial_name(file);
    let written = write(&partial);
    put_in_place(&partial, file, written)
}

fn put_in_place<T>(partial: &Path, file: &Path, written: Result<T>) -> Result<T> {
    if written.is_ok() {
        std::fs::rename(partial, file)?;
    } else {
        // Nothing half written stays; if it cannot be removed, the first error says why.
        let _ = std::fs::remove_file(partial);
    }
    written
}

fn partial_name(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    file.with_file_name(name)
}

/// Walks through merchants, with what may be written of them.
struct Walk {
    way: Way,
    left_out: BTreeSet<FieldPath>,
}

enum Way {
    All { after: String },
    Listed { query: StoresQuery },
}

impl Walk {
    fn new(cache: &Cache, extent: &Extent<'_>) -> Self {
        let way = match extent.query {
            None => Way::All { after: String::new() },
            Some(query) => {
                let mut query = StoresQuery { offset: 0, limit: BATCH, ..query.clone() };
                if query.sort == StoreSort::Updated {
                    // The others do not move while the file is written.
                    query.sort = StoreSort::Id;
                    query.descending = false;
                }
                Way::Listed { query }
            }
        };
        let schema = cache.schema();
        let left_out = schema.custom.iter().filter(|field| field.sensitive && !extent.sensitive);
        Self { way, left_out: left_out.map(CustomField::path).collect() }
    }

    /// The next ones; none behind the last.
    async fn next(&mut self, cache: &Cache) -> Result<Vec<(MerchantId, Registers)>> {
        loop {
            let ids = self.ids(cache).await?;
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            let mut merchants = cache.registers_of(&ids).await?;
            if !self.left_out.is_empty() {
                merchants.iter_mut().for_each(|(_, all)| all.retain(|field, _| !self.left_out.contains(field)));
            }
            // All of them may have gone meanwhile: that is not the end.
            if !merchants.is_empty() {
                return Ok(merchants);
            }
        }
    }

    async fn ids(&mut self, cache: &Cache) -> Result<Vec<MerchantId>> {
        match &mut self.way {
            Way::All { after } => {
                let ids = cache.ids_after(after, BATCH).await?;
                if let Some(last) = ids.last() {
                    *after = last.to_string();
                }
                Ok(ids)
            }
            Way::Listed { query } => {
                let page = cache.stores(query).await?;
                query.offset += page.rows.len() as u64;
                Ok(page.rows.into_iter().map(|row| row.id).collect())
            }
        }
    }
}

async fn write_all(cache: &Cache, path: &Path, format: ExportFormat, extent: &Extent<'_>) -> Result<u64> {
    match format {
        ExportFormat::Json | ExportFormat::JsonLines => write_json(cache, path, format, extent).await,
        ExportFormat::Csv => write_table(cache, TableWriter::csv(path)?, extent).await,
        ExportFormat::Xlsx => write_table(cache, TableWriter::workbook(path)?, extent).await,
    }
}

async fn write_json(cache: &Cache, path: &Path, format: ExportFormat, extent: &Extent<'_>) -> Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    let is_array = format == ExportFormat::Json;
    if is_array {
        out.write_all(b"[")?;
    }
    let (mut walk, mut count) = (Walk::new(cache, extent), 0_u64);
    loop {
        let merchants = walk.next(cache).await?;
        if merchants.is_empty() {
            break;
        }
        for (id, registers) in merchants {
            if is_array {
                out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
            }
            serde_json::to_writer(&mut out, &Profile::from_registers(id, &registers))?;
            if !is_array {
                out.write_all(b"\n")?;
            }
            count += 1;
        }
    }
    if is_array {
        out.write_all(b"\n]\n")?;
    }
    let file = out.into_inner().map_err(|error| Error::Io(error.into_error()))?;
    file.sync_all()?;
    Ok(count)
}

async fn write_table(cache: &Cache, mut table: TableWriter, extent: &Extent<'_>) -> Result<u64> {
    let columns = cells::columns(&extra_fields(cache, extent).await?);
    table.header(&columns)?;
    let (mut walk, mut count) = (Walk::new(cache, extent), 0_u64);
    loop {
        let merchants = walk.next(cache).await?;
        if merchants.is_empty() {
            break;
        }
        for (id, registers) in merchants {
            table.row(&columns, &Profile::from_registers(id, &registers))?;
            count += 1;
        }
    }
    table.finish()?;
    Ok(count)
}

/// The fields beyond the usual ones that some merchant has.
async fn extra_fields(cache: &Cache, extent: &Extent<'_>) -> Result<BTreeSet<FieldPath>> {
    let (mut walk, mut fields) = (Walk::new(cache, extent), BTreeSet::new());
    loop {
        let merchants = walk.next(cache).await?;
        if merchants.is_empty() {
            return Ok(fields);
        }
        for (_, registers) in merchants {
            fields.extend(registers.into_keys().filter(|field| field.as_str() != DELETED && cells::is_extra(field)));
        }
    }
}
