//! Any order of arrival gives the same record and the same questions (invariant 4), and a repetition changes
//! nothing (invariant 2).

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

mod story;

use domain::VersionVector;
use domain::edit::{Edit, Source};
use domain::rules::RuleSet;
use proptest::prelude::*;
use story::{edit, opening, operations, take};
use sync_engine::reconcile;

/// What a device does: write some registers, or catch up with what another has seen.
#[derive(Clone, Debug)]
enum Did {
    Wrote { device: usize, at_s: u64, source: Source, writes: Vec<(&'static str, &'static str)> },
    Saw { device: usize, other: usize },
}

const DEVICES: [&str; 4] = ["A", "B", "C", "D"];

fn write() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        3 => prop_oneof![Just("王记"), Just("王 记"), Just("wang"), Just("Ｗang"), Just("老王")].prop_map(|v| ("name", v)),
        2 => prop_oneof![Just("10-22"), Just("[10:00-22:00]"), Just("休息"), Just("-")].prop_map(|v| ("hours.tu", v)),
        1 => prop_oneof![Just("40"), Just("42")].prop_map(|v| ("custom.seats", v)),
        1 => prop_oneof![Just("yes"), Just("-")].prop_map(|v| ("tags.清真", v)),
        1 => prop_oneof![Just("yes"), Just("-")].prop_map(|v| ("phones.+8613800138000", v)),
        1 => prop_oneof![Just("yes"), Just("-")].prop_map(|v| ("deleted", v)),
        1 => prop_oneof![Just("x"), Just("y")].prop_map(|v| ("newer_schema.field", v)),
    ]
}

fn did() -> impl Strategy<Value = Did> {
    let source =
        prop_oneof![Just(Source::Manual), Just(Source::Import), Just(Source::ThirdParty), Just(Source::Feedback)];
    prop_oneof![
        3 => (0..DEVICES.len(), 0..20_u64, source, prop::collection::vec(write(), 1..4))
            .prop_map(|(device, at_s, source, writes)| Did::Wrote { device, at_s, source, writes }),
        1 => (0..DEVICES.len(), 0..DEVICES.len()).prop_map(|(device, other)| Did::Saw { device, other }),
    ]
}

/// The edits of a story, each with what its author had seen then.
fn edits(story: Vec<Did>) -> Vec<Edit> {
    let everybody: VersionVector = [opening().dot].into_iter().collect();
    let mut seen = vec![everybody; DEVICES.len()];
    let mut counters = [0; DEVICES.len()];
    let mut edits = Vec::new();
    for did in story {
        match did {
            Did::Wrote { device, at_s, source, mut writes } => {
                writes.sort();
                writes.dedup_by_key(|(field, _)| *field);
                counters[device] += 1;
                let name = format!("{}{}", DEVICES[device], counters[device]);
                let mut edit = edit(&name, "", at_s, source, &writes);
                edit.base = seen[device].clone();
                seen[device].add(edit.dot);
                edits.push(edit);
            }
            Did::Saw { device, other } => {
                let others = seen[other].clone();
                seen[device].join(&others);
            }
        }
    }
    edits
}

fn outcome(order: &[Edit]) -> (String, Option<domain::review::Review>) {
    let mut record = None;
    for edit in std::iter::once(&opening()).chain(order) {
        let verdict = take(&mut record, edit, &operations());
        assert!(verdict.outcome.refusal().is_none(), "{:?}", verdict.outcome);
    }
    let record = record.unwrap();
    (domain::digest::canonical(&record).unwrap(), reconcile::review(&record, &RuleSet::default()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_order_of_arrival_gives_the_same(
        (made, shuffled, repeats) in prop::collection::vec(did(), 1..14).prop_map(edits).prop_flat_map(|made| {
            let repeats = prop::collection::vec(prop::sample::select(if made.is_empty() { vec![opening()] } else { made.clone() }), 0..6);
            (Just(made.clone()), Just(made).prop_shuffle(), repeats)
        })
    ) {
        let (record, review) = outcome(&made);
        prop_assert_eq!(outcome(&shuffled), (record.clone(), review.clone()));
        // Duplicates, late and out of order, change nothing.
        let again: Vec<Edit> = shuffled.iter().chain(&repeats).chain(&made).cloned().collect();
        prop_assert_eq!(outcome(&again), (record, review));
    }

    #[test]
    fn what_everybody_sees_is_what_was_written_last_by_one_who_had_seen_all(
        made in prop::collection::vec(did(), 1..14).prop_map(edits)
    ) {
        let mut all = made;
        let mut last = edit("Z1", "", 99, Source::Manual, &[("name", "定"), ("deleted", "-"), ("hours.tu", "24h")]);
        last.base = all.iter().map(|e| e.dot).chain([opening().dot]).collect();
        all.push(last);
        let mut record = None;
        for edit in std::iter::once(&opening()).chain(&all) {
            take(&mut record, edit, &operations());
        }
        let record = record.unwrap();
        let shown = reconcile::shown(&record, &RuleSet::default());
        prop_assert_eq!(&shown[&story::field("name")], &story::value("定"));
        prop_assert_eq!(&shown[&story::field("hours.tu")], &story::value("[00:00-24:00]"));
        prop_assert!(!reconcile::is_deleted(&record, &RuleSet::default()));
        let open = reconcile::review(&record, &RuleSet::default()).map_or(Vec::new(), |r| r.items);
        prop_assert!(open.iter().all(|item| item.field.as_str() == "newer_schema.field"), "{:?}", open);
    }
}
