//! What insights show, without a page around it. Every figure comes from the shell; what is not known stays
//! unknown.

use std::collections::BTreeMap;
use std::ops::Range as Indices;

use chrono::{DateTime, Utc};
use domain::OrderId;
use domain::ipc::{ChartMark, ChartView, InsightsQuery, IpcError};
use domain::metrics::{ConflictDay, LagPoint, SyncMetrics};
use domain::orders::{AlertBoard, AlertView, OrderState};

/// Narrowest chart that is asked for, in CSS pixels.
const WIDTH_MIN_PX: u32 = 320;
/// Widest.
const WIDTH_MAX_PX: u32 = 4096;
/// Widths are asked for in these steps, so that dragging a window's edge does not draw a hundred charts.
const WIDTH_STEP_PX: u32 = 16;

/// Which of the two pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Orders, forecasts, couriers.
    #[default]
    Kitchen,
    /// Lag and conflicts.
    Sync,
}

/// How far back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// Today.
    Day,
    /// Seven days, today included.
    #[default]
    Week,
    /// Thirty.
    Month,
}

impl Span {
    /// In the order of the control.
    pub const ALL: [Span; 3] = [Span::Day, Span::Week, Span::Month];
    /// In days, today included.
    pub fn days(self) -> u32 {
        match self {
            Span::Day => 1,
            Span::Week => 7,
            Span::Month => 30,
        }
    }
}

/// The question to the shell; nothing before the width is known.
pub fn query(span: Span, utc_offset_min: i32, width_px: f64) -> Option<InsightsQuery> {
    if !(width_px.is_finite() && width_px >= 1.0) {
        return None;
    }
    let width_px = (width_px.min(f64::from(WIDTH_MAX_PX)) as u32 / WIDTH_STEP_PX * WIDTH_STEP_PX).max(WIDTH_MIN_PX);
    Some(InsightsQuery { days: span.days(), utc_offset_min, width_px })
}

/// The groups of fields that conflicts are counted by, in the order of the chart's colours.
pub const GROUPS: [&str; 5] = ["phones", "hours", "address", "name", "other"];

/// The conflicts of a day by group, in the order of [`GROUPS`]; a group that this version does not know
/// counts as "other".
pub fn by_group(day: &ConflictDay) -> [u64; 5] {
    let mut counts = [0; 5];
    for group in &day.groups {
        let n = GROUPS.iter().position(|name| *name == group.group).unwrap_or(GROUPS.len() - 1);
        counts[n] += group.reviewed.saturating_add(group.auto);
    }
    counts
}

/// Of a day's conflicts, those that went to people.
pub fn reviewed(day: &ConflictDay) -> u64 {
    day.groups.iter().map(|group| group.reviewed).sum()
}

/// All conflicts of the range, and how many a rule settled.
pub fn conflicts(metrics: &SyncMetrics) -> (u64, u64) {
    metrics
        .conflicts
        .iter()
        .flat_map(|day| &day.groups)
        .fold((0, 0), |(all, auto), group| (all + group.reviewed + group.auto, auto + group.auto))
}

/// A share in whole per cent; nothing of nothing.
pub fn percent(part: u64, whole: u64) -> Option<u64> {
    (whole > 0).then(|| (part.saturating_mul(200) / whole).div_ceil(2).min(100))
}

/// A share between 0 and 1 in whole per cent.
pub fn share_percent(share: f64) -> Option<u64> {
    share.is_finite().then(|| (share.clamp(0.0, 1.0) * 100.0).round() as u64)
}

/// The data that a mark stands for: from its own to before the next mark's.
pub fn data_of(marks: &[ChartMark], nth: usize, len: usize) -> Indices<usize> {
    let from = marks.get(nth).map_or(len, |mark| mark.index.min(len));
    let to = marks.iter().map(|mark| mark.index).filter(|index| *index > from).min().unwrap_or(len).min(len);
    from..to.max(from)
}

/// The lag of some neighbouring buckets, as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Begin of the first.
    pub from: DateTime<Utc>,
    /// Begin of the last.
    pub to: DateTime<Utc>,
    /// Smallest and largest median, in milliseconds.
    pub p50_ms: (u64, u64),
    /// Largest 95th percentile, in milliseconds.
    pub p95_ms: u64,
    /// Edits.
    pub edits: u64,
}

/// Joins neighbouring buckets; nothing of nothing.
pub fn lag(points: &[LagPoint]) -> Option<Lag> {
    let (first, last) = (points.first()?, points.last()?);
    let medians = || points.iter().map(|p| p.p50_ms);
    Some(Lag {
        from: first.at,
        to: last.at,
        p50_ms: (medians().min()?, medians().max()?),
        p95_ms: points.iter().map(|p| p.p95_ms).max()?,
        edits: points.iter().map(|p| p.edits).sum(),
    })
}

/// The size that a chart was drawn for, in CSS pixels, from its first tag.
pub fn drawn_size(svg: &str) -> Option<(f64, f64)> {
    let tag = svg.get(svg.find("<svg")?..)?;
    let tag = tag.get(..tag.find('>')?)?;
    let number = |name: &str| -> Option<f64> {
        let text = tag.get(tag.find(name)? + name.len()..)?;
        text.get(..text.find('"')?)?.parse().ok().filter(|n: &f64| *n > 0.0)
    };
    Some((number(" width=\"")?, number(" height=\"")?))
}

/// A mark's place in per cent of the chart: left, top, width, height.
pub fn place(mark: &ChartMark, (width, height): (f64, f64)) -> (f64, f64, f64, f64) {
    let of = |px: f64, whole: f64| (px / whole * 100.0).clamp(0.0, 100.0);
    (of(mark.x, width), of(mark.y, height), of(mark.width, width), of(mark.height, height))
}

/// The mark to go to with a key of the keyboard.
pub fn next_mark(key: &str, at: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowRight" | "ArrowDown" => Some((at + 1).min(last)),
        "ArrowLeft" | "ArrowUp" => Some(at.saturating_sub(1)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

/// Is there anything to see?
pub fn is_drawn(chart: &ChartView) -> bool {
    !chart.marks.is_empty() && drawn_size(&chart.svg).is_some()
}

/// How telling the rider goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// On its way.
    Sending,
    /// The server took it; the board has not come back yet.
    Taken,
    /// It did not arrive.
    Failed(IpcError),
}

/// What the board offers or says about the rider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rider {
    /// Not told yet.
    Offer,
    /// Being told.
    Sending,
    /// Told, at a time if the server has said which.
    Told(Option<DateTime<Utc>>),
    /// Could not be told: try again.
    Failed(IpcError),
    /// Has it.
    PickedUp(Option<DateTime<Utc>>),
    /// There is nothing to fetch.
    Cancelled,
}

/// What the server knows comes first; this window's own attempt fills the gap until it does.
pub fn rider(alert: &AlertView, attempt: Option<&Attempt>) -> Rider {
    let order = &alert.order;
    match (order.state, order.notified_at, attempt) {
        (OrderState::PickedUp, ..) => Rider::PickedUp(order.picked_up_at),
        (OrderState::Cancelled, ..) => Rider::Cancelled,
        (_, Some(at), _) => Rider::Told(Some(at)),
        (_, None, Some(Attempt::Sending)) => Rider::Sending,
        (_, None, Some(Attempt::Taken)) => Rider::Told(None),
        (_, None, Some(Attempt::Failed(problem))) => Rider::Failed(problem.clone()),
        (_, None, None) => Rider::Offer,
    }
}

/// Attempts that still say more than the board does.
pub fn still_open(attempts: &mut BTreeMap<OrderId, Attempt>, board: &AlertBoard) {
    attempts.retain(|order_id, _| {
        board.alerts.iter().any(|alert| {
            alert.order.order_id == *order_id && alert.order.notified_at.is_none() && !alert.order.state.is_final()
        })
    });
}

/// How many riders are not told yet.
pub fn to_tell(board: &AlertBoard) -> u64 {
    board.alerts.iter().filter(|a| matches!(rider(a, None), Rider::Offer)).count() as u64
}

/// The bounds of a bin of waits, in minutes; no upper one for the last.
pub fn wait_bin(index: usize, bins: usize) -> (usize, Option<usize>) {
    (index, (index + 1 < bins).then_some(index + 1))
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
