//! Rules are data: whatever they say, the order of arrival does not matter, and nobody loses to a circle.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

mod story;

use domain::edit::{Edit, Source};
use domain::rules::{FieldPattern, Preference, Rule, RuleEffect, RuleSet};
use domain::schema::Schema;
use domain::{Actor, Record, Role, Scope};
use proptest::prelude::*;
use story::{actor, dot, edit, field, opening};
use sync_engine::reconcile::Settlement;
use sync_engine::{authority, preview, reconcile};

const SOURCES: [Source; 4] = [Source::Feedback, Source::ThirdParty, Source::Import, Source::Manual];
const ROLES: [Role; 3] = [Role::Merchant, Role::Operations, Role::Administrator];
const FIELDS: [(&str, [&str; 4]); 4] = [
    ("name", ["王记", "王家", "老王", "Ｗang"]),
    ("location", ["39.9042,116.4074", "39.9043,116.4074", "39.9044,116.4074", "somewhere"]),
    ("custom.seats", ["40", "42", "-", "44"]),
    ("hours.tu", ["[10:00-22:00]", "10-22", "[]", "-"]),
];

fn sides<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = (Vec<T>, Vec<T>)> {
    let some = || prop::sample::subsequence(all, 0..=all.len());
    (some(), some())
}

fn preference() -> impl Strategy<Value = Preference> {
    prop_oneof![
        2 => sides(&SOURCES).prop_map(|(of, over)| Preference::Source { of, over }),
        2 => sides(&ROLES).prop_map(|(of, over)| Preference::Role { of, over }),
        1 => Just(Preference::Later),
        1 => Just(Preference::Present),
        2 => prop_oneof![Just(5), Just(12), Just(50)].prop_map(|metres| Preference::Near { metres }),
        1 => Just(Preference::Unknown(serde_json::json!({"longest": {}}))),
    ]
}

/// Any rules, also ones that a server would not put in force.
fn rules() -> impl Strategy<Value = RuleSet> {
    let pattern = prop_oneof![Just("*"), Just("name"), Just("location"), Just("custom.*"), Just("hours.*"), Just("l*")];
    prop::collection::vec((pattern, preference()), 0..6).prop_map(|rules| {
        let rule = |(n, (pattern, prefer)): (usize, (&str, Preference))| Rule {
            id: format!("r{n}"),
            fields: FieldPattern(pattern.to_owned()),
            prefer,
        };
        RuleSet(rules.into_iter().enumerate().map(rule).collect())
    })
}

/// Edits of five people, of whom each has seen the opening and some have seen another's.
fn told() -> impl Strategy<Value = Vec<(Edit, Actor)>> {
    let one = (
        0..FIELDS.len(),
        0..4_usize,
        0..6_u64,
        prop::sample::select(&SOURCES[..]),
        prop::sample::select(&ROLES[..]),
        0..9_usize,
    );
    prop::collection::vec(one, 2..6).prop_map(|told| {
        let names: Vec<String> = (0..told.len()).map(|n| format!("{}1", char::from(b'A' + n as u8))).collect();
        let made = told.iter().enumerate().map(|(n, (what, value, at_s, source, role, saw))| {
            let (path, values) = FIELDS[*what];
            let saw = names[..n].get(*saw).map_or("S1".to_owned(), |other| format!("S1 {other}"));
            let who = Actor { role: *role, ..actor(&format!("p{n}"), Role::Operations, Scope::All) };
            (edit(&names[n], &saw, *at_s, *source, &[(path, values[*value])]), who)
        });
        made.collect()
    })
}

fn record_of(edits: &[(Edit, Actor)], rules: &RuleSet) -> Option<Record> {
    let mut record = authority::accept(None, &opening(), &story::operations(), rules, &Schema::default()).record;
    for (edit, who) in edits {
        let verdict = authority::accept(Some(record), edit, who, rules, &Schema::default());
        // Settling by writing is refused to some: that is ordered by the server, like every resolution.
        verdict.outcome.refusal().is_none().then_some(())?;
        record = verdict.record;
    }
    Some(record)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_rules_give_the_same_in_any_order(
        (rules, edits, shuffled) in (rules(), told()).prop_flat_map(|(rules, edits)| {
            (Just(rules), Just(edits.clone()), Just(edits).prop_shuffle())
        })
    ) {
        let (Some(one), Some(other)) = (record_of(&edits, &rules), record_of(&shuffled, &rules)) else { return Ok(()) };
        prop_assert_eq!(domain::digest::canonical(&one).unwrap(), domain::digest::canonical(&other).unwrap());
        prop_assert_eq!(reconcile::review(&one, &rules), reconcile::review(&other, &rules));
        prop_assert_eq!(reconcile::shown(&one, &rules), reconcile::shown(&other, &rules));
    }

    #[test]
    fn what_shows_is_a_candidate_and_a_question_has_two_answers(rules in rules(), edits in told()) {
        let Some(record) = record_of(&edits, &rules) else { return Ok(()) };
        let shown = reconcile::shown(&record, &rules);
        for (path, register) in &record.registers {
            let dots = reconcile::candidates(register);
            let mut turned = register.clone();
            turned.siblings.reverse();
            let settled = reconcile::settle(path, register, &record.edits, &rules).unwrap();
            prop_assert_eq!(&settled, &reconcile::settle(path, &turned, &record.edits, &rules).unwrap());
            prop_assert!(dots.contains(&settled.dot()));
            prop_assert_eq!(reconcile::shows(&record, path, &rules), shown.get(path).cloned());
            if let Settlement::Contested { dot, open } = settled {
                prop_assert!(open.len() > 1 && open.contains(&dot) && open.iter().all(|o| dots.contains(o)));
            }
        }
    }

    #[test]
    fn a_preview_is_what_the_new_rules_then_do(now in rules(), then in rules(), edits in told()) {
        let Some(record) = record_of(&edits, &now) else { return Ok(()) };
        let differences = preview::differences(&record, &now, &then);
        prop_assert!(preview::differences(&record, &now, &now).is_empty());
        for path in record.registers.keys() {
            let difference = differences.iter().find(|d| d.field == *path);
            let (asked, asks) = (reconcile::is_contested(&record, path, &now), reconcile::is_contested(&record, path, &then));
            let (shown, shows) = (reconcile::shown(&record, &now), reconcile::shown(&record, &then));
            let expected = match (asked, asks) {
                (true, false) => Some(RuleEffect::Settles),
                (false, true) => Some(RuleEffect::Reopens),
                _ => (shown.get(path) != shows.get(path)).then_some(RuleEffect::Changes),
            };
            prop_assert_eq!(difference.map(|d| d.effect), expected);
            if let Some(difference) = difference {
                prop_assert_eq!(&difference.would_show, &shows.get(path).cloned().unwrap_or_default());
            }
        }
    }
}

fn set(json: &str) -> RuleSet {
    serde_json::from_str(json).unwrap()
}

/// The settlement of one field among edits that had seen only the opening: who, second, source, role, value.
fn settled(path: &str, told: &[(&str, u64, Source, Role, &str)], rules: &RuleSet) -> Settlement {
    let edits: Vec<(Edit, Actor)> = told
        .iter()
        .map(|(who, at_s, source, role, value)| {
            (edit(who, "S1", *at_s, *source, &[(path, value)]), actor(who, *role, Scope::All))
        })
        .collect();
    let record = record_of(&edits, rules).unwrap();
    reconcile::settle(&field(path), &record.registers[&field(path)], &record.edits, rules).unwrap()
}

fn by(who: &str, rule: &str) -> Settlement {
    Settlement::Settled { dot: dot(who), rule: Some(rule.to_owned()) }
}

fn asks(open: &str) -> Settlement {
    let open: Vec<_> = open.split_whitespace().map(dot).collect();
    let first = open[0];
    Settlement::Contested { dot: first, open }
}

use Role::{Administrator, Merchant, Operations};
use Source::{Import, Manual, ThirdParty};

#[test]
fn a_role_over_another() {
    let rules = set(
        r#"[{"id":"r","fields":"name","prefer":{"role":{"of":["operations","administrator"],"over":["merchant"]}}}]"#,
    );
    assert_eq!(
        settled("name", &[("A1", 1, Manual, Merchant, "x"), ("B1", 2, Manual, Operations, "y")], &rules),
        by("B1", "r")
    );
    assert_eq!(
        settled("name", &[("A1", 1, Manual, Administrator, "x"), ("B1", 2, Manual, Operations, "y")], &rules),
        asks("A1 B1")
    );
}

#[test]
fn near_places_are_one_and_far_ones_a_question() {
    let near =
        |metres| set(&format!(r#"[{{"id":"n","fields":"custom.place","prefer":{{"near":{{"metres":{metres}}}}}}}]"#));
    // 0.0001 degrees of latitude are 11.12 m.
    let two = [("A1", 1, Manual, Operations, "39.9042,116.4074"), ("B1", 2, Manual, Operations, "39.9043,116.4074")];
    assert_eq!(settled("custom.place", &two, &near(12)), by("B1", "n"));
    assert_eq!(settled("custom.place", &two, &near(11)), asks("A1 B1"));
    // What is no place is no neighbour.
    let odd = [("A1", 1, Manual, Operations, "39.9042,116.4074"), ("B1", 2, Manual, Operations, "market")];
    assert_eq!(settled("custom.place", &odd, &near(12)), asks("A1 B1"));
    // A chain: each yields to the next, though the ends are farther apart.
    let chain = [two[0], two[1], ("C1", 3, Manual, Operations, "39.9044,116.4074")];
    assert_eq!(settled("custom.place", &chain, &near(12)), by("C1", "n"));
}

/// Imports over people, people over third parties, third parties over imports: nobody is left, all are asked.
#[test]
fn a_circle_rules_nobody_out() {
    let rules = set(r#"[{"id":"a","fields":"*","prefer":{"source":{"of":["import"],"over":["manual"]}}},
            {"id":"b","fields":"*","prefer":{"source":{"of":["manual"],"over":["third_party"]}}},
            {"id":"c","fields":"*","prefer":{"source":{"of":["third_party"],"over":["import"]}}}]"#);
    rules.check().unwrap();
    let three = [
        ("A1", 3, Import, Operations, "x"),
        ("B1", 2, Manual, Operations, "y"),
        ("C1", 1, ThirdParty, Operations, "z"),
    ];
    assert_eq!(settled("name", &three, &rules), asks("C1 B1 A1"));
    assert_eq!(settled("name", &three[..2], &rules), by("A1", "a"));
    // Nor does it make way for one of whom no rule speaks.
    let four = [three[0], three[1], three[2], ("D1", 4, Source::Feedback, Operations, "w")];
    assert_eq!(settled("name", &four, &rules), asks("C1 B1 A1 D1"));
}

#[test]
fn a_rule_that_prefers_both_has_no_opinion() {
    let rules =
        set(r#"[{"id":"both","fields":"*","prefer":{"source":{"of":["manual","import"],"over":["manual","import"]}}},
            {"id":"later","fields":"*","prefer":"later"}]"#);
    assert_eq!(rules.check().unwrap_err().code.as_str(), "bad_rules");
    let two = [("A1", 1, Manual, Operations, "x"), ("B1", 2, Import, Operations, "y")];
    assert_eq!(settled("name", &two, &rules), by("B1", "later"));
}

#[test]
fn a_newer_preference_leaves_it_to_the_next_rule() {
    let rules =
        set(r#"[{"id":"new","fields":"*","prefer":{"longest":{}}},{"id":"later","fields":"*","prefer":"later"}]"#);
    let two = [("A1", 1, Manual, Operations, "longer"), ("B1", 2, Manual, Operations, "y")];
    assert_eq!(settled("name", &two, &rules), by("B1", "later"));
}
