//! A file of rows, whatever its form. A thread of its own reads it and is at most some batches ahead.

use std::path::Path;
use std::sync::Arc;

use domain::ipc::ImportRequest;
use domain::problem::ErrorCode;
use tokio::sync::mpsc;

use super::columns::Remembered;
use super::header::Header;
use super::rows::Rows;
use super::share::ShareRead;
use super::text_table::{self, TextFacts, TextTable};
use super::workbook;
use crate::error::{Error, Result};

/// Rows handed over at a time.
pub(super) const BATCH_ROWS: usize = 1_000;
/// Or so many bytes of them.
const BATCH_BYTES: usize = 1024 * 1024;
/// How many batches the reader may be ahead.
const BATCHES_AHEAD: usize = 6;

/// What a person says about a file, before what it looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub encoding: Option<String>,
    pub delimiter: Option<u8>,
    /// From 1.
    pub header_row: Option<usize>,
    pub sheet: Option<String>,
    /// Columns that go to the store's name, whatever they are called.
    pub names: Vec<String>,
}

/// What the file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileFacts {
    Text(TextFacts),
    Book { format: &'static str },
}

/// What the reader hands over.
pub(super) enum Piece {
    /// A sheet begins; a text is one sheet.
    Sheet(Arc<Sheet>),
    /// Its next rows, blank ones too.
    Rows(Rows),
    /// The end.
    End(Seen),
}

/// What is known of a file only when all of it is read.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// A line break without CR stood within a cell.
    pub bare_breaks: bool,
    /// Sheets with something in them that were passed over.
    pub skipped_sheets: Vec<String>,
    /// Rows that were read although the workbook hides them.
    pub hidden_rows: u64,
}

/// A sheet's beginning.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Of a workbook.
    pub name: Option<String>,
    pub header: Header,
}

/// An open table.
pub(super) struct Table {
    pub facts: FileFacts,
    pieces: mpsc::Receiver<Result<Piece>>,
}

pub(super) fn bad_file(text: impl Into<String>) -> Error {
    Error::new(ErrorCode::BadFile, text)
}

impl Table {
    /// Opens a file and begins to read it.
    ///
    /// # Errors
    /// `bad_file` if it cannot be read or is no table; `bad_request` for a layout that it has not.
    pub async fn open(path: &Path, layout: &Layout, share: &ShareRead) -> Result<Self> {
        let (path, layout, share) = (path.to_path_buf(), layout.clone(), share.clone());
        let opened = tokio::task::spawn_blocking(move || open(&path, &layout, share));
        opened.await.map_err(|_| bad_file("this file stopped its reader: nothing was imported"))?
    }

    /// The next piece; nothing after the end.
    ///
    /// # Errors
    /// `bad_file` if the file cannot be read on.
    pub async fn next(&mut self) -> Result<Option<Piece>> {
        self.pieces.recv().await.transpose()
    }
}

fn open(path: &Path, layout: &Layout, share: ShareRead) -> Result<Table> {
    let (pieces, received) = mpsc::channel(BATCHES_AHEAD);
    let mut sink = Sink { pieces, seen: Seen::default(), share: share.clone() };
    if let Some(format) = workbook::format_of(path)? {
        let (path, layout) = (path.to_path_buf(), layout.clone());
        read_in_thread(move || {
            let done = workbook::read(&path, format, &layout, &mut sink);
            sink.end(done);
        })?;
        return Ok(Table { facts: FileFacts::Book { format: format.name() }, pieces: received });
    }
    let mut text = TextTable::open(path, layout, share)?;
    let facts = FileFacts::Text(text.facts.clone());
    read_in_thread(move || {
        let sheet = Sheet { name: None, header: text.header.clone() };
        let done = if sink.sheet(sheet) { text.read(&mut sink) } else { Ok(()) };
        sink.end(done);
    })?;
    Ok(Table { facts, pieces: received })
}

fn read_in_thread(work: impl FnOnce() + Send + 'static) -> Result<()> {
    std::thread::Builder::new().name("import".to_owned()).spawn(work)?;
    Ok(())
}

/// Where a reader puts what it reads. When nobody takes it any more, it stops.
pub(super) struct Sink {
    pieces: mpsc::Sender<Result<Piece>>,
    pub seen: Seen,
    pub share: ShareRead,
}

impl Sink {
    pub fn is_full(&self, rows: &Rows) -> bool {
        rows.len() >= BATCH_ROWS || rows.text_bytes() >= BATCH_BYTES
    }

    /// Does somebody want more?
    pub fn sheet(&mut self, sheet: Sheet) -> bool {
        self.pieces.blocking_send(Ok(Piece::Sheet(Arc::new(sheet)))).is_ok()
    }

    /// Does somebody want more?
    pub fn send(&mut self, rows: Rows) -> bool {
        rows.is_empty() || self.pieces.blocking_send(Ok(Piece::Rows(rows))).is_ok()
    }

    fn end(&mut self, done: Result<()>) {
        let last = done.map(|()| Piece::End(std::mem::take(&mut self.seen)));
        // Nobody waits for the end of an import that was cancelled.
        let _ = self.pieces.blocking_send(last);
    }
}

/// The last row that can be named as the header.
const HEADER_ROW_MAX: u32 = 1_000;

/// What a person says about a file. `remembered`: how the last file of its source was mapped.
///
/// # Errors
/// `bad_request` for a delimiter that is none, and for a header row beyond all reason.
pub(super) fn layout(request: &ImportRequest, remembered: Option<&Remembered>) -> Result<Layout> {
    if let Some(row) = request.header_row.filter(|row| !(1..=HEADER_ROW_MAX).contains(row)) {
        let title = format!("--header-row {row}: write a row from 1 to {HEADER_ROW_MAX}; nothing was imported");
        return Err(Error::new(ErrorCode::BadRequest, title));
    }
    let by_hand = request.map.iter().filter(|(register, _)| register == "name").map(|(_, column)| column);
    let as_before = remembered.into_iter().flatten().filter(|(_, target)| target.as_deref() == Some("name"));
    Ok(Layout {
        encoding: request.encoding.clone(),
        delimiter: request.delimiter.as_deref().map(text_table::delimiter_named).transpose()?,
        header_row: request.header_row.map(|row| row as usize),
        sheet: request.sheet.clone(),
        names: by_hand.chain(as_before.map(|(column, _)| column)).cloned().collect(),
    })
}
