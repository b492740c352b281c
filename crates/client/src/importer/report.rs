//! What an import says: a line for each row, and one at the end.

use std::collections::BTreeMap;

use domain::MerchantId;
use serde::{Serialize, Serializer};

/// What a row leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// A new merchant.
    Create,
    /// A merchant that is there gets other values.
    Update,
    /// It is there with these values.
    Unchanged,
    /// The same store as an earlier row.
    DuplicateOf(u64),
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
}

impl std::fmt::Display for RowOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DuplicateOf(row) => write!(f, "duplicate-of:{row}"),
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

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowReport {
    /// Its number after the header, from 1.
    pub row: u64,
    /// What it leads to.
    pub outcome: RowOutcome,
    /// Which merchant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_id: Option<MerchantId>,
    /// All that is wrong, `field:reason`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// What should be looked at, `field:reason`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// As it is stored; nothing for rows that are not imported.
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    pub normalised: serde_json::Value,
}

/// What the file turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileReport {
    /// `UTF-8`.
    pub encoding: &'static str,
    /// With a byte order mark?
    pub bom: bool,
    /// Packed?
    pub gzip: bool,
    /// `,`, `;` or `TAB`.
    pub delimiter: &'static str,
    /// The line of the file that names the columns, from 1.
    pub header_row: usize,
    /// Which columns went where.
    pub header_mapping: BTreeMap<String, Vec<String>>,
    /// Columns that went nowhere.
    pub unmapped: Vec<String>,
    /// Empty rows at the end.
    pub trailing_blank_records: u64,
    /// Rows without these.
    pub data_records: u64,
}

/// The last line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ImportSummary {
    /// The file.
    pub file: FileReport,
    /// How many rows of each outcome.
    pub counts: BTreeMap<&'static str, u64>,
    /// Nothing was saved: it was a dry run.
    pub dry_run: bool,
    /// It was stopped before the end; what was saved until then stays.
    pub cancelled: bool,
}
