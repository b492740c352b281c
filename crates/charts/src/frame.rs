//! The parts that the charts have in common: margins, grid, axes and slots.

use crate::canvas::{Align, Canvas, Ink, label_width_px};
use crate::scale::{Axis, Scale};
use crate::{ChartError, Rect, Size, Tick};

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
        Self { size, plot, y, y_ticks }
    }

    /// Grid lines and the value axis' labels.
    pub(crate) fn draw_grid(&self, canvas: &Canvas<'_>) -> Result<(), ChartError> {
        for tick in &self.y_ticks {
            let y = crisp(tick.position);
            canvas.line((self.plot.x, y), (self.plot.right(), y), Ink::Grid)?;
            canvas.text(&tick.label, (self.plot.x - 8.0, y), Align::End, Ink::Faint)?;
        }
        Ok(())
    }

    /// The base line and the labels below it.
    pub(crate) fn draw_base(&self, canvas: &Canvas<'_>, ticks: &[Tick]) -> Result<(), ChartError> {
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
pub(crate) fn thin_labels(ticks: &mut [Tick]) {
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
