//! The rows of a workbook's sheet: its header, and each row beneath it with what is joined over several.

use std::cmp::Reverse;

use super::header::{self, Header, Merged};
use super::header_words;
use super::rows::{Kind, Rows};
use super::table::{Layout, Sheet, Sink};

/// The most columns that are looked at.
const COLUMNS_MAX: usize = 1_000;

/// A sheet's rows while its cells come, row by row.
pub(super) struct SheetRows<'a> {
    name: &'a str,
    merged: Vec<Merged>,
    layout: &'a Layout,
    /// There is something in it.
    is_filled: bool,
    /// Without known names it is taken for a sheet of notes.
    must_be_known: bool,
    /// The first rows, until the header is found.
    first: Vec<Vec<(String, Kind)>>,
    begun: Option<bool>,
    /// Those that the header takes, and those above it.
    header_rows: usize,
    row: Vec<(String, Kind)>,
    /// The number of that row, from 0.
    pub at: usize,
    joined: Joined,
    rows: Rows,
}

impl<'a> SheetRows<'a> {
    pub fn new(name: &'a str, merged: Vec<Merged>, layout: &'a Layout, must_be_known: bool) -> Self {
        let must_be_known = must_be_known && layout.sheet.is_none();
        Self {
            name,
            merged,
            layout,
            must_be_known,
            is_filled: false,
            first: Vec::new(),
            begun: None,
            header_rows: 0,
            row: Vec::new(),
            at: 0,
            joined: Joined::default(),
            rows: Rows::default(),
        }
    }

    /// Takes a cell. Is somebody there who wants more?
    pub fn cell(&mut self, row: usize, column: u32, text: String, kind: Kind, sink: &mut Sink) -> bool {
        while self.at < row {
            if !self.end_row(sink) {
                return false;
            }
        }
        self.is_filled |= !text.is_empty();
        let column = column as usize;
        if column < COLUMNS_MAX {
            if self.row.len() <= column {
                self.row.resize(column + 1, (String::new(), Kind::Text));
            }
            self.row[column] = (text, kind);
        }
        true
    }

    fn end_row(&mut self, sink: &mut Sink) -> bool {
        let n = self.at;
        self.at += 1;
        let mut row = std::mem::take(&mut self.row);
        match self.begun {
            Some(true) => {
                self.joined.fill(n, &mut row);
                self.rows.push(row.iter().map(|(text, kind)| (text.as_str(), *kind)));
                !sink.is_full(&self.rows) || sink.send(std::mem::take(&mut self.rows))
            }
            Some(false) => true,
            None => {
                self.first.push(row);
                // A header has more lines beneath it, and then its first cells.
                let most = header::ROWS_MAX.max(self.layout.header_row.unwrap_or(0).saturating_add(header::LINES_MAX));
                self.first.len() < most || self.begin(sink)
            }
        }
    }

    /// Finds the header among the first rows and hands over what stands beneath it.
    fn begin(&mut self, sink: &mut Sink) -> bool {
        let texts: Vec<Vec<String>> =
            self.first.iter().map(|row| row.iter().map(|(text, _)| text.trim().to_owned()).collect()).collect();
        let found = header::find(&texts, &self.merged, self.layout.header_row);
        let Some(header) = found.filter(|header| !self.must_be_known || self.is_known(header)) else {
            self.begun = Some(false);
            return true;
        };
        self.begun = Some(true);
        self.header_rows = header.records;
        self.joined = Joined::beneath(&self.merged, header.records);
        for (n, mut row) in std::mem::take(&mut self.first).into_iter().enumerate().skip(header.records) {
            self.joined.fill(n, &mut row);
            self.rows.push(row.iter().map(|(text, kind)| (text.as_str(), *kind)));
        }
        sink.sheet(Sheet { name: Some(self.name.to_owned()), header })
    }

    /// Does it name what a store cannot be without?
    fn is_known(&self, header: &Header) -> bool {
        let name = |header: &String| {
            self.layout.names.iter().any(|name| header_words::is_same(name, header))
                || header_words::standard(header).is_some_and(|target| target.name() == "name")
        };
        header.names.iter().any(name)
    }

    /// How many rows stand above those that could be used; nothing if there were none.
    pub fn end(mut self, sink: &mut Sink) -> Option<usize> {
        if !self.row.is_empty() && !self.end_row(sink) {
            return Some(self.header_rows);
        }
        if self.begun.is_none() && !self.begin(sink) {
            return Some(self.header_rows);
        }
        // Somebody who names a sheet knows of the others.
        if self.begun == Some(false) && self.is_filled && self.layout.sheet.is_none() {
            sink.seen.skipped_sheets.push(self.name.to_owned());
        }
        sink.send(self.rows);
        (self.begun == Some(true)).then_some(self.header_rows)
    }
}

/// Cells that are joined downwards beneath the header: a spreadsheet keeps what they say in the first row only, and a
/// person reads it in all of them.
#[derive(Default)]
struct Joined {
    /// Those that have not begun yet, the next one last.
    to_come: Vec<Merged>,
    /// The others: their column, of which there is one each, their last row, and what they say.
    open: Vec<(usize, usize, (String, Kind))>,
}

impl Joined {
    fn beneath(merged: &[Merged], header_rows: usize) -> Self {
        let goes_down = |(top, left, bottom, _): &&Merged| *top >= header_rows && bottom > top && *left < COLUMNS_MAX;
        let mut to_come: Vec<Merged> = merged.iter().filter(goes_down).copied().collect();
        to_come.sort_unstable_by_key(|(top, ..)| Reverse(*top));
        Self { to_come, open: Vec::new() }
    }

    /// Puts into the empty cells of a row what is joined over it. A row without anything stays so.
    fn fill(&mut self, n: usize, row: &mut Vec<(String, Kind)>) {
        let begins = |(top, ..): &mut Merged| *top <= n;
        if self.open.is_empty() && self.to_come.last().is_none_or(|(top, ..)| *top > n) {
            return;
        }
        let is_empty = |(text, _): &(String, Kind)| text.trim().is_empty();
        self.open.retain(|(_, bottom, _)| *bottom >= n);
        if !row.iter().all(is_empty) {
            for (column, _, cell) in &self.open {
                if row.len() <= *column {
                    row.resize(*column + 1, (String::new(), Kind::Text));
                }
                if is_empty(&row[*column]) {
                    row[*column].clone_from(cell);
                }
            }
        }
        while let Some((top, left, bottom, _)) = self.to_come.pop_if(begins) {
            self.open.retain(|(column, ..)| *column != left);
            let says = row.get(left).filter(|cell| top == n && !is_empty(cell));
            self.open.extend(says.map(|cell| (left, bottom, cell.clone())));
        }
    }
}
