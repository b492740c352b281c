//! All profiles into a file: JSON, JSON lines or CSV. The file appears whole or not at all.

mod cells;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use domain::Profile;
use domain::field::{DELETED, FieldPath};
use domain::problem::ErrorCode;

use crate::cache::Cache;
use crate::error::{Error, Result};

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
}

impl ExportFormat {
    /// By the ending of a file's name.
    ///
    /// # Errors
    /// `bad_request` for any but `.json`, `.jsonl`, `.ndjson`, `.csv`.
    pub fn of(file: &Path) -> Result<Self> {
        match file.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
            Some("json") => Ok(Self::Json),
            Some("jsonl" | "ndjson") => Ok(Self::JsonLines),
            Some("csv") => Ok(Self::Csv),
            _ => Err(Error::new(ErrorCode::BadRequest, "name the file .csv, .json or .jsonl; nothing was written")),
        }
    }
}

/// Writes all merchants, own changes on top, ordered by id. Returns how many.
///
/// # Errors
/// `bad_file` if the file cannot be written, `storage`.
pub async fn export(cache: &Cache, file: &Path, format: ExportFormat) -> Result<u64> {
    let partial = partial_name(file);
    let written = write_all(cache, &partial, format).await;
    if written.is_ok() {
        std::fs::rename(&partial, file)?;
    } else {
        // Nothing half written stays; if it cannot be removed, the first error says why.
        let _ = std::fs::remove_file(&partial);
    }
    written
}

fn partial_name(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    file.with_file_name(name)
}

async fn write_all(cache: &Cache, path: &Path, format: ExportFormat) -> Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    let columns = match format {
        ExportFormat::Csv => cells::columns(&extra_fields(cache).await?),
        _ => Vec::new(),
    };
    match format {
        ExportFormat::Json => out.write_all(b"[")?,
        ExportFormat::JsonLines => {}
        ExportFormat::Csv => cells::write_header(&mut out, &columns)?,
    }
    let (mut after, mut count) = (String::new(), 0_u64);
    loop {
        let ids = cache.ids_after(&after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = last.to_string();
        for (id, registers) in cache.registers_of(&ids).await? {
            let profile = Profile::from_registers(id, &registers);
            match format {
                ExportFormat::Json => {
                    out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
                    serde_json::to_writer(&mut out, &profile)?;
                }
                ExportFormat::JsonLines => {
                    serde_json::to_writer(&mut out, &profile)?;
                    out.write_all(b"\n")?;
                }
                ExportFormat::Csv => cells::write_row(&mut out, &columns, &profile)?,
            }
            count += 1;
        }
    }
    if format == ExportFormat::Json {
        out.write_all(b"\n]\n")?;
    }
    let file = out.into_inner().map_err(|error| Error::Io(error.into_error()))?;
    file.sync_all()?;
    Ok(count)
}

/// The fields beyond the usual ones that some merchant has.
async fn extra_fields(cache: &Cache) -> Result<BTreeSet<FieldPath>> {
    let (mut after, mut fields) = (String::new(), BTreeSet::new());
    loop {
        let ids = cache.ids_after(&after, BATCH).await?;
        let Some(last) = ids.last() else { return Ok(fields) };
        after = last.to_string();
        for (_, registers) in cache.registers_of(&ids).await? {
            fields.extend(registers.into_keys().filter(|field| field.as_str() != DELETED && cells::is_extra(field)));
        }
    }
}
