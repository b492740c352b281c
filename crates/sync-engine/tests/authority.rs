//! Who may do what, what is refused and with which code, and what a resolution needs.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

mod story;

use domain::edit::{Edit, OutcomeState, Source, WRITES_MAX};
use domain::record::{REGISTERS_MAX, SIBLINGS_MAX};
use domain::rules::RuleSet;
use domain::schema::Schema;
use domain::{Actor, EditId, ErrorCode, MerchantId, Record, Role, Scope, Value};
use story::{actor, after, dot, edit, field, opening, operations, resolution, seen, staff, take};
use sync_engine::{authority, reconcile};

fn refused(record: Option<&Record>, edit: &Edit, actor: &Actor) -> (String, ErrorCode) {
    let verdict = authority::accept(record.cloned(), edit, actor, &RuleSet::default(), &Schema::default());
    assert_eq!(verdict.outcome.state, OutcomeState::Rejected, "{:?}", verdict.outcome);
    assert!(!verdict.changed, "a refused edit changes nothing");
    assert_eq!(Some(&verdict.record), record.or(Some(&verdict.record)));
    let (field, code, text) = verdict.outcome.refusal().unwrap();
    assert!(!text.is_empty());
    (field.to_string(), code)
}

/// Two people disagree about the name.
fn contested() -> Record {
    after(&[
        opening(),
        edit("A1", "S1", 10, Source::Manual, &[("name", "王记")]),
        edit("B1", "S1", 20, Source::Manual, &[("name", "王家")]),
    ])
}

#[test]
fn refusals() {
    let shop = after(&[opening()]);
    let manual = |writes: &[(&str, &str)]| edit("A1", "S1", 10, Source::Manual, writes);
    let with = |change: &dyn Fn(&mut Edit)| {
        let mut edit = manual(&[("name", "王记")]);
        change(&mut edit);
        edit
    };
    let elsewhere = actor("shop", Role::Merchant, Scope::Prefixes(vec!["SH-".to_owned()]));
    let nowhere = actor("shop", Role::Merchant, Scope::Prefixes(Vec::new()));
    let many: Vec<(String, &str)> = (0..=WRITES_MAX).map(|n| (format!("custom.f{n}"), "x")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let long = "长".repeat(600);
    let huge = "x".repeat(17_000);
    use ErrorCode::*;
    let table: Vec<(&str, Edit, Actor, &str, ErrorCode)> = vec![
        ("outside the scope", manual(&[("name", "王记")]), elsewhere, "edit", Forbidden),
        ("nothing is in the scope", manual(&[("name", "王记")]), nowhere, "edit", Forbidden),
        (
            "made by somebody else",
            with(&|e| e.actor = Some(domain::ActorId::new("other").unwrap())),
            staff(),
            "edit",
            Forbidden,
        ),
        ("without writes", with(&|e| e.writes.clear()), staff(), "edit", BadRequest),
        ("too many writes", manual(&many), staff(), "edit", BadRequest),
        ("one field twice", manual(&[("name", "王记"), ("name", "王家")]), staff(), "name", BadRequest),
        ("has seen itself", with(&|e| e.base.add(e.dot)), staff(), "edit", BadRequest),
        ("a number that another edit has", with(&|e| e.dot = dot("S1")), staff(), "edit", BadRequest),
        ("name cleared", manual(&[("name", "")]), staff(), "name", Required),
        ("name too long", manual(&[("name", &long)]), staff(), "name", TooLarge),
        ("value too large", manual(&[("custom.story", &huge)]), staff(), "custom.story", TooLarge),
        (
            "what the editor saw is too large",
            with(&|e| e.writes[0].base_value = Value::text("x".repeat(17_000))),
            staff(),
            "name",
            TooLarge,
        ),
        ("hours that cannot be read", manual(&[("hours.tu", "sometimes")]), staff(), "hours.tu", BadHours),
        ("no such day", manual(&[("hours.tue", "10-22")]), staff(), "hours.tue", BadField),
        ("no such telephone", manual(&[("phones.12", "yes")]), staff(), "phones.12", BadPhone),
        ("a set's element that is a text", manual(&[("tags.清真", "ja")]), staff(), "tags.清真", BadValue),
        ("no such status", manual(&[("status", "asleep")]), staff(), "status", BadValue),
        ("half deleted", manual(&[("deleted", "maybe")]), staff(), "deleted", BadValue),
        ("a whole set at once", manual(&[("tags", "清真")]), staff(), "tags", BadField),
        ("a resolution by shop staff", resolution("C1", "S1", ("name", "王记"), "S1"), staff(), "edit", Forbidden),
        (
            "a resolution that settles nothing",
            with(&|e| e.source = Source::Resolution),
            operations(),
            "edit",
            BadRequest,
        ),
        (
            "a resolution of what nobody asked",
            resolution("C1", "S1", ("name", "王记"), "S1"),
            operations(),
            "name",
            ReviewMoved,
        ),
    ];
    for (says, edit, actor, at, code) in table {
        assert_eq!(refused(Some(&shop), &edit, &actor), (at.to_owned(), code), "{says}");
    }
}

#[test]
fn a_new_merchant_needs_a_name_and_an_address() {
    let manual = |writes: &[(&str, &str)]| edit("A1", "", 10, Source::Manual, writes);
    assert_eq!(refused(None, &manual(&[("name", "王记")]), &staff()), ("address".to_owned(), ErrorCode::Required));
    assert_eq!(refused(None, &manual(&[("note", "x")]), &staff()), ("name".to_owned(), ErrorCode::Required));
    let mut record = None;
    let verdict = take(&mut record, &manual(&[("name", "王记"), ("address", "长安街")]), &staff());
    assert_eq!(verdict.outcome.state, OutcomeState::Applied);
}

#[test]
fn nothing_is_written_about_a_merchant_that_the_actor_may_not_see() {
    let other = actor("shop", Role::Merchant, Scope::Prefixes(vec!["SH-".to_owned()]));
    let made = edit("A1", "S1", 10, Source::Manual, &[("name", "王记")]);
    let verdict = authority::accept(Some(after(&[opening()])), &made, &other, &RuleSet::default(), &Schema::default());
    assert!(verdict.history.is_empty());
    // Of other refusals the history keeps what was wanted.
    let made = edit("A1", "S1", 10, Source::Manual, &[("hours.tu", "sometimes"), ("note", "x")]);
    let verdict =
        authority::accept(Some(after(&[opening()])), &made, &staff(), &RuleSet::default(), &Schema::default());
    assert_eq!(verdict.history.len(), 2);
}

#[test]
fn scope_is_by_prefix_of_the_id() {
    let scope = Scope::Prefixes(vec!["BJ-".to_owned(), "SH-01".to_owned()]);
    let table = [("BJ-1", true), ("BJ", false), ("SH-01", true), ("SH-0123", true), ("SH-02", false), ("XBJ-1", false)];
    for (id, inside) in table {
        assert_eq!(scope.contains(&MerchantId::new(id).unwrap()), inside, "{id}");
    }
}

#[test]
fn the_outcome_in_one_word() {
    let mut record = Some(after(&[opening()]));
    let mut state = |edit: Edit| take(&mut record, &edit, &operations()).outcome.state;
    assert_eq!(state(edit("A1", "S1", 10, Source::Manual, &[("name", "王记")])), OutcomeState::Applied);
    assert_eq!(state(edit("B1", "S1", 20, Source::Manual, &[("note", "x")])), OutcomeState::Merged, "another field");
    assert_eq!(state(edit("C1", "S1", 30, Source::Manual, &[("name", "王家")])), OutcomeState::InReview);
    assert_eq!(state(edit("D1", "S1", 40, Source::ThirdParty, &[("name", "W")])), OutcomeState::Merged, "outdone");
}

#[test]
fn a_resolution_is_taken_if_nothing_moved() {
    let mut record = Some(contested());
    let settled = resolution("C1", "S1 A1 B1", ("name", "老王"), "A1 B1");
    let verdict = take(&mut record, &settled, &operations());
    assert_eq!(verdict.outcome.state, OutcomeState::Applied);
    assert_eq!(verdict.history[0].reason.as_deref(), Some("asked by telephone"));
    let record = record.unwrap();
    assert_eq!(reconcile::review(&record, &RuleSet::default()), None);
    assert_eq!(reconcile::shown(&record, &RuleSet::default())[&field("name")], Value::text("老王"));
}

#[test]
fn a_resolution_is_refused_if_something_moved() {
    let refuse = |record: &Record, edit: &Edit| refused(Some(record), edit, &operations()).1;
    let settled = resolution("C1", "S1 A1 B1", ("name", "老王"), "A1 B1");
    let mut third = Some(contested());
    take(&mut third, &edit("D1", "S1", 30, Source::Manual, &[("name", "W")]), &operations());
    assert_eq!(refuse(&third.unwrap(), &settled), ErrorCode::ReviewMoved, "a third candidate");
    let mut answered = Some(contested());
    take(&mut answered, &resolution("D1", "S1 A1 B1", ("name", "王记"), "A1 B1"), &operations());
    assert_eq!(refuse(&answered.unwrap(), &settled), ErrorCode::ReviewMoved, "somebody else was quicker");
    let mut changed = Some(contested());
    take(&mut changed, &edit("A2", "S1 A1", 30, Source::Manual, &[("name", "W")]), &operations());
    assert_eq!(refuse(&changed.unwrap(), &settled), ErrorCode::ReviewMoved, "A changed an own candidate");
    // Something moved elsewhere: that is no reason.
    let mut elsewhere = Some(contested());
    take(&mut elsewhere, &edit("D1", "S1", 30, Source::Manual, &[("note", "W")]), &operations());
    assert_eq!(take(&mut elsewhere, &settled, &operations()).outcome.state, OutcomeState::Merged);
}

#[test]
fn a_resolution_must_be_consistent_in_itself() {
    let refuse = |edit: &Edit| refused(Some(&contested()), edit, &operations()).1;
    let good = resolution("C1", "S1 A1 B1", ("name", "老王"), "A1 B1");
    let unseen = resolution("C1", "S1 A1", ("name", "老王"), "A1 B1");
    assert_eq!(refuse(&unseen), ErrorCode::BadRequest, "names a candidate that it has not seen");
    let mut other_review = good.clone();
    other_review.settles.as_mut().unwrap().review_id = domain::ReviewId::of(&MerchantId::new("BJ-2").unwrap());
    assert_eq!(refuse(&other_review), ErrorCode::BadRequest);
    let mut names_none = good.clone();
    names_none.settles.as_mut().unwrap().candidates.clear();
    assert_eq!(refuse(&names_none), ErrorCode::BadRequest);
    let mut talks = good;
    talks.settles.as_mut().unwrap().reason = Some("x".repeat(3_000));
    assert_eq!(refuse(&talks), ErrorCode::TooLarge);
}

#[test]
fn a_question_is_not_settled_by_staff_through_an_ordinary_edit() {
    let over_both = edit("C1", "S1 A1 B1", 30, Source::Manual, &[("name", "老王")]);
    assert_eq!(refused(Some(&contested()), &over_both, &staff()), ("name".to_owned(), ErrorCode::InReview));
    // Not even when a third candidate, that they have not seen, has arrived before: order does not matter.
    let mut three = Some(contested());
    take(&mut three, &edit("D1", "S1", 30, Source::Manual, &[("name", "W")]), &staff());
    assert_eq!(refused(three.as_ref(), &over_both, &staff()).1, ErrorCode::InReview);
    // Their own candidate they may change, and any other field.
    let own = edit("A2", "S1 A1", 40, Source::Manual, &[("name", "王记 2")]);
    assert_eq!(take(&mut three, &own, &staff()).outcome.state, OutcomeState::InReview);
    let note = edit("A3", "S1 A1 A2 B1", 50, Source::Manual, &[("note", "x")]);
    assert_eq!(take(&mut three, &note, &staff()).outcome.state, OutcomeState::Merged);
    // Operations may.
    let mut record = Some(contested());
    assert_eq!(take(&mut record, &over_both, &operations()).outcome.state, OutcomeState::Applied);
}

#[test]
fn a_contested_deletion_is_not_settled_by_staff() {
    let record = after(&[
        opening(),
        edit("A1", "S1", 10, Source::Manual, &[("deleted", "yes")]),
        edit("B1", "S1", 20, Source::Manual, &[("note", "x")]),
    ]);
    for text in ["yes", "-"] {
        let by_staff = edit("C1", "S1 A1 B1", 30, Source::Manual, &[("deleted", text)]);
        assert_eq!(refused(Some(&record), &by_staff, &staff()).1, ErrorCode::InReview);
        let mut settled = Some(record.clone());
        let by_operations = resolution("C1", "S1 A1 B1", ("deleted", text), "A1");
        take(&mut settled, &by_operations, &operations());
        let settled = settled.unwrap();
        assert_eq!(reconcile::review(&settled, &RuleSet::default()), None);
        assert_eq!(reconcile::is_deleted(&settled, &RuleSet::default()), text == "yes");
    }
}

/// What differs is stored and gets a number; what does not must not wake every device.
#[test]
fn a_record_has_changed_if_anything_of_it_differs() {
    let first = edit("A1", "S1", 10, Source::Manual, &[("name", "王记")]);
    let record = after(&[opening(), first.clone(), edit("A2", "S1 A1", 20, Source::Manual, &[("name", "王家")])]);
    let changed = |record: &Record, edit: &Edit, actor: &Actor| take(&mut Some(record.clone()), edit, actor).changed;
    assert!(!changed(&record, &first, &operations()), "it arrives once more, after its successor");
    let mut knew_more = first.clone();
    knew_more.base.add(dot("X7"));
    assert!(changed(&record, &knew_more, &operations()), "it leaves no value, but what its author had seen");
    // An edit that is there already says who made it under another name: so does the record.
    let record = after(&[opening(), first.clone()]);
    let renamed = Actor { name: "another name".to_owned(), ..operations() };
    assert!(!changed(&record, &first, &operations()));
    assert!(changed(&record, &first, &renamed));
    // An author of whom nothing is left is forgotten at the next occasion.
    let mut stray = record.clone();
    let meta = stray.edits[&dot("A1")].clone();
    stray.edits.insert(dot("X7"), meta);
    assert!(changed(&stray, &first, &operations()));
    assert!(changed(&stray, &edit("B1", "S1", 30, Source::Manual, &[("note", "x")]), &operations()));
}

#[test]
fn a_full_question_can_still_be_settled() {
    let mut record = Some(after(&[opening()]));
    let everybody = |n: usize| {
        let mut made = edit("A1", "S1", n as u64, Source::Manual, &[("name", &format!("name {n}"))]);
        made.dot.device.0 = 1_000 + n as u64;
        made.edit_id = EditId(uuid::Uuid::from_u128(n as u128));
        made
    };
    // One place is taken by nobody: S1's value was seen by all.
    for n in 0..SIBLINGS_MAX {
        assert!(take(&mut record, &everybody(n), &staff()).outcome.refusal().is_none(), "{n}");
    }
    let refusal = refused(record.as_ref(), &everybody(SIBLINGS_MAX), &staff());
    assert_eq!(refusal, ("name".to_owned(), ErrorCode::TooManyCandidates));
    let register = &record.as_ref().unwrap().registers[&field("name")];
    let mut settled = resolution("C1", "S1", ("name", "老王"), "");
    settled.settles.as_mut().unwrap().candidates = vec![reconcile::candidates(register)];
    settled.base = register.siblings.iter().map(|s| s.dot).chain([dot("S1")]).collect();
    assert!(take(&mut record, &settled, &operations()).outcome.refusal().is_none());
}

#[test]
fn a_merchant_with_all_its_fields_can_still_be_changed() {
    let mut record = Some(after(&[opening()]));
    let mut n = record.as_ref().unwrap().registers.len();
    let mut counter = 0;
    while n < REGISTERS_MAX {
        let fields: Vec<String> = (n..REGISTERS_MAX.min(n + 200)).map(|n| format!("custom.f{n}")).collect();
        let writes: Vec<(&str, &str)> = fields.iter().map(|path| (path.as_str(), "x")).collect();
        counter += 1;
        let made = edit(&format!("A{counter}"), &format!("S1 A{}", counter - 1), 10, Source::Manual, &writes);
        assert!(take(&mut record, &made, &staff()).outcome.refusal().is_none());
        n = record.as_ref().unwrap().registers.len();
    }
    let more = edit("B1", "", 20, Source::Manual, &[("custom.one_more", "x")]);
    assert_eq!(refused(record.as_ref(), &more, &staff()).1, ErrorCode::TooLarge);
    let change = edit("B2", "S1 A99", 30, Source::Manual, &[("custom.f500", "y")]);
    assert!(take(&mut record, &change, &staff()).outcome.refusal().is_none());
}

#[test]
fn the_base_that_a_client_would_send_is_covered_by_what_the_record_has_seen() {
    let record = contested();
    assert!(record.version().covers(&seen("S1 A1 B1")));
    let mut settled = Some(record);
    take(&mut settled, &resolution("C1", "S1 A1 B1", ("name", "老王"), "A1 B1"), &operations());
    assert!(settled.unwrap().version().covers(&seen("S1 A1 B1 C1")), "superseded edits stay seen");
}
