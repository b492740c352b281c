//! Files in and out: preview, dry run, import, what became of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::StoresQuery;
use crate::id::MerchantId;

/// What is done with a row that means the same store as an earlier row, or as another merchant of the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// It is left out, and said.
    #[default]
    Skip,
    /// The store that it is like gets its values.
    Update,
    /// It becomes a merchant of its own.
    Create,
}

/// What to import, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRequest {
    /// Path of the file on this computer.
    pub file: String,
    /// Where the file comes from, 1 to 32 letters, digits, `-`, `_`, `.`: its mapping is remembered, and rows without
    /// an id get one that is stable within it.
    pub source: String,
    /// Register and column, by hand; an empty register keeps the column out. Several columns of one register are
    /// joined.
    #[serde(default)]
    pub map: Vec<(String, String)>,
    /// What is done with duplicates.
    #[serde(default)]
    pub duplicates: Duplicates,
    /// Keep telephone and hours cells that cannot be read as custom text instead of refusing the row.
    #[serde(default)]
    pub lenient: bool,
    /// Country code of numbers that carry it without `+`, such as `886`.
    #[serde(default)]
    pub country: Option<String>,
    /// Instead of the encoding that was detected.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Instead of the delimiter that was detected: one character, or `TAB`.
    #[serde(default)]
    pub delimiter: Option<String>,
    /// Instead of the header that was detected, from 1.
    #[serde(default)]
    pub header_row: Option<u32>,
    /// Only this sheet of a workbook.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Look, do not save.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a row leads to. Its text is `create`, `update`, `unchanged`, `duplicate-of:N`, `invalid:field:reason`,
/// `skip:blank`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// A new merchant.
    Create,
    /// A merchant that is there gets other values.
    Update,
    /// It is there with these values.
    Unchanged,
    /// The same store as an earlier row (its number) or as a merchant of the cache (its id).
    DuplicateOf(String),
    /// It cannot be imported: `field:reason`.
    Invalid(String),
    /// Nothing in it.
    Blank,
}

impl RowOutcome {
    /// The word under which it is counted.
    pub fn counted_as(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Unchanged => "unchanged",
            Self::DuplicateOf(_) => "duplicate-of",
            Self::Invalid(_) => "invalid",
            Self::Blank => "skip",
        }
    }

    /// Reads its text; what is no outcome is invalid for that reason.
    pub fn parse(text: &str) -> Self {
        match text {
            "create" => Self::Create,
            "update" => Self::Update,
            "unchanged" => Self::Unchanged,
            "skip:blank" => Self::Blank,
            _ => match (text.strip_prefix("duplicate-of:"), text.strip_prefix("invalid:")) {
                (Some(other), _) => Self::DuplicateOf(other.to_owned()),
                (_, Some(reason)) => Self::Invalid(reason.to_owned()),
                _ => Self::Invalid(text.to_owned()),
            },
        }
    }

    /// Can it be mended and imported again?
    pub fn has_failed(&self) -> bool {
        matches!(self, Self::DuplicateOf(_) | Self::Invalid(_))
    }
}

impl std::fmt::Display for RowOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DuplicateOf(other) => write!(f, "duplicate-of:{other}"),
            Self::Invalid(reason) => write!(f, "invalid:{reason}"),
            Self::Blank => f.write_str("skip:blank"),
            other => f.write_str(other.counted_as()),
        }
    }
}

impl Serialize for RowOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RowOutcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?))
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowReport {
    /// Its number after the header, from 1; several sheets are numbered through.
    pub row: u64,
    /// What it leads to.
    pub outcome: RowOutcome,
    /// Which merchant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_id: Option<MerchantId>,
    /// All that is wrong, `field:reason`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// What should be looked at, `field:reason`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// As it is stored; nothing for rows that are not imported.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub normalised: serde_json::Value,
    /// Registers that `normalised` has no place for.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub others: serde_json::Value,
    /// What stands in the file, of some rows that people look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Box<RowShown>>,
}

/// What a row says in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowShown {
    /// The store's name.
    pub name: String,
    /// The cells that problems and warnings are about, by their field; long ones cut.
    pub cells: BTreeMap<String, String>,
}

impl RowReport {
    /// A row with an outcome and nothing else to say.
    pub fn new(row: u64, outcome: RowOutcome) -> Self {
        Self {
            row,
            outcome,
            merchant_id: None,
            problems: Vec::new(),
            warnings: Vec::new(),
            normalised: serde_json::Value::Null,
            others: serde_json::Value::Null,
            shown: None,
        }
    }
}

/// One column or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Headers {
    /// One.
    One(String),
    /// Several, joined.
    Many(Vec<String>),
}

/// What the file turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportFile {
    /// `csv` for texts of cells, `xlsx`, `xls`, `ods`.
    pub format: String,
    /// Of a text: `UTF-8`, `UTF-16LE`, `GB18030`, `Big5`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Of a text: with a byte order mark?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bom: Option<bool>,
    /// Packed?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gzip: bool,
    /// Of a text: `,`, `;`, `|` or `TAB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// Of a text: `CRLF`, `LF`, `CR` or `mixed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newline: Option<String>,
    /// `,` where numbers are written so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_separator: Option<String>,
    /// Of a workbook: the sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Of a workbook: all sheets that are read, if there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<String>,
    /// Of a workbook: sheets with something in them that are not read, as nothing in them is called a store's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped_sheets: Vec<String>,
    /// Of a workbook: rows that it hides, as a filter does, and that are read all the same.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hidden_rows: u64,
    /// The row of words above the header, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_row: Option<usize>,
    /// The row that names the columns, from 1.
    pub header_row: usize,
    /// All rows that name them.
    pub header_rows: Vec<usize>,
    /// The first row beneath.
    pub first_data_row: usize,
    /// Which columns went where; those of a workbook with their letters.
    pub header_mapping: BTreeMap<String, Headers>,
    /// Columns that went nowhere.
    pub unmapped: Vec<String>,
    /// Empty rows at the end.
    pub trailing_blank_records: u64,
    /// Rows without these.
    pub data_records: u64,
}

/// The end of an import or dry run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportSummary {
    /// The file.
    pub file: ImportFile,
    /// How many rows of each outcome.
    pub counts: BTreeMap<String, u64>,
    /// Nothing was saved: it was a dry run.
    pub dry_run: bool,
    /// It was stopped before the end; what was saved until then stays, and the same import goes on from there.
    pub cancelled: bool,
    /// Under which it is listed; nothing for a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_id: Option<String>,
    /// Rows that an import that broke off had saved before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resumed_after_row: u64,
    /// Rows whose ids may have lost their leading zeros, which later rows showed: they have no warning of their own.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub zeros_suspected_late: u64,
    /// Rows whose telephone numbers look like those of another country, where they are so many that the whole file may be
    /// of one and none was given.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub country_wanted: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Why a column goes where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum MappingReason {
    /// A person said so.
    ByHand,
    /// As with the last file of this source.
    Remembered {
        /// Which version of the source's mapping.
        version: u32,
    },
    /// Its header matches a rule.
    Rule {
        /// The regular expression.
        pattern: String,
    },
    /// It goes nowhere: no rule knows its header.
    Unknown,
    /// It goes nowhere: another column goes there.
    Taken,
    /// It goes nowhere: a report of an earlier import added it.
    OfReport,
}

/// One column of a file that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportColumn {
    /// Its name.
    pub header: String,
    /// Where it goes; nothing if nowhere.
    pub target: Option<String>,
    /// Why.
    #[serde(flatten)]
    pub reason: MappingReason,
    /// Its first cells.
    pub samples: Vec<String>,
}

/// A file before it is imported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// What it is, as far as its first rows say; the numbers of rows are those of the preview.
    pub file: ImportFile,
    /// Its columns and where they would go.
    pub columns: Vec<ImportColumn>,
    /// Its first rows as they stand in the file: a cell for each column, long ones cut.
    #[serde(default)]
    pub first_rows: Vec<Vec<String>>,
    /// Its first rows, as they would be read.
    pub rows: Vec<RowReport>,
    /// Names that a column can be mapped to, beside `custom.NAME`.
    pub targets: Vec<String>,
}

/// How far an import is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportProgress {
    /// Is one under way?
    pub running: bool,
    /// Of it or the last one: only looking?
    pub dry_run: bool,
    /// Rows done.
    pub rows: u64,
    /// How many rows of each outcome.
    pub counts: BTreeMap<String, u64>,
    /// How much of the file is read, in percent; 100 only when it has ended.
    #[serde(default)]
    pub percent: u8,
    /// The first 200 rows that failed, and the first 200 that have warnings.
    pub remarkable: Vec<RowReport>,
    /// How it ended.
    pub summary: Option<ImportSummary>,
    /// Why it broke off.
    pub error: Option<super::IpcError>,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Under way, or broken off: the same import goes on from there.
    Running,
    /// Stopped by a person; the same import goes on from there.
    Cancelled,
    /// All rows are done.
    Done,
    /// Being taken back; asked again, it goes on.
    Undoing,
    /// Taken back.
    Undone,
}

/// An import of the past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastImport {
    /// Its id.
    pub import_id: String,
    /// Where the file came from.
    pub source: String,
    /// The file's name.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// Rows done.
    pub rows: u64,
    /// How many rows of each outcome.
    pub counts: BTreeMap<String, u64>,
    /// Who.
    pub actor_name: String,
    /// Since when.
    pub begun_at: DateTime<Utc>,
    /// Until when.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Why something of an import was not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftBecause {
    /// Somebody has changed it since.
    ChangedSince,
    /// It does not show any more.
    Gone,
}

/// Something of an import that was not taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftRow {
    /// The row of the file.
    pub row: u64,
    /// Which merchant.
    pub merchant_id: MerchantId,
    /// Which fields; empty for all.
    pub fields: Vec<String>,
    /// Why.
    pub because: LeftBecause,
}

/// An import was taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoneImport {
    /// Merchants that the import had made and that are deleted now.
    pub deleted: u64,
    /// Merchants that have their values from before.
    pub restored: u64,
    /// How many rows kept something.
    pub left_rows: u64,
    /// The first of them, at most 500.
    pub left: Vec<LeftRow>,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByImport {
    /// Which.
    pub import_id: String,
}

/// A report to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteImportReport {
    /// Of which import.
    pub import_id: String,
    /// Path of the CSV to write.
    pub file: String,
    /// Only rows that failed, with their cells: mended, it can be imported again.
    pub failed_only: bool,
}

/// Merchants to write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequest {
    /// Path of the file: `.csv`, `.xlsx`, `.json` or `.jsonl`.
    pub file: String,
    /// Only those that the list shows; `offset` and `limit` do not count. Nothing for all.
    #[serde(default)]
    pub query: Option<StoresQuery>,
    /// Also the fields that are declared sensitive; they are left out otherwise.
    #[serde(default)]
    pub sensitive: bool,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Rows or merchants.
    pub rows: u64,
}
