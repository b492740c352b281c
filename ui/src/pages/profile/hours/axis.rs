//! Where the bars of a week lie. Pure arithmetic on minutes.

use domain::hours::Span;

use super::spans::END;

/// Width of the drawing.
pub const WIDTH: f64 = 288.0;
/// A business day starts at six, unless somebody opens earlier.
const SIX: u16 = 360;

/// The minutes that a week's drawing covers: to six of the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    start_min: u16,
}

impl Axis {
    /// The axis for these days, with a place for the cursor.
    pub fn of<'a>(days: impl IntoIterator<Item = &'a [Span]>, cursor_min: u16) -> Self {
        let early = cursor_min < SIX || days.into_iter().flatten().any(|span| span.start_min < SIX);
        Self { start_min: if early { 0 } else { SIX } }
    }
    /// Where a minute of the day lies.
    pub fn x(self, minute: u16) -> f64 {
        let minute = minute.clamp(self.start_min, END);
        f64::from(minute - self.start_min) / f64::from(END - self.start_min) * WIDTH
    }
    /// The minute at a share of the width, 0 to 1.
    pub fn minute(self, share: f64) -> u16 {
        // Within 0 and 1 the product is within the axis.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let along = (share.clamp(0.0, 1.0) * f64::from(END - self.start_min)) as u16;
        (self.start_min + along).min(END - 1)
    }
    /// Left edge and width of a stretch.
    pub fn bar(self, from_min: u16, to_min: u16) -> (f64, f64) {
        let (left, right) = (self.x(from_min), self.x(to_min));
        (left, right - left)
    }
    /// Minutes with a number above them: every six hours.
    pub fn ticks(self) -> impl Iterator<Item = u16> {
        (self.start_min..=END).step_by(SIX.into())
    }
    /// Whole hours, for the fine lines.
    pub fn hours(self) -> impl Iterator<Item = u16> {
        (self.start_min..=END).step_by(60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start_min: u16, end_min: u16) -> Span {
        Span { start_min, end_min }
    }

    #[test]
    fn a_business_day_runs_from_six_to_six() {
        let day = [span(600, 1320)];
        let axis = Axis::of([day.as_slice()], 540);
        assert_eq!(axis.bar(600, 1320), (48.0, 144.0));
        assert_eq!(axis.ticks().collect::<Vec<_>>(), [360, 720, 1080, 1440, 1800]);
        assert_eq!(axis.bar(1020, 1560), (132.0, 108.0));
    }

    #[test]
    fn an_early_opening_or_the_cursor_widens_the_axis() {
        let day = [span(300, 600)];
        let axis = Axis::of([day.as_slice()], 540);
        assert_eq!(axis.ticks().next(), Some(0));
        assert_eq!(Axis::of([], 0), axis);
        let (left, width) = axis.bar(300, 600);
        assert!((left - 48.0).abs() < 1e-9 && (width - 48.0).abs() < 1e-9);
    }

    #[test]
    fn a_place_leads_back_to_its_minute() {
        let axis = Axis::of([], 540);
        for minute in (360..END).step_by(15) {
            let back = axis.minute(axis.x(minute) / WIDTH + 1e-9);
            assert_eq!(back, minute);
        }
        assert_eq!((axis.minute(-1.0), axis.minute(2.0)), (360, END - 1));
    }
}
