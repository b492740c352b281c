//! A text of cells: CSV, TSV and their kin.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use domain::problem::ErrorCode;
use encoding_rs::Encoding;
use flate2::bufread::MultiGzDecoder;

use super::bounded::{Allowance, Bounded};
use super::encoding::{self, Found, Utf8};
use super::header::{self, Header};
use super::rows::Rows;
use super::share::{Counted, ShareRead};
use super::table::{Layout, Sink, bad_file};
use crate::error::{Error, Result};

/// Looked at to find out encoding, delimiter and header, in bytes.
const HEAD_BYTES: usize = 1024 * 1024;
/// Records looked at to find the delimiter.
const SAMPLE_RECORDS: usize = 200;
/// The most columns.
const COLUMNS_MAX: usize = 1_000;
/// The most bytes of one row: what is larger is no row but a quotation mark that was never closed.
const ROW_BYTES_MAX: usize = 1024 * 1024;
/// Read ahead of the rows, in bytes.
const AHEAD_BYTES: usize = 128 * 1024;

/// What kind of text it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextFacts {
    pub encoding: &'static str,
    pub bom: bool,
    pub gzip: bool,
    pub delimiter: u8,
    pub newline: &'static str,
    pub decimal_comma: bool,
}

/// An open text.
pub(super) struct TextTable {
    pub facts: TextFacts,
    pub header: Header,
    reader: csv::Reader<Bounded<Box<dyn Read + Send>>>,
    /// What the next row may take of the text.
    allowance: Allowance,
}

/// A file's bytes, unpacked if it is packed with gzip.
fn unpacked(path: &Path, share: ShareRead) -> Result<(Box<dyn BufRead + Send>, bool)> {
    let source = File::open(path).map_err(|error| bad_file(format!("{}: {error}", path.display())))?;
    let all = source.metadata()?.len();
    let mut file = BufReader::with_capacity(64 * 1024, Counted { source, done: 0, all, share });
    let gzip = file.fill_buf().map_err(|cause| broken_off(&cause))?.starts_with(&[0x1f, 0x8b]);
    if gzip {
        return Ok((Box::new(BufReader::with_capacity(64 * 1024, MultiGzDecoder::new(file))), true));
    }
    Ok((Box::new(file), false))
}

/// The first bytes, as they are.
fn head(source: &mut dyn BufRead) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    while head.len() < HEAD_BYTES {
        let some = match source.fill_buf() {
            Ok(some) => some,
            Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(cause),
        };
        let some = &some[..some.len().min(HEAD_BYTES - head.len())];
        if some.is_empty() {
            break;
        }
        head.extend_from_slice(some);
        let taken = some.len();
        source.consume(taken);
    }
    Ok(head)
}

/// The text of some bytes, which may end within a character.
fn sample<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> Result<Cow<'b, str>> {
    if encoding == encoding_rs::UTF_8 {
        match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => return Ok(text.into()),
            Err(error) if error.error_len().is_none() => {
                return Ok(String::from_utf8_lossy(&bytes[..error.valid_up_to()]));
            }
            Err(_) => {}
        }
    }
    let mut text = String::new();
    Utf8::new(bytes, encoding).read_to_string(&mut text)?;
    Ok(text.into())
}

impl TextTable {
    /// Opens a text and finds its header.
    ///
    /// # Errors
    /// `bad_file` if it cannot be read, is empty, or is no text; `bad_request` for an unknown encoding.
    pub fn open(path: &Path, layout: &Layout, share: ShareRead) -> Result<Self> {
        let (mut source, gzip) = unpacked(path, share)?;
        let head = head(source.as_mut()).map_err(|cause| broken_off(&cause))?;
        let whole = head.len() < HEAD_BYTES;
        let found = match &layout.encoding {
            Some(name) => {
                let encoding = encoding::named(name)?;
                let mark = encoding_rs::Encoding::for_bom(&head).filter(|(marked, _)| *marked == encoding);
                Some(Found { encoding, mark_bytes: mark.map_or(0, |(_, bytes)| bytes) })
            }
            None => encoding::detect(&head, whole),
        };
        let found = found.ok_or_else(|| {
            bad_file("this file is neither a text nor a workbook: save it as “CSV UTF-8” or .xlsx and import that; nothing was imported")
        })?;
        let sample = sample(&head[found.mark_bytes..], found.encoding)?;
        // The last line of the sample may be cut.
        let lines = if whole { sample.len() } else { sample.rfind('\n').unwrap_or(sample.len()) };
        let sample = &sample[..lines];
        let delimiter = layout.delimiter.unwrap_or_else(|| delimiter(sample));
        let records = records(sample, delimiter);
        let header = header::find(&records, &[], layout.header_row)
            .ok_or_else(|| bad_file("this file has no rows: nothing was imported"))?;
        if header.names.len() > COLUMNS_MAX {
            let text = format!(
                "this file has more than {COLUMNS_MAX} columns: keep those of the stores and import that; nothing was imported"
            );
            return Err(bad_file(text));
        }
        let facts = TextFacts {
            encoding: if found.name() == "gb18030" { "GB18030" } else { found.name() },
            bom: found.mark_bytes > 0,
            gzip,
            delimiter,
            newline: newline(sample),
            decimal_comma: delimiter != b',' && has_decimal_commas(&records),
        };
        let mut bytes = std::io::Cursor::new(head);
        bytes.set_position(found.mark_bytes as u64);
        let bytes = bytes.chain(source);
        let text: Box<dyn Read + Send> = if found.encoding == encoding_rs::UTF_8 {
            Box::new(Ended::new(bytes, facts.newline))
        } else {
            Box::new(Ended::new(Utf8::new(bytes, found.encoding), facts.newline))
        };
        let allowance = Allowance::new(ROW_BYTES_MAX + AHEAD_BYTES);
        let text = Bounded::new(text, &allowance);
        let reader = reader(delimiter).buffer_capacity(AHEAD_BYTES).from_reader(text);
        Ok(Self { facts, header, reader, allowance })
    }

    /// The next record; `row` is told where it is too large.
    fn next(&mut self, record: &mut ByteRecord, row: u64) -> Result<bool> {
        self.allowance.renew();
        self.reader.read_byte_record(record).map_err(|error| match error.kind() {
            csv::ErrorKind::Io(cause) if Allowance::is_spent(cause) => too_large(row),
            csv::ErrorKind::Io(cause) => broken_off(cause),
            _ => error.into(),
        })
    }

    /// Hands all rows over, until there are no more or nobody wants them.
    ///
    /// # Errors
    /// `bad_file` if the file cannot be read on, or a row is too large.
    pub fn read(&mut self, sink: &mut Sink) -> Result<()> {
        let mut record = ByteRecord::new();
        // A header of two lines is two records; blank lines above it are none.
        for _ in 0..self.header.records {
            self.next(&mut record, 0)?;
        }
        let mut line = self.reader.position().line();
        // The reader takes the second byte of CR LF with the next record.
        let late = u64::from(self.facts.newline == "CRLF");
        let mut rows = Rows::default();
        let mut row: u64 = 0;
        loop {
            let more = self.next(&mut record, row + 1)?;
            let now = self.reader.position().line();
            let bytes = record.as_slice();
            let inside = if more { bytes.iter().filter(|byte| **byte == b'\n').count() as u64 } else { 0 };
            // Lines without anything are skipped by the reader; they are blank rows.
            for _ in 0..(now - line).saturating_sub(inside + late.max(u64::from(more))) {
                row += 1;
                rows.push_texts("", std::iter::once(0));
                if sink.is_full(&rows) && !sink.send(std::mem::take(&mut rows)) {
                    return Ok(());
                }
            }
            line = now;
            if !more {
                break;
            }
            row += 1;
            if record.len() > COLUMNS_MAX || bytes.len() > ROW_BYTES_MAX {
                return Err(too_large(row));
            }
            sink.saw_bare_break |= inside > 0 && has_bare_break(bytes);
            push(&mut rows, &record);
            if sink.is_full(&rows) && !sink.send(std::mem::take(&mut rows)) {
                return Ok(());
            }
        }
        sink.send(rows);
        Ok(())
    }
}

fn broken_off(cause: &std::io::Error) -> Error {
    bad_file(format!(
        "the file breaks off, or was changed while it was read ({cause}): rows before that are kept; see that it is whole and import it again"
    ))
}

fn too_large(row: u64) -> Error {
    bad_file(format!(
        "row {row} is too large (at most {} KB and {COLUMNS_MAX} columns): is a quotation mark not closed? rows before it are kept; mend the file and import it again",
        ROW_BYTES_MAX >> 10
    ))
}

fn push(rows: &mut Rows, record: &ByteRecord) {
    let ends = || (0..record.len()).map(|n| record.range(n).map_or(0, |range| range.end));
    match simdutf8::basic::from_utf8(record.as_slice()) {
        // Together they may be a text although each alone is none.
        Ok(text) if ends().all(|end| text.is_char_boundary(end)) => rows.push_texts(text, ends()),
        _ => {
            let cells: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
            rows.push(cells.iter().map(|cell| (cell.as_ref(), super::rows::Kind::Text)));
        }
    }
}

fn has_bare_break(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().any(|(n, byte)| *byte == b'\n' && (n == 0 || bytes[n - 1] != b'\r'))
}

/// A text that ends with a line break in any case, and one like its others, so that lines can be counted.
struct Ended<R> {
    source: R,
    last: u8,
    /// What is still to be added at the end.
    end: &'static [u8],
}

impl<R> Ended<R> {
    fn new(source: R, newline: &str) -> Self {
        Self { source, last: b'\n', end: if newline == "CRLF" { b"\r\n" } else { b"\n" } }
    }
}

impl<R: Read> Read for Ended<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let got = self.source.read(out)?;
        if let Some(last) = got.checked_sub(1) {
            self.last = out[last];
            return Ok(got);
        }
        if matches!(self.last, b'\n' | b'\r') {
            return Ok(0);
        }
        let added = self.end.len().min(out.len());
        out[..added].copy_from_slice(&self.end[..added]);
        self.end = &self.end[added..];
        Ok(added)
    }
}

fn reader(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true);
    builder
}

fn records(sample: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = reader(delimiter).from_reader(sample.as_bytes());
    let records = reader.byte_records().take(SAMPLE_RECORDS).map_while(std::result::Result::ok);
    let cells = |record: csv::ByteRecord| -> Vec<String> {
        record.iter().take(COLUMNS_MAX + 1).map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect()
    };
    records.map(cells).collect()
}

/// The delimiter that gives the most rows of one width, and of these the most columns.
fn delimiter(sample: &str) -> u8 {
    let score = |delimiter: u8| {
        let widths: Vec<usize> = records(sample, delimiter).iter().map(Vec::len).collect();
        let often = |width: usize| widths.iter().filter(|other| **other == width).count();
        let (count, width) = widths.iter().map(|width| (often(*width), *width)).max().unwrap_or_default();
        if width < 2 { (0, 0) } else { (count * 20 / widths.len().max(1), width) }
    };
    let best = [b'|', b'\t', b';', b','].into_iter().max_by_key(|delimiter| score(*delimiter));
    best.filter(|delimiter| score(*delimiter).1 > 1).unwrap_or(b',')
}

fn newline(sample: &str) -> &'static str {
    let mut quoted = false;
    let (mut both, mut line_feeds, mut returns) = (0_u32, 0_u32, 0_u32);
    let mut before = b' ';
    for byte in sample.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if quoted => {}
            b'\n' if before == b'\r' => (both, returns) = (both + 1, returns.saturating_sub(1)),
            b'\n' => line_feeds += 1,
            b'\r' if !quoted => returns += 1,
            _ => {}
        }
        before = byte;
    }
    match (both, line_feeds, returns) {
        (1.., 0, 0) => "CRLF",
        (0, 0, 1..) => "CR",
        (0, _, 0) => "LF",
        _ => "mixed",
    }
}

/// Numbers such as `31,2345`, and none with a point.
fn has_decimal_commas(records: &[Vec<String>]) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_number = |cell: &str, sign: char| {
        cell.trim_start_matches('-').split_once(sign).is_some_and(|(whole, part)| {
            digits(whole) && digits(part) && whole.len() <= 3 && (sign == '.' || part.len() != 3)
        })
    };
    let count = |sign| records.iter().flatten().filter(|cell| is_number(cell, sign)).count();
    count(',') > count('.')
}

/// A delimiter as a person writes it.
///
/// # Errors
/// `bad_request` unless it is one ASCII character or `TAB`.
pub(super) fn delimiter_named(name: &str) -> Result<u8> {
    match name.as_bytes() {
        _ if name.eq_ignore_ascii_case("tab") => Ok(b'\t'),
        b"\\t" => Ok(b'\t'),
        [one] if one.is_ascii() && !matches!(one, b'"' | b'\n' | b'\r') => Ok(*one),
        _ => Err(Error::new(ErrorCode::BadRequest, "--delimiter: write one character, such as ; or |, or TAB")),
    }
}
