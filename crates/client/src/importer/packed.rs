//! A packed workbook (XLSX, ODS) before its reader takes it up: small bytes can unpack to more than any memory holds, a
//! cell can say that it stands there a million times, and a text that breaks off keeps a reader waiting for ever. So
//! every part is read once, piece by piece, and held against limits.

use std::io::{BufRead, BufReader, Read, Seek};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::bounded::{Allowance, Bounded};
use super::hidden::{self, HiddenRows};
use super::table::bad_file;
use crate::error::{Error, Result};

/// What a workbook may come to. All are far above what a million stores need.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// All parts together, in bytes.
    pub unpacked_bytes: u64,
    /// A part that is held in memory whole, in bytes.
    pub held_bytes: u64,
    /// Elements of such a part.
    pub held_elements: u64,
    /// One tag or one text, in bytes.
    pub piece_bytes: usize,
    /// Cells of a table that is held in memory whole, repetitions counted.
    pub cells: u64,
}

impl Limits {
    pub const USUAL: Self = Self {
        unpacked_bytes: 1 << 30,
        held_bytes: 96 << 20,
        held_elements: 3_000_000,
        piece_bytes: 1 << 20,
        cells: 2_000_000,
    };
}

/// Cells that are joined, and formulas that cells share: the most of a sheet.
const JOINED_MAX: u64 = 100_000;
const SHARED_MAX: u64 = 200_000;
/// Read ahead of the pieces, in bytes.
const AHEAD_BYTES: usize = 64 * 1024;
/// What a cell takes beside its text, in bytes.
const CELL_BYTES: u64 = 64;

/// Looks through all parts, and says which rows they hide.
///
/// # Errors
/// `bad_file` if the container or a part is broken or goes beyond a limit.
pub(super) fn check<R: Read + Seek>(file: R, limits: Limits) -> Result<HiddenRows> {
    let mut zip = ZipArchive::new(file).map_err(broken)?;
    let mut left = limits.unpacked_bytes;
    let mut hidden = HiddenRows::default();
    for n in 0..zip.len() {
        let part = zip.by_index(n).map_err(broken)?;
        if part.is_dir() {
            continue;
        }
        let name = part.name().map(|name| name.into_owned()).unwrap_or_default();
        // A part may be larger than it says.
        let allowance = Allowance::new(limits.piece_bytes + AHEAD_BYTES);
        let mut source = BufReader::with_capacity(AHEAD_BYTES, Bounded::new(part.take(left + 1), &allowance));
        let is_xml = source.fill_buf()?.contains(&b'<');
        let taken = match is_xml {
            true => xml(source, &allowance, limits, name, &mut hidden)?,
            false => plain(source, &allowance, limits)?,
        };
        left = left.checked_sub(taken).ok_or_else(too_large)?;
    }
    Ok(hidden)
}

fn broken(error: impl std::fmt::Display) -> Error {
    bad_file(format!("this workbook cannot be read ({error}): open it, save it anew, and import that"))
}

fn too_large() -> Error {
    bad_file(
        "this workbook unpacks to more than can be read: save its sheet as “CSV UTF-8” and import that; nothing was imported",
    )
}

/// A picture and the like: only its size counts.
fn plain(mut source: impl BufRead, allowance: &Allowance, limits: Limits) -> Result<u64> {
    let mut bytes = 0;
    loop {
        allowance.renew();
        let got = source.fill_buf()?.len();
        if got == 0 {
            return Ok(bytes);
        }
        source.consume(got);
        bytes += got as u64;
        if bytes > limits.held_bytes {
            return Err(too_large());
        }
    }
}

fn xml(
    source: impl BufRead,
    allowance: &Allowance,
    limits: Limits,
    name: String,
    hidden: &mut HiddenRows,
) -> Result<u64> {
    let mut reader = Reader::from_reader(source);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    // The elements that wait for their end are kept in memory, and by readers on the stack.
    let mut part = Part {
        limits,
        depth: 0,
        elements: 0,
        joined: 0,
        is_sheet: false,
        table: Table::default(),
        name,
        hidden,
        next_row: 0,
        hides: false,
    };
    let mut buffer = Vec::new();
    loop {
        allowance.renew();
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        match event.map_err(|error| match &error {
            quick_xml::Error::Io(cause) if Allowance::is_spent(cause) => too_large(),
            _ => broken(error),
        })? {
            Event::Start(tag) => part.begins(&tag)?,
            Event::End(tag) => part.ends(tag.local_name().as_ref())?,
            Event::Text(text) => part.table.text(text.len()),
            Event::CData(text) => part.table.text(text.len()),
            Event::DocType(_) => return Err(broken("it declares a document type")),
            Event::Eof if part.depth > 0 => return Err(broken("it breaks off")),
            Event::Eof => return Ok(reader.buffer_position()),
            _ => {}
        }
        if !part.is_sheet && (reader.buffer_position() > limits.held_bytes || part.elements > limits.held_elements) {
            return Err(too_large());
        }
    }
}

/// The deepest nesting.
const DEPTH_MAX: u32 = 200;

struct Part<'h> {
    limits: Limits,
    depth: u32,
    elements: u64,
    joined: u64,
    /// A sheet of XLSX: its cells are read one by one.
    is_sheet: bool,
    table: Table,
    /// Of the part, or of the table within it.
    name: String,
    hidden: &'h mut HiddenRows,
    /// The row behind the last one that began, from 0.
    next_row: u64,
    /// Is the row hidden, and nothing of it told yet?
    hides: bool,
}

impl Part<'_> {
    fn begins(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        self.depth += 1;
        self.elements += 1;
        let number = |name: &str| -> Option<u64> {
            let attribute =
                tag.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
            // What is no number is none of ours.
            attribute.value.trim().parse().ok().or(Some(u64::MAX))
        };
        match tag.local_name().as_ref() {
            "worksheet" if self.depth == 1 => self.is_sheet = true,
            "mergeCell" => self.joined += 1,
            "row" if self.is_sheet => {
                self.next_row = hidden::number(tag).unwrap_or(self.next_row).saturating_add(1);
                self.hides = hidden::is_hidden(tag);
            }
            "v" | "is" if self.hides => {
                self.hides = false;
                self.hidden.rows(&self.name, self.next_row - 1, 1);
            }
            "sheet" if self.name.ends_with("workbook.xml") => self.hidden.sheet(tag),
            "Relationship" if self.name.ends_with("workbook.xml.rels") => self.hidden.relation(tag),
            "table" => self.name = hidden::name(tag).unwrap_or_default(),
            "f" if number("si").is_some_and(|n| n > SHARED_MAX) => return Err(too_large()),
            "table-row" => {
                self.table.row(number("number-rows-repeated").unwrap_or(1));
                self.hides = hidden::is_hidden(tag);
            }
            "table-cell" | "covered-table-cell" => {
                let says = tag
                    .attributes()
                    .with_checks(false)
                    .flatten()
                    .any(|a| a.key.as_ref().starts_with("office:") || a.key.as_ref().ends_with("formula"));
                self.table.cell(number("number-columns-repeated").unwrap_or(1), tag.len() as u64, says);
            }
            _ => {}
        }
        if self.joined > JOINED_MAX || self.depth > DEPTH_MAX { Err(too_large()) } else { Ok(()) }
    }

    fn ends(&mut self, name: &str) -> Result<()> {
        self.depth = self.depth.saturating_sub(1);
        match name {
            "table-cell" | "covered-table-cell" => self.table.cell_ends(),
            "table-row" => {
                if std::mem::take(&mut self.hides) && self.table.width > 0 {
                    self.hidden.rows(&self.name, self.next_row, self.table.repeated);
                }
                self.next_row = self.next_row.saturating_add(self.table.repeated);
                self.table.row_ends();
            }
            "table" => {
                self.next_row = 0;
                self.table.ends();
            }
            _ => return Ok(()),
        }
        if self.table.bytes() > self.limits.cells.saturating_mul(CELL_BYTES) { Err(too_large()) } else { Ok(()) }
    }
}

/// What a table of ODS comes to in memory, its repetitions unrolled: every row as wide as the widest, from the first that
/// says something to the last.
#[derive(Default)]
struct Table {
    /// Of the row: how often it stands there, its cells up to the last that says something, what they say.
    repeated: u64,
    cells: u64,
    width: u64,
    said_bytes: u64,
    /// Of the cell.
    cell_repeated: u64,
    cell_bytes: u64,
    says: bool,
    /// Of the table.
    widest: u64,
    rows: u64,
    blank_rows: u64,
    bytes: u64,
    /// Of the tables before it.
    earlier: u64,
}

impl Table {
    fn row(&mut self, repeated: u64) {
        (self.repeated, self.cells, self.width, self.said_bytes) = (repeated, 0, 0, 0);
    }
    fn cell(&mut self, repeated: u64, bytes: u64, says: bool) {
        (self.cell_repeated, self.cell_bytes, self.says) = (repeated, bytes, says);
    }
    fn text(&mut self, bytes: usize) {
        self.says |= bytes > 0;
        self.cell_bytes = self.cell_bytes.saturating_add(bytes as u64);
    }
    fn cell_ends(&mut self) {
        self.cells = self.cells.saturating_add(self.cell_repeated);
        if self.says {
            self.width = self.cells;
            self.said_bytes = self.said_bytes.saturating_add(self.cell_repeated.saturating_mul(self.cell_bytes));
        }
        self.says = false;
    }
    fn row_ends(&mut self) {
        if self.width == 0 {
            self.blank_rows = self.blank_rows.saturating_add(self.repeated);
            return;
        }
        let blank = if self.rows == 0 { 0 } else { self.blank_rows };
        self.rows = self.rows.saturating_add(blank).saturating_add(self.repeated);
        self.blank_rows = 0;
        self.widest = self.widest.max(self.width);
        self.bytes = self.bytes.saturating_add(self.repeated.saturating_mul(self.said_bytes));
    }
    fn ends(&mut self) {
        self.earlier = self.bytes();
        (self.rows, self.blank_rows, self.widest, self.bytes) = (0, 0, 0, 0);
    }
    fn bytes(&self) -> u64 {
        let cells = self.rows.saturating_mul(self.widest).saturating_mul(CELL_BYTES);
        self.earlier.saturating_add(self.bytes).saturating_add(cells)
    }
}
