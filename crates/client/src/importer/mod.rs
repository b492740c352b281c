//! Files of merchants into the cache: looked at, dry or for real, in bounded memory, every row accounted for.

mod ahead;
mod area_codes;
mod blank_marks;
mod bounded;
mod by_cells;
mod cells;
mod columns;
mod countries;
mod datum;
mod encoding;
mod header;
mod header_words;
mod hidden;
mod judge;
mod kinds;
mod known;
mod likeness;
mod memo;
mod moments;
mod numbers;
mod old_book;
mod packed;
mod padded;
mod preview;
mod reader;
mod records;
mod remaining;
mod report;
mod row;
mod rows;
mod run;
mod share;
mod sheet_rows;
mod sightings;
mod spread;
mod strays;
mod table;
mod text_table;
mod twins;
mod undo;
mod workbook;

use domain::ipc::ImportRequest;
pub use domain::ipc::{Duplicates, ImportSummary, RowOutcome, RowReport};
use uuid::Uuid;

pub use preview::preview;
pub use report::write_report;
pub(crate) use row::TAG_SEPARATORS;
pub use run::import;
pub use share::ShareRead;
pub use undo::undo;

use crate::error::{Error, Result};

/// How an import is run, beside what is imported.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// What, from where, and with which answers to its questions.
    pub request: ImportRequest,
    /// Fill [`RowReport::normalised`]: who only counts does not need it.
    pub in_full: bool,
    /// Fill [`RowReport::shown`] of the first rows that failed, and of the first that have warnings: people mend them by it.
    pub shows: bool,
    /// Begin anew although the same file was begun before and broke off.
    pub anew: bool,
    /// How much of the file is read, for whoever has a copy of it.
    pub share: ShareRead,
}

/// Rows that failed, and as many with warnings, that are shown.
pub const SHOWN_MAX: usize = 200;

impl ImportOptions {
    /// A strict import.
    pub fn new(file: impl AsRef<std::path::Path>, source: impl Into<String>) -> Self {
        let file = file.as_ref().display().to_string();
        let request = ImportRequest { file, source: source.into(), ..ImportRequest::default() };
        Self { request, in_full: true, ..Self::default() }
    }
}

/// The name space of a source's ids.
fn space(source: &str) -> Result<Uuid> {
    let good = !source.is_empty()
        && source.len() <= 32
        && source.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !good {
        let title =
            "--env: name the source in 1 to 32 letters, digits, - _ or . (for example uk-fhrs); nothing was imported";
        return Err(Error::new(domain::ErrorCode::BadRequest, title));
    }
    Ok(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("merchant-console:import:{source}").as_bytes()))
}
