//! Which rows are on the screen. A million rows are higher than a browser lets an element be: beyond that height the bar
//! moves a little less than the rows do. Pure.

use std::ops::Range;

/// Height of a row, in CSS pixels: `--h-row` of the style sheet.
pub const ROW_PX: f64 = 40.0;
/// Height of the heading.
pub const HEAD_PX: f64 = 34.0;
/// What the bar of chosen stores covers of the end of the list: `.selection`, its distance and as much above it.
pub const SELECTION_PX: f64 = 72.0;
/// The highest that the scrolled element gets. Browsers count pixels in 64ths with 32 bits: 33,554,431 is the end.
pub const HEIGHT_PX_MAX: f64 = 30_000_000.0;
/// Rows beyond each edge of the screen that are drawn too.
const OVERSCAN: u64 = 4;
/// The drawn rows change in steps of this many, so that a slow scroll does not redraw at every pixel.
const STEP: u64 = 4;

/// A list of rows within a window of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Geometry {
    /// Rows of the list.
    pub total: u64,
    /// Height of the window, heading included.
    pub view_px: f64,
    /// Where the bar is: `scrollTop`.
    pub bar_px: f64,
    /// How much of its lower end is covered.
    pub covered_px: f64,
}

impl Geometry {
    /// What the rows would be high, with room so that the last one can be seen above what covers the end.
    #[allow(clippy::cast_precision_loss)]
    fn rows_px(&self) -> f64 {
        self.total as f64 * ROW_PX + HEAD_PX + self.covered_px
    }
    /// How high the scrolled element is.
    pub fn height_px(&self) -> f64 {
        self.rows_px().min(HEIGHT_PX_MAX).max(self.view_px)
    }
    /// Pixels of rows for each of the bar: 1 but for very long lists.
    fn scale(&self) -> f64 {
        let (rows, bar) = (self.rows_px() - self.view_px, self.height_px() - self.view_px);
        if bar > 0.0 && rows > bar { rows / bar } else { 1.0 }
    }
    /// How far the rows are scrolled.
    fn top_px(&self) -> f64 {
        (self.bar_px * self.scale()).clamp(0.0, (self.rows_px() - self.view_px).max(0.0))
    }
    /// The rows to draw.
    pub fn rows(&self) -> Range<u64> {
        let (top, end) = (self.top_px(), self.top_px() + self.view_px);
        let first = row_at(top).saturating_sub(OVERSCAN) / STEP * STEP;
        let last = (row_at(end) + 1 + OVERSCAN).div_ceil(STEP) * STEP;
        first.min(self.total)..last.min(self.total)
    }
    /// The rows that one can see, wholly or in part.
    pub fn seen(&self) -> Range<u64> {
        let last = row_at((self.top_px() + self.view_px - HEAD_PX - 1.0).max(0.0)) + 1;
        row_at(self.top_px()).min(self.total)..last.min(self.total)
    }
    /// How far the first drawn row lies below the heading; negative above it.
    #[allow(clippy::cast_precision_loss)]
    pub fn offset_px(&self) -> f64 {
        self.rows().start as f64 * ROW_PX - self.top_px()
    }
    /// Where the bar has to be so that a row is on the screen whole; nothing if it is there already.
    #[allow(clippy::cast_precision_loss)]
    pub fn bar_for(&self, row: u64) -> Option<f64> {
        let (top, room) = (row as f64 * ROW_PX, self.view_px - HEAD_PX - self.covered_px);
        let wanted = if top < self.top_px() {
            top
        } else if top + ROW_PX > self.top_px() + room {
            top + ROW_PX - room
        } else {
            return None;
        };
        let bar = wanted / self.scale();
        // A bar stands on whole pixels.
        Some(if wanted < self.top_px() { bar.floor() } else { bar.ceil() }.max(0.0))
    }
    /// Rows of one screen, for `PageDown`.
    pub fn screen(&self) -> u64 {
        row_at(self.view_px - HEAD_PX - self.covered_px).saturating_sub(1).max(1)
    }
}

// Positive and far below 2^53.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn row_at(px: f64) -> u64 {
    (px.max(0.0) / ROW_PX).floor() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW_PX: f64 = 634.0;

    fn at(total: u64, bar_px: f64) -> Geometry {
        Geometry { total, view_px: VIEW_PX, bar_px, covered_px: 0.0 }
    }

    #[test]
    fn the_last_row_can_be_seen_above_what_covers_the_end() {
        for total in [10, 15, 100, 1_000_000] {
            let list = Geometry { covered_px: SELECTION_PX, ..at(total, 0.0) };
            let last = Geometry { bar_px: list.bar_for(total - 1).unwrap_or(0.0), ..list };
            let end = last.offset_px() + (total - last.rows().start) as f64 * ROW_PX;
            assert!(last.bar_px <= list.height_px() - VIEW_PX, "{last:?} can be reached");
            assert!(end <= VIEW_PX - HEAD_PX - SELECTION_PX + 1.0, "{last:?}: {end}");
        }
    }

    #[test]
    fn the_drawn_rows_cover_the_screen_and_stay_few() {
        for total in [0, 1, 15, 16, 10_000, 700_000, 1_000_000, 50_000_000] {
            let end = at(total, 0.0).height_px() - VIEW_PX;
            for part in [0.0, 0.000_001, 0.25, 0.5, 0.999, 1.0] {
                let list = at(total, (end * part).floor());
                let (drawn, seen) = (list.rows(), list.seen());
                assert!(drawn.end <= total && drawn.end - drawn.start <= 32, "{list:?}: {drawn:?}");
                assert!(drawn.start <= seen.start && seen.end <= drawn.end, "{list:?}: {drawn:?}, {seen:?}");
                // The first row on the screen lies at its upper edge, the last one reaches the lower edge.
                let first_px = list.offset_px() + (seen.start - drawn.start) as f64 * ROW_PX;
                assert!(first_px <= 0.0 && first_px > -ROW_PX || total == 0, "{list:?}: {first_px}");
                if total >= 16 {
                    let last_px = first_px + (seen.end - seen.start) as f64 * ROW_PX;
                    assert!(last_px >= VIEW_PX - HEAD_PX - 0.5, "{list:?}: {last_px}");
                }
            }
        }
    }

    #[test]
    fn both_ends_can_be_reached_however_long_the_list() {
        for total in [20, 100_000, 1_000_000, 50_000_000] {
            assert_eq!(at(total, 0.0).seen().start, 0);
            let end = at(total, 0.0).height_px() - VIEW_PX;
            assert_eq!(at(total, end.floor()).seen().end, total, "{total}");
            assert!(at(total, 0.0).height_px() <= HEIGHT_PX_MAX);
        }
        assert_eq!(at(700_000, 4_000.0).seen().start, 100, "without scale the bar and the rows go together");
    }

    #[test]
    fn scrolling_goes_no_farther_than_needed() {
        for total in [100, 1_000_000] {
            assert_eq!(at(total, 0.0).bar_for(3), None);
            assert_eq!(at(total, 0.0).bar_for(14), None, "15 rows fit");
            for row in [0, 1, 15, 50, total / 2, total - 1] {
                for bar in [0.0, 40.0, (at(total, 0.0).height_px() / 2.0).floor()] {
                    let list = at(total, bar);
                    let moved = Geometry { bar_px: list.bar_for(row).unwrap_or(bar), ..list };
                    assert!(moved.seen().contains(&row), "{list:?} to {row}: {:?}", moved.seen());
                    assert_eq!(moved.bar_for(row).unwrap_or(moved.bar_px), moved.bar_px, "{list:?} to {row}");
                }
            }
        }
    }
}
