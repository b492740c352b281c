//! Where conflicts come from: what merged by itself against what people decided.

use serde::{Deserialize, Serialize};

use crate::canvas::{Align, Ink, label_width_px, render};
use crate::frame::crisp;
use crate::scale::Scale;
use crate::{Chart, ChartError, Colour, Mark, Rect, Size, Swatch, SwatchStyle, Unit};

/// Conflicts of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCounts {
    /// Merged by a rule.
    pub auto_merged: u64,
    /// Decided, or still to be decided, by people.
    pub by_people: u64,
}

const ROW_PX: f64 = 31.0;
const BAR_PX: f64 = 16.0;

/// Height that `rows` rows need, CSS pixels, for [`Size`].
#[must_use]
pub fn sources_height_px(rows: usize) -> u32 {
    let rows = u32::try_from(rows.clamp(1, 100)).unwrap_or(100);
    rows * 31 + 8
}

/// Horizontal bars, one per source, in the caller's order, followed by `auto / all` in digits. The
/// names are HTML: each mark is a full row, so a name is placed at its mark's `y` and `height`.
/// Rows that do not fit are left out and counted in [`Chart::omitted`].
///
/// # Errors
/// [`ChartError::Draw`] when the drawing library refuses.
pub fn sources(rows: &[SourceCounts], size: Size) -> Result<Chart, ChartError> {
    let size = size.clamped();
    let (width, height) = (f64::from(size.width_px), f64::from(size.height_px));
    let fits = (1usize..=100).take_while(|n| *n as f64 * 18.0 + 8.0 <= height).count().max(1);
    let shown = &rows[..rows.len().min(fits)];
    let row = ((height - 8.0) / shown.len().max(1) as f64).clamp(1.0, ROW_PX);
    let bar = BAR_PX.min(row * 0.6);
    let counted: Vec<(f64, f64, String)> = shown
        .iter()
        .map(|r| {
            let all = r.auto_merged.saturating_add(r.by_people);
            let label = format!("{} / {all}", r.auto_merged);
            (r.auto_merged as f64, all as f64, label)
        })
        .collect();
    let widest = counted.iter().map(|c| label_width_px(&c.2)).fold(0.0, f64::max);
    let plot =
        Rect { x: 1.0, y: 4.0, width: (width - 1.0 - widest - 12.0).max(width / 3.0).floor(), height: height - 8.0 };
    let highest = counted.iter().map(|c| c.1).fold(0.0, f64::max);
    let x = Scale::new(0.0, highest, plot.x, plot.right());
    let marks: Vec<Mark> = counted
        .iter()
        .enumerate()
        .map(|(i, (_, all, _))| {
            let y = plot.y + row * i as f64;
            Mark {
                index: i,
                span: 1,
                x: plot.x,
                y,
                width: plot.width,
                height: row,
                anchor_x: x.px(*all),
                anchor_y: y + row / 2.0,
            }
        })
        .collect();
    let svg = render(size, "chart", |canvas| {
        for ((auto, _, label), mark) in counted.iter().zip(&marks) {
            let top = (mark.anchor_y - bar / 2.0).round();
            let outline = Rect {
                x: plot.x + 0.5,
                y: top + 0.5,
                width: (mark.anchor_x - plot.x - 1.0).max(0.0),
                height: bar - 1.0,
            };
            canvas.rect(outline, Ink::Tint)?;
            let merged = Rect { x: plot.x, y: top, width: x.px(*auto) - plot.x, height: bar };
            canvas.rect(merged, Ink::Fill(Colour::C1))?;
            let at = (mark.anchor_x + 8.0, mark.anchor_y);
            canvas.text(label, at, Align::Start, Ink::Text)?;
        }
        let left = crisp(plot.x - 1.0);
        canvas.line((left, plot.y), (left, plot.bottom()), Ink::Axis)
    })?;
    Ok(Chart {
        svg,
        size,
        plot,
        marks,
        x_ticks: Vec::new(),
        y_ticks: Vec::new(),
        swatches: vec![
            Swatch { colour: Colour::C1, style: SwatchStyle::Solid },
            Swatch { colour: Colour::C1, style: SwatchStyle::Tint },
        ],
        y_unit: Unit::Count,
        omitted: rows.len() - shown.len(),
    })
}
