//! Predicted probability against observed share (a reliability diagram).

use serde::{Deserialize, Serialize};

use crate::canvas::Ink;
use crate::frame::{Content, Frame, Margins};
use crate::scale::{Axis, Scale};
use crate::{Chart, ChartError, Colour, Size, Swatch, SwatchStyle, Tick, Unit};

/// One bin of predictions; all values are shares from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationPoint {
    /// Mean predicted probability.
    pub predicted: f64,
    /// Observed share.
    pub observed: f64,
    /// Lower end of the observed share's confidence interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

const MOST_POINTS: usize = 50;

/// Draws at most 50 points in order of prediction, with the band of their confidence intervals,
/// against the diagonal of a perfect prediction. The axes start at 0, 25, 50 or 75 %, as
/// the data allow.
///
/// # Errors
/// [`ChartError::Draw`] when the drawing library refuses.
pub fn calibration(points: &[CalibrationPoint], size: Size) -> Result<Chart, ChartError> {
    let size = size.clamped();
    let mut shown: Vec<(usize, CalibrationPoint)> = points
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, p)| p.predicted.is_finite() && p.observed.is_finite())
        .map(|(i, p)| (i, tidy(p)))
        .collect();
    shown.sort_by(|a, b| a.1.predicted.total_cmp(&b.1.predicted));
    shown.truncate(MOST_POINTS);
    let least = shown.iter().map(|(_, p)| p.predicted.min(p.observed)).fold(1.0, f64::min);
    let start = if shown.is_empty() { 0.0 } else { ((least * 4.0).floor() / 4.0).min(0.75) };
    let frame = {
        let axis = Axis { max: 1.0, ticks: shares(start), unit: Unit::Percent };
        let margins = Margins { top: 10.0, right: 18.0, bottom: 24.0 };
        Frame::new(size, &axis, start, &margins)
    };
    let x = Scale::new(start, 1.0, frame.plot.x, frame.plot.right());
    let x_ticks =
        shares(start).into_iter().map(|(value, label)| Tick { value, position: x.px(value), label }).collect();
    let at = |frame: &Frame, p: &CalibrationPoint, share: f64| (x.px(p.predicted), frame.y.px(share));
    let marks = shown
        .iter()
        .enumerate()
        .map(|(i, (index, p))| {
            let anchor = at(&frame, p, p.observed);
            let beside = |n: usize| shown.get(n).map(|(_, other)| f64::midpoint(x.px(other.predicted), anchor.0));
            let left = i.checked_sub(1).and_then(beside).unwrap_or(anchor.0 - 8.0);
            frame.mark((*index, 1), (left, beside(i + 1).unwrap_or(anchor.0 + 8.0)), anchor)
        })
        .collect();
    let swatches = vec![Swatch { colour: Colour::C1, style: SwatchStyle::Line }];
    let omitted = points.len() - shown.len();
    frame.chart(Content { x_ticks, marks, swatches, omitted }, |canvas, frame, _| {
        let plot = frame.plot;
        canvas.line((plot.x, plot.bottom()), (plot.right(), plot.y), Ink::Diagonal)?;
        let upper = shown.iter().map(|(_, p)| at(frame, p, p.high));
        let lower = shown.iter().rev().map(|(_, p)| at(frame, p, p.low));
        let band: Vec<_> = upper.chain(lower).collect();
        if shown.len() > 1 {
            canvas.polygon(&band, Ink::Band)?;
            let line: Vec<_> = shown.iter().map(|(_, p)| at(frame, p, p.observed)).collect();
            canvas.path(&line, Ink::Solid)?;
        } else if let [high, low] = band.as_slice() {
            canvas.line(*high, *low, Ink::Solid)?;
        }
        for (_, p) in &shown {
            canvas.dot(at(frame, p, p.observed), 3.0)?;
        }
        Ok(())
    })
}

fn tidy(p: CalibrationPoint) -> CalibrationPoint {
    let observed = p.observed.clamp(0.0, 1.0);
    let bound = |value: f64| {
        if value.is_finite() { value.clamp(0.0, 1.0) } else { observed }
    };
    CalibrationPoint {
        predicted: p.predicted.clamp(0.0, 1.0),
        observed,
        low: bound(p.low).min(observed),
        high: bound(p.high).max(observed),
    }
}

fn shares(start: f64) -> Vec<(f64, String)> {
    [0.0, 0.25, 0.5, 0.75, 1.0]
        .into_iter()
        .filter(|share| *share >= start)
        .map(|share| (share, format!("{:.0}%", share * 100.0)))
        .collect()
}
