//! What each row leads to: by itself, beside the rows before it, and beside what the cache holds.

use std::collections::{BTreeSet, HashMap};

use domain::edit::Write;
use domain::ipc::{Duplicates, ImportRequest, RowOutcome, RowReport};
use domain::place::Place;
use domain::profile::{self, Registers};
use domain::{FieldPath, MerchantId, Value, VersionVector, text};
use uuid::Uuid;

use super::ahead::{Content, Created, Purpose, Read, Says, derived_id};
use super::known::{Alike, Known};
use super::likeness::Likeness;
use super::reader::RowReader;
use super::rows::{Cells, Rows};
use super::twins::{Twin, Twins};
use crate::cache::{Cache, Shown};
use crate::error::Result;

/// How many rows ahead of the one that is judged memory is asked for.
const ROWS_AHEAD: usize = 8;

/// A spreadsheet may have taken the zeros in front of a code.
const ZEROS_LOST: &str = "code:leading_zeros_suspected";

/// Only the code is that of a merchant who is there: without being told so nobody is overwritten by it.
const OTHER_STORE: &str = "code:other_store";

/// A row that is to be saved.
pub(super) struct Wanted {
    /// Of the reports.
    pub at: usize,
    pub wish: Wish,
}

/// What becomes of a row.
pub(super) enum Wish {
    /// A merchant whom nobody knows yet.
    Create(Box<Created>),
    /// Writes to one that is there, or was: then they make it anew. `seen` is what was looked at: should somebody change
    /// it before this is saved, people choose.
    Change { id: MerchantId, writes: Vec<Write>, seen: VersionVector, creates: bool },
}

/// A row with its number.
pub(super) struct Numbered {
    pub n: u64,
    /// Which row of its batch.
    pub at: usize,
    /// Nothing for a blank one.
    pub read: Option<Read>,
}

/// Remembers what it has judged.
pub(super) struct Judge {
    duplicates: Duplicates,
    purpose: Purpose,
    pub twins: Twins,
    /// How often a store without an id has come, by its identity; only those that came again.
    repeats: HashMap<Uuid, u32>,
    first_ids: HashMap<u64, MerchantId>,
    pub known: Known,
    /// Reads a row once more, where only few need what it says.
    reader: Option<RowReader>,
    failed_to_show: usize,
    warned_to_show: usize,
}

/// A row on its way.
struct Candidate {
    /// Of the reports.
    at: usize,
    /// Of the batch.
    row: usize,
    id: MerchantId,
    /// An earlier row of the file is this merchant.
    again: bool,
    content: Option<Box<Content>>,
}

impl Judge {
    pub fn new(request: &ImportRequest, purpose: Purpose) -> Self {
        Self {
            duplicates: request.duplicates,
            purpose,
            twins: Twins::default(),
            repeats: HashMap::new(),
            first_ids: HashMap::new(),
            known: Known::default(),
            reader: None,
            failed_to_show: 0,
            warned_to_show: 0,
        }
    }

    /// Says what stands in the file, of so many rows that failed and so many that have warnings.
    pub fn showing(mut self, rows: usize) -> Self {
        (self.failed_to_show, self.warned_to_show) = (rows, rows);
        self
    }

    /// From now on rows are of another sheet.
    pub fn begin_sheet(&mut self, reader: RowReader) {
        self.reader = Some(reader);
    }

    /// Judges some rows against the file alone, for an import that goes on: what they led to is known.
    ///
    /// # Errors
    /// `storage`.
    pub async fn pass(&mut self, cache: &Cache, mut rows: Vec<Numbered>) -> Result<()> {
        let there = self.there(cache, &rows).await?;
        let mut reports = Vec::new();
        for Numbered { n, at, read } in &mut rows {
            if let Some(read) = read {
                let _ = self.alone(*n, *at, read, &there, &mut reports);
            }
        }
        Ok(())
    }

    /// What is stored under the ids that the rows name.
    async fn there(&mut self, cache: &Cache, rows: &[Numbered]) -> Result<HashMap<MerchantId, Shown>> {
        self.known.look(cache).await?;
        self.known.stored(cache, rows.iter().filter_map(|row| row.read.as_ref()?.id.as_ref())).await
    }

    /// Judges some rows. `cells` are those of their batch.
    ///
    /// # Errors
    /// `storage`.
    pub async fn judge(
        &mut self,
        cache: &Cache,
        cells: &Rows,
        mut rows: Vec<Numbered>,
    ) -> Result<(Vec<RowReport>, Vec<Wanted>)> {
        let mut stored = self.there(cache, &rows).await?;
        let shows = self.failed_to_show + self.warned_to_show > 0;
        let places: Vec<usize> = if shows { rows.iter().map(|row| row.at).collect() } else { Vec::new() };
        let mut reports: Vec<RowReport> = Vec::with_capacity(rows.len());
        let mut candidates: Vec<Candidate> = Vec::with_capacity(rows.len());
        for place in 0..rows.len() {
            if let Some(soon) = rows.get(place + ROWS_AHEAD).and_then(|row| row.read.as_ref()) {
                self.twins.fetch(&soon.keys);
            }
            let Numbered { n, at, read } = &mut rows[place];
            match read {
                None => reports.push(RowReport::new(*n, RowOutcome::Blank)),
                Some(read) => candidates.extend(self.alone(*n, *at, read, &stored, &mut reports)),
            }
        }
        let derived = candidates.iter().map(|candidate| &candidate.id).filter(|id| !stored.contains_key(id));
        let derived = self.known.stored(cache, derived).await?;
        stored.extend(derived);
        let wanted = self.beside_the_cache(cache, cells, &mut reports, candidates, stored).await?;
        for (report, place) in reports.iter_mut().zip(places) {
            self.show(report, &cells.row(place));
        }
        Ok((reports, wanted))
    }

    fn show(&mut self, report: &mut RowReport, cells: &Cells<'_>) {
        let left = match (report.outcome.has_failed(), report.warnings.is_empty()) {
            (true, _) => &mut self.failed_to_show,
            (false, false) => &mut self.warned_to_show,
            (false, true) => return,
        };
        if let (Some(less), Some(reader)) = (left.checked_sub(1), &self.reader) {
            *left = less;
            report.shown = Some(Box::new(reader.shown(cells, report.problems.iter().chain(&report.warnings))));
        }
    }

    /// What a row is by itself and beside the earlier ones.
    fn alone(
        &mut self,
        n: u64,
        row: usize,
        read: &mut Read,
        there: &HashMap<MerchantId, Shown>,
        reports: &mut Vec<RowReport>,
    ) -> Option<Candidate> {
        let at = reports.len();
        reports.push(RowReport::new(n, RowOutcome::Create));
        let report = &mut reports[at];
        (report.problems, report.warnings) = (std::mem::take(&mut read.problems), std::mem::take(&mut read.warnings));
        if read.is_header {
            report.outcome = RowOutcome::Blank;
            return None;
        }
        let is_there = !there.is_empty() && read.id.as_ref().is_some_and(|id| there.contains_key(id));
        let found = self.id_of(n, read, is_there, report);
        if let Some(first) = report.problems.first() {
            report.outcome = RowOutcome::Invalid(first.clone());
        }
        let (id, again) = found?;
        Some(Candidate { at, row, id, again, content: read.content.take() })
    }

    /// Which merchant a row is, if it is to be saved, and whether an earlier row is it too.
    fn id_of(&mut self, n: u64, read: &mut Read, is_there: bool, report: &mut RowReport) -> Option<(MerchantId, bool)> {
        if self.twins.zeros_lost(read.digits) {
            report.warnings.push(ZEROS_LOST.to_owned());
        }
        if !report.problems.is_empty() {
            return None;
        }
        match self.twins.judge(&read.keys) {
            // It is there as a merchant of its own: people have decided already.
            Twin::Duplicate(earlier) if is_there && !self.twins.has_code(&read.keys) => {
                report.warnings.push(format!("possible_duplicate:{earlier}"));
            }
            Twin::Duplicate(earlier) => match (self.duplicates, self.first_ids.get(&earlier).cloned()) {
                // Under the id of another row it cannot be a store of its own.
                (Duplicates::Create, _) if !self.twins.has_code(&read.keys) => {
                    report.warnings.push(format!("duplicate:{earlier}"));
                }
                (Duplicates::Update, Some(id)) => {
                    report.warnings.push(format!("duplicate:{earlier}"));
                    return Some((id, true));
                }
                _ => {
                    report.outcome = RowOutcome::DuplicateOf(earlier.to_string());
                    return None;
                }
            },
            Twin::CodeTaken => report.problems.push("code:duplicate".to_owned()),
            Twin::Possible(possible, namesake) => {
                let other = namesake.filter(|row| possible != Some(*row));
                let rows = possible.into_iter().chain(other);
                report.warnings.extend(rows.map(|earlier| format!("possible_duplicate:{earlier}")));
            }
            Twin::New => {}
        }
        if !report.problems.is_empty() {
            return None;
        }
        let id = match read.id.take().map_or_else(|| self.derived_id(read.identity.unwrap_or_default()), Ok) {
            Ok(id) => id,
            Err(problem) => {
                report.problems.push(format!("code:{}", problem.code));
                return None;
            }
        };
        self.twins.note(n, &read.keys);
        if self.duplicates == Duplicates::Update {
            self.first_ids.insert(n, id.clone());
        }
        Some((id, false))
    }

    /// The id of a row without one: the same whenever the same store comes from the same source.
    fn derived_id(&mut self, first: Uuid) -> std::result::Result<MerchantId, domain::Problem> {
        let mut own = first;
        // Only rows that were told to be stores of their own come twice.
        if self.duplicates == Duplicates::Create {
            let repeat = self.repeats.entry(first).or_insert(0);
            *repeat += 1;
            if *repeat > 1 {
                own = Uuid::new_v5(&first, repeat.to_string().as_bytes());
            }
        }
        derived_id(&self.purpose.source, own)
    }

    /// What a row says; read once more if it was not kept.
    fn content(&mut self, cells: &Rows, candidate: &mut Candidate) -> Content {
        match (candidate.content.take(), self.reader.as_mut()) {
            (Some(content), _) => *content,
            (None, Some(reader)) => Content::of(&reader.read(&cells.row(candidate.row)), false, None),
            (None, None) => Content::default(),
        }
    }

    async fn beside_the_cache(
        &mut self,
        cache: &Cache,
        cells: &Rows,
        reports: &mut [RowReport],
        candidates: Vec<Candidate>,
        mut stored: HashMap<MerchantId, Shown>,
    ) -> Result<Vec<Wanted>> {
        let mut wanted: Vec<Wanted> = Vec::with_capacity(if self.purpose.saves { candidates.len() } else { 0 });
        for mut candidate in candidates {
            let report = &mut reports[candidate.at];
            let (alike, zeros_lost) = match stored.contains_key(&candidate.id) {
                true => (None, false),
                false => self.like(cache, cells, &candidate).await?,
            };
            if zeros_lost && !report.warnings.iter().any(|told| told == ZEROS_LOST) {
                report.warnings.push(ZEROS_LOST.to_owned());
            }
            match (alike, self.duplicates) {
                (None, _) => {}
                (Some(Alike::Perhaps(other)), _) => report.warnings.push(format!("possible_duplicate:{other}")),
                (Some(Alike::Same(twin)), Duplicates::Skip) => {
                    report.outcome = RowOutcome::DuplicateOf(twin.to_string());
                    continue;
                }
                (Some(Alike::Same(twin)), Duplicates::Create) => report.warnings.push(format!("duplicate:{twin}")),
                (Some(Alike::Same(twin)), Duplicates::Update) => {
                    report.warnings.push(format!("duplicate:{twin}"));
                    stored.extend(self.known.stored(cache, std::iter::once(&twin)).await?);
                    candidate.id = twin;
                }
            }
            if let Some(content) = candidate.content.as_mut().filter(|_| self.purpose.in_full) {
                report.normalised = std::mem::take(&mut content.normalised);
                report.others = std::mem::take(&mut content.others);
            }
            let Shown { registers: before, seen } = stored.remove(&candidate.id).unwrap_or_default();
            let is_new = before.is_empty();
            if is_new && !self.purpose.saves && (candidate.again || self.duplicates != Duplicates::Update) {
                // The earlier row would be saved by now.
                if candidate.again {
                    report.outcome = RowOutcome::Update;
                }
                report.merchant_id = Some(candidate.id);
                continue;
            }
            let creates = is_new || before.contains_key(&FieldPath::deleted());
            let says = self.content(cells, &mut candidate).says;
            report.merchant_id = Some(candidate.id.clone());
            let keeps_after = self.duplicates == Duplicates::Update;
            let created = match says {
                // As it was made ahead.
                Says::New(created) if is_new && !keeps_after && *created.merchant.id() == candidate.id => created,
                says => {
                    let row = says.registers()?;
                    if !creates && is_another_store(&before, &row) {
                        if !keeps_after {
                            refuse(report, OTHER_STORE);
                            continue;
                        }
                        report.warnings.push(OTHER_STORE.to_owned());
                    }
                    let after = if creates { row } else { merged(&before, row) };
                    // Another row may mean the same merchant.
                    if keeps_after {
                        self.known.add(&candidate.id);
                        stored.insert(candidate.id.clone(), Shown { registers: after.clone(), seen: seen.clone() });
                    }
                    if !is_new {
                        let writes = profile::diff(&before, &after);
                        report.outcome = match (creates, writes.is_empty()) {
                            (true, _) => RowOutcome::Create,
                            (false, false) => RowOutcome::Update,
                            (false, true) => RowOutcome::Unchanged,
                        };
                        if !writes.is_empty() {
                            let wish = Wish::Change { id: candidate.id, writes, seen, creates };
                            wanted.push(Wanted { at: candidate.at, wish });
                        }
                        continue;
                    }
                    Box::new(Created::new(candidate.id, after)?)
                }
            };
            wanted.push(Wanted { at: candidate.at, wish: Wish::Create(created) });
        }
        Ok(wanted)
    }

    /// A merchant of the cache that is the same store, or may be; and whether the row lacks only the zeros of its id.
    async fn like(&mut self, cache: &Cache, cells: &Rows, candidate: &Candidate) -> Result<(Option<Alike>, bool)> {
        if self.known.is_empty() {
            return Ok((None, false));
        }
        let Some(reader) = self.reader.as_mut() else { return Ok((None, false)) };
        let row = reader.read(&cells.row(candidate.row));
        let like = row.likeness();
        let alike = self.known.like(cache, &like).await?;
        let meant = self.known.zeros_lost(cache, &candidate.id, &like).await?;
        let zeros_lost = meant.is_some();
        // A report names the merchant in one way or another.
        Ok((alike.or(meant.map(Alike::Perhaps)), zeros_lost))
    }
}

/// A row that is not imported after all.
fn refuse(report: &mut RowReport, problem: &str) {
    report.outcome = RowOutcome::Invalid(problem.to_owned());
    report.problems.push(problem.to_owned());
    report.merchant_id = None;
    (report.normalised, report.others) = Default::default();
}

/// Has a row another name and another address than the merchant of its code, and none of its numbers? Then only the code
/// is the same, as where two sources count their stores from 1.
fn is_another_store(before: &Registers, row: &Registers) -> bool {
    let differs = |name: &'static str| before.get(&FieldPath::fixed(name)) != row.get(&FieldPath::fixed(name));
    if !differs("name") || !differs("address") {
        return false;
    }
    let (there, here) = (Likeness::of(before), Likeness::of(row));
    here.name != there.name && !here.is_at(&there)
}

/// A file's cells over what is there. Empty cells leave what is there; a cell of numbers or tags replaces all; a cell
/// that says what a register shows already leaves it as it is stored.
fn merged(before: &Registers, mut row: Registers) -> Registers {
    keep_primary(before, &mut row);
    let mut after = before.clone();
    for set in ["phones", "tags"] {
        if row.keys().any(|field| field.root() == set) {
            after.retain(|field, _| field.root() != set);
        }
    }
    for (field, value) in row {
        match before.get(&field).filter(|known| says_the_same(&field, known, &value)) {
            Some(known) => after.insert(field, known.clone()),
            None => after.insert(field, value),
        };
    }
    after
}

fn says_the_same(field: &FieldPath, known: &Value, cell: &Value) -> bool {
    let (Some(text), shown) = (cell.as_str(), known.plain()) else { return false };
    text::tidy(&shown) == text
        || field.as_str() == "location" && Place::parse(&shown).is_some_and(|place| Place::parse(text) == Some(place))
}

/// The first number of a cell is the primary one, unless these are the numbers that are there and none of them was.
fn keep_primary(before: &Registers, row: &mut Registers) {
    let Ok(primary) = FieldPath::new("phones.primary") else { return };
    let is_number = |field: &&FieldPath| field.root() == "phones" && **field != primary;
    let there: BTreeSet<&FieldPath> = before.keys().filter(is_number).collect();
    let chosen = before
        .get(&primary)
        .and_then(Value::as_str)
        .is_some_and(|number| there.iter().any(|field| field.key() == Some(number)));
    if !chosen && !there.is_empty() && there == row.keys().filter(is_number).collect() {
        row.remove(&primary);
        row.extend(before.get(&primary).map(|value| (primary, value.clone())));
    }
}
