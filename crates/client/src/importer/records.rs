//! A text as records: quotation marks, line ends of every kind, and where in the file each record stands. A quotation
//! mark that was never closed costs the line that it stands in, not the lines behind it.

use std::io::{self, Read};

use super::blank_marks::{NotThere, behind_blanks};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 128 * 1024;
/// The most bytes of one record.
pub(super) const RECORD_BYTES_MAX: usize = 1024 * 1024;
/// Bytes that are read once more because of quotation marks that were not closed: the most of a file.
const AGAIN_BYTES_MAX: usize = 16 * RECORD_BYTES_MAX;
/// So many delimiters that stand where those of records would make lines within quotation marks records.
const LIKE_RECORDS: usize = 6;

/// In UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How a line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LineEnd {
    CrLf,
    Lf,
    Cr,
    /// The text ends.
    #[default]
    Nothing,
}

/// One record; a line without anything is one with an empty cell.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// All cells in one, and where each ends.
    pub text: Vec<u8>,
    pub ends: Vec<usize>,
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// The last line that a quotation mark would have taken which was not closed.
    pub unclosed_until: Option<u64>,
    /// A line break stands within a cell; one without CR does.
    has_breaks: bool,
    pub has_bare_break: bool,
    pub end: LineEnd,
}

impl Record {
    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        (self.has_breaks, self.has_bare_break, self.end) = (false, false, LineEnd::Nothing);
    }
    fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }
    /// Its cells, as bytes.
    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end])
    }
}

/// Why a record cannot be read.
#[derive(Debug)]
pub(super) enum Broken {
    /// The source.
    Io(io::Error),
    /// It has no end.
    TooLarge,
    /// Too many quotation marks of the text are not closed.
    TooOften,
}

/// A source of records.
pub(super) struct Records<R> {
    source: R,
    delimiter: u8,
    /// How many columns there are; 0 if that is not known.
    pub width: usize,
    buffer: Vec<u8>,
    /// Of `buffer`: what is not read yet.
    start: usize,
    at_end: bool,
    /// The line that is next, from 1.
    line: u64,
    again_bytes: usize,
}

/// What the bytes of a record turned out to be.
enum Found {
    /// So many bytes are one.
    Whole(usize),
    /// It may go on behind the bytes that are there; within or behind this quoted cell of several lines.
    More(Option<usize>),
    /// The mark at this place is not closed, as the bytes up to the other place show.
    Unclosed(usize, usize),
}

impl<R: Read> Records<R> {
    pub fn new(source: R, delimiter: u8) -> Self {
        Self { source, delimiter, width: 0, buffer: Vec::new(), start: 0, at_end: false, line: 1, again_bytes: 0 }
    }

    /// Reads the next record; nothing at the end.
    pub fn next(&mut self, record: &mut Record) -> Result<bool, Broken> {
        // The first mark that is to be taken for a character.
        let mut literal = usize::MAX;
        let mut unclosed_until = None;
        loop {
            let bytes = &self.buffer[self.start..];
            if bytes.is_empty() && self.at_end {
                return Ok(false);
            }
            record.clear();
            let found = Scan { bytes, at_end: self.at_end, delimiter: self.delimiter, width: self.width, literal }
                .record(record);
            let (mark, seen) = match found {
                Found::Whole(taken) => {
                    (record.line, record.unclosed_until) = (self.line, unclosed_until);
                    self.line += if record.has_breaks { line_ends(&bytes[..taken]).max(1) } else { 1 };
                    self.start += taken;
                    return Ok(true);
                }
                Found::More(quoted) if bytes.len() > RECORD_BYTES_MAX => (quoted.ok_or(Broken::TooLarge)?, bytes.len()),
                Found::More(_) => {
                    self.fill().map_err(Broken::Io)?;
                    continue;
                }
                Found::Unclosed(mark, seen) => (mark, seen),
            };
            literal = mark;
            unclosed_until = Some(self.line + line_ends(bytes[..seen].trim_ascii_end()));
            self.again_bytes += seen;
            if self.again_bytes > AGAIN_BYTES_MAX {
                return Err(Broken::TooOften);
            }
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let filled = self.buffer.len();
        // Twice as much each time, so that a long record is not looked through in small steps.
        self.buffer.resize(filled + CHUNK_BYTES.max(filled), 0);
        let got = loop {
            match self.source.read(&mut self.buffer[filled..]) {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(filled + *got.as_ref().unwrap_or(&0));
        self.at_end = got? == 0;
        Ok(())
    }
}

/// How many lines end in some bytes, whatever ends them.
fn line_ends(bytes: &[u8]) -> u64 {
    let mut before = 0;
    let mut ends = 0;
    for byte in bytes {
        ends += u64::from(*byte == b'\r' || *byte == b'\n' && before != b'\r');
        before = *byte;
    }
    ends
}

/// The bytes of the next record and whatever is behind it.
struct Scan<'b> {
    bytes: &'b [u8],
    at_end: bool,
    delimiter: u8,
    width: usize,
    literal: usize,
}

impl Scan<'_> {
    fn record(&self, record: &mut Record) -> Found {
        let bytes = self.bytes;
        // Files that were put one behind the other: each has begun with its mark of byte order.
        let mut at = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        // The first quoted cell of several lines: where it begins, where it ends, which column it is.
        let mut lines: Option<(usize, usize, usize)> = None;
        loop {
            let mark = match bytes.get(at) {
                Some(b'"') => Some(at),
                Some(b' ') => match behind_blanks(bytes, at, self.at_end, self.delimiter) {
                    Ok(mark) => mark,
                    Err(NotThere) => return Found::More(lines.map(|(start, ..)| start)),
                },
                _ => None,
            };
            if let Some(start) = mark.filter(|mark| *mark < self.literal) {
                at = match self.quoted(start, record) {
                    Ok(end) => end,
                    Err(found) if lines.is_none() => return found,
                    // Which of them was not closed? The first may be.
                    Err(Found::More(_)) => return Found::More(lines.map(|(start, ..)| start)),
                    Err(found) => return found,
                };
                if lines.is_none() && record.has_breaks {
                    lines = Some((start, at, record.ends.len()));
                }
            }
            // The rest is as it stands.
            let rest = &bytes[at..];
            let is_end = |byte: &u8| *byte == self.delimiter || matches!(*byte, b'\n' | b'\r');
            let Some(length) = rest.iter().position(is_end) else {
                if !self.at_end {
                    return Found::More(lines.map(|(start, ..)| start));
                }
                record.text.extend_from_slice(rest);
                record.end_cell();
                return self.whole(bytes.len(), lines, record);
            };
            record.text.extend_from_slice(&rest[..length]);
            record.end_cell();
            at += length + 1;
            let (end, more) = match (rest[length], &bytes[at..]) {
                (byte, _) if byte == self.delimiter => continue,
                (b'\n', _) => (LineEnd::Lf, 0),
                (_, [b'\n', ..]) => (LineEnd::CrLf, 1),
                // Written as a text by a program that wrote it as one already.
                (_, [b'\r', b'\n', ..]) => (LineEnd::CrLf, 2),
                (_, [] | [b'\r']) if !self.at_end => return Found::More(lines.map(|(start, ..)| start)),
                _ => (LineEnd::Cr, 0),
            };
            record.end = end;
            at += more;
            return self.whole(at, lines, record);
        }
    }

    /// Takes a quoted cell and says where it ends.
    fn quoted(&self, start: usize, record: &mut Record) -> Result<usize, Found> {
        let bytes = self.bytes;
        let text = record.text.len();
        let mut at = start + 1;
        let has_breaks = |record: &Record| record.text[text..].iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        loop {
            let rest = &bytes[at..];
            let length = rest.iter().position(|byte| *byte == b'"').unwrap_or(rest.len());
            record.text.extend_from_slice(&rest[..length]);
            at += length;
            match (bytes.get(at), bytes.get(at + 1)) {
                (None, _) if self.at_end => return Err(Found::Unclosed(start, at)),
                (None, _) => return Err(Found::More(has_breaks(record).then_some(start))),
                (_, None) if !self.at_end => return Err(Found::More(has_breaks(record).then_some(start))),
                (_, Some(b'"')) => record.text.push(b'"'),
                _ => break,
            }
            at += 2;
        }
        at += 1;
        if has_breaks(record) {
            record.has_breaks = true;
            record.has_bare_break |= has_bare_break(&record.text[text..]);
            // Something behind the mark: it opens another cell, as the one before it was not closed.
            let behind = bytes[at..].iter().find(|byte| **byte != b' ');
            if behind.is_some_and(|byte| *byte != self.delimiter && !matches!(byte, b'\n' | b'\r')) {
                return Err(Found::Unclosed(start, at));
            }
        }
        Ok(at)
    }

    /// A record, unless its lines are records.
    fn whole(&self, taken: usize, lines: Option<(usize, usize, usize)>, record: &Record) -> Found {
        let Some((start, end, column)) = lines.filter(|_| self.width > 1) else { return Found::Whole(taken) };
        let between = self.width - 1;
        let delimiters = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == self.delimiter).count();
        let cell: Vec<&[u8]> = self.bytes[start..end].split(|byte| *byte == b'\n').collect();
        let last = cell.len() - 1;
        let are_records = cell.iter().enumerate().all(|(n, line)| {
            let before = if n == 0 { column } else { 0 };
            let behind = if n == last { record.ends.len() - 1 - column } else { 0 };
            before + delimiters(line) + behind == between
        });
        if are_records && last * between >= LIKE_RECORDS { Found::Unclosed(start, end) } else { Found::Whole(taken) }
    }
}

fn has_bare_break(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().any(|(n, byte)| *byte == b'\n' && (n == 0 || bytes[n - 1] != b'\r'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Each record: its line, its cells, and the line up to which a mark was not closed.
    fn told(text: &[u8], width: usize) -> Vec<String> {
        let mut records = Records::new(text, b',');
        records.width = width;
        let (mut record, mut told) = (Record::default(), Vec::new());
        while records.next(&mut record).unwrap() {
            let cells: Vec<_> = record.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            let until = record.unclosed_until.map(|line| format!("!{line}")).unwrap_or_default();
            told.push(format!("{}{until}:{}", record.line, cells.join("|")));
        }
        told
    }

    #[test]
    fn marks_and_line_ends_of_every_kind() {
        let cases: [(&str, &[&str]); 11] = [
            ("a,b\n\u{feff}\"c,d\",e", &["1:a|b", "2:c,d|e"]),
            ("a,b\r\n\r\nc,d", &["1:a|b", "2:", "3:c|d"]),
            ("a,b\r\rc,d\r", &["1:a|b", "2:", "3:c|d"]),
            ("a,b\r\r\nc,d\r\r\n", &["1:a|b", "2:c|d"]),
            ("a,b\nc,d\r\n\ne,\r", &["1:a|b", "2:c|d", "3:", "4:e|"]),
            ("\"a\nb\",\"c\"\"d\"\r\ne,f", &["1:a\nb|c\"d", "3:e|f"]),
            ("\"a\r\nb\" ,\"c\r\"\rd", &["1:a\r\nb |c\r", "4:d"]),
            ("a\"b,5\"\nc,\"d\"e", &["1:a\"b|5\"", "2:c|de"]),
            ("\"\",\"\"\"\"\n", &["1:|\""]),
            ("a,", &["1:a|"]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text.as_bytes(), 2), expected, "{text:?}");
        }
    }

    #[test]
    fn a_mark_behind_a_blank_opens_a_cell_if_it_is_closed() {
        let cases: [(&str, &[&str]); 11] = [
            ("a, \"b, c\", \"138\"\nd,  \"e\" ,f\n", &["1:a|b, c|138", "2:d|e |f"]),
            (" \"a\",\"b\"\n", &["1:a|b"]),
            ("a, \"b \"\"c\"\"\"", &["1:a|b \"c\""]),
            ("a, \"\",b", &["1:a||b"]),
            // Not closed in its line, or with something behind it: the mark is a character of the cell.
            ("a, \"b,c\nd,e\",f\n", &["1:a| \"b|c", "2:d|e\"|f"]),
            ("a, \"b\" c,d\n", &["1:a| \"b\" c|d"]),
            ("a, 9\" b,c\n", &["1:a| 9\" b|c"]),
            ("a, \"b", &["1:a| \"b"]),
            ("a, \"", &["1:a| \""]),
            ("a,  \n", &["1:a|  "]),
            ("a, ", &["1:a| "]),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text.as_bytes(), 3), expected, "{text:?}");
            // Whatever comes with one read of the source.
            let mut slow = Records::new(Slow(text.as_bytes()), b',');
            let (mut record, mut count) = (Record::default(), 0);
            while slow.next(&mut record).unwrap() {
                count += 1;
            }
            assert_eq!(count, expected.len(), "{text:?}");
        }
        let mut blanks = Records::new(&b"a  \"b\" \"c\"\n"[..], b' ');
        let mut record = Record::default();
        assert!(blanks.next(&mut record).unwrap());
        assert_eq!(record.cells().collect::<Vec<_>>(), [&b"a"[..], b"", b"b", b"c"], "a blank may be the delimiter");
    }

    /// Gives a byte at a time.
    struct Slow<'b>(&'b [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let few = self.0.len().min(1);
            self.0.read(&mut out[..few])
        }
    }

    #[test]
    fn a_mark_that_is_not_closed_costs_its_line() {
        let cases: [(&str, &[&str]); 5] = [
            ("a,b,\"c\nd,e,f\ng,h,i\n", &["1!3:a|b|\"c", "2:d|e|f", "3:g|h|i"]),
            ("a,\"x,y\",\"c\nd,e,f\n", &["1!2:a|x,y|\"c", "2:d|e|f"]),
            ("a,b,\"c\nd,\"e\",f\n", &["1!2:a|b|\"c", "2:d|e|f"]),
            // A mark for inches ends the cell; each line is a record of its own.
            ("a,b,\"c\nd,e,f\ng,h,i\nj,k,5\"\nl,m,n\n", &["1!4:a|b|\"c", "2:d|e|f", "3:g|h|i", "4:j|k|5\"", "5:l|m|n"]),
            // An address of two lines is none.
            ("a,\"1 Road, Hill\nTown, UK\",c\nd,e,f\n", &["1:a|1 Road, Hill\nTown, UK|c", "3:d|e|f"]),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text.as_bytes(), 3), expected, "{text:?}");
        }
    }

    #[test]
    fn what_has_no_end_is_not_gathered() {
        let (mut record, long) = (Record::default(), "x".repeat(RECORD_BYTES_MAX * 2));
        let mut records = Records::new(long.as_bytes(), b',');
        assert!(matches!(records.next(&mut record), Err(Broken::TooLarge)));
        let mut records = Records::new(io::Cursor::new(format!("\"a\n{}", "b,c\n".repeat(RECORD_BYTES_MAX))), b',');
        assert!(records.next(&mut record).unwrap() && record.unclosed_until.is_some());
        assert!(records.next(&mut record).unwrap() && record.ends == [1, 2] && record.line == 2);
        assert!(records.buffer.len() < RECORD_BYTES_MAX * 3);
        // Each line closes the mark of the one before it and opens one of its own.
        let mut records = Records::new(io::Cursor::new("a\",\"b\n".repeat(RECORD_BYTES_MAX)), b',');
        let ended = std::iter::repeat_with(|| records.next(&mut record)).find(|read| !matches!(read, Ok(true)));
        assert!(matches!(ended, Some(Err(Broken::TooOften))));
    }
}
