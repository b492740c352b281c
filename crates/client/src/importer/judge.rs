//! What each row leads to: by itself, beside the rows before it, and beside what the cache holds.

use std::collections::{BTreeSet, HashMap};

use domain::edit::Write;
use domain::ipc::{Duplicates, ImportRequest, RowOutcome, RowReport};
use domain::place::Place;
use domain::profile::{self, Registers};
use domain::{FieldPath, MerchantId, Value, text};
use uuid::Uuid;

use super::known::Known;
use super::row::Row;
use super::twins::{Likeness, Twin, Twins};
use crate::cache::Cache;
use crate::error::Result;

/// A row that is to be saved.
pub(super) struct Wanted {
    /// Of the reports.
    pub at: usize,
    pub id: MerchantId,
    pub writes: Vec<Write>,
    pub creates: bool,
}

/// Remembers what it has judged.
pub(super) struct Judge {
    space: Uuid,
    source: String,
    duplicates: Duplicates,
    in_full: bool,
    /// Work out what is to be written: who only looks does not need it for new merchants.
    saves: bool,
    pub twins: Twins,
    /// How often a store without an id has come, by its identity; only those that came again.
    repeats: HashMap<Uuid, u32>,
    first_ids: HashMap<u64, MerchantId>,
    known: Known,
}

/// A row on its way.
struct Candidate {
    at: usize,
    id: MerchantId,
    row: Row,
    like: Likeness,
}

impl Judge {
    pub fn new(space: Uuid, request: &ImportRequest, in_full: bool) -> Self {
        Self {
            space,
            source: request.source.clone(),
            duplicates: request.duplicates,
            in_full,
            saves: !request.dry_run,
            twins: Twins::default(),
            repeats: HashMap::new(),
            first_ids: HashMap::new(),
            known: Known::default(),
        }
    }

    /// Judges some rows against the file alone, for an import that goes on: what they led to is known.
    ///
    /// # Errors
    /// `storage`.
    pub async fn pass(&mut self, cache: &Cache, rows: Vec<(u64, Option<Row>)>) -> Result<()> {
        let there = self.there(cache, &rows).await?;
        let mut reports = Vec::new();
        for (n, row) in rows {
            if let Some(row) = row {
                let _ = self.alone(n, row, &there, &mut reports);
            }
        }
        Ok(())
    }

    /// What is stored under the ids that the rows name.
    async fn there(&self, cache: &Cache, rows: &[(u64, Option<Row>)]) -> Result<HashMap<MerchantId, Registers>> {
        let ids: Vec<MerchantId> = rows.iter().filter_map(|(_, row)| row.as_ref()?.id.clone()).collect();
        if ids.is_empty() { Ok(HashMap::new()) } else { self.known.stored(cache, &ids).await }
    }

    /// Judges some rows.
    ///
    /// # Errors
    /// `storage`.
    pub async fn judge(
        &mut self,
        cache: &Cache,
        rows: Vec<(u64, Option<Row>)>,
    ) -> Result<(Vec<RowReport>, Vec<Wanted>)> {
        let mut stored = self.there(cache, &rows).await?;
        let mut reports: Vec<RowReport> = Vec::with_capacity(rows.len());
        let mut candidates: Vec<Candidate> = Vec::with_capacity(rows.len());
        for (n, row) in rows {
            match row {
                None => reports.push(RowReport::new(n, RowOutcome::Blank)),
                Some(row) => candidates.extend(self.alone(n, row, &stored, &mut reports)),
            }
        }
        let derived = candidates.iter().map(|candidate| &candidate.id).filter(|id| !stored.contains_key(id));
        let derived: Vec<MerchantId> = derived.cloned().collect();
        stored.extend(self.known.stored(cache, &derived).await?);
        let wanted = self.beside_the_cache(cache, &mut reports, candidates, stored).await?;
        Ok((reports, wanted))
    }

    /// What a row is by itself and beside the earlier ones.
    fn alone(
        &mut self,
        n: u64,
        row: Row,
        there: &HashMap<MerchantId, Registers>,
        reports: &mut Vec<RowReport>,
    ) -> Option<Candidate> {
        let at = reports.len();
        let mut report = RowReport::new(n, RowOutcome::Create);
        report.problems.clone_from(&row.problems);
        report.warnings.clone_from(&row.warnings);
        let is_there = row.id.as_ref().is_some_and(|id| there.contains_key(id));
        let candidate = self.candidate(at, n, row, is_there, &mut report);
        if let Some(first) = report.problems.first() {
            report.outcome = RowOutcome::Invalid(first.clone());
        }
        reports.push(report);
        candidate
    }

    fn candidate(&mut self, at: usize, n: u64, row: Row, is_there: bool, report: &mut RowReport) -> Option<Candidate> {
        if self.twins.zeros_lost(&row.code) {
            report.warnings.push("code:leading_zeros_suspected".to_owned());
        }
        if !row.problems.is_empty() {
            return None;
        }
        let like = Likeness::of(&row);
        match self.twins.judge(&row.code, &like) {
            // It is there as a merchant of its own: people have decided already.
            Twin::Duplicate(earlier) if is_there && !self.twins.has_code(&row.code) => {
                report.warnings.push(format!("possible_duplicate:{earlier}"));
            }
            Twin::Duplicate(earlier) => match (self.duplicates, self.first_ids.get(&earlier).cloned()) {
                (Duplicates::Create, _) => report.warnings.push(format!("duplicate:{earlier}")),
                (Duplicates::Update, Some(id)) => {
                    report.warnings.push(format!("duplicate:{earlier}"));
                    report.merchant_id = Some(id.clone());
                    return Some(Candidate { at, id, row, like });
                }
                _ => {
                    report.outcome = RowOutcome::DuplicateOf(earlier.to_string());
                    return None;
                }
            },
            Twin::CodeTaken => report.problems.push("code:duplicate".to_owned()),
            Twin::Possible(earlier) => report.warnings.push(format!("possible_duplicate:{earlier}")),
            Twin::New => {}
        }
        if !report.problems.is_empty() {
            return None;
        }
        let id = match row.id.clone().map_or_else(|| self.derived_id(&like), Ok) {
            Ok(id) => id,
            Err(problem) => {
                report.problems.push(format!("code:{}", problem.code));
                return None;
            }
        };
        self.twins.note(n, &row.code, &like);
        if self.duplicates == Duplicates::Update {
            self.first_ids.insert(n, id.clone());
        }
        report.merchant_id = Some(id.clone());
        Some(Candidate { at, id, row, like })
    }

    /// The id of a row without one: the same whenever the same store comes from the same source.
    fn derived_id(&mut self, like: &Likeness) -> std::result::Result<MerchantId, domain::Problem> {
        let first = Uuid::new_v5(&self.space, format!("{}\n{}", like.name, like.address).as_bytes());
        let mut own = first;
        // Only rows that were told to be stores of their own come twice.
        if self.duplicates == Duplicates::Create {
            let repeat = self.repeats.entry(first).or_insert(0);
            *repeat += 1;
            if *repeat > 1 {
                own = Uuid::new_v5(&first, repeat.to_string().as_bytes());
            }
        }
        let short = own.as_simple().to_string();
        MerchantId::new(format!("{}-{}", self.source, &short[..12]))
    }

    async fn beside_the_cache(
        &mut self,
        cache: &Cache,
        reports: &mut [RowReport],
        candidates: Vec<Candidate>,
        mut stored: HashMap<MerchantId, Registers>,
    ) -> Result<Vec<Wanted>> {
        let mut wanted: Vec<Wanted> = Vec::with_capacity(candidates.len());
        for mut candidate in candidates {
            let report = &mut reports[candidate.at];
            if !stored.contains_key(&candidate.id)
                && let Some(twin) = self.known.like(cache, &candidate.like).await?
            {
                match self.duplicates {
                    Duplicates::Skip => {
                        report.merchant_id = None;
                        report.outcome = RowOutcome::DuplicateOf(twin.to_string());
                        continue;
                    }
                    Duplicates::Create => report.warnings.push(format!("duplicate:{twin}")),
                    Duplicates::Update => {
                        report.warnings.push(format!("duplicate:{twin}"));
                        stored.extend(self.known.stored(cache, std::slice::from_ref(&twin)).await?);
                        report.merchant_id = Some(twin.clone());
                        candidate.id = twin;
                    }
                }
            }
            if self.in_full {
                report.normalised = candidate.row.normalised();
                report.others = candidate.row.others();
            }
            let before = stored.remove(&candidate.id).unwrap_or_default();
            let is_new = before.is_empty();
            if is_new && !self.saves && self.duplicates != Duplicates::Update {
                report.outcome = RowOutcome::Create;
                continue;
            }
            let creates = is_new || before.contains_key(&FieldPath::deleted());
            let registers = candidate.row.registers();
            let after = if creates { registers } else { merged(&before, registers) };
            let writes = if is_new { all(&after) } else { profile::diff(&before, &after) };
            report.outcome = match (creates, writes.is_empty()) {
                (true, _) => RowOutcome::Create,
                (false, false) => RowOutcome::Update,
                (false, true) => RowOutcome::Unchanged,
            };
            if !writes.is_empty() {
                wanted.push(Wanted { at: candidate.at, id: candidate.id.clone(), writes, creates });
            }
            if self.duplicates == Duplicates::Update {
                // Another row of this batch may mean the same merchant.
                stored.insert(candidate.id, after);
            }
        }
        Ok(wanted)
    }
}

/// The writes that make a merchant.
fn all(registers: &Registers) -> Vec<Write> {
    let write = |(field, value): (&FieldPath, &Value)| Write {
        field: field.clone(),
        base_value: Value::NULL,
        value: value.clone(),
    };
    registers.iter().map(write).collect()
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
