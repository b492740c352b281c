//! Every chart, over tables of awkward inputs and random ones: no panic, geometry inside the plot,
//! well-formed and CSP-proof SVG, and nothing but digits, times and dates as text.

#![allow(clippy::expect_used)]

use charts::{
    CalibrationPoint, Chart, DayCounts, Interval, LagPoint, Size, SourceCounts, TimeAxis, WaitBins, calibration,
    conflicts_by_day, interval_strip, lag_series, sources, wait_histogram,
};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;

const WIDE: Size = Size { width_px: 1110, height_px: 146 };
const CARD: Size = Size { width_px: 332, height_px: 152 };

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + seconds, 0).expect("a valid time")
}

fn axis(hours: i64, bucket_s: u32) -> TimeAxis {
    TimeAxis {
        from: at(0),
        to: at(hours * 3600),
        offset: FixedOffset::east_opt(8 * 3600).expect("a valid offset"),
        bucket_s,
    }
}

fn lag(values: &[(i64, f64, f64)]) -> Vec<LagPoint> {
    values.iter().map(|&(s, p50_s, p95_s)| LagPoint { at: at(s), p50_s, p95_s }).collect()
}

fn days(counts: &[Vec<u64>]) -> Vec<DayCounts> {
    let first = NaiveDate::from_ymd_opt(2026, 11, 14).expect("a valid day");
    counts
        .iter()
        .enumerate()
        .map(|(i, counts)| DayCounts { day: first + TimeDelta::days(i as i64), counts: counts.clone() })
        .collect()
}

fn check(chart: &Chart, name: &str) {
    let svg = &chart.svg;
    let xml = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{name}: not well-formed: {error}\n{svg}"));
    for node in xml.descendants() {
        assert!(node.attribute("style").is_none(), "{name}: a style attribute");
        assert!(!node.has_tag_name("style"), "{name}: a style element");
        for attribute in node.attributes() {
            let value = attribute.value();
            assert!(!value.contains('#'), "{name}: a raw colour: {value}");
            assert!(!value.contains("NaN") && !value.contains("inf"), "{name}: {value}");
        }
        if node.has_tag_name("text") {
            let text = node.text().unwrap_or_default().trim();
            let plain = |c: char| c.is_ascii_digit() || ":-+%/ .,".contains(c);
            let ok = text == "p50" || text == "p95" || text.chars().all(plain);
            assert!(ok, "{name}: words in the picture: {text}");
        }
    }
    let (w, h) = (f64::from(chart.size.width_px), f64::from(chart.size.height_px));
    let plot = chart.plot;
    assert!(plot.x >= 0.0 && plot.x + plot.width <= w + 0.1, "{name}: {plot:?}");
    assert!(plot.y >= 0.0 && plot.y + plot.height <= h + 0.1, "{name}: {plot:?}");
    for mark in &chart.marks {
        let inside = mark.x >= plot.x - 0.11
            && mark.y >= plot.y - 0.11
            && mark.x + mark.width <= plot.x + plot.width + 0.11
            && mark.y + mark.height <= plot.y + plot.height + 0.11
            && mark.width >= 0.0
            && mark.height >= 0.0
            && mark.anchor_x >= plot.x - 0.11
            && mark.anchor_x <= plot.x + plot.width + 0.11
            && mark.anchor_y >= plot.y - 0.11
            && mark.anchor_y <= plot.y + plot.height + 0.11;
        assert!(inside, "{name}: {mark:?} outside {plot:?}");
    }
    assert!(svg.len() < 400_000, "{name}: {} bytes", svg.len());
    for pair in chart.y_ticks.windows(2) {
        assert!(pair[0].position >= pair[1].position, "{name}: ticks out of order");
    }
}

#[test]
fn lag_draws_awkward_series() {
    let dense: Vec<_> = (0..10_000).map(|i| (i * 60, (i % 7) as f64, (i % 31) as f64)).collect();
    let table = [
        ("none", Vec::new()),
        ("one", vec![(3600, 9.0, 30.0)]),
        ("zero", vec![(0, 0.0, 0.0), (3600, 0.0, 0.0)]),
        ("huge", vec![(0, 1e300, f64::MAX), (3600, 1e12, 1e15)]),
        ("not finite", vec![(0, f64::NAN, 1.0), (3600, 1.0, f64::INFINITY)]),
        ("negative", vec![(0, -5.0, -1.0)]),
        ("p50 over p95", vec![(0, 9.0, 3.0), (3600, 9.0, 3.0)]),
        ("dense", dense),
    ];
    for (name, values) in table {
        for size in [WIDE, CARD, Size { width_px: 0, height_px: 0 }] {
            let chart = lag_series(&lag(&values), axis(168, 3600), size).expect("drawn");
            check(&chart, name);
        }
    }
}

#[test]
fn an_empty_chart_still_has_axes_and_no_marks() {
    let chart = lag_series(&[], axis(24, 3600), WIDE).expect("drawn");
    assert!(chart.marks.is_empty());
    assert!(chart.x_ticks.len() > 3 && chart.y_ticks.len() > 1);
    assert!(!chart.svg.contains("polyline") || !chart.svg.contains("polygon"));
    let chart = conflicts_by_day(&[], 5, CARD).expect("drawn");
    assert!(chart.marks.is_empty() && !chart.y_ticks.is_empty());
}

#[test]
fn a_point_by_itself_is_two_marks_and_no_line() {
    let chart = lag_series(&lag(&[(3600, 9.0, 30.0)]), axis(168, 3600), WIDE).expect("drawn");
    assert_eq!(chart.svg.matches("<circle").count(), 2, "{}", chart.svg);
    assert!(!chart.svg.contains("stroke-dasharray"), "{}", chart.svg);
    let pair = lag_series(&lag(&[(3600, 9.0, 30.0), (7200, 9.0, 30.0)]), axis(8, 3600), WIDE).expect("drawn");
    assert_eq!(pair.svg.matches("<circle").count(), 4, "{}", pair.svg);
    assert!(pair.svg.contains("stroke-dasharray"), "{}", pair.svg);
}

#[test]
fn a_gap_breaks_the_line() {
    let points = lag(&[(0, 5.0, 9.0), (3600, 5.0, 9.0), (36_000, 5.0, 9.0), (39_600, 5.0, 9.0)]);
    let chart = lag_series(&points, axis(24, 3600), WIDE).expect("drawn");
    assert_eq!(chart.svg.matches("<polygon").count(), 2);
    let closed = lag_series(&points, axis(24, 36_000), WIDE).expect("drawn");
    assert_eq!(closed.svg.matches("<polygon").count(), 1);
}

#[test]
fn dense_input_is_merged_and_keeps_its_peak() {
    let mut values: Vec<_> = (0..10_000).map(|i| (i * 60, 2.0, 5.0)).collect();
    values[7_777].2 = 900.0;
    let chart = lag_series(&lag(&values), axis(168, 60), WIDE).expect("drawn");
    assert!(chart.marks.len() <= 555, "{}", chart.marks.len());
    assert_eq!(chart.marks.iter().map(|m| m.span).sum::<usize>(), 10_000);
    let highest = chart.marks.iter().min_by(|a, b| a.anchor_y.total_cmp(&b.anchor_y));
    let peak = highest.expect("marks");
    assert!((peak.index..peak.index + peak.span).contains(&7_777));
}

#[test]
fn columns_show_totals_and_group_colours() {
    let chart = conflicts_by_day(&days(&[vec![14, 9, 5, 2, 3], vec![0; 5]]), 5, CARD).expect("ok");
    check(&chart, "columns");
    let xml = roxmltree::Document::parse(&chart.svg).expect("xml");
    let texts: Vec<_> =
        xml.descendants().filter(|n| n.has_tag_name("text")).filter_map(|n| n.text().map(str::trim)).collect();
    assert!(texts.contains(&"33"), "{texts:?}");
    assert!(texts.contains(&"11-14"), "{texts:?}");
    assert!(chart.svg.contains("var(--c6)") && !chart.svg.contains("var(--c5)"));
}

#[test]
fn waits_change_colour_at_the_target() {
    let bins = WaitBins { bin_s: 60, counts: vec![412, 655, 540, 388, 246, 151], open_ended: true, target_s: 240 };
    let chart = wait_histogram(&bins, CARD).expect("drawn");
    check(&chart, "waits");
    assert_eq!(chart.svg.matches("var(--c1)").count(), 4);
    assert_eq!(chart.svg.matches("var(--c2)").count(), 2);
    assert!(chart.x_ticks.iter().any(|t| t.label == "5+"));
}

#[test]
fn every_other_chart_draws_awkward_data() {
    for counts in [vec![], vec![vec![]], vec![vec![0; 9]], vec![vec![u64::MAX; 6]; 3], vec![vec![1, 2]; 10_000]] {
        for groups in [0, 1, 5, 6, 99] {
            check(&conflicts_by_day(&days(&counts), groups, CARD).expect("drawn"), "conflicts");
        }
    }
    for n in [0usize, 1, 5, 5_000] {
        for big in [0, 1, u64::MAX] {
            let rows = vec![SourceCounts { auto_merged: big, by_people: big }; n];
            let chart = sources(&rows, CARD).expect("drawn");
            check(&chart, "sources");
            assert_eq!(chart.marks.len() + chart.omitted, n);
            let bins = WaitBins { bin_s: 0, counts: vec![big; n], open_ended: n % 2 == 1, target_s: u32::MAX };
            check(&wait_histogram(&bins, CARD).expect("drawn"), "waits");
            let point = CalibrationPoint { predicted: big as f64, observed: f64::MIN, low: f64::NAN, high: 2.0 };
            check(&calibration(&vec![point; n], CARD).expect("drawn"), "calibration");
        }
    }
    let strip = |p10, p50, p90, to| {
        let interval = Interval { p10_at: at(p10), p50_at: at(p50), p90_at: at(p90) };
        interval_strip(&interval, at(0), at(to), Size { width_px: 96, height_px: 16 }).expect("drawn")
    };
    check(&strip(60, 300, 600, 1440), "strip");
    check(&strip(-999_999, 5, 999_999, 1440), "strip beyond the scale");
    check(&strip(9, 5, 1, 0), "strip upside down");
}

#[test]
fn a_chart_survives_the_wire() {
    let chart = sources(&[SourceCounts { auto_merged: 88, by_people: 8 }], CARD).expect("drawn");
    let text = serde_json::to_string(&chart).expect("serialised");
    assert_eq!(serde_json::from_str::<Chart>(&text).expect("read back"), chart);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn random_charts_hold_together(
        points in prop::collection::vec((-1000i64..700_000, -1.0f64..1e7, -1.0f64..1e7), 0..300),
        counts in prop::collection::vec(prop::collection::vec(0u64..5000, 0..7), 0..60),
        width_px in 0u32..3000,
        height_px in 0u32..600,
        bin_s in 0u32..4000,
    ) {
        let size = Size { width_px, height_px };
        check(&lag_series(&lag(&points), axis(168, 3600), size).expect("drawn"), "lag");
        check(&conflicts_by_day(&days(&counts), 5, size).expect("drawn"), "conflicts");
        let flat: Vec<u64> = counts.iter().flatten().copied().collect();
        let rows: Vec<_> = flat.chunks_exact(2).map(|c| SourceCounts { auto_merged: c[0], by_people: c[1] }).collect();
        check(&sources(&rows, size).expect("drawn"), "sources");
        let bins = WaitBins { bin_s, counts: flat, open_ended: true, target_s: 240 };
        let waits = wait_histogram(&bins, size).expect("drawn");
        check(&waits, "waits");
        for (a, b) in waits.marks.iter().zip(&bins.counts).flat_map(|a| waits.marks.iter().zip(&bins.counts).map(move |b| (a, b))) {
            if a.0.span == 1 && b.0.span == 1 && a.1 < b.1 {
                prop_assert!(a.0.anchor_y >= b.0.anchor_y);
            }
        }
        let points: Vec<_> = points.iter().map(|p| CalibrationPoint {
            predicted: (p.1 / 1e7).abs(), observed: (p.2 / 1e7).abs(), low: 0.1, high: 0.9,
        }).collect();
        check(&calibration(&points, size).expect("drawn"), "calibration");
    }
}
