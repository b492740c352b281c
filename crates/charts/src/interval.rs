//! The strip in a row of the alert board: p10 to p90 as a bar, p50 as a dot.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::canvas::{Ink, render};
use crate::frame::crisp;
use crate::scale::Scale;
use crate::{Chart, ChartError, Colour, Mark, Rect, Size, Swatch, SwatchStyle, Unit};

/// A predicted time with its 80 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// 10 % quantile.
    pub p10_at: DateTime<Utc>,
    /// Median.
    pub p50_at: DateTime<Utc>,
    /// 90 % quantile.
    pub p90_at: DateTime<Utc>,
}

/// Draws one interval on the scale `from..to` that all rows of a board share. What lies outside
/// stays at the edge. The design's size is 96 × 16.
///
/// # Errors
/// [`ChartError::Draw`] when the drawing library refuses.
pub fn interval_strip(
    interval: &Interval,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    size: Size,
) -> Result<Chart, ChartError> {
    let size = size.clamped();
    let plot = Rect { x: 0.0, y: 0.0, width: f64::from(size.width_px), height: f64::from(size.height_px) };
    let seconds = |at: DateTime<Utc>| at.timestamp_millis() as f64 / 1000.0;
    let x = Scale::new(seconds(from), seconds(to), 4.0, plot.width - 4.0);
    let middle = plot.height / 2.0;
    let p50 = x.px(seconds(interval.p50_at));
    let low = x.px(seconds(interval.p10_at)).min(p50);
    let high = x.px(seconds(interval.p90_at)).max(p50);
    let bar = Rect { x: low - 3.0, y: middle - 3.0, width: high - low + 6.0, height: 6.0 };
    let svg = render(size, "ivl", |canvas| {
        let y = crisp(middle - 0.5);
        canvas.line((0.0, y), (plot.width, y), Ink::Track)?;
        canvas.rect(bar, Ink::Range)?;
        canvas.dot((p50, middle), 4.0)
    })?;
    Ok(Chart {
        svg,
        size,
        plot,
        marks: vec![Mark {
            index: 0,
            span: 1,
            x: bar.x,
            y: bar.y,
            width: bar.width,
            height: bar.height,
            anchor_x: p50,
            anchor_y: middle,
        }],
        x_ticks: Vec::new(),
        y_ticks: Vec::new(),
        swatches: vec![Swatch { colour: Colour::C1, style: SwatchStyle::Tint }],
        y_unit: Unit::Time,
        omitted: 0,
    })
}
