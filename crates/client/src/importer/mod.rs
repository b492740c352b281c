//! Files of merchants into the cache: dry or for real, in bounded memory, every row accounted for.

mod columns;
mod report;
mod row;
mod table;
mod twins;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use domain::edit::Source;
use domain::profile::{self, Registers};
use domain::role::Actor;
use domain::{MerchantId, TraceId};
use uuid::Uuid;

pub use report::{FileReport, ImportSummary, RowOutcome, RowReport};

use crate::cache::{Cache, Draft};
use crate::error::{Error, Result};
use columns::Columns;
use row::{Manner, Row};
use table::Table;
use twins::{Twin, Twins};

/// Rows read, compared and saved at a time: one transaction.
const BATCH_ROWS: usize = 500;

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The file.
    pub file: PathBuf,
    /// Name space of the import: rows without an id get one made of it and of name and address, so that the
    /// same file imported again meets the same merchants.
    pub env: String,
    /// `REGISTER=COLUMN`, before the standard headers.
    pub map: Vec<(String, String)>,
    /// Look, do not save.
    pub dry_run: bool,
    /// Keep unreadable telephone and hours cells as text in `custom.phones_text` and `custom.hours_text`.
    pub lenient: bool,
    /// Import rows that mean the same store as an earlier row, each as a merchant of its own.
    pub keep_duplicates: bool,
    /// Country code of numbers that carry it without `+`, such as `886`.
    pub country: Option<String>,
}

impl ImportOptions {
    /// A strict import.
    pub fn new(file: impl Into<PathBuf>, env: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            env: env.into(),
            map: Vec::new(),
            dry_run: false,
            lenient: false,
            keep_duplicates: false,
            country: None,
        }
    }
}

/// Imports a file. `each` gets a report of every row, in order, after its batch is saved; it answers whether
/// to go on.
///
/// # Errors
/// `bad_file`, `bad_request` for a wrong map or name space, `outbox_full`, `storage`. Batches saved before stay.
pub async fn import(
    cache: &Cache,
    actor: Option<&Actor>,
    options: &ImportOptions,
    each: &mut (dyn FnMut(&RowReport) -> bool + Send),
) -> Result<ImportSummary> {
    let space = space(&options.env)?;
    let mut table = Table::open(&options.file)?;
    let columns = Columns::find(&table.facts.headers, &options.map)?;
    let manner = Manner { lenient: options.lenient, country: options.country.clone() };
    let mut import = Import {
        cache,
        actor,
        options,
        space,
        twins: Twins::default(),
        repeats: HashMap::new(),
        counts: BTreeMap::new(),
    };
    let (mut batch, mut blanks, mut cancelled) = (Vec::with_capacity(BATCH_ROWS), Vec::new(), false);
    loop {
        let cells = table.next()?;
        let at_end = cells.is_none();
        if let Some(cells) = cells {
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                // Blank rows at the end are not rows of the table.
                blanks.push(table.row);
                continue;
            }
            batch.extend(blanks.drain(..).map(|n| (n, None)));
            batch.push((table.row, Some(row::read(&cells, &columns, &manner))));
        }
        if batch.len() >= BATCH_ROWS || at_end {
            for report in import.batch(std::mem::take(&mut batch)).await? {
                cancelled |= !each(&report);
            }
            if at_end || cancelled {
                break;
            }
        }
    }
    let trailing = blanks.len() as u64;
    Ok(ImportSummary {
        file: file_report(&table, &columns, trailing),
        counts: import.counts,
        dry_run: options.dry_run,
        cancelled,
    })
}

/// The name space as a UUID.
fn space(env: &str) -> Result<Uuid> {
    let good =
        !env.is_empty() && env.len() <= 32 && env.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !good {
        let title =
            "--env: name the source in 1 to 32 letters, digits, - _ or . (for example uk-fhrs); nothing was imported";
        return Err(Error::new(domain::ErrorCode::BadRequest, title));
    }
    Ok(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("merchant-console:import:{env}").as_bytes()))
}

fn file_report(table: &Table, columns: &Columns, trailing: u64) -> FileReport {
    let mut header_mapping: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (n, target) in &columns.targets {
        let header = table.facts.headers.get(*n).cloned().unwrap_or_default();
        header_mapping.entry(target.name().to_owned()).or_default().push(header);
    }
    FileReport {
        encoding: "UTF-8",
        bom: table.facts.bom,
        gzip: table.facts.gzip,
        delimiter: match table.facts.delimiter {
            b';' => ";",
            b'\t' => "TAB",
            _ => ",",
        },
        header_row: table.facts.header_row,
        header_mapping,
        unmapped: columns.unmapped.clone(),
        trailing_blank_records: trailing,
        data_records: table.row - trailing,
    }
}

struct Import<'a> {
    cache: &'a Cache,
    actor: Option<&'a Actor>,
    options: &'a ImportOptions,
    space: Uuid,
    twins: Twins,
    /// How often a store without an id has come, by its identity.
    repeats: HashMap<Uuid, u32>,
    counts: BTreeMap<&'static str, u64>,
}

impl Import<'_> {
    /// Judges, compares and saves some rows.
    async fn batch(&mut self, rows: Vec<(u64, Option<Row>)>) -> Result<Vec<RowReport>> {
        let mut reports: Vec<RowReport> = Vec::with_capacity(rows.len());
        let mut wanted: Vec<(usize, MerchantId, Registers)> = Vec::new();
        for (n, row) in rows {
            let report = match row {
                None => blank(n),
                Some(row) => {
                    let (report, id) = self.judge(n, &row);
                    wanted.extend(id.map(|id| (reports.len(), id, row.registers)));
                    report
                }
            };
            reports.push(report);
        }
        self.compare_and_save(&mut reports, wanted).await?;
        for report in &reports {
            *self.counts.entry(report.outcome.counted_as()).or_default() += 1;
        }
        Ok(reports)
    }

    /// What a row is by itself and beside the earlier ones. With an id if it is to be imported.
    fn judge(&mut self, n: u64, row: &Row) -> (RowReport, Option<MerchantId>) {
        let mut report = RowReport {
            row: n,
            outcome: RowOutcome::Create,
            merchant_id: None,
            problems: row.problems.clone(),
            warnings: row.warnings.clone(),
            normalised: serde_json::Value::Null,
        };
        if self.twins.zeros_lost(&row.code) {
            report.warnings.push("code:leading_zeros_suspected".to_owned());
        }
        let twin = if row.problems.is_empty() { self.twins.judge(row) } else { Twin::New };
        match twin {
            Twin::Duplicate(earlier) if !self.options.keep_duplicates => {
                report.outcome = RowOutcome::DuplicateOf(earlier);
                return (report, None);
            }
            Twin::Duplicate(earlier) => report.warnings.push(format!("duplicate:{earlier}")),
            Twin::CodeTaken => report.problems.push("code:duplicate".to_owned()),
            Twin::Possible(earlier) => report.warnings.push(format!("possible_duplicate:{earlier}")),
            Twin::New => {}
        }
        if let Some(first) = report.problems.first() {
            report.outcome = RowOutcome::Invalid(first.clone());
            return (report, None);
        }
        let id = match row.id.clone().map_or_else(|| self.derived_id(row), Ok) {
            Ok(id) => id,
            Err(problem) => {
                report.problems.push(format!("code:{}", problem.code));
                report.outcome = RowOutcome::Invalid(report.problems[0].clone());
                return (report, None);
            }
        };
        self.twins.note(n, row);
        report.merchant_id = Some(id.clone());
        report.normalised = row.normalised();
        (report, Some(id))
    }

    /// The id of a row without one: the same whenever the same store comes from the same source.
    fn derived_id(&mut self, row: &Row) -> std::result::Result<MerchantId, domain::Problem> {
        let name = row.registers.get(&domain::FieldPath::fixed("name")).and_then(|v| v.as_str()).unwrap_or_default();
        let identity = format!("{}\n{}", twins::name_key(name), twins::address_key(row));
        let first = Uuid::new_v5(&self.space, identity.as_bytes());
        let repeat = self.repeats.entry(first).or_insert(0);
        *repeat += 1;
        let own = match *repeat {
            1 => first,
            again => Uuid::new_v5(&first, again.to_string().as_bytes()),
        };
        let short = own.as_simple().to_string();
        MerchantId::new(format!("{}-{}", self.options.env, &short[..12]))
    }

    async fn compare_and_save(
        &self,
        reports: &mut [RowReport],
        wanted: Vec<(usize, MerchantId, Registers)>,
    ) -> Result<()> {
        let ids: Vec<MerchantId> = wanted.iter().map(|(_, id, _)| id.clone()).collect();
        let known: HashMap<MerchantId, Registers> = self.cache.registers_of(&ids).await?.into_iter().collect();
        let mut drafts = Vec::new();
        for (at, id, registers) in wanted {
            let before = known.get(&id).cloned().unwrap_or_default();
            let writes = profile::diff(&before, &merged(&before, registers));
            reports[at].outcome = match (before.is_empty(), writes.is_empty()) {
                (true, _) => RowOutcome::Create,
                (false, false) => RowOutcome::Update,
                (false, true) => RowOutcome::Unchanged,
            };
            if !writes.is_empty() {
                let mut draft = Draft::new(id, writes, Source::Import);
                draft.trace_id = Some(self.trace(reports[at].row));
                drafts.push(draft);
            }
        }
        if !self.options.dry_run && !drafts.is_empty() {
            self.cache.save_all(drafts, self.actor).await?;
        }
        Ok(())
    }

    /// Names source, file and row.
    fn trace(&self, row: u64) -> TraceId {
        let file = self.options.file.file_name().map(Path::new).unwrap_or(Path::new("")).display().to_string();
        TraceId(Uuid::new_v5(&self.space, format!("{file}:{row}").as_bytes()))
    }
}

fn blank(n: u64) -> RowReport {
    RowReport {
        row: n,
        outcome: RowOutcome::Blank,
        merchant_id: None,
        problems: Vec::new(),
        warnings: Vec::new(),
        normalised: serde_json::Value::Null,
    }
}

/// A file's cells over what is there. Empty cells leave what is there; a cell of numbers or tags replaces all.
fn merged(before: &Registers, row: Registers) -> Registers {
    let mut after = before.clone();
    for set in ["phones", "tags"] {
        if row.keys().any(|field| field.root() == set) {
            after.retain(|field, _| field.root() != set);
        }
    }
    after.extend(row);
    after
}
