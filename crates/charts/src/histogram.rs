//! Avoidable waits: bars of equal width in time, with the target as a line.

use serde::{Deserialize, Serialize};

use crate::canvas::Ink;
use crate::frame::{Content, Frame, Margins, group_size};
use crate::scale::{Scale, count_axis};
use crate::{Chart, ChartError, Colour, Rect, Size, Swatch, SwatchStyle, Tick};

/// Counted waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitBins {
    /// Width of a bin, seconds.
    pub bin_s: u32,
    /// Orders per bin, from 0 up.
    pub counts: Vec<u64>,
    /// Whether the last bin holds all longer waits too.
    pub open_ended: bool,
    /// Waits up to here are on target, seconds.
    pub target_s: u32,
}

/// Bars up to the target in `--c1`, beyond it in `--c2`; ticks in whole minutes. An open last bin
/// is labelled with its lower edge and a plus sign. The page says the target in words at
/// the last entry of [`Chart::x_ticks`], which has an empty label.
///
/// # Errors
/// [`ChartError::Draw`] when the drawing library refuses.
pub fn wait_histogram(bins: &WaitBins, size: Size) -> Result<Chart, ChartError> {
    let size = size.clamped();
    let group = group_size(bins.counts.len(), f64::from(size.width_px) - 40.0, 5.0);
    let bars: Vec<f64> =
        bins.counts.chunks(group).map(|chunk| chunk.iter().map(|c| (*c).min(1_000_000) as f64).sum()).collect();
    let bar_s = f64::from(bins.bin_s.max(1)) * group as f64;
    let end_s = bar_s * bars.len().max(1) as f64;
    let highest = bars.iter().copied().fold(0.0, f64::max);
    let mut axis = count_axis(highest, 3.0);
    axis.max = axis.max.max(highest) * 1.04;
    let margins = Margins { top: 14.0, right: 6.0, bottom: 24.0 };
    let frame = Frame::new(size, &axis, 0.0, &margins);
    let x = Scale::new(0.0, end_s, frame.plot.x, frame.plot.right());
    let target_s = f64::from(bins.target_s);
    let open_from_s = (bins.open_ended && !bars.is_empty()).then_some(end_s - bar_s);

    let mut x_ticks = minute_ticks(end_s, open_from_s, bar_s, &x);
    x_ticks.push(Tick { value: target_s, position: x.px(target_s), label: String::new() });
    let marks = bars
        .iter()
        .enumerate()
        .map(|(i, count)| {
            let (left, right) = (x.px(bar_s * i as f64), x.px(bar_s * (i + 1) as f64));
            let data = (i * group, group.min(bins.counts.len() - i * group));
            frame.mark(data, (left, right), (f64::midpoint(left, right), frame.y.px(*count)))
        })
        .collect();
    let swatches = vec![
        Swatch { colour: Colour::C1, style: SwatchStyle::Solid },
        Swatch { colour: Colour::C2, style: SwatchStyle::Solid },
    ];
    frame.chart(Content { x_ticks, marks, swatches, omitted: 0 }, |canvas, frame, marks| {
        for (i, mark) in marks.iter().enumerate() {
            let air = if mark.width > 8.0 { 2.0 } else { 0.5 };
            let bar = Rect {
                x: mark.x + air,
                y: mark.anchor_y,
                width: mark.width - 2.0 * air,
                height: frame.plot.bottom() - mark.anchor_y,
            };
            let late = bar_s * i as f64 >= target_s;
            canvas.rect(bar, Ink::Fill(if late { Colour::C2 } else { Colour::C1 }))?;
        }
        if target_s > end_s {
            return Ok(());
        }
        let at = x.px(target_s);
        canvas.line((at, (frame.plot.y - 12.0).max(0.0)), (at, frame.plot.bottom()), Ink::Target)
    })
}

/// Whole minutes, at most a dozen.
fn minute_ticks(end_s: f64, open_from_s: Option<f64>, bar_s: f64, x: &Scale) -> Vec<Tick> {
    let last_s = open_from_s.unwrap_or(end_s);
    let step_min = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0]
        .into_iter()
        .find(|step| last_s / (step * 60.0) <= 6.0)
        .unwrap_or_else(|| (last_s / 360.0).ceil());
    let mut ticks = Vec::new();
    for index in 0..12u32 {
        let minutes = f64::from(index) * step_min;
        let at_s = minutes * 60.0;
        // The open bin's own label takes the place of the edge before it.
        if at_s > last_s || open_from_s.is_some_and(|from| at_s > from - bar_s) {
            break;
        }
        ticks.push(Tick { value: at_s, position: x.px(at_s), label: format!("{minutes:.0}") });
    }
    if let Some(from) = open_from_s {
        let minutes = from / 60.0;
        let digits = if minutes.fract() == 0.0 { 0 } else { 1 };
        ticks.push(Tick { value: from, position: x.px(from + bar_s / 2.0), label: format!("{minutes:.digits$}+") });
    }
    ticks
}
