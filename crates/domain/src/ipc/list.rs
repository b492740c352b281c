//! The list of merchants: what is asked, its rows, counts of values.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::field::FieldPath;
use crate::id::MerchantId;
use crate::opening::OpeningHours;
use crate::problem::{ErrorCode, Problem};
use crate::search;
use crate::text;
use crate::value::Value;

/// The most conditions of one list.
pub const CONDITIONS_MAX: usize = 16;
/// The most values of one condition.
pub const CONDITION_VALUES_MAX: usize = 200;
/// The most columns beyond the usual ones, and the most fields of one question for values.
pub const COLUMNS_MAX: usize = 32;
/// The most values of one field that are counted.
pub const FACET_VALUES_MAX: usize = 200;
/// The most merchants that [`StoreIds`] names.
pub const STORE_IDS_MAX: usize = 100_000;

/// The time of the newest change as a field of conditions ([`Test::AtLeast`], [`Test::AtMost`]).
pub const UPDATED: &str = "updated";
/// The id as a field of conditions.
pub const MERCHANT_ID: &str = "merchant_id";

/// Filter of the list by what waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreFilter {
    /// All.
    #[default]
    All,
    /// With unsent changes.
    Pending,
    /// With open reviews.
    Conflict,
    /// With refused changes.
    Rejected,
}

/// Order of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreSort {
    /// Changed last, first.
    #[default]
    Updated,
    /// By name: digits as numbers, Latin letters, Chinese by pinyin.
    Name,
    /// By id.
    Id,
    /// By address, as names are.
    Address,
    /// By category.
    Category,
    /// By any other field of one value: `region`, `status`, `phones.primary`, `custom.seats`. Numbers as numbers, before
    /// texts; merchants without it come last in either direction.
    Field(FieldPath),
}

/// What is asked of a field's value. Texts are compared without case and width; of a field with several values
/// (`tags`, `phones`) one that fits is enough. Of `hours` it can be asked only whether they are given.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// It is one of these.
    AnyOf(Vec<String>),
    /// It is none of these; not given counts too.
    NoneOf(Vec<String>),
    /// It contains all pieces of this text, as the list's search finds them: by pinyin too.
    Contains(String),
    /// It is given.
    Set,
    /// It is not given.
    NotSet,
    /// It is this or comes after it: as [`compare`] says; of [`UPDATED`] a time (RFC 3339) or a day (its beginning, UTC).
    AtLeast(String),
    /// It is this or comes before it.
    AtMost(String),
}

/// Compares values as the list orders them: two numbers as numbers, a number before a text, texts as
/// [`search::sort_key`] says.
pub fn compare(left: &str, right: &str) -> Ordering {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => search::sort_key(left).cmp(&search::sort_key(right)),
    }
}

/// One condition on a field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Condition {
    /// A register (`region`, `custom.seats`), all registers of a kind (`tags`, `phones`, `hours`), [`UPDATED`] or
    /// [`MERCHANT_ID`].
    pub field: FieldPath,
    /// What is asked of it.
    pub test: Test,
}

impl Condition {
    /// Does it hold for a merchant whose field has these values? Not for [`UPDATED`], which is no text.
    pub fn holds<'v>(&self, values: impl IntoIterator<Item = &'v str>) -> bool {
        let mut values = values.into_iter();
        let among = |of: &[String], value: &str| {
            let key = text::key(value);
            of.iter().any(|one| text::key(one) == key)
        };
        match &self.test {
            Test::AnyOf(of) => values.any(|value| among(of, value)),
            Test::NoneOf(of) => !values.any(|value| among(of, value)),
            Test::Contains(part) => values.any(|value| search::contains(self.field.as_str(), value, part)),
            Test::Set => values.next().is_some(),
            Test::NotSet => values.next().is_none(),
            Test::AtLeast(least) => values.any(|value| compare(value, least).is_ge()),
            Test::AtMost(most) => values.any(|value| compare(value, most).is_le()),
        }
    }
}

/// A window into the list. A merchant is in it if everything that is asked holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoresQuery {
    /// What was typed; empty for all.
    #[serde(default)]
    pub text: String,
    /// Filter.
    #[serde(default)]
    pub filter: StoreFilter,
    /// Category, exactly.
    #[serde(default)]
    pub category: Option<String>,
    /// Business status, exactly.
    #[serde(default)]
    pub status: Option<String>,
    /// At most [`CONDITIONS_MAX`].
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// Order.
    #[serde(default)]
    pub sort: StoreSort,
    /// Backwards?
    #[serde(default)]
    pub descending: bool,
    /// First row.
    #[serde(default)]
    pub offset: u64,
    /// At most 500 rows.
    #[serde(default)]
    pub limit: u32,
    /// Fields that [`StoreRow::values`] shall have, `tags` and `phones` too; at most [`COLUMNS_MAX`].
    #[serde(default)]
    pub columns: Vec<FieldPath>,
}

impl StoresQuery {
    /// Is it within the bounds?
    ///
    /// # Errors
    /// `bad_request` if not.
    pub fn check(&self) -> Result<(), Problem> {
        let values = |condition: &Condition| match &condition.test {
            Test::AnyOf(of) | Test::NoneOf(of) => of.len(),
            _ => 1,
        };
        if self.conditions.len() > CONDITIONS_MAX
            || self.columns.len() > COLUMNS_MAX
            || self.conditions.iter().any(|condition| values(condition) > CONDITION_VALUES_MAX)
        {
            return Err(Problem::new(
                ErrorCode::BadRequest,
                format!(
                    "at most {CONDITIONS_MAX} conditions of {CONDITION_VALUES_MAX} values and {COLUMNS_MAX} columns: leave some out"
                ),
            ));
        }
        Ok(())
    }
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreRow {
    /// Which merchant.
    pub id: MerchantId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// `region` if given.
    pub region: String,
    /// What it sells.
    pub category: String,
    /// `open`, `paused`, …; empty if not given.
    pub status: String,
    /// When it is open; in a list, of special dates only the next ones.
    pub hours: OpeningHours,
    /// Changes not answered by the server.
    pub queued: u32,
    /// Refused changes.
    pub rejected: u32,
    /// Contested registers.
    pub contested: u32,
    /// Own changes that wait for people.
    pub in_review: u32,
    /// Newest change, its own queued ones too.
    pub updated_at: Option<DateTime<Utc>>,
    /// What [`StoresQuery::columns`] named and is given; lists of texts for `tags` and `phones`, the primary phone first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<FieldPath, Value>,
}

/// Rows of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoresPage {
    /// How many rows match.
    pub total: u64,
    /// How many merchants there are.
    pub all: u64,
    /// With unsent changes.
    pub pending: u64,
    /// With open reviews.
    pub conflict: u64,
    /// With refused changes.
    pub rejected: u64,
    /// Categories in use, most frequent first, at most 50.
    pub categories: Vec<String>,
    /// Rows that text and conditions cannot find yet, because they have just come or the index is being made; mostly 0.
    #[serde(default)]
    pub unindexed: u64,
    /// The rows from `offset`.
    pub rows: Vec<StoreRow>,
}

/// Which values do fields have among the rows of a list?
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetsQuery {
    /// The list; of each field's values those rows are counted that match without the conditions on that field itself.
    pub query: StoresQuery,
    /// At most [`COLUMNS_MAX`].
    pub fields: Vec<FieldPath>,
}

/// The values of some fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    /// How many rows the list has.
    pub total: u64,
    /// As asked.
    pub fields: Vec<Facet>,
}

/// The values of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// Which.
    pub field: FieldPath,
    /// The most frequent first; at most [`FACET_VALUES_MAX`], none without a row.
    pub values: Vec<FacetValue>,
    /// Are there others?
    pub more: bool,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetValue {
    /// As it is stored.
    pub value: String,
    /// How many rows have it.
    pub count: u64,
}

/// All merchants that a list shows, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreIds {
    /// How many match.
    pub total: u64,
    /// At most [`STORE_IDS_MAX`].
    pub ids: Vec<MerchantId>,
}
