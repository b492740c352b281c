//! Clocks, dots and version vectors: the laws that merging counts on.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

use domain::hlc::SKEW_WARN_MS;
use domain::{DeviceId, Dot, Hlc, HlcClock, VersionVector};
use proptest::prelude::*;

fn dot() -> impl Strategy<Value = Dot> {
    (0..5_u64, 1..20_u64).prop_map(|(device, counter)| Dot { device: DeviceId(device), counter })
}
fn vector() -> impl Strategy<Value = VersionVector> {
    prop::collection::vec(dot(), 0..8).prop_map(|dots| dots.into_iter().collect())
}
fn joined(a: &VersionVector, b: &VersionVector) -> VersionVector {
    let mut both = a.clone();
    both.join(b);
    both
}

proptest! {
    #[test]
    fn a_clock_never_steps_back(
        walls in prop::collection::vec((0..1_u64 << 44, any::<bool>(), 0..1_u64 << 44), 1..60)
    ) {
        let mut clock = HlcClock::default();
        let mut last = clock.last();
        for (wall_ms, sees, seen_ms) in walls {
            if sees {
                clock.observe(Hlc::at_ms(seen_ms), wall_ms);
                prop_assert!(clock.last() >= last);
                last = clock.last();
            }
            let stamp = clock.tick(wall_ms);
            prop_assert!(stamp > last, "{stamp} after {last}");
            prop_assert!(stamp.wall_ms() >= wall_ms);
            last = stamp;
        }
        // And goes on from there after a restart.
        prop_assert!(HlcClock::after(last).tick(0) > last);
    }

    #[test]
    fn a_wrong_clock_elsewhere_is_not_followed(wall_ms in 0..1_u64 << 40, ahead_ms in 0..1_u64 << 40) {
        let mut clock = HlcClock::default();
        clock.tick(wall_ms);
        clock.observe(Hlc::at_ms(wall_ms + ahead_ms), wall_ms);
        prop_assert!(clock.last().wall_ms() <= wall_ms + SKEW_WARN_MS);
        prop_assert_eq!(clock.last().wall_ms() == wall_ms + ahead_ms, ahead_ms <= SKEW_WARN_MS);
    }

    #[test]
    fn stamps_sort_as_text_and_come_back(a: u64, b: u64) {
        let (a, b) = (Hlc(a), Hlc(b));
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        prop_assert_eq!(Hlc::try_from(a.to_string()).unwrap(), a);
        let json = serde_json::to_string(&a).unwrap();
        prop_assert_eq!(serde_json::from_str::<Hlc>(&json).unwrap(), a);
    }

    #[test]
    fn joining_is_a_lattice(a in vector(), b in vector(), c in vector()) {
        prop_assert_eq!(joined(&a, &b), joined(&b, &a));
        prop_assert_eq!(joined(&joined(&a, &b), &c), joined(&a, &joined(&b, &c)));
        prop_assert_eq!(joined(&a, &a), a.clone());
        prop_assert!(joined(&a, &b).covers(&a) && joined(&a, &b).covers(&b));
        prop_assert_eq!(a.covers(&b), joined(&a, &b) == a);
        if a.covers(&b) && b.covers(&a) {
            prop_assert_eq!(&a, &b);
        }
    }

    #[test]
    fn a_joined_vector_contains_what_either_does(a in vector(), b in vector(), dot in dot()) {
        prop_assert_eq!(joined(&a, &b).contains(dot), a.contains(dot) || b.contains(dot));
        let mut more = a.clone();
        more.add(dot);
        prop_assert!(more.contains(dot) && more.covers(&a));
        let json = serde_json::to_string(&a).unwrap();
        prop_assert_eq!(serde_json::from_str::<VersionVector>(&json).unwrap(), a);
    }

    #[test]
    fn dots_come_back(device: u64, counter: u64) {
        let dot = Dot { device: DeviceId(device), counter };
        prop_assert_eq!(dot.to_string().parse::<Dot>().unwrap(), dot);
    }
}

#[test]
fn ids_are_strict() {
    for text in ["", "1", "00000000000000g0", "+000000000000001", "00000000000000001", "-000000000000001"] {
        assert!(text.parse::<DeviceId>().is_err(), "{text}");
        assert!(Hlc::try_from(text.to_owned()).is_err(), "{text}");
    }
    for text in ["", ":", "0000000000000001", "0000000000000001:", "0000000000000001:+1", "0000000000000001:-1", "x:1"]
    {
        assert!(text.parse::<Dot>().is_err(), "{text}");
    }
}

#[test]
fn the_largest_stamp_is_no_reason_to_panic() {
    assert_eq!(HlcClock::after(Hlc(u64::MAX)).tick(0), Hlc(u64::MAX));
    assert_eq!(Hlc::at_ms(u64::MAX).wall_ms(), (1 << 48) - 1);
}
