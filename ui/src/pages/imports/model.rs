//! What an import asks, offers and says, without a page around it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use domain::ErrorCode;
use domain::ipc::{
    ImportColumn, ImportProgress, ImportRequest, ImportState, ImportSummary, PastImport, RowOutcome, RowReport,
};

use crate::i18n::{grouped, imports};

/// Height of a row, in CSS pixels; `assets/pages/imports.css` draws it so.
pub const ROW_PX: f64 = 52.0;
/// Rows above and below what is seen.
const OVERSCAN_ROWS: usize = 8;
/// Endings of files that can be imported.
pub const READABLE: [&str; 7] = ["csv", "tsv", "txt", "xlsx", "xls", "ods", "gz"];

/// Where somebody is on the way from a file to stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Which file, and what it is.
    #[default]
    File,
    /// Which column goes where.
    Mapping,
    /// What would happen.
    DryRun,
    /// It happens.
    Apply,
}

/// Which rows are counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Every row.
    #[default]
    All,
    /// New merchants.
    Create,
    /// Merchants with other values.
    Update,
    /// Nothing to do.
    Unchanged,
    /// The same store as another one.
    Duplicate,
    /// Cannot be imported.
    Invalid,
    /// Nothing in them.
    Skipped,
}

/// The groups in the order of the tiles.
pub const GROUPS: [Group; 7] =
    [Group::All, Group::Create, Group::Update, Group::Unchanged, Group::Duplicate, Group::Invalid, Group::Skipped];

impl Group {
    /// The group of an outcome.
    pub fn of(outcome: &RowOutcome) -> Self {
        match outcome {
            RowOutcome::Create => Self::Create,
            RowOutcome::Update => Self::Update,
            RowOutcome::Unchanged => Self::Unchanged,
            RowOutcome::DuplicateOf(_) => Self::Duplicate,
            RowOutcome::Invalid(_) => Self::Invalid,
            RowOutcome::Blank => Self::Skipped,
        }
    }
    /// Does an import save its rows?
    pub fn is_saved(self) -> bool {
        matches!(self, Self::Create | Self::Update)
    }
    /// The word under which the shell counts it; nothing for all.
    fn counted_as(self) -> Option<&'static str> {
        Some(match self {
            Self::All => return None,
            Self::Create => "create",
            Self::Update => "update",
            Self::Unchanged => "unchanged",
            Self::Duplicate => "duplicate-of",
            Self::Invalid => "invalid",
            Self::Skipped => "skip",
        })
    }
}

/// Rows of a group.
pub fn count(counts: &BTreeMap<String, u64>, group: Group) -> u64 {
    group.counted_as().map_or_else(|| counts.values().sum(), |word| counts.get(word).copied().unwrap_or(0))
}

/// Rows that an import would save.
pub fn to_save(counts: &BTreeMap<String, u64>) -> u64 {
    count(counts, Group::Create) + count(counts, Group::Update)
}

/// What somebody should know of a file as a whole before its rows are imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileDoubt {
    /// So many rows may have lost the zeros in front of their ids.
    ZerosLost(u64),
    /// The workbook hides so many rows; they are read all the same.
    HiddenRows(u64),
    /// Sheets that are not read, as no column of theirs is called like a store's name.
    SheetsLeftOut(Vec<String>),
    /// The numbers of so many rows look like those of another country, and none was given.
    CountryWanted(u64),
}

/// Of a dry run that has ended.
pub fn doubts_of_file(summary: &ImportSummary) -> Vec<FileDoubt> {
    let left_out = &summary.file.skipped_sheets;
    [
        (!left_out.is_empty()).then(|| FileDoubt::SheetsLeftOut(left_out.clone())),
        Some(FileDoubt::HiddenRows(summary.file.hidden_rows)).filter(|_| summary.file.hidden_rows > 0),
        Some(FileDoubt::ZerosLost(summary.zeros_suspected_late)).filter(|_| summary.zeros_suspected_late > 0),
        Some(FileDoubt::CountryWanted(summary.country_wanted)).filter(|_| summary.country_wanted > 0),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Rows that can be mended and imported again.
pub fn failed(counts: &BTreeMap<String, u64>) -> u64 {
    count(counts, Group::Duplicate) + count(counts, Group::Invalid)
}

/// What is said of a row, beside its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A code that every field may have.
    Code(ErrorCode),
    /// It looks like this row, or this merchant.
    Like(String),
    /// Perhaps it is this row's store, or this merchant.
    Perhaps(String),
    /// An earlier row has the same id.
    IdTwice,
    /// A spreadsheet may have taken the leading zeros.
    ZerosLost,
    /// The leading zero of an area code was put back.
    ZeroRestored,
    /// A formula stood in the cell.
    Formula,
    /// There was more than numbers.
    MoreThanNumbers,
    /// No date.
    BadDate,
    /// The characters are damaged.
    BadEncoding,
    /// Something that this version has no words for.
    Other(String),
}

/// One thing that is said of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Which field; nothing for the whole row.
    pub field: Option<String>,
    /// What.
    pub reason: Reason,
    /// Does it keep the row out?
    pub is_error: bool,
}

impl Remark {
    /// Reads `field:reason`.
    pub fn parse(text: &str, is_error: bool) -> Self {
        let (field, reason) = text.split_once(':').unwrap_or(("", text));
        let reason = match (field, reason) {
            ("duplicate", other) => Reason::Like(other.to_owned()),
            ("possible_duplicate", other) => Reason::Perhaps(other.to_owned()),
            ("code", "duplicate") => Reason::IdTwice,
            (_, "missing") => Reason::Code(ErrorCode::Required),
            (_, "leading_zeros_suspected") => Reason::ZerosLost,
            (_, "leading_zero_restored") => Reason::ZeroRestored,
            (_, "formula") => Reason::Formula,
            (_, "more_than_numbers") => Reason::MoreThanNumbers,
            (_, "bad_date") => Reason::BadDate,
            (_, "bad_encoding") => Reason::BadEncoding,
            (_, word) => ErrorCode::ALL
                .iter()
                .find(|code| code.as_str() == word)
                .map_or_else(|| Reason::Other(word.to_owned()), |code| Reason::Code(*code)),
        };
        let whole = matches!(reason, Reason::Like(_) | Reason::Perhaps(_)) || field.is_empty();
        Self { field: (!whole).then(|| field.to_owned()), reason, is_error }
    }

    /// All that is said of a row, what keeps it out first.
    pub fn all(row: &RowReport) -> Vec<Self> {
        let mut all: Vec<Self> = row.problems.iter().map(|text| Self::parse(text, true)).collect();
        match &row.outcome {
            RowOutcome::DuplicateOf(other) => {
                all.push(Self { field: None, reason: Reason::Like(other.clone()), is_error: true });
            }
            RowOutcome::Invalid(reason) if all.is_empty() => all.push(Self::parse(reason, true)),
            _ => {}
        }
        all.extend(row.warnings.iter().map(|text| Self::parse(text, false)));
        all
    }
}

/// One line of the table: a row and one thing that is said of it, or the row alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Number of the row.
    pub row: u64,
    /// Is it the row's first line?
    pub first: bool,
    /// The outcome's group.
    pub group: Group,
    /// The store's name or id, as far as it is known.
    pub store: String,
    /// What is said.
    pub remark: Option<Remark>,
    /// The cell that it is said of, as far as it is known.
    pub typed: String,
}

fn store_of(row: &RowReport) -> String {
    let shown = row.shown.as_ref().map(|shown| shown.name.as_str()).filter(|name| !name.is_empty());
    let name = shown.or_else(|| row.normalised.get("name").and_then(|name| name.as_str()));
    let id = || row.merchant_id.as_ref().map(ToString::to_string);
    name.map(str::to_owned).or_else(id).unwrap_or_default()
}

/// The lines of a group: what the run found worth a look, and the first rows of the file as far as the run has come.
pub fn lines(first_rows: &[RowReport], progress: &ImportProgress, group: Group) -> Vec<Line> {
    let seen: BTreeSet<u64> = progress.remarkable.iter().map(|row| row.row).collect();
    // A look cannot know what the run found out; of rows that the run says nothing about, both say the same.
    let quiet = |row: &&RowReport| row.row <= progress.rows && !seen.contains(&row.row) && !row.outcome.has_failed();
    let names: BTreeMap<u64, String> = first_rows.iter().map(|row| (row.row, store_of(row))).collect();
    let mut rows: Vec<&RowReport> = progress.remarkable.iter().chain(first_rows.iter().filter(quiet)).collect();
    rows.sort_by_key(|row| row.row);
    let mut lines = Vec::new();
    for row in rows {
        let of = Group::of(&row.outcome);
        if group != Group::All && of != group {
            continue;
        }
        let known = names.get(&row.row).filter(|name| !name.is_empty());
        let store = known.cloned().unwrap_or_else(|| store_of(row));
        let remarks = Remark::all(row);
        let said = if remarks.is_empty() { vec![None] } else { remarks.into_iter().map(Some).collect() };
        for (n, remark) in said.into_iter().enumerate() {
            let field = remark.as_ref().and_then(|remark| remark.field.as_ref());
            let typed = field.zip(row.shown.as_ref()).and_then(|(field, shown)| shown.cells.get(field));
            let typed = typed.cloned().unwrap_or_default();
            lines.push(Line { row: row.row, first: n == 0, group: of, store: store.clone(), remark, typed });
        }
    }
    lines
}

/// What was taken back, without what there was none of.
pub fn undone_words(deleted: u64, restored: u64) -> String {
    match (deleted, restored) {
        (0, 0) => imports::undone_nothing().to_owned(),
        (0, restored) => imports::undone_restored(restored),
        (deleted, 0) => imports::undone_deleted(deleted),
        (deleted, restored) => imports::undone_text(deleted, grouped(restored)),
    }
}

/// How many different rows the lines are about.
pub fn rows_listed(lines: &[Line]) -> u64 {
    lines.iter().filter(|line| line.first).count() as u64
}

/// The lines that are drawn for a place of the scroll bar.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn visible(scroll_px: f64, view_px: f64, total: usize) -> Range<usize> {
    let first = (scroll_px.max(0.0) / ROW_PX) as usize;
    let seen = (view_px.max(0.0) / ROW_PX).ceil() as usize + 1;
    first.saturating_sub(OVERSCAN_ROWS).min(total)..(first + seen + OVERSCAN_ROWS).min(total)
}

/// The name of the file at the end of a path of any system.
pub fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The folder of a path, with its separator; nothing if there is none.
pub fn folder(path: &str) -> &str {
    path.rfind(['/', '\\']).map_or("", |end| &path[..=end])
}

/// Does it say where the file is, whatever folder the program runs in?
pub fn is_whole_path(path: &str) -> bool {
    let drive = |path: &str| {
        let bytes = path.as_bytes();
        bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && matches!(bytes[2], b'\\' | b'/')
    };
    (path.starts_with('/') || path.starts_with("\\\\") || drive(path)) && !file_name(path).is_empty()
}

/// A typed or pasted path: without blanks and quotes around it, as file managers copy it.
pub fn clean_path(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix("file://").unwrap_or(text);
    let quoted = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    quoted.unwrap_or(text).to_owned()
}

/// A path beside another one: `/a/stores.csv` → `/a/stores-failed.csv`.
pub fn beside(path: &str, ending: &str) -> String {
    let name = file_name(path);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    format!("{}{stem}-{ending}", folder(path))
}

/// The mapping with this column sent there; an empty target keeps it out.
pub fn map_by_hand(map: &[(String, String)], column: &str, target: &str) -> Vec<(String, String)> {
    let others = map.iter().filter(|(_, other)| other != column).cloned();
    others.chain([(target.to_owned(), column.to_owned())]).collect()
}

/// The field that a column without a known one can be kept in.
pub fn custom_target(header: &str) -> String {
    let key: String =
        header.trim().chars().map(|c| if c.is_whitespace() || c == '.' || c.is_control() { '_' } else { c }).collect();
    format!("custom.{key}")
}

/// What a column can be sent to, the field of its own name last.
pub fn targets(known: &[String], column: &ImportColumn) -> Vec<String> {
    let mut all: Vec<String> = known.iter().filter(|name| name.as_str() != "custom.NAME").cloned().collect();
    let own = custom_target(&column.header);
    if known.iter().any(|name| name == "custom.NAME") && !column.header.trim().is_empty() && !all.contains(&own) {
        all.push(own);
    }
    if let Some(target) = column.target.as_ref().filter(|target| !all.contains(target)) {
        all.push(target.clone());
    }
    all
}

/// Columns that go somewhere.
pub fn mapped(columns: &[ImportColumn]) -> usize {
    columns.iter().filter(|column| column.target.is_some()).count()
}

/// Can the columns make stores? A store has a name.
pub fn is_enough(columns: &[ImportColumn]) -> bool {
    columns.iter().any(|column| column.target.as_deref() == Some("name"))
}

/// The request for another file: what was said of the old one is forgotten, what holds for the source is kept.
pub fn request_for(file: String, source: String, before: &ImportRequest) -> ImportRequest {
    ImportRequest {
        file,
        source,
        duplicates: before.duplicates,
        lenient: before.lenient,
        country: before.country.clone(),
        ..ImportRequest::default()
    }
}

/// Can an import of the past be taken back?
pub fn can_undo(import: &PastImport) -> bool {
    match import.state {
        ImportState::Undone => false,
        // A large part of it may be taken back already.
        ImportState::Undoing => true,
        ImportState::Running | ImportState::Cancelled | ImportState::Done => to_save(&import.counts) > 0,
    }
}

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Not begun, or not known yet.
    Waiting,
    /// Under way.
    Running,
    /// Stopped by a person.
    Cancelled,
    /// Broken off.
    Failed(domain::ipc::IpcError),
    /// At its end.
    Done,
}

/// How the run stands that a step shows; another run's end is none of its business.
pub fn stand(progress: &ImportProgress, dry_run: bool) -> Stand {
    if progress.dry_run != dry_run {
        return Stand::Waiting;
    }
    match (progress.running, &progress.error, &progress.summary) {
        (true, ..) => Stand::Running,
        (false, Some(error), _) => Stand::Failed(error.clone()),
        (false, None, Some(summary)) if summary.cancelled => Stand::Cancelled,
        (false, None, Some(_)) => Stand::Done,
        (false, None, None) => Stand::Waiting,
    }
}
