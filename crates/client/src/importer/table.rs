//! A table file, row by row: UTF-8 CSV, with or without a mark, plain or gzipped, with any usual delimiter.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use domain::problem::ErrorCode;
use flate2::bufread::MultiGzDecoder;

use super::columns;
use crate::error::{Error, Result};

/// Looked at to find out delimiter and header, in bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// A header may stand below so many title lines.
const TITLE_ROWS_MAX: usize = 5;
/// The most columns.
const COLUMNS_MAX: usize = 1_000;
/// The most bytes of one row: what is larger is no row but a quotation mark that was never closed.
const ROW_BYTES_MAX: usize = 1024 * 1024;

/// What the file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub bom: bool,
    pub gzip: bool,
    pub delimiter: u8,
    /// From 1.
    pub header_row: usize,
    pub headers: Vec<String>,
}

/// An open table.
pub(super) struct Table {
    pub facts: Facts,
    reader: csv::Reader<Box<dyn BufRead + Send>>,
    record: ByteRecord,
    /// Records given out since the header.
    pub row: u64,
}

fn bad_file(text: impl Into<String>) -> Error {
    Error::new(ErrorCode::BadFile, text)
}

fn unpacked(path: &Path) -> Result<(Box<dyn BufRead + Send>, bool)> {
    let mut file = BufReader::new(File::open(path).map_err(|error| bad_file(format!("{}: {error}", path.display())))?);
    let gzip = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    if gzip {
        let unpacked = BufReader::with_capacity(HEAD_BYTES, MultiGzDecoder::new(file));
        return Ok((Box::new(unpacked), true));
    }
    Ok((Box::new(file), false))
}

impl Table {
    /// Opens a file and finds its header.
    ///
    /// # Errors
    /// `bad_file` if it cannot be read, is empty, or is no UTF-8 table.
    pub fn open(path: &Path) -> Result<Self> {
        let (mut source, gzip) = unpacked(path)?;
        let mut head = Vec::with_capacity(HEAD_BYTES);
        source.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(bad_file(
                "this file is UTF-16 text: save it as “CSV UTF-8” and import that; nothing was imported",
            ));
        }
        if head.starts_with(b"PK\x03\x04") {
            return Err(bad_file(
                "this file is a workbook: save its sheet as “CSV UTF-8” and import that; nothing was imported",
            ));
        }
        let bom = head.starts_with(&[0xef, 0xbb, 0xbf]);
        let head = if bom { head.split_off(3) } else { head };
        let delimiter = delimiter(&head);
        let (header_row, headers) = header(&head, delimiter)?;
        let whole: Box<dyn BufRead + Send> = Box::new(BufReader::new(std::io::Cursor::new(head).chain(source)));
        let mut reader = reader(delimiter).from_reader(whole);
        let mut record = ByteRecord::new();
        for _ in 0..header_row {
            reader.read_byte_record(&mut record)?;
        }
        Ok(Self { facts: Facts { bom, gzip, delimiter, header_row, headers }, reader, record, row: 0 })
    }

    /// The next row's cells; nothing at the end.
    ///
    /// # Errors
    /// `bad_file` if the row is no UTF-8 or too large.
    pub fn next(&mut self) -> Result<Option<Vec<String>>> {
        if !self.reader.read_byte_record(&mut self.record)? {
            return Ok(None);
        }
        self.row += 1;
        if self.record.len() > COLUMNS_MAX || self.record.as_slice().len() > ROW_BYTES_MAX {
            return Err(bad_file(format!("row {} is too large: is a quotation mark not closed?", self.row)));
        }
        let cells = self.record.iter().map(|cell| std::str::from_utf8(cell).map(str::to_owned));
        cells.collect::<std::result::Result<_, _>>().map(Some).map_err(|_| {
            bad_file(format!("row {} is not UTF-8: save the file as “CSV UTF-8” and import that", self.row))
        })
    }
}

fn reader(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true);
    builder
}

/// The delimiter that the first lines have most of, outside quotation marks.
fn delimiter(head: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0)];
    for byte in head.iter().take(HEAD_BYTES / 8) {
        match byte {
            b'"' => quoted = !quoted,
            other if !quoted => counts.iter_mut().filter(|(d, _)| d == other).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    counts.into_iter().max_by_key(|(delimiter, count)| (*count, *delimiter == b',')).map_or(b',', |(d, _)| d)
}

/// The row that names the columns: the first with two known names, or the first that is not empty.
fn header(head: &[u8], delimiter: u8) -> Result<(usize, Vec<String>)> {
    let mut reader = reader(delimiter).from_reader(head);
    let mut first = None;
    for (n, record) in reader.byte_records().take(TITLE_ROWS_MAX).enumerate() {
        let Ok(record) = record else { break };
        let cells: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let known = cells.iter().filter(|cell| columns::standard(cell).is_some()).count();
        if known >= 2 {
            return Ok((n + 1, cells));
        }
        if first.is_none() && cells.iter().any(|cell| !cell.is_empty()) {
            first = Some((n + 1, cells));
        }
    }
    first.ok_or_else(|| bad_file("this file has no rows: nothing was imported"))
}
