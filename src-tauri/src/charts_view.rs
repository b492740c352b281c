//! From the backend's figures to drawn charts: unpacks, calls `charts`, packs for the window.

use charts::{CalibrationPoint, Chart, ChartError, DayCounts, Interval, Size, SourceCounts, TimeAxis, Unit, WaitBins};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use client::console::{Fetched, KitchenFigures};
use domain::ipc::{AxisUnit, ChartMark, ChartView, InsightsQuery, KitchenInsights, StatusView, SyncInsights};
use domain::metrics::{SyncMetrics, WAIT_TARGET_S};
use domain::orders::AlertBoard;

/// Field groups in the order of the chart's layers; the page names them in the same order.
pub const GROUPS: [&str; 5] = ["phones", "hours", "address", "name", "other"];
/// Heights of the charts, in CSS pixels.
const LAG_PX: u32 = 146;
const HALF_PX: u32 = 172;
/// The names beside the bars of the sources, in CSS pixels.
const SOURCE_NAMES_PX: u32 = 132;
/// Below this width the kitchen's side charts stand beside each other under the board.
const SIDE_PX_MIN: u32 = 957;
const STRIP: (u32, u32) = (96, 16);

fn view(drawn: Result<Chart, ChartError>) -> ChartView {
    match drawn {
        Ok(chart) => ChartView {
            svg: chart.svg,
            marks: chart
                .marks
                .iter()
                .map(|m| ChartMark { x: m.x, y: m.y, width: m.width, height: m.height, index: m.index })
                .collect(),
            unit: match chart.y_unit {
                Unit::Seconds => AxisUnit::Seconds,
                Unit::MinutesSeconds => AxisUnit::MinutesSeconds,
                Unit::HoursMinutes => AxisUnit::HoursMinutes,
                Unit::Count | Unit::Percent | Unit::Time => AxisUnit::Plain,
            },
        },
        // The figures are in the table beside it; an undrawn chart is left out.
        Err(error) => {
            tracing::error!(code = error.code(), "a chart could not be drawn: {error}");
            ChartView::default()
        }
    }
}

/// Two charts share a row, except in a narrow window.
fn half_px(query: &InsightsQuery) -> u32 {
    if query.width_px < 720 { query.width_px } else { query.width_px.saturating_sub(80) / 2 }
}

/// The page on sync and conflicts.
pub fn sync(fetched: Fetched<SyncMetrics>, status: &StatusView, query: &InsightsQuery) -> SyncInsights {
    let metrics = fetched.value;
    let half = half_px(query);
    SyncInsights {
        fresh: fetched.fresh,
        as_of: fetched.as_of,
        oldest_unsynced_s: status.oldest_unsynced_s,
        rejected: status.rejected,
        reviews: status.reviews,
        lag: fetched.as_of.map(|at| lag(&metrics, at, query)).unwrap_or_default(),
        conflicts: conflicts(&metrics, half),
        sources: sources(&metrics, half.saturating_sub(SOURCE_NAMES_PX)),
        metrics,
    }
}

fn lag(metrics: &SyncMetrics, as_of: DateTime<Utc>, query: &InsightsQuery) -> ChartView {
    let points: Vec<charts::LagPoint> = metrics
        .lag
        .iter()
        .map(|p| charts::LagPoint { at: p.at, p50_s: p.p50_ms as f64 / 1000.0, p95_s: p.p95_ms as f64 / 1000.0 })
        .collect();
    let offset = FixedOffset::east_opt(query.utc_offset_min.clamp(-14 * 60, 14 * 60) * 60).unwrap_or_else(|| {
        // Zero is always within bounds.
        chrono::Offset::fix(&Utc)
    });
    let today = as_of.with_timezone(&offset).date_naive().and_time(chrono::NaiveTime::MIN);
    let midnight = today.and_local_timezone(offset).earliest().map_or(as_of, |at| at.with_timezone(&Utc));
    let from = midnight - TimeDelta::days(i64::from(query.days.clamp(1, 366)) - 1);
    let axis = TimeAxis { from, to: as_of, offset, bucket_s: u32::try_from(metrics.bucket_s).unwrap_or(3600).max(1) };
    view(charts::lag_series(&points, axis, Size::new(query.width_px, LAG_PX)))
}

fn conflicts(metrics: &SyncMetrics, width_px: u32) -> ChartView {
    let days: Vec<DayCounts> = metrics
        .conflicts
        .iter()
        .map(|day| DayCounts {
            day: day.day,
            counts: GROUPS
                .iter()
                .map(|group| day.groups.iter().filter(|g| g.group == *group).map(|g| g.reviewed + g.auto).sum())
                .collect(),
        })
        .collect();
    view(charts::conflicts_by_day(&days, GROUPS.len(), Size::new(width_px, HALF_PX)))
}

fn sources(metrics: &SyncMetrics, width_px: u32) -> ChartView {
    let rows: Vec<SourceCounts> =
        metrics.sources.iter().map(|s| SourceCounts { auto_merged: s.auto, by_people: s.reviewed }).collect();
    view(charts::sources(&rows, Size::new(width_px, charts::sources_height_px(rows.len()))))
}

/// The page on kitchens.
pub fn kitchen(fetched: Fetched<KitchenFigures>, query: &InsightsQuery) -> KitchenInsights {
    // The board takes two thirds of the row, these charts the rest.
    let side = if query.width_px < SIDE_PX_MIN { half_px(query) } else { query.width_px.saturating_sub(80) * 32 / 100 };
    let KitchenFigures { board, metrics } = fetched.value;
    let bins =
        WaitBins { bin_s: 60, counts: metrics.avoidable_wait_min.clone(), open_ended: true, target_s: WAIT_TARGET_S };
    let points: Vec<CalibrationPoint> = metrics.calibration.iter().map(calibration_point).collect();
    KitchenInsights {
        fresh: fetched.fresh,
        as_of: fetched.as_of,
        strips: board.as_ref().map(strips).unwrap_or_default(),
        board,
        wait: view(charts::wait_histogram(&bins, Size::new(side, 152))),
        calibration: view(charts::calibration(&points, Size::new(side, 166))),
        metrics,
    }
}

/// With the 95 % interval of a share (Wilson, 1927).
fn calibration_point(bin: &domain::metrics::CalibrationBin) -> CalibrationPoint {
    const Z: f64 = 1.96;
    let n = (bin.count as f64).max(1.0);
    let middle = (bin.observed + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (bin.observed * (1.0 - bin.observed) / n + Z * Z / (4.0 * n * n)).sqrt();
    CalibrationPoint {
        predicted: bin.forecast,
        observed: bin.observed,
        low: (middle - half).max(0.0),
        high: (middle + half).min(1.0),
    }
}

/// One strip for each alert, all on one time scale.
fn strips(board: &AlertBoard) -> Vec<ChartView> {
    let from = board.alerts.iter().map(|a| a.p10_at).min().unwrap_or(board.at);
    let to = board.alerts.iter().map(|a| a.p90_at).max().unwrap_or(board.at);
    board
        .alerts
        .iter()
        .map(|alert| {
            let interval = Interval { p10_at: alert.p10_at, p50_at: alert.p50_at, p90_at: alert.p90_at };
            view(charts::interval_strip(&interval, from, to, Size::new(STRIP.0, STRIP.1)))
        })
        .collect()
}
