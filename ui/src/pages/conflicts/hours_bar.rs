//! The opening hours of one day as a bar, with what differs from the base.

use domain::Value;
use domain::hours::{Span, from_value};

/// Where the bar begins unless something opens earlier, in minutes.
const BEGIN_MIN: u16 = 6 * 60;
/// Where it ends unless something closes later, in minutes from the day's midnight.
const END_MIN: u16 = 30 * 60;

/// How a stretch compares with the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// Open in both.
    Kept,
    /// Open only here.
    Added,
    /// Open only in the base.
    Removed,
}

/// A stretch of the bar, in minutes from the day's midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First minute.
    pub from_min: u16,
    /// The minute after the last.
    pub to_min: u16,
    /// How it compares.
    pub stretch: Stretch,
}

/// The range that all bars of one field share, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Left end.
    pub from_min: u16,
    /// Right end.
    pub to_min: u16,
}

impl Axis {
    /// An axis on which all of these values fit.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Self {
        let spans: Vec<Span> = values.into_iter().flat_map(spans).collect();
        let from = spans.iter().map(|s| s.start_min).min().unwrap_or(BEGIN_MIN);
        let to = spans.iter().map(|s| s.end_min).max().unwrap_or(END_MIN);
        Self {
            from_min: if from < BEGIN_MIN { 0 } else { BEGIN_MIN },
            to_min: to.max(END_MIN).next_multiple_of(6 * 60),
        }
    }

    /// Whole hours to label, every six.
    pub fn ticks(self) -> Vec<u16> {
        (self.from_min / 60..self.to_min / 60).step_by(6).collect()
    }

    /// Where a minute lies, 0 to 1.
    pub fn share(self, minute: u16) -> f64 {
        let length = f64::from(self.to_min.saturating_sub(self.from_min).max(1));
        (f64::from(minute.saturating_sub(self.from_min)) / length).min(1.0)
    }
}

fn spans(value: &Value) -> Vec<Span> {
    from_value(value).ok().flatten().unwrap_or_default()
}

/// The bar of a value beside the base's.
pub fn segments(base: &Value, value: &Value) -> Vec<Segment> {
    let (old, new) = (spans(base), spans(value));
    let mut edges: Vec<u16> = old.iter().chain(&new).flat_map(|s| [s.start_min, s.end_min]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut out: Vec<Segment> = Vec::new();
    for pair in edges.windows(2) {
        let (from_min, to_min) = (pair[0], pair[1]);
        let within = |spans: &[Span]| spans.iter().any(|s| s.start_min <= from_min && to_min <= s.end_min);
        let stretch = match (within(&old), within(&new)) {
            (true, true) => Stretch::Kept,
            (false, true) => Stretch::Added,
            (true, false) => Stretch::Removed,
            (false, false) => continue,
        };
        match out.last_mut() {
            Some(last) if last.to_min == from_min && last.stretch == stretch => last.to_min = to_min,
            _ => out.push(Segment { from_min, to_min, stretch }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(spans: &[&str]) -> Value {
        Value::list(spans.iter().copied())
    }

    fn drawn(base: &Value, value: &Value) -> Vec<(u16, u16, Stretch)> {
        segments(base, value).into_iter().map(|s| (s.from_min / 60, s.to_min / 60, s.stretch)).collect()
    }

    #[test]
    fn bars_show_what_differs() {
        use Stretch::{Added, Kept, Removed};
        let base = day(&["10:00-22:00"]);
        for (value, expected) in [
            (base.clone(), vec![(10, 22, Kept)]),
            (day(&["10:00-01:00"]), vec![(10, 22, Kept), (22, 25, Added)]),
            (day(&["10:00-14:00", "17:00-22:00"]), vec![(10, 14, Kept), (14, 17, Removed), (17, 22, Kept)]),
            (day(&[]), vec![(10, 22, Removed)]),
            (Value::NULL, vec![(10, 22, Removed)]),
            (day(&["00:00-24:00"]), vec![(0, 10, Added), (10, 22, Kept), (22, 24, Added)]),
            (Value::text("nonsense"), vec![(10, 22, Removed)]),
        ] {
            assert_eq!(drawn(&base, &value), expected, "{}", value.canonical());
        }
        assert_eq!(drawn(&Value::NULL, &Value::NULL), Vec::new());
    }

    #[test]
    fn the_axis_holds_everything() {
        let usual = Axis::of([&day(&["10:00-22:00"])]);
        assert_eq!(usual, Axis { from_min: 360, to_min: 1800 });
        assert_eq!(usual.ticks(), [6, 12, 18, 24]);
        assert_eq!(Axis::of([&day(&["00:00-24:00"])]).from_min, 0);
        assert_eq!(Axis::of([&day(&["23:00-22:00"])]).to_min, 2880);
        assert!((usual.share(1080) - 0.5).abs() < 1e-9);
        assert!((usual.share(9999) - 1.0).abs() < 1e-9);
    }
}
