//! A look at a file: what it is, where its columns would go and why, its first rows.

use std::path::Path;

use domain::ipc::{ImportColumn, ImportPreview, ImportRequest, RowReport};
use domain::schema::Schema;

use super::ahead::{Batch, Purpose};
use super::columns::Column;
use super::judge::{Judge, Numbered};
use super::reader::RowReader;
use super::rows::Rows;
use super::run;
use super::share::ShareRead;
use super::table::{self, Piece, Table};
use crate::cache::Cache;
use crate::error::Result;

/// Rows that are shown.
const ROWS: usize = 50;
/// Cells that are shown of each column, and rows as they stand in the file.
const SAMPLES: usize = 5;
/// Characters of a cell that are shown.
const CELL_CHARS: usize = 200;
/// Names that a column can be mapped to.
const TARGETS: [&str; 27] = [
    "code",
    "name",
    "branch",
    "address",
    "address_front",
    "area_code",
    "phone",
    "category",
    "hours",
    "hours_open",
    "hours_close",
    "region",
    "status",
    "tags",
    "note",
    "uscc",
    "lat",
    "lng",
    "coords",
    "opened",
    "region_code",
    "category_code",
    "industry",
    "licence.food",
    "settlement_cycle",
    "language",
    "time_zone",
];
/// Any custom field.
const OTHER: &str = "custom.NAME";

/// Looks at a file. Nothing is saved.
///
/// # Errors
/// As [`super::import`].
pub async fn preview(cache: &Cache, request: &ImportRequest) -> Result<ImportPreview> {
    let remembered = run::remembered(cache, request).await?;
    let layout = table::layout(request, remembered.as_ref().map(|(_, mapping)| mapping))?;
    let mut table = Table::open(Path::new(&request.file), &layout, &ShareRead::default()).await?;
    let mut preview = ImportPreview {
        file: run::new_file(&table.facts),
        columns: Vec::new(),
        first_rows: Vec::new(),
        rows: Vec::new(),
        targets: targets(&cache.schema()),
    };
    let facts = table.facts.clone();
    let manner = run::manner(request, &facts, cache.schema());
    let purpose = Purpose { in_full: true, saves: false, ..Purpose::of(request)? };
    let mut judge = None;
    while let Some(piece) = table.next().await? {
        match piece {
            Piece::Sheet(sheet) if judge.is_none() => {
                let columns = run::columns(&sheet, request, remembered.as_ref(), &manner.schema)?;
                run::describe(&mut preview.file, &facts, &sheet, &columns);
                preview.columns = columns.all.iter().map(told).collect();
                let mut new = Judge::new(request, purpose.clone());
                new.begin_sheet(RowReader::new(&columns, manner.clone()));
                judge = Some((new, RowReader::new(&columns, manner.clone())));
            }
            Piece::Rows(rows) => {
                if let Some((judge, reader)) = judge.as_mut() {
                    sample(&mut preview.columns, &rows);
                    let columns = 0..preview.columns.len();
                    let shown = |text: &str| text.trim().chars().take(CELL_CHARS).collect::<String>();
                    let first = rows.iter().take(SAMPLES);
                    preview.first_rows =
                        first.map(|cells| columns.clone().map(|n| shown(cells.get(n).text)).collect()).collect();
                    preview.rows = look(cache, judge, Batch::read(rows, reader, &purpose)).await?;
                }
                break;
            }
            Piece::Sheet(_) | Piece::End(_) => {}
        }
    }
    preview.file.data_records = preview.rows.len() as u64;
    Ok(preview)
}

/// The usual ones, then those that are declared here.
fn targets(schema: &Schema) -> Vec<String> {
    let usual = TARGETS.iter().map(|name| (*name).to_owned());
    let declared = schema.offered().map(|field| field.path().as_str().to_owned());
    usual.chain(declared).chain([OTHER.to_owned()]).collect()
}

fn told(column: &Column) -> ImportColumn {
    ImportColumn {
        header: column.header.clone(),
        target: column.target.as_ref().map(|target| target.name().to_owned()),
        reason: column.reason.clone(),
        samples: Vec::new(),
    }
}

fn sample(columns: &mut [ImportColumn], rows: &Rows) {
    for (n, column) in columns.iter_mut().enumerate() {
        let cells = rows.iter().map(|cells| cells.get(n).text.trim().to_owned());
        column.samples = cells.filter(|text| !text.is_empty()).take(SAMPLES).collect();
    }
}

async fn look(cache: &Cache, judge: &mut Judge, batch: Batch) -> Result<Vec<RowReport>> {
    judge.twins.look_at(batch.zero_padded);
    let first = batch.rows.into_iter().enumerate().take(ROWS);
    let rows = first.map(|(at, read)| Numbered { n: at as u64 + 1, at, read }).collect();
    Ok(judge.judge(cache, &batch.cells, rows).await?.0)
}
