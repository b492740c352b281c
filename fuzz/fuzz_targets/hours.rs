//! Texts about opening hours.
#![no_main]

use domain::{ErrorCode, validate};
use libfuzzer_sys::fuzz_target;
use reading::hours::{self, Hours};

/// Spans lie in order, end by 30:00, and do not run into the next day's.
fn is_a_week(found: &Hours) -> bool {
    let in_order = |spans: &[domain::hours::Span]| {
        spans.windows(2).all(|pair| pair[0].end_min < pair[1].start_min)
            && spans.iter().all(|span| span.start_min < 1440 && span.start_min < span.end_min && span.end_min <= 1800)
    };
    let spills = |n: usize| {
        let end = found.days[n].last().map_or(0, |span| span.end_min);
        found.days[(n + 1) % 7].first().is_some_and(|span| end > 1440 + span.start_min)
    };
    found.days.iter().all(|day| in_order(day)) && !(0..7).any(spills) && in_order(&found.ph)
}

fuzz_target!(|bytes: &[u8]| {
    let Some(typed) = fuzz::text(bytes) else { return };
    fuzz::reads_once_and_for_all(&["hours", "hours.mo", "hours.special.2026-10-01"], typed);
    let Ok(found) = hours::read(typed) else { return };
    assert!(is_a_week(&found), "{typed:?} {found:?}");
    for (field, value) in found.registers() {
        assert_eq!(validate::normalise(&field, &value).as_ref(), Ok(&value), "{typed:?}");
    }
    if found.days.iter().any(|day| !day.is_empty()) {
        match hours::read(&hours::osm(&found)) {
            Ok(again) => fuzz::is_same(&(&again.days, &again.ph), &(&found.days, &found.ph), &typed),
            // A span far across midnight that only its words made plain.
            Err(finding) => assert_eq!(finding.code, ErrorCode::Ambiguous, "{typed:?}"),
        }
    }
});
