//! A look at a file: what it is, where its columns would go and why, its first rows.

use std::path::Path;

use domain::ipc::{ImportColumn, ImportPreview, ImportRequest, RowReport};

use super::judge::Judge;
use super::row::RowReader;
use super::rows::Rows;
use super::run;
use super::space;
use super::table::{Piece, Table};
use crate::cache::Cache;
use crate::error::Result;

/// Rows that are shown.
const ROWS: usize = 50;
/// Cells that are shown of each column.
const SAMPLES: usize = 5;
/// Names that a column can be mapped to.
const TARGETS: [&str; 19] = [
    "code",
    "name",
    "branch",
    "address",
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
    "custom.NAME",
];

/// Looks at a file. Nothing is saved.
///
/// # Errors
/// As [`super::import`].
pub async fn preview(cache: &Cache, request: &ImportRequest) -> Result<ImportPreview> {
    let layout = run::layout(request)?;
    let space = space(&request.source)?;
    let mut table = Table::open(Path::new(&request.file), &layout).await?;
    let remembered = run::remembered(cache, request).await?;
    let mut preview = ImportPreview {
        file: run::new_file(&table.facts),
        columns: Vec::new(),
        rows: Vec::new(),
        targets: TARGETS.iter().map(|name| (*name).to_owned()).collect(),
    };
    let mut reader = None;
    while let Some(piece) = table.next().await? {
        match piece {
            Piece::Sheet(sheet) if reader.is_none() => {
                let columns = run::columns(&sheet, request, remembered.as_ref())?;
                run::describe(&mut preview.file, &table.facts, &sheet, &columns);
                preview.columns = columns
                    .all
                    .iter()
                    .map(|column| ImportColumn {
                        header: column.header.clone(),
                        target: column.target.as_ref().map(|target| target.name().to_owned()),
                        reason: column.reason.clone(),
                        samples: Vec::new(),
                    })
                    .collect();
                reader = Some(RowReader::new(&columns, run::manner(request, &table.facts)));
            }
            Piece::Rows(rows) => {
                if let Some(reader) = reader.as_mut() {
                    sample(&mut preview.columns, &rows);
                    let mut judge = Judge::new(space, request, true);
                    preview.rows = look(cache, &mut judge, reader, &rows).await?;
                }
                break;
            }
            Piece::Sheet(_) | Piece::End { .. } => {}
        }
    }
    preview.file.data_records = preview.rows.len() as u64;
    Ok(preview)
}

fn sample(columns: &mut [ImportColumn], rows: &Rows) {
    for (n, column) in columns.iter_mut().enumerate() {
        let cells = rows.iter().map(|cells| cells.get(n).text.trim().to_owned());
        column.samples = cells.filter(|text| !text.is_empty()).take(SAMPLES).collect();
    }
}

async fn look(cache: &Cache, judge: &mut Judge, reader: &mut RowReader, rows: &Rows) -> Result<Vec<RowReport>> {
    for cells in rows.iter() {
        judge.twins.look_at(reader.code(&cells));
    }
    let first = rows.iter().take(ROWS).zip(1..);
    let read = first.map(|(cells, n)| (n, (!cells.is_blank()).then(|| reader.read(&cells)))).collect();
    Ok(judge.judge(cache, read).await?.0)
}
