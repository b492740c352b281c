//! Cells of a later sheet under the header of the first one: a report has one header for all sheets, and who mends a row
//! and imports it again must find each cell under its own name.

use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::header_words::is_same;
use super::rows::Cells;

/// The cells of a row that is kept for a report.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Kept {
    /// As they stand under the header of the report.
    Plain(Vec<String>),
    /// And those that it has no column for, with their headers.
    Beside { cells: Vec<String>, beside: Vec<(String, String)> },
}

/// Where a column of a sheet goes.
#[derive(Debug)]
enum Place {
    Column(usize),
    Beside(String),
}

/// Where all columns of a sheet go.
#[derive(Debug)]
pub(super) struct Spread {
    places: Vec<Place>,
    width: usize,
}

impl Spread {
    /// By their names, else by the fields that they fill.
    pub fn new(first: &Columns, sheet: &Columns) -> Self {
        let mut free = vec![true; first.all.len()];
        let mut found: Vec<Option<usize>> = vec![None; sheet.all.len()];
        for by_name in [true, false] {
            for (column, found) in sheet.all.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                let fits = |n: &usize| {
                    let other = &first.all[*n];
                    let same = if by_name {
                        is_same(&other.header, &column.header)
                    } else {
                        column.target.is_some() && other.target == column.target
                    };
                    free[*n] && same
                };
                *found = (0..free.len()).find(fits);
                if let Some(n) = *found {
                    free[n] = false;
                }
            }
        }
        let place = |(found, n): (Option<usize>, usize)| {
            found.map_or_else(|| Place::Beside(sheet.all[n].header.clone()), Place::Column)
        };
        Self { places: found.into_iter().zip(0..).map(place).collect(), width: first.all.len() }
    }

    /// The cells of a row of the sheet.
    pub fn kept(&self, row: &Cells<'_>) -> Kept {
        let (mut cells, mut beside) = (vec![String::new(); self.width], Vec::new());
        for (n, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
            match self.places.get(n) {
                Some(Place::Column(place)) => cell.text.clone_into(&mut cells[*place]),
                Some(Place::Beside(header)) => beside.push((header.clone(), cell.text.to_owned())),
                // Beside the table.
                None => beside.push((String::new(), cell.text.to_owned())),
            }
        }
        if beside.is_empty() { Kept::Plain(cells) } else { Kept::Beside { cells, beside } }
    }
}

/// The cells of a row of the first sheet.
pub(super) fn as_they_stand(row: &Cells<'_>) -> Kept {
    Kept::Plain(row.iter().map(|cell| cell.text.to_owned()).collect())
}

impl Kept {
    /// Headers that the report needs for it.
    pub fn headers(&self) -> impl Iterator<Item = &String> {
        let beside = match self {
            Self::Plain(_) => [].iter(),
            Self::Beside { beside, .. } => beside.iter(),
        };
        beside.map(|(header, _)| header)
    }

    /// Its cells under a header of so many columns with some more behind it.
    pub fn spread(self, width: usize, more: &[String]) -> Vec<String> {
        let (mut cells, beside) = match self {
            Self::Plain(cells) => (cells, Vec::new()),
            Self::Beside { cells, beside } => (cells, beside),
        };
        if more.is_empty() {
            return cells;
        }
        let behind = cells.split_off(width.min(cells.len()));
        cells.resize(width + more.len(), String::new());
        for (header, text) in beside {
            if let Some(n) = more.iter().position(|other| *other == header) {
                cells[width + n] = text;
            }
        }
        cells.extend(behind);
        cells
    }
}
