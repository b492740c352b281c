//! A workbook of Excel before 2007 (XLS), made safe for its reader: a chain of sectors can run in a circle, and a sheet can
//! say that it has more cells than any memory holds. So the one stream that counts is taken out, looked through record
//! by record, and handed on in a new container.

use std::collections::HashSet;
use std::io::{Cursor, Read, Seek, Write};

use super::table::bad_file;
use crate::error::{Error, Result};

/// Record types of BIFF (\[MS-XLS\] 2.3).
const DIMENSIONS: u16 = 0x0200;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
/// In the first part: where a sheet begins.
const SHEET: u16 = 0x0085;
/// Cells: formula, blank, number, label, truth value, text of a formula, short number, label by index, several of them.
const CELLS: [u16; 10] = [0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x00d6, 0x027e, 0x00fd, 0x00bd, 0x00be];
/// A type that no reader takes notice of.
const NOTHING: u16 = 0xffff;

/// The most sheets.
const SHEETS_MAX: usize = 10_000;
/// The most cells of a sheet, from the first row and column to the last.
const CELLS_MAX: u64 = 2_000_000;

fn broken(error: impl std::fmt::Display) -> Error {
    bad_file(format!("this workbook cannot be read ({error}): open it, save it as .xlsx, and import that"))
}

/// The workbook in a sound container.
///
/// # Errors
/// `bad_file` if the container is broken or a sheet is too large.
pub(super) fn sound<R: Read + Seek>(file: R) -> Result<Cursor<Vec<u8>>> {
    let mut book = cfb::CompoundFile::open(file).map_err(broken)?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| book.is_stream(name));
    if name.is_none() && book.is_stream("/EncryptedPackage") {
        return Err(bad_file(
            "this workbook is protected by a password: open it with the password, save it without one, and import that; nothing was imported",
        ));
    }
    let name = name.ok_or_else(|| broken("it has no sheets"))?;
    let mut stream = Vec::new();
    book.open_stream(name).and_then(|mut found| found.read_to_end(&mut stream)).map_err(broken)?;
    look_through(&mut stream)?;
    // As Excel writes them: readers of old workbooks do not expect the other version.
    let new = Cursor::new(Vec::new());
    let mut new = cfb::CompoundFile::create_with_version(cfb::Version::V3, new).map_err(broken)?;
    new.create_stream(name).and_then(|mut made| made.write_all(&stream)).map_err(broken)?;
    new.flush().map_err(broken)?;
    let mut bytes = new.into_inner();
    bytes.set_position(0);
    Ok(bytes)
}

/// Where the cells of a sheet lie: first and last row and column.
#[derive(Default)]
struct Area(Option<[u64; 4]>);

impl Area {
    fn take(&mut self, row: u64, column: u64) {
        let [top, bottom, left, right] = self.0.unwrap_or([row, row, column, column]);
        self.0 = Some([top.min(row), bottom.max(row), left.min(column), right.max(column)]);
    }
    fn cells(&self) -> u64 {
        self.0.map_or(0, |[top, bottom, left, right]| (bottom - top + 1) * (right - left + 1))
    }
}

fn look_through(stream: &mut [u8]) -> Result<()> {
    let mut area = Area::default();
    // Sheets that the first part names and that have not begun yet.
    let mut sheets = HashSet::new();
    let (mut at, mut is_first_part) = (0, true);
    while let Some(head) = stream.get(at..at + 4) {
        let kind = u16::from_le_bytes([head[0], head[1]]);
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let body = stream.get(at + 4..at + 4 + length).unwrap_or_default();
        let number = |n: usize| body.get(n..n + 2).map_or(0, |pair| u64::from(u16::from_le_bytes([pair[0], pair[1]])));
        if kind == BEGIN {
            area = Area::default();
            sheets.remove(&(at as u64));
        } else if kind == END {
            is_first_part = false;
        } else if kind == SHEET && is_first_part {
            sheets.insert(number(0) | number(2) << 16);
            if sheets.len() > SHEETS_MAX {
                return Err(broken("it has too many sheets"));
            }
        } else if CELLS.contains(&kind) {
            area.take(number(0), number(2));
            // Several cells of one row end with the column of the last.
            if matches!(kind, 0x00bd | 0x00be) {
                area.take(number(0), number(length.saturating_sub(2)));
            }
            if area.cells() > CELLS_MAX {
                return Err(bad_file(
                    "a sheet of this workbook is too wide and too long: save it as “CSV UTF-8” and import that; nothing was imported",
                ));
            }
        } else if kind == DIMENSIONS {
            // What it says of its size is not needed, and may be anything.
            stream[at..at + 2].copy_from_slice(&NOTHING.to_le_bytes());
        }
        at += 4 + length;
    }
    // What begins within a record would be read as other records than were looked at here.
    if sheets.is_empty() { Ok(()) } else { Err(broken("a sheet begins nowhere")) }
}
