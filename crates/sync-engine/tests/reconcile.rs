//! What a register shows, as a table: one row a rule. Each row holds in every order of arrival.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

mod story;

use domain::Value;
use domain::edit::Source::{Feedback, Import, Manual, ThirdParty};
use domain::edit::{Edit, Source};
use domain::rules::RuleSet;
use story::{after, edit, field, opening, orders, value};
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
            let state = (domain::digest::canonical(&record).unwrap(), review);
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
            let state = (domain::digest::canonical(&record).unwrap(), review);
            assert_eq!(*first.get_or_insert(state.clone()), state, "{says}: order matters");
        }
    }
}
