//! Nice ticks and the mapping from values to pixels.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Timelike, Utc};
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;

use crate::Unit;
use crate::canvas::{UNITS_PER_PX, units};

/// A linear scale from values to CSS pixels; plotters does the mapping.
pub(crate) struct Scale {
    coord: RangedCoordf64,
    limit: (i32, i32),
    low: f64,
    high: f64,
}

impl Scale {
    /// `low` maps to `low_px` and `high` to `high_px`; an empty range is widened.
    pub(crate) fn new(low: f64, high: f64, low_px: f64, high_px: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { coord: (low..high).into(), limit: (units(low_px), units(high_px)), low, high }
    }

    /// The pixel of a value; values outside the range stay at its edge.
    pub(crate) fn px(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        f64::from(self.coord.map(&value, self.limit)) / UNITS_PER_PX
    }
}

/// Values and labels of an axis that starts at 0.
pub(crate) struct Axis {
    pub(crate) max: f64,
    pub(crate) ticks: Vec<(f64, String)>,
    pub(crate) unit: Unit,
}

/// Values above this are drawn at the edge: a lag of 30 years, or a count no queue can hold.
const LARGEST: f64 = 1e9;

/// A finite, non-negative, drawable value; `None` is "no data".
pub(crate) fn sane(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(0.0, LARGEST))
}

/// An axis of counts from 0 to at least `max` with about `wanted` steps of 1, 2 or 5 times a power
/// of ten.
pub(crate) fn count_axis(max: f64, wanted: f64) -> Axis {
    let max = sane(max).unwrap_or(0.0).max(1.0);
    let raw = (max / wanted.max(1.0)).max(1.0);
    let magnitude = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .find(|step| *step >= raw && step.fract() == 0.0)
        .unwrap_or(10.0 * magnitude);
    // The next line above the data is shown where it is near: a bar then ends under a line.
    let above = (max / step).ceil() * step;
    let max = if above - max < step / 2.0 { above } else { max };
    let ticks = steps(max, step).into_iter().map(|value| (value, count_label(value))).collect();
    Axis { max, ticks, unit: Unit::Count }
}

/// `1,000`: every language of the window groups digits so.
fn count_label(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut label = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            label.push(',');
        }
        label.push(digit);
    }
    label
}

/// Steps at which people count time, seconds.
const TIME_STEPS_S: [f64; 20] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10_800.0, 21_600.0,
    43_200.0, 86_400.0, 172_800.0, 604_800.0,
];

/// An axis of durations in seconds from 0 to at least `max_s`.
pub(crate) fn duration_axis(max_s: f64, wanted: f64) -> Axis {
    let max = sane(max_s).unwrap_or(0.0).max(1.0);
    let raw = max / wanted.max(1.0);
    let step =
        TIME_STEPS_S.into_iter().find(|step| *step >= raw).unwrap_or_else(|| (raw / 604_800.0).ceil() * 604_800.0);
    let values = steps(max, step);
    let top = values.last().copied().unwrap_or(0.0);
    let unit = if top < 60.0 {
        Unit::Seconds
    } else if top < 7200.0 {
        Unit::MinutesSeconds
    } else {
        Unit::HoursMinutes
    };
    let ticks = values.into_iter().map(|value| (value, duration_label(value, unit))).collect();
    Axis { max, ticks, unit }
}

/// Digits of a duration in the axis' unit.
#[expect(clippy::cast_possible_truncation, reason = "durations are clamped to 1e9 seconds")]
fn duration_label(value_s: f64, unit: Unit) -> String {
    let whole = value_s.round() as i64;
    match unit {
        _ if whole == 0 => "0".to_owned(),
        Unit::MinutesSeconds => format!("{}:{:02}", whole / 60, whole % 60),
        Unit::HoursMinutes => format!("{}:{:02}", whole / 3600, whole % 3600 / 60),
        _ => whole.to_string(),
    }
}

fn steps(max: f64, step: f64) -> Vec<f64> {
    let mut values = Vec::new();
    let mut index = 0u32;
    while f64::from(index) * step <= max * 1.000_001 && index < 64 {
        values.push(f64::from(index) * step);
        index += 1;
    }
    values
}

/// A day as `11-20`.
pub(crate) fn day_label(day: NaiveDate) -> String {
    format!("{:02}-{:02}", day.month(), day.day())
}

/// Ticks of a time axis in local time, at most `wanted`: hours while the range is under two days,
/// otherwise days at noon, so that a day's label stands under the middle of the day. A last day that has
/// not come to its noon is labelled at `to`.
pub(crate) fn time_ticks(
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    offset: FixedOffset,
    wanted: i64,
) -> Vec<(DateTime<Utc>, String)> {
    let wanted = wanted.clamp(1, 48);
    let range_s = (to - from).num_seconds();
    if range_s <= 0 {
        return Vec::new();
    }
    let local = from.with_timezone(&offset);
    let since_midnight_s = i64::from(local.num_seconds_from_midnight());
    let by_day = range_s > 2 * 86_400;
    let (step_s, phase_s) = if by_day {
        (86_400 * (range_s / 86_400 / wanted + 1), 43_200)
    } else {
        let step = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600]
            .into_iter()
            .find(|step| range_s / step <= wanted)
            .unwrap_or(43_200);
        (step, 0)
    };
    let midnight = from - TimeDelta::seconds(since_midnight_s);
    let mut ticks = Vec::new();
    let mut index = 0;
    while let Some(at) = midnight.checked_add_signed(TimeDelta::seconds(phase_s + index * step_s)) {
        let last_day = by_day && at.with_timezone(&offset).date_naive() == to.with_timezone(&offset).date_naive();
        let at = if last_day { at.min(to) } else { at };
        if at > to || index > 4_000 {
            break;
        }
        if at >= from {
            let there = at.with_timezone(&offset);
            let label = if by_day {
                day_label(there.date_naive())
            } else {
                format!("{:02}:{:02}", there.hour(), there.minute())
            };
            ticks.push((at, label));
        }
        index += 1;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn count_ticks_are_whole_and_few() {
        for (max, last) in [
            (0.0, "1"),
            (1.0, "1"),
            (3.0, "3"),
            (71.0, "75"),
            (655.0, "750"),
            (1000.0, "1,000"),
            (1e12, "1,000,000,000"),
        ] {
            let axis = count_axis(max, 3.0);
            assert_eq!(axis.ticks[0].1, "0");
            assert!(axis.ticks.len() <= 5, "{max}: {:?}", axis.ticks);
            assert_eq!(axis.ticks.last().map(|t| t.1.as_str()), Some(last), "{max}");
        }
    }

    #[test]
    fn duration_labels_follow_the_range() {
        for (max, last, unit) in [
            (0.0, "1", Unit::Seconds),
            (40.0, "30", Unit::Seconds),
            (125.0, "2:00", Unit::MinutesSeconds),
            (4000.0, "60:00", Unit::MinutesSeconds),
            (14_520.0, "4:00", Unit::HoursMinutes),
        ] {
            let axis = duration_axis(max, 3.0);
            assert_eq!(axis.ticks.last().map(|t| t.1.as_str()), Some(last), "{max}");
            assert_eq!(axis.unit, unit, "{max}");
        }
    }

    #[test]
    fn the_last_day_is_labelled_before_its_noon_too() {
        let offset = FixedOffset::east_opt(8 * 3600).expect("an offset");
        let at = |hours: i64| DateTime::from_timestamp(1_795_363_200 + hours * 3600, 0).expect("a time");
        // Seven days from midnight in the reader's zone, or thirty.
        for (hours, wanted, count, last, last_at) in [
            (6 * 24 + 2, 14, 7, "11-29", 6 * 24 + 2),
            (6 * 24 + 12, 14, 7, "11-29", 6 * 24 + 12),
            (6 * 24 + 20, 14, 7, "11-29", 6 * 24 + 12),
            (6 * 24 + 2, 3, 3, "11-29", 6 * 24 + 2),
            (29 * 24 + 2, 14, 10, "12-20", 27 * 24 + 12),
            (26, 14, 14, "02:00", 26),
        ] {
            let ticks = time_ticks(at(0), at(hours), offset, wanted);
            let label = ticks.last().map(|(at, label)| (*at, label.as_str()));
            assert_eq!((ticks.len(), label), (count, Some((at(last_at), last))), "{hours} hours");
        }
    }

    proptest! {
        #[test]
        fn scales_are_monotone(low in -1e6f64..1e6, span in 0.0f64..1e9, a in 0.0f64..1.0, b in 0.0f64..1.0) {
            let scale = Scale::new(low, low + span, 200.0, 10.0);
            let (a, b) = if a < b { (a, b) } else { (b, a) };
            prop_assert!(scale.px(low + a * span) >= scale.px(low + b * span));
            prop_assert!((10.0..=200.0).contains(&scale.px(low + a * span)));
        }
    }
}
