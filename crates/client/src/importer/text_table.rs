//! A text of cells: CSV, TSV and their kin.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use domain::problem::ErrorCode;
use encoding_rs::Encoding;
use flate2::bufread::MultiGzDecoder;

use super::encoding::{self, Found, Utf8};
use super::header::{self, Header};
use super::kinds;
use super::records::{Broken, LineEnd, RECORD_BYTES_MAX, Record, Records};
use super::rows::{Kind, Rows, Unclosed};
use super::share::{Counted, ShareRead};
use super::table::{Layout, Sink, bad_file};
use crate::error::{Error, Result};

/// Looked at to find out encoding, delimiter and header, in bytes.
const HEAD_BYTES: usize = 1024 * 1024;
/// Lines looked at to find the delimiter and the header.
const SAMPLE_LINES: usize = 200;
/// The most columns.
const COLUMNS_MAX: usize = 1_000;
/// The most lines without anything in succession: as many as a sheet has rows.
const EMPTY_LINES_MAX: u64 = 1_048_576;

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
    records: Records<Box<dyn Read + Send>>,
}

/// A file's bytes, unpacked if it is packed with gzip.
fn unpacked(path: &Path, share: ShareRead) -> Result<(Box<dyn BufRead + Send>, bool)> {
    let source = File::open(path).map_err(|error| bad_file(format!("{}: {error}", path.display())))?;
    let all = source.metadata()?.len();
    let mut file = BufReader::with_capacity(64 * 1024, Counted { source, done: 0, all, share });
    let gzip = file.fill_buf().map_err(|cause| never_begun(&cause))?.starts_with(&[0x1f, 0x8b]);
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
    /// `bad_file` if it cannot be read, is empty, or is no table; `bad_request` for an unknown encoding or a header
    /// that is not there.
    pub fn open(path: &Path, layout: &Layout, share: ShareRead) -> Result<Self> {
        let (mut source, gzip) = unpacked(path, share)?;
        let head = head(source.as_mut()).map_err(|cause| never_begun(&cause))?;
        let whole = head.len() < HEAD_BYTES;
        let found = match &layout.encoding {
            Some(name) => {
                let encoding = encoding::named(name)?;
                let mark = encoding_rs::Encoding::for_bom(&head).filter(|(marked, _)| *marked == encoding);
                Some(Found { encoding, mark_bytes: mark.map_or(0, |(_, bytes)| bytes) })
            }
            None => encoding::detect(&head, whole),
        };
        let found = found.ok_or_else(|| bad_file(kinds::no_text(&head)))?;
        let sample = sample(&head[found.mark_bytes..], found.encoding)?;
        if let Some(what) = kinds::other_text(&sample) {
            return Err(bad_file(what));
        }
        // The last line of the sample may be cut.
        let end = if whole { sample.len() } else { sample.rfind('\n').unwrap_or(sample.len()) };
        let sample = &sample[..end];
        let most = layout.header_row.map_or(SAMPLE_LINES, |row| row.saturating_add(SAMPLE_LINES));
        let delimiter = layout.delimiter.unwrap_or_else(|| delimiter(sample));
        let (lines, newline) = lines(sample, delimiter, most);
        let header = header::find(&lines, &[], layout.header_row).ok_or_else(|| header::missing(layout.header_row))?;
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
            newline,
            decimal_comma: delimiter != b',' && has_decimal_commas(&lines),
        };
        let mut bytes = std::io::Cursor::new(head);
        bytes.set_position(found.mark_bytes as u64);
        let bytes = bytes.chain(source);
        let text: Box<dyn Read + Send> = if found.encoding == encoding_rs::UTF_8 {
            Box::new(bytes)
        } else {
            Box::new(Utf8::new(bytes, found.encoding))
        };
        let mut records = Records::new(text, delimiter);
        records.width = header.names.len();
        Ok(Self { facts, header, records })
    }

    /// Hands all rows over, until there are no more or nobody wants them.
    ///
    /// # Errors
    /// `bad_file` if the file cannot be read on, or a row is too large.
    pub fn read(&mut self, sink: &mut Sink) -> Result<()> {
        let mut record = Record::default();
        let mut rows = Rows::default();
        let (mut row, mut empty) = (0_u64, 0);
        while self.records.next(&mut record).map_err(|broken| refused(broken, row + 1))? {
            if record.line <= self.header.records as u64 {
                continue;
            }
            row += 1;
            if record.ends.len() > COLUMNS_MAX || record.text.len() > RECORD_BYTES_MAX {
                return Err(refused(Broken::TooLarge, row));
            }
            empty = if record.text.is_empty() { empty + 1 } else { 0 };
            if empty > EMPTY_LINES_MAX {
                let text = format!(
                    "row {row} has more than {EMPTY_LINES_MAX} empty lines above it: rows before them are kept; take the empty lines out and import the file again"
                );
                return Err(bad_file(text));
            }
            sink.seen.bare_breaks |= record.has_bare_break;
            push(&mut rows, &record);
            if let Some(to) = record.unclosed_until {
                rows.mark_unclosed(Unclosed { from: record.line, to });
            }
            if sink.is_full(&rows) && !sink.send(std::mem::take(&mut rows)) {
                return Ok(());
            }
        }
        sink.send(rows);
        Ok(())
    }
}

/// While only its first bytes were looked at.
fn never_begun(cause: &std::io::Error) -> Error {
    bad_file(format!(
        "the file breaks off, or was changed while it was read ({cause}): nothing was imported; see that it is whole and import it again"
    ))
}

fn broken_off(cause: &std::io::Error) -> Error {
    bad_file(format!(
        "the file breaks off, or was changed while it was read ({cause}): rows before that are kept; see that it is whole and import it again"
    ))
}

fn refused(broken: Broken, row: u64) -> Error {
    match broken {
        Broken::Io(cause) => broken_off(&cause),
        Broken::TooLarge => bad_file(format!(
            "row {row} is too large (at most {} KB and {COLUMNS_MAX} columns): rows before it are kept; mend the file and import it again",
            RECORD_BYTES_MAX >> 10
        )),
        Broken::TooOften => bad_file(format!(
            "too many quotation marks above row {row} are not closed: rows before it are kept; save the file anew as “CSV UTF-8” and import that"
        )),
    }
}

/// NUL is in no text that somebody wrote: it is shown as damage.
const DAMAGED: &str = "\u{fffd}";

fn push(rows: &mut Rows, record: &Record) {
    let bytes = record.text.as_slice();
    match simdutf8::basic::from_utf8(bytes) {
        // Together they may be a text although each alone is none.
        Ok(text) if !bytes.contains(&0) && record.ends.iter().all(|end| text.is_char_boundary(*end)) => {
            rows.push_texts(text, record.ends.iter().copied());
        }
        _ => {
            let cells: Vec<String> =
                record.cells().map(|cell| String::from_utf8_lossy(cell).replace('\0', DAMAGED)).collect();
            rows.push(cells.iter().map(|cell| (cell.as_str(), Kind::Text)));
        }
    }
}

/// The first lines of a text and how most of them end. A record of several lines stands in the first of them.
fn lines(sample: &str, delimiter: u8, most: usize) -> (Vec<Vec<String>>, &'static str) {
    let mut records = Records::new(sample.as_bytes(), delimiter);
    let (mut record, mut lines) = (Record::default(), Vec::new());
    let mut ends = [LineEnd::CrLf, LineEnd::Lf, LineEnd::Cr].map(|end| (end, false));
    while lines.len() < most
        && let Ok(true) = records.next(&mut record)
    {
        ends.iter_mut().for_each(|(end, seen)| *seen |= *end == record.end);
        lines.resize_with(usize::try_from(record.line - 1).unwrap_or(most).min(most), Vec::new);
        let cells = record.cells().take(COLUMNS_MAX + 1);
        lines.push(cells.map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect());
    }
    let newline = match ends.map(|(_, seen)| seen) {
        [true, false, false] => "CRLF",
        [false, false, true] => "CR",
        [false, _, false] => "LF",
        _ => "mixed",
    };
    (lines, newline)
}

/// The delimiter that gives the most names of a header that are known, of these the most rows of one width, of these
/// the most columns.
fn delimiter(sample: &str) -> u8 {
    let score = |delimiter: u8| {
        let (lines, _) = lines(sample, delimiter, SAMPLE_LINES);
        let is_empty = |line: &&Vec<String>| line.iter().all(String::is_empty);
        let widths: Vec<usize> = lines.iter().filter(|line| !is_empty(line)).map(Vec::len).collect();
        let often = |width: usize| widths.iter().filter(|other| **other == width).count();
        let (count, width) = widths.iter().map(|width| (often(*width), *width)).max().unwrap_or_default();
        let known = header::most_known(&lines);
        if width < 2 && known < 2 { (0, 0, 0) } else { (known, count * 20 / widths.len().max(1), width) }
    };
    let scored = [b'|', b'\t', b';', b','].map(|delimiter| (score(delimiter), delimiter));
    let best = scored.into_iter().max_by_key(|(score, _)| *score);
    best.filter(|(score, _)| *score > (0, 0, 0)).map_or(b',', |(_, delimiter)| delimiter)
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
