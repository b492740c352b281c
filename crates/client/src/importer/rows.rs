//! Rows of cells in one piece of memory: what a table's reader hands over.

/// What kind of cell it is. Text files have only texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// As written.
    #[default]
    Text,
    /// A number of a workbook, written without exponent.
    Number,
    /// A time of day of a workbook, `HH:MM`.
    Time,
    /// A date of a workbook, `YYYY-MM-DD`.
    Date,
    /// The cached result of a formula.
    Formula,
    /// A formula without a result, beginning with `=`.
    BareFormula,
}

/// One cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    pub text: &'a str,
    pub kind: Kind,
}

/// Some rows, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Rows {
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
    /// One for each cell, or none at all if all are texts.
    kinds: Vec<Kind>,
    /// Where each row ends in `ends`.
    row_ends: Vec<usize>,
    /// Rows with a quotation mark that was not closed, in order; hardly any file has one.
    unclosed: Vec<(usize, Unclosed)>,
}

/// A quotation mark that was not closed: the line it stands in, and the last one that it would have taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    pub from: u64,
    pub to: u64,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.row_ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.row_ends.is_empty()
    }

    /// How much text there is, in bytes.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// A row of texts: all of them in one, and where each ends.
    pub fn push_texts(&mut self, text: &str, ends: impl Iterator<Item = usize>) {
        let before = self.text.len();
        self.text.push_str(text);
        self.ends.extend(ends.map(|end| before + end));
        self.row_ends.push(self.ends.len());
    }

    /// A row of cells.
    pub fn push<'a>(&mut self, cells: impl Iterator<Item = (&'a str, Kind)>) {
        self.kinds.resize(self.ends.len(), Kind::Text);
        for (text, kind) in cells {
            self.text.push_str(text);
            self.ends.push(self.text.len());
            self.kinds.push(kind);
        }
        self.row_ends.push(self.ends.len());
    }

    /// Says of the last row that a quotation mark in it is not closed.
    pub fn mark_unclosed(&mut self, unclosed: Unclosed) {
        self.unclosed.extend(self.len().checked_sub(1).map(|row| (row, unclosed)));
    }

    /// Of the row, if it has one.
    pub fn unclosed(&self, row: usize) -> Option<Unclosed> {
        let at = self.unclosed.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(self.unclosed[at].1)
    }

    pub fn row(&self, n: usize) -> Cells<'_> {
        let first = n.checked_sub(1).map_or(0, |before| self.row_ends[before]);
        Cells { rows: self, first, last: self.row_ends[n] }
    }

    pub fn iter(&self) -> impl Iterator<Item = Cells<'_>> {
        (0..self.len()).map(|n| self.row(n))
    }
}

/// The cells of one row.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    rows: &'a Rows,
    first: usize,
    last: usize,
}

impl<'a> Cells<'a> {
    pub fn len(&self) -> usize {
        self.last - self.first
    }

    /// A cell; an empty one beyond the end.
    pub fn get(&self, column: usize) -> Cell<'a> {
        let n = self.first + column;
        if n >= self.last {
            return Cell::default();
        }
        let start = n.checked_sub(1).map_or(0, |before| self.rows.ends[before]);
        let kind = self.rows.kinds.get(n).copied().unwrap_or_default();
        Cell { text: &self.rows.text[start..self.rows.ends[n]], kind }
    }

    pub fn iter(&self) -> impl Iterator<Item = Cell<'a>> {
        let cells = *self;
        (0..self.len()).map(move |column| cells.get(column))
    }

    /// Nothing in it?
    pub fn is_blank(&self) -> bool {
        self.iter().all(|cell| cell.text.trim().is_empty())
    }
}
