//! The run of an import: rows are read, judged and saved batch by batch.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use domain::TraceId;
use domain::edit::Source;
use domain::ipc::{Headers, ImportFile, ImportRequest, ImportState, ImportSummary, RowReport};
use domain::role::Actor;
use domain::schema::Schema;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::ahead::{self, Ahead, Batch, Created, Purpose};
use super::columns::{Columns, Remembered, Wishes};
use super::header::Header;
use super::judge::{Judge, Numbered, Wanted, Wish};
use super::reader::RowReader;
use super::report::Undo;
use super::row::Manner;
use super::rows::Rows;
use super::spread::{Spread, as_they_stand};
use super::table::{self, BATCH_ROWS, FileFacts, Seen, Sheet, Table};
use super::twins::Twins;
use super::{ImportOptions, SHOWN_MAX, report};
use crate::cache::{Cache, Counts, Draft, ImportBatch, NewImport, OpenImport};
use crate::error::Result;

/// About as many bytes of a file are a row of it.
const ROW_BYTES: u64 = 120;
/// So many rows with numbers of another country, and one of so many, make a file of another country.
const FOREIGN_ROWS_MIN: u64 = 5;
const FOREIGN_SHARE: u64 = 5;
/// What is said of such numbers.
const FOREIGN: [&str; 3] = ["phone:foreign_unlikely", "phone:too_short", "phone:may_be_foreign"];
/// Bytes digested at a time.
const DIGEST_BYTES: usize = 256 * 1024;

/// Imports a file, or says what importing it would do. `each` gets a report of every row, in order, after its batch is
/// saved; it answers whether to go on. The same file of the same source that broke off or was stopped goes on behind
/// its last batch.
///
/// # Errors
/// `bad_file`, `bad_request` for a wrong map, layout or name space, `outbox_full`, `storage`. Batches saved before stay.
pub async fn import(
    cache: &Cache,
    actor: Option<&Actor>,
    options: &ImportOptions,
    each: &mut (dyn FnMut(&RowReport) -> bool + Send),
) -> Result<ImportSummary> {
    let request = &options.request;
    let purpose = Purpose { in_full: options.in_full, saves: !request.dry_run, ..Purpose::of(request)? };
    let remembered = remembered(cache, request).await?;
    let layout = table::layout(request, remembered.as_ref().map(|(_, mapping)| mapping))?;
    let path = Path::new(&request.file);
    // By its length and beside its opening; a packed file has more rows, which is no harm.
    let expected = std::fs::metadata(path).map_or(0, |file| file.len() / ROW_BYTES);
    let twins = tokio::task::spawn_blocking(move || Twins::expecting(usize::try_from(expected).unwrap_or(usize::MAX)));
    let table = Table::open(path, &layout, &options.share).await?;
    let facts = table.facts.clone();
    let manner = manner(request, &facts, cache.schema());
    let mut import = Import {
        cache,
        actor,
        options,
        purpose: purpose.clone(),
        judge: Judge::new(request, purpose.clone()).showing(if options.shows { SHOWN_MAX } else { 0 }),
        open: None,
        first: None,
        spread: None,
        counts: Counts::new(),
        foreign: 0,
        row: 0,
        blanks: 0,
        dropped_blanks: 0,
        file: new_file(&facts),
        resumed: 0,
        cancelled: false,
    };
    let (asked, schema) = (request.clone(), Arc::clone(&manner.schema));
    let where_to = move |sheet: &Sheet| columns(sheet, &asked, remembered.as_ref(), &schema);
    let reading = Manner { keeps: purpose.saves || purpose.in_full, ..manner.clone() };
    let mut pieces = ahead::read(table, where_to, reading, purpose);
    import.judge.twins = twins.await.unwrap_or_default();
    let seen = loop {
        match pieces.recv().await.ok_or_else(ahead::stopped)?? {
            Ahead::Sheet(sheet, columns) => {
                import.end_sheet();
                columns.can_be_stores(&sheet.header)?;
                describe(&mut import.file, &facts, &sheet, &columns);
                import.judge.begin_sheet(RowReader::new(&columns, Manner { keeps: true, ..manner.clone() }));
                if import.open.is_none() && !request.dry_run {
                    import.begin(&columns, path, request).await?;
                }
                import.spread = import.first.as_ref().map(|first| Spread::new(first, &columns));
                import.first.get_or_insert(columns);
            }
            Ahead::Rows(batch) => {
                let batch = batch.await.map_err(|_| ahead::stopped())?;
                import.rows(batch, each).await?;
            }
            Ahead::End(seen) => break seen,
        }
        if import.cancelled {
            break Seen::default();
        }
    };
    import.end_sheet();
    import.finish(seen).await
}

/// How the last file of this source was mapped.
pub(super) async fn remembered(cache: &Cache, request: &ImportRequest) -> Result<Option<(u32, Remembered)>> {
    let Some((version, text)) = cache.import_mapping(&request.source).await? else { return Ok(None) };
    Ok(Some((version, serde_json::from_str(&text)?)))
}

pub(super) fn columns(
    sheet: &Sheet,
    request: &ImportRequest,
    remembered: Option<&(u32, Remembered)>,
    schema: &Schema,
) -> Result<Columns> {
    let remembered = remembered.map(|(version, mapping)| (*version, mapping));
    let Header { names, first_cells, varieties, .. } = &sheet.header;
    let wishes = Wishes { by_hand: &request.map, remembered, declared: &schema.custom, first_cells, varieties };
    Columns::find(names, &wishes)
}

pub(super) fn manner(request: &ImportRequest, facts: &FileFacts, schema: Arc<Schema>) -> Manner {
    Manner {
        lenient: request.lenient,
        country: request.country.clone(),
        is_text: matches!(facts, FileFacts::Text(_)),
        keeps: true,
        schema,
    }
}

pub(super) fn new_file(facts: &FileFacts) -> ImportFile {
    match facts {
        FileFacts::Book { format } => ImportFile { format: (*format).to_owned(), ..ImportFile::default() },
        FileFacts::Text(text) => ImportFile {
            format: "csv".to_owned(),
            encoding: Some(text.encoding.to_owned()),
            bom: Some(text.bom),
            gzip: text.gzip,
            delimiter: Some(match text.delimiter {
                b'\t' => "TAB".to_owned(),
                other => char::from(other).to_string(),
            }),
            newline: Some(text.newline.to_owned()),
            decimal_separator: text.decimal_comma.then(|| ",".to_owned()),
            ..ImportFile::default()
        },
    }
}

/// The letters of a workbook's column: A, B, …, Z, AA, …
fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        match column / 26 {
            0 => break,
            more => column = more - 1,
        }
    }
    letters.iter().rev().collect()
}

/// Adds a sheet to what is said of the file; the first one's header is told.
pub(super) fn describe(file: &mut ImportFile, facts: &FileFacts, sheet: &Sheet, columns: &Columns) {
    if let Some(name) = &sheet.name {
        if file.sheet.is_some() {
            if file.sheets.is_empty() {
                file.sheets.extend(file.sheet.clone());
            }
            file.sheets.push(name.clone());
            return;
        }
        file.sheet = Some(name.clone());
    }
    let header = &sheet.header;
    file.title_row = header.title.map(|row| row + 1);
    file.header_row = header.first + 1;
    file.header_rows = (header.first + 1..=header.first + header.lines()).collect();
    file.first_data_row = header.records + 1;
    let mut mapping: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (n, target) in &columns.targets {
        let name = sheet.header.names.get(*n).cloned().unwrap_or_default();
        let name = if matches!(facts, FileFacts::Book { .. }) { format!("{} {name}", letters(*n)) } else { name };
        mapping.entry(target.name().to_owned()).or_default().push(name);
    }
    let shown = mapping.into_iter().map(|(target, mut names)| match names.len() {
        1 => (target, Headers::One(names.remove(0))),
        _ => (target, Headers::Many(names)),
    });
    file.header_mapping = shown.collect();
    file.unmapped = columns.unmapped();
}

/// SHA-256 of a file and of the answers that change what its rows mean.
async fn digest(path: &Path, request: &ImportRequest) -> Result<String> {
    let mut meaning = request.clone();
    (meaning.file, meaning.dry_run) = (String::new(), false);
    let answers = serde_json::to_vec(&meaning)?;
    let path = path.to_path_buf();
    let digested = tokio::task::spawn_blocking(move || -> Result<String> {
        let mut sum = Sha256::new();
        sum.update(answers);
        let (mut file, mut bytes) = (File::open(path)?, vec![0; DIGEST_BYTES]);
        loop {
            let got = file.read(&mut bytes)?;
            if got == 0 {
                break;
            }
            sum.update(&bytes[..got]);
        }
        Ok(sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    });
    digested.await.map_err(|_| table::bad_file("the file could not be read: nothing was imported"))?
}

struct Import<'a> {
    cache: &'a Cache,
    actor: Option<&'a Actor>,
    options: &'a ImportOptions,
    purpose: Purpose,
    judge: Judge,
    open: Option<OpenImport>,
    /// The columns of the first sheet, and where those of another one go in a report.
    first: Option<Columns>,
    spread: Option<Spread>,
    counts: Counts,
    /// Rows whose numbers may be of another country.
    foreign: u64,
    /// Rows so far, without blank ones that may stand at the end.
    row: u64,
    /// Blank rows behind them.
    blanks: u64,
    dropped_blanks: u64,
    file: ImportFile,
    resumed: u64,
    cancelled: bool,
}

impl Import<'_> {
    /// Blank rows at the end are not rows of the table.
    fn end_sheet(&mut self) {
        self.dropped_blanks += std::mem::take(&mut self.blanks);
    }

    async fn begin(&mut self, columns: &Columns, path: &Path, request: &ImportRequest) -> Result<()> {
        if columns.by_hand() {
            let mapping = serde_json::to_string(&columns.to_remember())?;
            self.cache.remember_import_mapping(&request.source, mapping).await?;
        }
        let headers: Vec<String> = columns.all.iter().map(|column| column.header.clone()).collect();
        let new = NewImport {
            source: &request.source,
            file_name: &path.file_name().unwrap_or_default().to_string_lossy(),
            digest: &digest(path, request).await?,
            headers: &headers,
        };
        let open = self.cache.begin_import(new, self.actor, self.options.anew).await?;
        (self.counts, self.resumed) = (open.counts.clone(), open.position);
        self.open = Some(open);
        Ok(())
    }

    /// Takes the next rows of the file and gives them their numbers; blank ones count when another one comes behind them.
    async fn rows(&mut self, batch: Batch, each: &mut (dyn FnMut(&RowReport) -> bool + Send)) -> Result<()> {
        let Batch { cells, rows, zero_padded } = batch;
        self.judge.twins.look_at(zero_padded);
        let mut numbered = Vec::with_capacity(rows.len());
        for (at, read) in rows.into_iter().enumerate() {
            let Some(read) = read else {
                self.blanks += 1;
                continue;
            };
            // Blank rows between others are rows; there may be a million of them.
            while self.blanks > 0 {
                self.blanks -= 1;
                self.row += 1;
                numbered.push(Numbered { n: self.row, at, read: None });
                if numbered.len() >= BATCH_ROWS {
                    self.settle(&cells, std::mem::take(&mut numbered), each).await?;
                }
            }
            self.row += 1;
            numbered.push(Numbered { n: self.row, at, read: Some(read) });
        }
        self.settle(&cells, numbered, each).await
    }

    /// Judges rows and saves what becomes of them.
    async fn settle(
        &mut self,
        cells: &Rows,
        mut rows: Vec<Numbered>,
        each: &mut (dyn FnMut(&RowReport) -> bool + Send),
    ) -> Result<()> {
        let done = self.open.as_ref().map_or(0, |open| open.position);
        let new = rows.split_off(rows.partition_point(|row| row.n <= done));
        if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
            let numbers = first.n..=last.n;
            self.judge.pass(self.cache, rows).await?;
            self.report_again(numbers, each).await?;
        }
        if new.is_empty() || self.cancelled {
            return Ok(());
        }
        let places: Vec<usize> = if self.purpose.saves { new.iter().map(|row| row.at).collect() } else { Vec::new() };
        let (reports, wanted) = self.judge.judge(self.cache, cells, new).await?;
        let is_foreign = |report: &&RowReport| {
            let mut said = report.problems.iter().chain(&report.warnings);
            said.any(|said| FOREIGN.contains(&said.as_str()))
        };
        self.foreign += reports.iter().filter(is_foreign).count() as u64;
        for report in &reports {
            let counted = report.outcome.counted_as();
            match self.counts.get_mut(counted) {
                Some(count) => *count += 1,
                None => drop(self.counts.insert(counted.to_owned(), 1)),
            }
        }
        self.save(&reports, wanted, |report| places.get(report).map(|at| cells.row(*at))).await?;
        for report in &reports {
            self.cancelled |= !each(report);
        }
        Ok(())
    }

    /// Rows that an import that broke off had saved, as they were then.
    async fn report_again(
        &mut self,
        numbers: std::ops::RangeInclusive<u64>,
        each: &mut (dyn FnMut(&RowReport) -> bool + Send),
    ) -> Result<()> {
        let Some(open) = &self.open else { return Ok(()) };
        let limit = u32::try_from(numbers.end() - numbers.start() + 1).unwrap_or(u32::MAX);
        for row in self.cache.import_rows(open, numbers.start() - 1, false, limit).await? {
            self.cancelled |= !each(&report::of_journal(&row));
        }
        Ok(())
    }

    async fn save<'r>(
        &mut self,
        reports: &[RowReport],
        wanted: Vec<Wanted>,
        cells: impl Fn(usize) -> Option<super::rows::Cells<'r>>,
    ) -> Result<()> {
        let Some(open) = self.open.as_mut() else { return Ok(()) };
        let mut undo: Vec<Option<String>> = vec![None; reports.len()];
        let (mut first, mut drafts) = (Vec::with_capacity(wanted.len()), Vec::new());
        for Wanted { at, wish } in wanted {
            let trace_id = trace(&self.purpose.space, &open.import_id, reports[at].row);
            match wish {
                Wish::Create(created) => {
                    let Created { merchant, undo: for_undo } = *created;
                    undo[at] = Some(for_undo);
                    first.push((merchant, trace_id));
                }
                Wish::Change { id, writes, seen, creates } => {
                    let for_undo = if creates {
                        let after: BTreeMap<_, _> = writes.iter().map(|write| (&write.field, &write.value)).collect();
                        Undo::Created(report::shown(after.into_iter())?)
                    } else {
                        Undo::Changed(writes.clone())
                    };
                    undo[at] = Some(serde_json::to_string(&for_undo)?);
                    let (seen, trace_id) = (Some(seen), Some(trace_id));
                    drafts.push(Draft { seen, trace_id, ..Draft::new(id, writes, Source::Import) });
                }
            }
        }
        let mut rows = Vec::with_capacity(reports.len());
        for (at, (report, undo)) in reports.iter().zip(undo).enumerate() {
            let failed = report.outcome.has_failed();
            let row = if failed { cells(at) } else { None };
            let kept = row.map(|row| self.spread.as_ref().map_or_else(|| as_they_stand(&row), |to| to.kept(&row)));
            rows.push(report::to_journal(report, kept.as_ref(), undo)?);
        }
        let to = reports.last().map_or(open.position, |report| report.row);
        let batch = ImportBatch { to, counts: self.counts.clone(), rows, new: first, drafts };
        let known = &mut self.judge.known;
        if let Some(grown) = self.cache.save_import_batch(open, batch, known.extent, self.actor).await? {
            known.extent = grown;
        }
        Ok(())
    }

    async fn finish(mut self, seen: Seen) -> Result<ImportSummary> {
        if let Some(open) = &self.open {
            let state = if self.cancelled { ImportState::Cancelled } else { ImportState::Done };
            self.cache.end_import(open, state).await?;
        }
        (self.file.data_records, self.file.trailing_blank_records) = (self.row, self.dropped_blanks);
        (self.file.skipped_sheets, self.file.hidden_rows) = (seen.skipped_sheets, seen.hidden_rows);
        if let Some(newline) = self.file.newline.as_mut().filter(|newline| seen.bare_breaks && *newline == "CRLF") {
            newline.push_str(" (bare LF inside quoted cells)");
        }
        let is_wanted = self.options.request.country.is_none()
            && self.foreign >= FOREIGN_ROWS_MIN
            && self.foreign * FOREIGN_SHARE >= self.row;
        Ok(ImportSummary {
            country_wanted: if is_wanted { self.foreign } else { 0 },
            file: self.file,
            counts: self.counts,
            dry_run: self.options.request.dry_run,
            cancelled: self.cancelled,
            import_id: self.open.map(|open| open.import_id),
            resumed_after_row: self.resumed,
            zeros_suspected_late: self.judge.twins.zeros_lost_late(),
        })
    }
}

/// Names source, import and row.
fn trace(space: &Uuid, import_id: &str, row: u64) -> TraceId {
    TraceId(Uuid::new_v5(space, format!("{import_id}:{row}").as_bytes()))
}
