//! Sync lag over time: p50 solid, p95 dashed, the area between them.

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};

use crate::canvas::{Align, Canvas, Ink};
use crate::frame::{Content, Frame, Margins, group_size};
use crate::scale::{Scale, duration_axis, sane, time_ticks};
use crate::{Chart, ChartError, Colour, Size, Swatch, SwatchStyle, Tick};

/// Lag of the edits acknowledged in one bucket. Buckets without edits are left out of the input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LagPoint {
    /// Start of the bucket.
    pub at: DateTime<Utc>,
    /// Median, seconds.
    pub p50_s: f64,
    /// 95th percentile, seconds.
    pub p95_s: f64,
}

/// The horizontal axis of a time series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeAxis {
    /// Left edge.
    pub from: DateTime<Utc>,
    /// Right edge.
    pub to: DateTime<Utc>,
    /// The reader's zone, for labels.
    pub offset: FixedOffset,
    /// Width of a bucket, seconds. A line is broken where more than one and a half buckets lie
    /// between two points.
    pub bucket_s: u32,
}

/// Of a point: filled for p50, hollow for p95.
const MARK_RADIUS_PX: f64 = 3.0;

struct Sample {
    index: usize,
    span: usize,
    at_s: f64,
    first_s: f64,
    last_s: f64,
    p50_s: f64,
    p95_s: f64,
}

/// Draws the lag of `points` (any order; points outside the axis or without a finite value are
/// ignored). Input denser than two pixels per point is merged: the median of the p50, the largest
/// p95, so that a peak never disappears.
///
/// # Errors
/// [`ChartError::Draw`] when the drawing library refuses.
pub fn lag_series(points: &[LagPoint], axis: TimeAxis, size: Size) -> Result<Chart, ChartError> {
    let bucket_s = f64::from(axis.bucket_s.max(1));
    let size = size.clamped();
    let samples = merge(points, axis, f64::from(size.width_px));
    let highest = samples.iter().map(|s| s.p95_s.max(s.p50_s)).fold(0.0, f64::max);
    let value_axis = duration_axis(highest * 1.08, 3.0);
    let margins = Margins { top: 10.0, right: 34.0, bottom: 24.0 };
    let frame = Frame::new(size, &value_axis, 0.0, &margins);
    let (from_s, to_s) = (seconds(axis.from), seconds(axis.to));
    let x = Scale::new(from_s, to_s, frame.plot.x, frame.plot.right());

    #[expect(clippy::cast_possible_truncation, reason = "a width of at most 4096 px")]
    let wanted = (frame.plot.width / 72.0) as i64;
    let x_ticks = time_ticks(axis.from, axis.to, axis.offset, wanted)
        .into_iter()
        .map(|(at, label)| Tick { value: seconds(at), position: x.px(seconds(at)), label })
        .collect();
    let marks = samples
        .iter()
        .map(|s| {
            let edges = (x.px(s.first_s - bucket_s / 2.0), x.px(s.last_s + bucket_s / 2.0));
            frame.mark((s.index, s.span), edges, (x.px(s.at_s), frame.y.px(s.p95_s)))
        })
        .collect();
    let swatches = vec![
        Swatch { colour: Colour::C1, style: SwatchStyle::Line },
        Swatch { colour: Colour::C1, style: SwatchStyle::Dashed },
    ];
    frame.chart(Content { x_ticks, marks, swatches, omitted: 0 }, |canvas, frame, _| {
        for run in runs(&samples, bucket_s) {
            draw_run(canvas, run, &x, frame)?;
        }
        draw_end_labels(canvas, &samples, &x, frame)
    })
}

fn seconds(at: DateTime<Utc>) -> f64 {
    at.timestamp_millis() as f64 / 1000.0
}

/// Sorts, drops what cannot be drawn and merges neighbours.
fn merge(points: &[LagPoint], axis: TimeAxis, width_px: f64) -> Vec<Sample> {
    let mut kept: Vec<(usize, f64, f64, f64)> = points
        .iter()
        .enumerate()
        .filter(|(_, p)| p.at >= axis.from && p.at <= axis.to)
        .filter_map(|(i, p)| Some((i, seconds(p.at), sane(p.p50_s)?, sane(p.p95_s)?)))
        .collect();
    kept.sort_by(|a, b| a.1.total_cmp(&b.1));
    let group = group_size(kept.len(), width_px, 2.0);
    kept.chunks(group)
        .filter_map(|chunk| {
            let (first, last) = (chunk.first()?, chunk.last()?);
            let mut medians: Vec<f64> = chunk.iter().map(|c| c.2).collect();
            medians.sort_by(f64::total_cmp);
            Some(Sample {
                index: chunk.iter().map(|c| c.0).min()?,
                span: chunk.len(),
                at_s: f64::midpoint(first.1, last.1),
                first_s: first.1,
                last_s: last.1,
                p50_s: medians[medians.len() / 2],
                p95_s: chunk.iter().map(|c| c.3).fold(0.0, f64::max),
            })
        })
        .collect()
}

/// Unbroken stretches.
fn runs(samples: &[Sample], bucket_s: f64) -> impl Iterator<Item = &[Sample]> {
    samples.chunk_by(move |a, b| b.first_s - a.last_s <= 1.5 * bucket_s)
}

fn draw_run(canvas: &Canvas<'_>, run: &[Sample], x: &Scale, frame: &Frame) -> Result<(), ChartError> {
    let p50: Vec<_> = run.iter().map(|s| (x.px(s.at_s), frame.y.px(s.p50_s))).collect();
    let p95: Vec<_> = run.iter().map(|s| (x.px(s.at_s), frame.y.px(s.p95_s))).collect();
    if run.len() > 1 {
        let outline: Vec<_> = p95.iter().chain(p50.iter().rev()).copied().collect();
        canvas.polygon(&outline, Ink::Band)?;
        canvas.path(&p95, Ink::Dashed)?;
        canvas.path(&p50, Ink::Solid)?;
    }
    // A point by itself has no line: its mark is all that shows it. Marks of neighbours must not touch.
    let apart_px = p50.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f64::INFINITY, f64::min);
    if apart_px < 4.0 * MARK_RADIUS_PX {
        return Ok(());
    }
    for at in p95 {
        canvas.ring(at, MARK_RADIUS_PX)?;
    }
    for at in p50 {
        canvas.dot(at, MARK_RADIUS_PX)?;
    }
    Ok(())
}

/// `p50` and `p95` at the right end of the last stretch, kept apart.
fn draw_end_labels(canvas: &Canvas<'_>, samples: &[Sample], x: &Scale, frame: &Frame) -> Result<(), ChartError> {
    let Some(last) = samples.last() else {
        return Ok(());
    };
    let at_x = (x.px(last.at_s) + 8.0).min(frame.plot.right() + 8.0);
    if at_x + 26.0 > f64::from(frame.size.width_px) {
        return Ok(());
    }
    let mut p50_y = frame.y.px(last.p50_s) - 1.0;
    let mut p95_y = frame.y.px(last.p95_s) - 1.0;
    let overlap = 13.0 - (p50_y - p95_y);
    if overlap > 0.0 {
        p95_y -= overlap / 2.0;
        p50_y += overlap / 2.0;
        let below = (p50_y - (frame.plot.bottom() - 3.0)).max(0.0);
        p50_y -= below;
        p95_y -= below;
    }
    canvas.text("p95", (at_x, p95_y), Align::Start, Ink::Text)?;
    canvas.text("p50", (at_x, p50_y), Align::Start, Ink::Text)
}
