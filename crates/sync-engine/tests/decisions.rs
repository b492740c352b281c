//! What became of a write and of an edit, and what a device shows over the server's word.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

mod story;

use domain::Decision;
use domain::edit::Source::{Manual, ThirdParty};
use domain::edit::{Edit, EditState, FieldDecision};
use domain::rules::RuleSet;
use story::{after, dot, edit, field, opening, resolution, value};
use sync_engine::reconcile;

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
