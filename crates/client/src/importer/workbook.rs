//! Workbooks. Those of Excel since 2007 are read cell by cell; the others whole, up to a limit.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::{Data, Dimensions, ExcelDateTime, Ods, Range, Reader, SheetType, SheetVisible, Xls, Xlsx};
use domain::problem::ErrorCode;

use super::header::{self, Merged};
use super::hidden::HiddenRows;
use super::kinds;
use super::old_book;
use super::packed::{self, Limits};
use super::padded::Styles;
use super::rows::Kind;
use super::sheet_rows::SheetRows;
use super::table::{Layout, Sink, bad_file};
use crate::error::{Error, Result};

/// Workbooks that must be held in memory may have so many bytes.
const WHOLE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// A workbook's texts are held in memory while its cells are read: the file may have so many bytes.
const XLSX_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The most rows of a sheet.
const ROWS_MAX: u32 = 1_048_576;

/// The form of a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Xlsx,
    Xls,
    Ods,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Ods => "ods",
        }
    }
}

/// Is it a workbook? Found by its first bytes, not by its name.
///
/// # Errors
/// `bad_file` if it cannot be read or is another packed file.
pub(super) fn format_of(path: &Path) -> Result<Option<Format>> {
    let unreadable = |error| bad_file(format!("{}: {error}; nothing was imported", path.display()));
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        // A pipe would be waited for without an end.
        let what = if about.is_dir() { "a folder" } else { "no file" };
        let text = format!("{} is {what}: choose a file of rows; nothing was imported", path.display());
        return Err(bad_file(text));
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut head = [0; 128];
    let got = file.read(&mut head)?;
    let head = &head[..got];
    let bytes = file.metadata()?.len();
    if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return small_enough(bytes, WHOLE_BYTES_MAX).map(|()| Some(Format::Xls));
    }
    if !head.starts_with(b"PK\x03\x04") {
        return Ok(None);
    }
    // An ODF file begins with its type, not packed.
    if head.windows(12).any(|part| part == b"opendocument") {
        return small_enough(bytes, WHOLE_BYTES_MAX).map(|()| Some(Format::Ods));
    }
    small_enough(bytes, XLSX_BYTES_MAX).map(|()| Some(Format::Xlsx))
}

fn small_enough(bytes: u64, most: u64) -> Result<()> {
    if bytes <= most {
        return Ok(());
    }
    Err(bad_file(format!(
        "this workbook has {} MB, at most {} are read: save its sheet as “CSV UTF-8” and import that; nothing was imported",
        bytes >> 20,
        most >> 20
    )))
}

/// Hands all rows of all visible sheets over that have a header, or of the one that was asked for.
///
/// # Errors
/// `bad_file` if it cannot be read; `bad_request` if there is no such sheet.
pub(super) fn read(path: &Path, format: Format, layout: &Layout, sink: &mut Sink) -> Result<()> {
    let file = || -> Result<BufReader<File>> { Ok(BufReader::new(File::open(path)?)) };
    let hidden = if format == Format::Xls { HiddenRows::default() } else { packed::check(file()?, Limits::USUAL)? };
    match format {
        Format::Xlsx => {
            let parts = zip::ZipArchive::new(file()?).map_err(refused)?;
            let names: Vec<String> = parts.file_names().flatten().map(|name| name.into_owned()).collect();
            if let Some(what) = kinds::other_archive(&names) {
                return Err(bad_file(what));
            }
            read_xlsx(Xlsx::new(file()?).map_err(refused)?, parts, &hidden, layout, sink)
        }
        Format::Xls => {
            let joined = |book: &Xls<_>, sheet: &str| book.merge_cells_by_sheet_name(sheet).unwrap_or_default();
            read_whole(Xls::new(old_book::sound(file()?)?).map_err(refused)?, joined, &hidden, layout, sink)
        }
        // Its reader does not say which cells are joined.
        Format::Ods => read_whole(Ods::new(file()?).map_err(refused)?, |_, _| Vec::new(), &hidden, layout, sink),
    }
}

fn refused(error: impl std::fmt::Display) -> Error {
    bad_file(format!("this workbook cannot be read ({error}): open it, save it anew, and import that"))
}

/// The sheets to read: a chart that has a sheet of its own is none.
fn sheets<RS: std::io::Read + std::io::Seek>(book: &impl Reader<RS>, layout: &Layout) -> Result<Vec<String>> {
    let all = || book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    match &layout.sheet {
        Some(name) => match all().find(|sheet| sheet.name == *name) {
            Some(sheet) => Ok(vec![sheet.name.clone()]),
            None => {
                let names: Vec<&str> = all().map(|sheet| sheet.name.as_str()).collect();
                let title = format!("there is no sheet “{name}”; there are: {}", names.join(", "));
                Err(Error::new(ErrorCode::BadRequest, title))
            }
        },
        None => {
            let visible = all().filter(|sheet| sheet.visible == SheetVisible::Visible);
            Ok(visible.map(|sheet| sheet.name.clone()).collect())
        }
    }
}

/// Joined cells that are looked at: the most of a sheet.
const JOINED_MAX: usize = 100_000;

fn merged(areas: &[Dimensions]) -> Vec<Merged> {
    let areas = areas.iter().take(JOINED_MAX);
    areas.map(|m| (m.start.0 as usize, m.start.1 as usize, m.end.0 as usize, m.end.1 as usize)).collect()
}

fn read_xlsx(
    mut book: Xlsx<BufReader<File>>,
    mut parts: zip::ZipArchive<BufReader<File>>,
    hidden: &HiddenRows,
    layout: &Layout,
    sink: &mut Sink,
) -> Result<()> {
    let names = sheets(&book, layout)?;
    let styles = Styles::of(&mut parts);
    let mut any = false;
    for name in &names {
        let merged = merged(&book.merge_cells_by_sheet_name(name).map_err(refused)?);
        let padded = styles.columns(&mut parts, hidden.part_of(name));
        let mut cells = book.worksheet_cells_reader(name).map_err(refused)?;
        let mut rows = SheetRows::new(name, merged, layout, any || names.len() > 1);
        let last = u64::from(cells.dimensions().end.0);
        while let Some(cell) = cells.next_cell_with_formula().map_err(refused)? {
            if cell.pos.0 >= ROWS_MAX || (cell.pos.0 as usize) < rows.at {
                return Err(refused(format!("row {} is in no order", u64::from(cell.pos.0) + 1)));
            }
            let (text, kind) = match cell.formula.filter(|formula| !formula.is_empty()) {
                None => written(&Data::from(cell.value)),
                Some(formula) => calculated(&formula, &Data::from(cell.value)),
            };
            let text = match kind {
                Kind::Number | Kind::Formula => padded.shown(cell.pos.1, &text).unwrap_or(text),
                _ => text,
            };
            // Of several sheets the one that is read: nobody knows how long the others are.
            sink.share.set(u64::from(cell.pos.0), last);
            if !rows.cell(cell.pos.0 as usize, cell.pos.1, text, kind, sink) {
                return Ok(());
            }
        }
        if let Some(header_rows) = rows.end(sink) {
            any = true;
            sink.seen.hidden_rows += hidden.beneath(name, header_rows);
        }
    }
    if any { Ok(()) } else { Err(no_rows(layout)) }
}

fn read_whole<RS: std::io::Read + std::io::Seek, B: Reader<RS>>(
    mut book: B,
    joined: impl Fn(&B, &str) -> Vec<Dimensions>,
    hidden: &HiddenRows,
    layout: &Layout,
    sink: &mut Sink,
) -> Result<()>
where
    B::Error: std::fmt::Display,
{
    let names = sheets(&book, layout)?;
    let mut any = false;
    for name in &names {
        let values: Range<Data> = book.worksheet_range(name).map_err(refused)?;
        let formulas: Range<String> = book.worksheet_formula(name).unwrap_or_default();
        let mut rows = SheetRows::new(name, merged(&joined(&book, name)), layout, any || names.len() > 1);
        let Some((top, left)) = values.start() else { continue };
        for (y, row) in values.rows().enumerate() {
            for (x, value) in row.iter().enumerate() {
                let at = (top + u32::try_from(y).unwrap_or(u32::MAX), left + u32::try_from(x).unwrap_or(u32::MAX));
                let (text, kind) = match formulas.get_value(at).filter(|formula| !formula.is_empty()) {
                    None => written(value),
                    Some(formula) => calculated(formula.trim_start_matches("of:="), value),
                };
                if !rows.cell(at.0 as usize, at.1, text, kind, sink) {
                    return Ok(());
                }
            }
        }
        if let Some(header_rows) = rows.end(sink) {
            any = true;
            sink.seen.hidden_rows += hidden.beneath(name, header_rows);
        }
    }
    if any { Ok(()) } else { Err(no_rows(layout)) }
}

fn no_rows(layout: &Layout) -> Error {
    if layout.header_row.is_some() {
        return header::missing(layout.header_row);
    }
    bad_file("no visible sheet of this workbook has rows of stores: name the sheet if one has; nothing was imported")
}

/// What a cell says.
fn written(value: &Data) -> (String, Kind) {
    match value {
        Data::Empty => (String::new(), Kind::Text),
        Data::String(text) => (text.clone(), Kind::Text),
        // Its last digits are no longer what was typed: as a spreadsheet shows it, so that nobody takes it for a code.
        Data::Int(number) if number.unsigned_abs() >= LONGER_THAN_KEPT => (scientific(*number as f64), Kind::Text),
        Data::Float(number) if number.abs() >= LONGER_THAN_KEPT as f64 => (scientific(*number), Kind::Text),
        Data::Int(number) => (number.to_string(), Kind::Number),
        // Rust writes numbers without exponent, with as many digits as they need.
        Data::Float(number) => (number.to_string(), Kind::Number),
        Data::Bool(yes) => (yes.to_string(), Kind::Text),
        Data::DateTime(time) => moment(time),
        Data::DateTimeIso(text) => match text.split_once('T') {
            Some((date, time)) => (dated(date, time.get(..5).unwrap_or_default()), Kind::Date),
            None => (text.clone(), Kind::Date),
        },
        Data::DurationIso(text) => (iso_time(text), Kind::Time),
        Data::Error(error) => (error.to_string(), Kind::Text),
    }
}

/// Spreadsheets keep fifteen digits of a number; this has sixteen.
const LONGER_THAN_KEPT: u64 = 1_000_000_000_000_000;

/// `1.2345E+17`.
fn scientific(number: f64) -> String {
    format!("{number:E}").replacen('E', "E+", 1)
}

/// `PT10H30M00S` as `10:30`.
fn iso_time(text: &str) -> String {
    let number = |text: &str| text.parse::<u32>().ok();
    let Some((hours, rest)) = text.strip_prefix("PT").and_then(|rest| rest.split_once('H')) else {
        return text.to_owned();
    };
    let minutes = rest.split_once('M').map_or("0", |(minutes, _)| minutes);
    match (number(hours), number(minutes)) {
        (Some(hours), Some(minutes)) => format!("{hours:02}:{minutes:02}"),
        _ => text.to_owned(),
    }
}

/// Times before this are no dates, whose first ones nobody needs, but times past midnight: `24:00`, `26:00`.
const FIRST_DAYS: f64 = 2.0;

fn moment(time: &ExcelDateTime) -> (String, Kind) {
    if time.as_f64() < FIRST_DAYS || time.is_duration() {
        return (time_of(time.as_f64()), Kind::Time);
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    // To the minute: parts of a day are hardly ever whole minutes.
    let minutes = u16::from(hour) * 60 + u16::from(minute) + u16::from(second >= 30);
    let date = format!("{year:04}-{month:02}-{day:02}");
    (dated(&date, &format!("{:02}:{:02}", minutes / 60, minutes % 60)), Kind::Date)
}

/// A day with its time; midnight is none.
fn dated(date: &str, time: &str) -> String {
    if matches!(time, "" | "00:00") { date.to_owned() } else { format!("{date} {time}") }
}

/// A part of a day as `HH:MM`.
pub(super) fn time_of(days: f64) -> String {
    // Excel cannot hold a time of more than a few thousand hours.
    let minutes = (days * 1440.0).round().clamp(0.0, 1e7) as u64;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// What a formula comes to. `="…"` is a text that somebody wanted to keep.
fn calculated(formula: &str, value: &Data) -> (String, Kind) {
    let formula = formula.trim_start_matches('=');
    let inner = formula.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(text) = inner.filter(|text| !text.replace("\"\"", "").contains('"')) {
        return (text.replace("\"\"", "\""), Kind::Text);
    }
    match written(value) {
        (text, _) if text.is_empty() => (format!("={formula}"), Kind::BareFormula),
        (text, _) => (text, Kind::Formula),
    }
}
