//! What a register shows, as a table: one row a rule. Each row holds in every order of arrival.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

mod story;

use domain::edit::Source::{Feedback, Import, Manual, ThirdParty};
use domain::edit::{Edit, EditState, FieldDecision, Source};
use domain::rules::RuleSet;
use domain::{Decision, Value};
use story::{after, dot, edit, field, opening, orders, resolution, value};
use sync_engine::reconcile::{self, Settlement};

/// What people see at the end.
enum Then {
    /// This value, with nobody against it.
    Shows(&'static str),
    /// This value, by this rule.
    Rule(&'static str, &'static str),
    /// A question between these values, oldest first; the first shows until it is answered.
    Asks(&'static [&'static str]),
}
use Then::{Asks, Rule, Shows};

struct Row {
    says: &'static str,
    field: &'static str,
    /// Who, what they had seen, second, source, value. The shop was opened by S1.
    edits: &'static [(&'static str, &'static str, u64, Source, &'static str)],
    then: Then,
}

const TABLE: &[Row] = &[
    Row { says: "nobody changed it", field: "name", edits: &[], then: Shows("老王面馆") },
    Row {
        says: "one person changed it",
        field: "name",
        edits: &[("A1", "S1", 10, Manual, "王记")],
        then: Shows("王记"),
    },
    Row {
        says: "a second person saw the first change and changed it again",
        field: "name",
        edits: &[("A1", "S1", 10, Manual, "王记"), ("B1", "S1 A1", 20, Manual, "王家")],
        then: Shows("王家"),
    },
    Row {
        says: "seen counts, not the clock: B saw A's, though B's clock is behind",
        field: "name",
        edits: &[("A1", "S1", 99, Manual, "王记"), ("B1", "S1 A1", 1, Manual, "王家")],
        then: Shows("王家"),
    },
    Row {
        says: "two people who had not seen each other wrote different names",
        field: "name",
        edits: &[("A1", "S1", 10, Manual, "王记"), ("B1", "S1", 20, Manual, "王家")],
        then: Asks(&["王记", "王家"]),
    },
    Row {
        says: "a third candidate joins the question",
        field: "name",
        edits: &[("A1", "S1", 10, Manual, "王记"), ("B1", "S1", 20, Manual, "王家"), ("C1", "S1", 5, Manual, "老王")],
        then: Asks(&["老王", "王记", "王家"]),
    },
    Row {
        says: "both wrote the same: no question, the older spelling shows",
        field: "name",
        edits: &[("A1", "S1", 10, Manual, "王记"), ("B1", "S1", 20, Manual, "王记")],
        then: Shows("王记"),
    },
    Row {
        says: "the same but for width and case: no question, the older spelling shows",
        field: "name",
        edits: &[("A1", "S1", 20, Manual, "Ｗang"), ("B1", "S1", 10, Manual, "wang")],
        then: Shows("wang"),
    },
    Row {
        says: "two of three agree: still a question, between two values",
        field: "name",
        edits: &[("A1", "S1", 10, Manual, "王记"), ("B1", "S1", 20, Manual, "王家"), ("C1", "S1", 30, Manual, "王记")],
        then: Asks(&["王记", "王家"]),
    },
    Row {
        says: "one who saw both writes a third: settled",
        field: "name",
        edits: &[
            ("A1", "S1", 10, Manual, "王记"),
            ("B1", "S1", 20, Manual, "王家"),
            ("C1", "S1 A1 B1", 30, Manual, "老王"),
        ],
        then: Shows("老王"),
    },
    Row {
        says: "one who saw only one of them replaces only that",
        field: "name",
        edits: &[
            ("A1", "S1", 10, Manual, "王记"),
            ("B1", "S1", 20, Manual, "王家"),
            ("C1", "S1 A1", 30, Manual, "老王"),
        ],
        then: Asks(&["王家", "老王"]),
    },
    Row {
        says: "A changes an own earlier change: only the last one counts against B's",
        field: "name",
        edits: &[("A1", "S1", 10, Manual, "王"), ("A2", "S1 A1", 11, Manual, "王记"), ("B1", "S1", 20, Manual, "王家")],
        then: Asks(&["王记", "王家"]),
    },
    Row {
        says: "the merchant's own word beats a linked application's",
        field: "name",
        edits: &[("A1", "S1", 10, Manual, "王记"), ("B1", "S1", 20, ThirdParty, "WANG")],
        then: Rule("王记", "merchant_over_third_party"),
    },
    Row {
        says: "a file beats a customer",
        field: "name",
        edits: &[("A1", "S1", 20, Import, "王记"), ("B1", "S1", 10, Feedback, "WANG")],
        then: Rule("王记", "merchant_over_third_party"),
    },
    Row {
        says: "two applications: people choose",
        field: "name",
        edits: &[("A1", "S1", 10, ThirdParty, "王记"), ("B1", "S1", 20, ThirdParty, "王家")],
        then: Asks(&["王记", "王家"]),
    },
    Row {
        says: "two people and an application: the question is between the people",
        field: "name",
        edits: &[("A1", "S1", 10, Manual, "王记"), ("B1", "S1", 20, Manual, "王家"), ("C1", "S1", 5, ThirdParty, "W")],
        then: Asks(&["王记", "王家"]),
    },
    Row {
        says: "that an application said the same earlier does not weaken a person's word",
        field: "name",
        edits: &[
            ("A1", "S1", 5, ThirdParty, "王记"),
            ("B1", "S1", 10, Manual, "王记"),
            ("C1", "S1", 20, Manual, "王家"),
        ],
        then: Asks(&["王记", "王家"]),
    },
    Row {
        says: "a person against two applications that agree",
        field: "name",
        edits: &[("A1", "S1", 5, ThirdParty, "W"), ("B1", "S1", 10, ThirdParty, "W"), ("C1", "S1", 20, Manual, "王家")],
        then: Rule("王家", "merchant_over_third_party"),
    },
    Row {
        says: "a custom field takes the later value",
        field: "custom.seats",
        edits: &[("A1", "S1", 10, Manual, "40"), ("B1", "S1", 20, Manual, "42")],
        then: Rule("42", "custom_later"),
    },
    Row {
        says: "a custom field takes the latest, although the same was said before",
        field: "custom.seats",
        edits: &[("A1", "S1", 10, Manual, "40"), ("B1", "S1", 20, Manual, "42"), ("C1", "S1", 30, Manual, "40")],
        then: Rule("40", "custom_later"),
    },
    Row {
        says: "a custom field at the same instant: the larger device, everywhere the same",
        field: "custom.seats",
        edits: &[("A1", "S1", 10, Manual, "40"), ("B1", "S1", 10, Manual, "42")],
        then: Rule("42", "custom_later"),
    },
    Row {
        says: "in a custom field, too, a person beats an application that came later",
        field: "custom.seats",
        edits: &[("A1", "S1", 10, Manual, "40"), ("B1", "S1", 20, ThirdParty, "42")],
        then: Rule("40", "merchant_over_third_party"),
    },
    Row {
        says: "a tag that one added and one took away stays",
        field: "tags.清真",
        edits: &[("A1", "S1", 5, Manual, "yes"), ("B1", "S1 A1", 10, Manual, "-"), ("C1", "S1 A1", 20, Manual, "yes")],
        then: Rule("yes", "tag_added"),
    },
    Row {
        says: "a phone that one added and one took away stays",
        field: "phones.+8613800138000",
        edits: &[("A1", "S1", 5, Manual, "yes"), ("B1", "S1 A1", 30, Manual, "-"), ("C1", "S1 A1", 20, Manual, "yes")],
        then: Rule("yes", "phone_added"),
    },
    Row {
        says: "which phone is the primary one is a question",
        field: "phones.primary",
        edits: &[("A1", "S1", 10, Manual, "+8613800138000"), ("B1", "S1", 20, Manual, "+861065551234")],
        then: Asks(&["+8613800138000", "+861065551234"]),
    },
    Row {
        says: "hours written differently that mean the same",
        field: "hours.tu",
        edits: &[("A1", "S1", 10, Manual, "10-14, 17-次日2:00"), ("B1", "S1", 20, Manual, "[10:00-14:00,17:00-02:00]")],
        then: Shows("[10:00-14:00,17:00-02:00]"),
    },
    Row {
        says: "closed against other hours",
        field: "hours.tu",
        edits: &[("A1", "S1", 10, Manual, "休息"), ("B1", "S1", 20, Manual, "9:00-17:00")],
        then: Asks(&["[]", "[09:00-17:00]"]),
    },
    Row {
        says: "cleared against changed",
        field: "hours.tu",
        edits: &[("A1", "S1", 10, Manual, "-"), ("B1", "S1", 20, Manual, "9:00-17:00")],
        then: Asks(&["-", "[09:00-17:00]"]),
    },
    Row {
        says: "a field that this version does not know is kept, and asked about",
        field: "delivery.radius",
        edits: &[("A1", "S1", 10, Manual, "3 km"), ("B1", "S1", 20, Manual, "5 km")],
        then: Asks(&["3 km", "5 km"]),
    },
];

#[test]
fn the_table_holds_in_every_order_of_arrival() {
    let rules = RuleSet::default();
    for row in TABLE {
        let edits: Vec<Edit> = row
            .edits
            .iter()
            .map(|(who, saw, at_s, source, text)| edit(who, saw, *at_s, *source, &[(row.field, text)]))
            .collect();
        let path = field(row.field);
        let mut first = None;
        for order in orders(&edits) {
            let record = after(std::iter::once(&opening()).chain(&order));
            let register = &record.registers[&path];
            let shown = reconcile::shown(&record, &rules).get(&path).cloned().unwrap_or_default();
            let settlement = reconcile::settle(&path, register, &record.edits, &rules).unwrap();
            let review = reconcile::review(&record, &rules);
            match (&row.then, &settlement) {
                (Shows(text), Settlement::Settled { rule: None, .. }) => {
                    assert_eq!(shown, value(text), "{}", row.says);
                    assert_eq!(review, None, "{}", row.says);
                }
                (Rule(text, id), Settlement::Settled { rule: Some(rule), .. }) => {
                    assert_eq!((&shown, rule.as_str()), (&value(text), *id), "{}", row.says);
                    assert_eq!(review, None, "{}", row.says);
                }
                (Asks(texts), Settlement::Contested { .. }) => {
                    let items = review.as_ref().unwrap().items.clone();
                    assert_eq!(items.len(), 1, "{}", row.says);
                    let asked: Vec<Value> = items[0].candidates.iter().map(|c| c.value.clone()).collect();
                    let expected: Vec<Value> = texts.iter().map(|text| value(text)).collect();
                    assert_eq!(asked, expected, "{}", row.says);
                    assert_eq!(shown, expected[0], "{}: the oldest shows", row.says);
                    assert_eq!(items[0].dots, reconcile::candidates(register), "{}", row.says);
                }
                (_, other) => panic!("{}: {other:?}", row.says),
            }
            let state = (record.canonical(), review);
            assert_eq!(*first.get_or_insert(state.clone()), state, "{}: order matters", row.says);
        }
    }
}

/// Deletion, as a table: who did what, is the shop gone, is there a question.
#[test]
fn deletion_and_changes_by_those_who_did_not_know() {
    type Did = (&'static str, &'static str, u64, (&'static str, &'static str));
    let table: &[(&str, &[Did], bool, bool)] = &[
        ("deleted, nobody else wrote", &[("A1", "S1", 10, ("deleted", "yes"))], true, false),
        (
            "deleted by one who had seen the change",
            &[("B1", "S1", 5, ("note", "新")), ("A1", "S1 B1", 10, ("deleted", "yes"))],
            true,
            false,
        ),
        (
            "changed by one who did not know: not gone, a question",
            &[("A1", "S1", 10, ("deleted", "yes")), ("B1", "S1", 20, ("note", "新"))],
            false,
            true,
        ),
        (
            "deleted by two: no question",
            &[("A1", "S1", 10, ("deleted", "yes")), ("B1", "S1", 20, ("deleted", "yes"))],
            true,
            false,
        ),
        (
            "deleted by two, changed by a third: one question",
            &[
                ("A1", "S1", 10, ("deleted", "yes")),
                ("B1", "S1", 20, ("deleted", "yes")),
                ("C1", "S1", 30, ("note", "新")),
            ],
            false,
            true,
        ),
        (
            "brought back, and again deleted by one who did not know of the return: one question",
            &[
                ("A1", "S1", 10, ("deleted", "yes")),
                ("B1", "S1 A1", 20, ("deleted", "-")),
                ("C1", "S1 A1", 30, ("deleted", "yes")),
                ("D1", "S1", 40, ("note", "新")),
            ],
            false,
            true,
        ),
        ("brought back", &[("A1", "S1", 10, ("deleted", "yes")), ("B1", "S1 A1", 20, ("deleted", "-"))], false, false),
        (
            "the question answered with: delete",
            &[
                ("A1", "S1", 10, ("deleted", "yes")),
                ("B1", "S1", 20, ("note", "新")),
                ("C1", "S1 A1 B1", 30, ("deleted", "yes")),
            ],
            true,
            false,
        ),
        (
            "the question answered with: keep",
            &[
                ("A1", "S1", 10, ("deleted", "yes")),
                ("B1", "S1", 20, ("note", "新")),
                ("C1", "S1 A1 B1", 30, ("deleted", "-")),
            ],
            false,
            false,
        ),
    ];
    let rules = RuleSet::default();
    for (says, did, gone, question) in table {
        let edits: Vec<Edit> =
            did.iter().map(|(who, saw, at_s, write)| edit(who, saw, *at_s, Manual, &[*write])).collect();
        let mut first = None;
        for order in orders(&edits) {
            let record = after(std::iter::once(&opening()).chain(&order));
            let review = reconcile::review(&record, &rules);
            assert_eq!(reconcile::is_deleted(&record, &rules), *gone, "{says}");
            assert_eq!(review.as_ref().map_or(0, |r| r.items.len()), usize::from(*question), "{says}: {review:?}");
            let state = (record.canonical(), review);
            assert_eq!(*first.get_or_insert(state.clone()), state, "{says}: order matters");
        }
    }
}

/// The history tells each writer what became of their value.
#[test]
fn a_decision_says_what_became_of_a_write() {
    let rules = RuleSet::default();
    let name = field("name");
    let edits = [
        opening(),
        edit("A1", "S1", 10, Manual, &[("name", "王记")]),
        edit("B1", "S1", 20, Manual, &[("name", "王 记")]),
        edit("C1", "S1", 30, ThirdParty, &[("name", "W")]),
    ];
    let record = after(&edits[..2]);
    assert_eq!(reconcile::decision(&record, &name, dot("A1"), &rules), Decision::Applied);
    assert!(matches!(
        reconcile::decision(&record, &name, dot("S1"), &rules),
        Decision::AutoResolved { won: false, .. }
    ));
    let record = after([&edits[0], &edits[1], &edits[3]]);
    let lost = Decision::AutoResolved { rule: "merchant_over_third_party".to_owned(), won: false };
    assert_eq!(reconcile::decision(&record, &name, dot("C1"), &rules), lost);
    let record = after([&edits[0], &edits[1], &edit("B1", "S1", 20, Manual, &[("name", "王记")])]);
    assert_eq!(reconcile::decision(&record, &name, dot("B1"), &rules), Decision::Same);
    let record = after(&edits[..3]);
    assert_eq!(reconcile::decision(&record, &name, dot("B1"), &rules), Decision::NeedsReview);
}

/// A third party said what a person says too, and another third party something else.
#[test]
fn whoever_meant_what_shows_by_a_rule_has_won() {
    let rules = RuleSet::default();
    let record = after(&[
        opening(),
        edit("A1", "S1", 10, ThirdParty, &[("name", "Ｗang")]),
        edit("B1", "S1", 20, Manual, &[("name", "wang")]),
        edit("C1", "S1", 30, ThirdParty, &[("name", "W")]),
    ]);
    assert_eq!(reconcile::shown(&record, &rules)[&field("name")], value("Ｗang"), "the oldest spelling");
    for (who, won) in [("A1", true), ("B1", true), ("C1", false)] {
        let expected = Decision::AutoResolved { rule: "merchant_over_third_party".to_owned(), won };
        assert_eq!(reconcile::decision(&record, &field("name"), dot(who), &rules), expected, "{who}");
    }
}

/// Two people disagree, a third says what one of them said, a third party says something else.
#[test]
fn whoever_meant_an_open_value_is_asked_and_whom_a_rule_excludes_is_not() {
    let rules = RuleSet::default();
    let record = after(&[
        opening(),
        edit("A1", "S1", 10, Manual, &[("name", "Ｗang")]),
        edit("B1", "S1", 20, Manual, &[("name", "王家")]),
        edit("C1", "S1", 30, Manual, &[("name", "wang")]),
        edit("D1", "S1", 40, ThirdParty, &[("name", "W")]),
    ]);
    for who in ["A1", "B1", "C1"] {
        assert_eq!(reconcile::decision(&record, &field("name"), dot(who), &rules), Decision::NeedsReview, "{who}");
    }
    let excluded = Decision::AutoResolved { rule: "ruled_out".to_owned(), won: false };
    assert_eq!(reconcile::decision(&record, &field("name"), dot("D1"), &rules), excluded);
}

/// What its author is told about an edit that was in review.
#[test]
fn an_edit_in_review_becomes_accepted_or_declined() {
    let rules = RuleSet::default();
    let mine = edit("A1", "S1", 10, Manual, &[("name", "王记"), ("note", "靠窗")]);
    let theirs = edit("B1", "S1", 20, Manual, &[("name", "王家")]);
    let asked = vec![
        FieldDecision { field: field("name"), decision: Decision::NeedsReview },
        FieldDecision { field: field("note"), decision: Decision::Applied },
    ];
    let became = |more: &[Edit]| {
        let record = after([opening(), theirs.clone(), mine.clone()].iter().chain(more));
        reconcile::settled_state_of(&record, &mine, &asked, &rules)
    };
    assert_eq!(became(&[]), EditState::InReview);
    let takes_mine = resolution("C1", "S1 A1 B1", ("name", "王记"), "A1 B1");
    let takes_theirs = resolution("C1", "S1 A1 B1", ("name", "王家"), "A1 B1");
    assert_eq!(became(std::slice::from_ref(&takes_mine)), EditState::Accepted);
    assert_eq!(became(&[takes_theirs]), EditState::Declined);
    // Another field of the same edit was changed later: that does not decline what people accepted.
    let note = edit("C2", "S1 A1 B1 C1", 2_000, Manual, &[("note", "靠门")]);
    assert_eq!(became(&[takes_mine, note]), EditState::Accepted);
}

/// The question goes on among others: it is no longer about what its author wrote.
#[test]
fn an_edit_whose_candidate_is_gone_is_not_in_review_although_the_question_is_open() {
    let mine = edit("A1", "S1", 10, Manual, &[("name", "王记")]);
    let asked = [FieldDecision { field: field("name"), decision: Decision::NeedsReview }];
    let replaced = |text: &str| {
        let record = after(&[
            opening(),
            mine.clone(),
            edit("B1", "S1", 20, Manual, &[("name", "王家")]),
            edit("C1", "S1 A1", 5, Manual, &[("name", text)]),
        ]);
        assert!(reconcile::review(&record, &RuleSet::default()).is_some());
        reconcile::settled_state_of(&record, &mine, &asked, &RuleSet::default())
    };
    assert_eq!(replaced("老王"), EditState::Declined);
    assert_eq!(replaced("王 记"), EditState::Declined, "another text, other characters");
    assert_eq!(replaced("王记 "), EditState::Accepted, "the one that shows means the same");
}

/// Other rules answer the question without a write: its candidate stays one, and nobody is asked any more.
#[test]
fn an_edit_in_review_is_settled_by_other_rules() {
    let mine = edit("A1", "S1", 10, Manual, &[("name", "王记")]);
    let record = after(&[opening(), mine.clone(), edit("B1", "S1", 20, Manual, &[("name", "王家")])]);
    let asked = [FieldDecision { field: field("name"), decision: Decision::NeedsReview }];
    let later = serde_json::from_str(r#"[{"id": "l", "fields": "name", "prefer": "later"}]"#).unwrap();
    assert_eq!(
        reconcile::settled_state_of(&record, &mine, &asked, &RuleSet::default()),
        EditState::InReview,
        "people choose"
    );
    assert_eq!(reconcile::settled_state_of(&record, &mine, &asked, &later), EditState::Declined);
}

/// A device shows its own unsent edits over what the server said.
#[test]
fn own_edits_lie_on_top_in_their_order() {
    let mut registers = reconcile::shown(&after(&[opening()]), &RuleSet::default());
    let own = [
        edit("A1", "S1", 10, Manual, &[("name", "王记"), ("tags.辣", "yes"), ("hours.tu", "-")]),
        edit("A2", "S1 A1", 20, Manual, &[("name", "王家"), ("tags.辣", "-"), ("note", "靠窗")]),
    ];
    reconcile::overlay(&mut registers, &own);
    let expected = [("name", "王家"), ("address", "长安街 1 号"), ("note", "靠窗")];
    assert_eq!(registers, expected.map(|(path, text)| (field(path), value(text))).into());
    let before = registers.clone();
    reconcile::overlay(&mut registers, &[]);
    assert_eq!(registers, before);
}
