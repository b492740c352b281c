//! Charts and figures.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::metrics::{KitchenMetrics, SyncMetrics};
use crate::orders::AlertBoard;

/// What insights shall show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsightsQuery {
    /// Days back, today included: 1, 7 or 30.
    pub days: u32,
    /// Minutes that local time is ahead of UTC, for days.
    pub utc_offset_min: i32,
    /// Width of a full-width chart, in CSS pixels.
    pub width_px: u32,
}

/// A drawn chart: SVG text plus the geometry that tooltips and the keyboard need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChartView {
    /// SVG.
    pub svg: String,
    /// Hot spots in the order of the data.
    pub marks: Vec<ChartMark>,
    /// What the digits at the vertical axis count.
    #[serde(default)]
    pub unit: AxisUnit,
}

/// The unit of the digits at an axis, for the page to say in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AxisUnit {
    /// Things, shares, or no axis at all.
    #[default]
    Plain,
    /// Seconds.
    Seconds,
    /// Minutes and seconds, `m:ss`.
    MinutesSeconds,
    /// Hours and minutes, `h:mm`.
    HoursMinutes,
}

/// One hot spot, in CSS pixels of the chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartMark {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Which datum.
    pub index: usize,
}

/// The page on sync and conflicts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyncInsights {
    /// Could the server be asked? If not, `metrics` is what was known last, of `as_of`.
    pub fresh: bool,
    /// When the figures were made.
    pub as_of: Option<DateTime<Utc>>,
    /// The figures, for tiles and table twins.
    pub metrics: SyncMetrics,
    /// Age of this device's oldest unsynced change, in seconds.
    pub oldest_unsynced_s: Option<u64>,
    /// Refused changes of this device.
    pub rejected: u64,
    /// Merchants with open reviews on this device, as the badge counts them.
    pub reviews: u64,
    /// Lag over time.
    pub lag: ChartView,
    /// Conflicts by day.
    pub conflicts: ChartView,
    /// Conflicts by source.
    pub sources: ChartView,
}

/// The page on kitchens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KitchenInsights {
    /// Could the server be asked?
    pub fresh: bool,
    /// When the figures were made.
    pub as_of: Option<DateTime<Utc>>,
    /// The board.
    pub board: Option<AlertBoard>,
    /// One strip for each alert of the board, on a common time scale.
    pub strips: Vec<ChartView>,
    /// The figures.
    pub metrics: KitchenMetrics,
    /// Couriers' avoidable wait.
    pub wait: ChartView,
    /// Forecast against outcome.
    pub calibration: ChartView,
}
