//! The parts that the charts have in common: margins, grid, axes and slots.

use crate::canvas::{Align, Canvas, Ink, label_width_px, render};
use crate::scale::{Axis, Scale};
use crate::{Chart, ChartError, Mark, Rect, Size, Swatch, Tick, Unit};

/// Room at the edges of a plot, CSS pixels.
pub(crate) struct Margins {
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

/// A plot with a value axis on the left.
pub(crate) struct Frame {
    pub(crate) size: Size,
    pub(crate) plot: Rect,
    pub(crate) y: Scale,
    pub(crate) y_ticks: Vec<Tick>,
    y_unit: Unit,
}

/// What a chart has beside its frame.
pub(crate) struct Content {
    pub(crate) x_ticks: Vec<Tick>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) swatches: Vec<Swatch>,
    pub(crate) omitted: usize,
}

impl Frame {
    /// Lays out a plot whose vertical axis shows `axis` from `low` up.
    pub(crate) fn new(size: Size, axis: &Axis, low: f64, margins: &Margins) -> Self {
        let size = size.clamped();
        let (width, height) = (f64::from(size.width_px), f64::from(size.height_px));
        let widest = axis.ticks.iter().map(|t| label_width_px(&t.1)).fold(0.0, f64::max);
        let left = (widest + 9.0).max(24.0).min(width / 2.0);
        let top = margins.top.min(height / 4.0);
        let bottom = margins.bottom.min(height / 2.0);
        let right = margins.right.min(width / 4.0);
        let plot = Rect {
            x: left.round(),
            y: top.round(),
            width: (width - left.round() - right).max(1.0),
            height: (height - top.round() - bottom).max(1.0).floor(),
        };
        let y = Scale::new(low, axis.max, plot.bottom(), plot.y);
        let y_ticks = axis
            .ticks
            .iter()
            .map(|(value, label)| Tick { value: *value, position: y.px(*value), label: label.clone() })
            .collect();
        Self { size, plot, y, y_ticks, y_unit: axis.unit }
    }

    /// The area of a datum: as high as the plot, between `edges` as far as the plot goes. `data` is the index of its
    /// first datum and how many it stands for.
    pub(crate) fn mark(&self, data: (usize, usize), edges: (f64, f64), anchor: (f64, f64)) -> Mark {
        let (left, right) = (edges.0.max(self.plot.x), edges.1.min(self.plot.right()));
        Mark {
            index: data.0,
            span: data.1,
            x: left,
            y: self.plot.y,
            width: (right - left).max(0.0),
            height: self.plot.height,
            anchor_x: anchor.0,
            anchor_y: anchor.1,
        }
    }

    /// Draws the grid, what `paint` draws and the base line with its labels, and packs the chart.
    pub(crate) fn chart(
        self,
        content: Content,
        paint: impl FnOnce(&Canvas<'_>, &Self, &[Mark]) -> Result<(), ChartError>,
    ) -> Result<Chart, ChartError> {
        let Content { mut x_ticks, marks, swatches, omitted } = content;
        thin_labels(&mut x_ticks);
        let svg = render(self.size, "chart", |canvas| {
            self.draw_grid(canvas)?;
            paint(canvas, &self, &marks)?;
            self.draw_base(canvas, &x_ticks)
        })?;
        let Self { size, plot, y_ticks, y_unit, .. } = self;
        Ok(Chart { svg, size, plot, marks, x_ticks, y_ticks, swatches, y_unit, omitted })
    }

    /// Grid lines and the value axis' labels.
    fn draw_grid(&self, canvas: &Canvas<'_>) -> Result<(), ChartError> {
        for tick in &self.y_ticks {
            let y = crisp(tick.position);
            canvas.line((self.plot.x, y), (self.plot.right(), y), Ink::Grid)?;
            canvas.text(&tick.label, (self.plot.x - 8.0, y), Align::End, Ink::Faint)?;
        }
        Ok(())
    }

    /// The base line and the labels below it.
    fn draw_base(&self, canvas: &Canvas<'_>, ticks: &[Tick]) -> Result<(), ChartError> {
        let y = crisp(self.plot.bottom());
        canvas.line((self.plot.x, y), (self.plot.right(), y), Ink::Axis)?;
        for tick in ticks {
            let at = (tick.position, self.plot.bottom() + 14.0);
            canvas.text(&tick.label, at, Align::Middle, Ink::Faint)?;
        }
        Ok(())
    }
}

/// The middle of a screen pixel, so that a line of 1 px is not smeared over two.
pub(crate) fn crisp(px: f64) -> f64 {
    px.floor() + 0.5
}

/// Empties labels that would touch the previous shown one.
fn thin_labels(ticks: &mut [Tick]) {
    let mut free_from = f64::NEG_INFINITY;
    for tick in ticks {
        let half = label_width_px(&tick.label) / 2.0;
        if tick.position - half < free_from {
            tick.label.clear();
        } else {
            free_from = tick.position + half + 8.0;
        }
    }
}

/// How many neighbours share one slot, so that no slot is narrower than `slot_px`.
pub(crate) fn group_size(items: usize, width_px: f64, slot_px: f64) -> usize {
    let mut slots = 1usize;
    let mut used = slot_px;
    while used + slot_px <= width_px {
        slots += 1;
        used += slot_px;
    }
    items.div_ceil(slots).max(1)
}
