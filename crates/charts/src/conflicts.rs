//! New conflicts per day, stacked by group of fields.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::canvas::{Align, Ink, label_width_px};
use crate::frame::{Content, Frame, Margins, group_size};
use crate::scale::{count_axis, day_label};
use crate::{Chart, ChartError, Colour, Rect, Size, Swatch, SwatchStyle, Tick};

/// One day's counts, by group in the caller's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCounts {
    /// The local day.
    pub day: NaiveDate,
    /// Conflicts per group; missing groups count as 0, those beyond the sixth go into the sixth.
    pub counts: Vec<u64>,
}

const MOST_GROUPS: usize = 6;

/// Stacked columns in the order of `days`, with totals on top where there is room. The last of five
/// or more groups is drawn in the grey of "other". More days than fit are added up in
/// neighbouring groups (see [`crate::Mark::span`]).
///
/// # Errors
/// [`ChartError::Draw`] when the drawing library refuses.
pub fn conflicts_by_day(days: &[DayCounts], groups: usize, size: Size) -> Result<Chart, ChartError> {
    let size = size.clamped();
    let groups = groups.clamp(1, MOST_GROUPS);
    let columns = columns(days, groups, f64::from(size.width_px) - 40.0);
    let highest = columns.iter().map(Column::total).fold(0.0, f64::max);
    let mut axis = count_axis(highest, 3.0);
    axis.max = axis.max.max(highest) * 1.06;
    let margins = Margins { top: 16.0, right: 4.0, bottom: 24.0 };
    let frame = Frame::new(size, &axis, 0.0, &margins);
    let plot = frame.plot;
    let slot = plot.width / columns.len().max(1) as f64;
    let bar = (slot * 0.54).clamp(slot.min(1.0), 56.0);
    let colours = colours(groups);

    let mut x_ticks = Vec::new();
    let mut marks = Vec::new();
    for (i, column) in columns.iter().enumerate() {
        let left = plot.x + slot * i as f64;
        let centre = left + slot / 2.0;
        x_ticks.push(Tick {
            value: f64::from(column.day.num_days_from_ce() - UNIX_DAY) * 86_400.0,
            position: centre,
            label: day_label(column.day),
        });
        let anchor = (centre, frame.y.px(column.total()));
        marks.push(frame.mark((column.index, column.span), (left, left + slot), anchor));
    }
    let swatches = colours.iter().map(|colour| Swatch { colour: *colour, style: SwatchStyle::Solid }).collect();
    frame.chart(Content { x_ticks, marks, swatches, omitted: 0 }, |canvas, frame, marks| {
        for (column, mark) in columns.iter().zip(marks) {
            let mut below = 0.0;
            for (count, colour) in column.counts.iter().zip(&colours) {
                let (low, high) = (frame.y.px(below), frame.y.px(below + count));
                below += count;
                // One pixel of air between two parts, unless that would hide the part.
                let air = if low - high > 2.0 { 1.0 } else { 0.0 };
                let part =
                    Rect { x: mark.anchor_x - bar / 2.0, y: high, width: bar, height: (low - high - air).max(0.0) };
                canvas.rect(part, Ink::Fill(*colour))?;
            }
            let total = format!("{:.0}", column.total());
            if column.total() > 0.0 && label_width_px(&total) <= slot {
                canvas.text(&total, (mark.anchor_x, mark.anchor_y - 9.0), Align::Middle, Ink::Text)?;
            }
        }
        Ok(())
    })
}

/// Days from 0001-01-01 to 1970-01-01, as chrono counts them.
const UNIX_DAY: i32 = 719_163;

struct Column {
    index: usize,
    span: usize,
    day: NaiveDate,
    counts: Vec<f64>,
}

impl Column {
    fn total(&self) -> f64 {
        self.counts.iter().sum()
    }
}

fn columns(days: &[DayCounts], groups: usize, width_px: f64) -> Vec<Column> {
    let group = group_size(days.len(), width_px, 6.0);
    days.chunks(group)
        .enumerate()
        .filter_map(|(i, chunk)| {
            let mut counts = vec![0.0; groups];
            for day in chunk {
                for (g, count) in day.counts.iter().enumerate() {
                    counts[g.min(groups - 1)] += (*count).min(1_000_000) as f64;
                }
            }
            Some(Column { index: i * group, span: chunk.len(), day: chunk.first()?.day, counts })
        })
        .collect()
}

fn colours(groups: usize) -> Vec<Colour> {
    let all = [Colour::C1, Colour::C2, Colour::C3, Colour::C4, Colour::C5, Colour::C6];
    let mut colours: Vec<Colour> = all.into_iter().take(groups).collect();
    if groups == 5 {
        colours[4] = Colour::C6;
    }
    colours
}
