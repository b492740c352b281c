//! Where the bars of a week lie. Pure arithmetic on minutes.

use domain::hours::Span;

/// Width of the drawing.
pub const WIDTH: f64 = 288.0;
/// A business day starts at six, unless somebody opens earlier.
const SIX: u16 = 360;
/// It ends at six of the next day.
const END: u16 = 1800;

/// The minutes that a week's drawing covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    start_min: u16,
}

impl Axis {
    /// The axis for these days.
    pub fn of<'a>(days: impl IntoIterator<Item = &'a [Span]>) -> Self {
        let early = days.into_iter().flatten().any(|span| span.start_min < SIX);
        Self { start_min: if early { 0 } else { SIX } }
    }
    /// Where a minute of the day lies.
    pub fn x(self, minute: u16) -> f64 {
        let minute = minute.clamp(self.start_min, END);
        f64::from(minute - self.start_min) / f64::from(END - self.start_min) * WIDTH
    }
    /// Left edge and width of a span.
    pub fn bar(self, span: Span) -> (f64, f64) {
        let (left, right) = (self.x(span.start_min), self.x(span.end_min));
        (left, right - left)
    }
    /// Minutes with a number above them: every six hours.
    pub fn ticks(self) -> impl Iterator<Item = u16> {
        (self.start_min..=END).step_by(SIX.into())
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
        let axis = Axis::of([day.as_slice()]);
        assert_eq!(axis.bar(day[0]), (48.0, 144.0));
        assert_eq!(axis.ticks().collect::<Vec<_>>(), [360, 720, 1080, 1440, 1800]);
        assert_eq!(axis.bar(span(1020, 1560)), (132.0, 108.0));
    }

    #[test]
    fn an_early_opening_widens_the_axis() {
        let day = [span(300, 600)];
        let axis = Axis::of([day.as_slice()]);
        assert_eq!(axis.ticks().next(), Some(0));
        let (left, width) = axis.bar(day[0]);
        assert!((left - 48.0).abs() < 1e-9 && (width - 48.0).abs() < 1e-9);
    }
}
