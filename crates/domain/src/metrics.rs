//! Series for the charts. All of them are counted from what really happened.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// A courier should not wait longer than this for an order, in seconds.
pub const WAIT_TARGET_S: u32 = 240;

/// Sync lag of one bucket of time: from "saved on the device" to "answered by the server".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LagPoint {
    /// Begin of the bucket.
    pub at: DateTime<Utc>,
    /// Median, in milliseconds.
    pub p50_ms: u64,
    /// 95th percentile (nearest rank), in milliseconds.
    pub p95_ms: u64,
    /// Edits in it.
    pub edits: u64,
}

/// Conflicts of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictDay {
    /// The day, in the asked time zone.
    pub day: NaiveDate,
    /// By field group.
    pub groups: Vec<GroupCount>,
}

/// How many of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCount {
    /// `phones`, `hours`, `address`, `name`, `other`.
    pub group: String,
    /// Sent to people.
    pub reviewed: u64,
    /// Settled by a rule.
    pub auto: u64,
}

/// Conflicts by where the later write came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCount {
    /// `manual`, `import`, …
    pub source: crate::edit::Source,
    /// Sent to people.
    pub reviewed: u64,
    /// Settled by a rule.
    pub auto: u64,
}

/// What the sync page of insights shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncMetrics {
    /// Median lag over the range, in milliseconds; absent without edits.
    pub p50_ms: Option<u64>,
    /// 95th percentile over the range, in milliseconds.
    pub p95_ms: Option<u64>,
    /// Edits in the range.
    pub edits: u64,
    /// Registers that wait for people now.
    pub open_conflicts: u64,
    /// Lag by bucket; buckets without edits are absent.
    pub lag: Vec<LagPoint>,
    /// Conflicts by day; days without any are present with no groups.
    pub conflicts: Vec<ConflictDay>,
    /// Conflicts by source.
    pub sources: Vec<SourceCount>,
    /// Width of a lag bucket, in seconds.
    pub bucket_s: u64,
}

/// How long couriers waited, and how good the forecasts were.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KitchenMetrics {
    /// Couriers counted by how many whole minutes they waited after arriving until the order was ready
    /// (index = minute; the last entry takes the rest).
    pub avoidable_wait_min: Vec<u64>,
    /// Median avoidable wait, in seconds.
    pub avoidable_wait_p50_s: Option<u64>,
    /// Median absolute error of the forecast, in seconds.
    pub error_p50_s: Option<u64>,
    /// The same for the shop's median prep time as the forecast, in seconds.
    pub baseline_error_p50_s: Option<u64>,
    /// Share of orders that were ready between p10 and p90, 0 to 1.
    pub coverage_80: Option<f64>,
    /// Forecasts with a known outcome.
    pub samples: u64,
    /// For each tenth of confidence: mean forecast, observed share, number.
    pub calibration: Vec<CalibrationBin>,
}

/// One bin of the reliability diagram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Mean of the forecasts, 0 to 1.
    pub forecast: f64,
    /// Share that came true, 0 to 1.
    pub observed: f64,
    /// How many.
    pub count: u64,
}
