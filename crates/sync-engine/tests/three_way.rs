//! The merge of three profiles, as a table.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

use domain::profile::Profile;
use domain::rules::RuleSet;
use serde_json::{Value as Json, json};
use sync_engine::three_way::merge;

fn profile(json: &Json) -> Option<Profile> {
    (!json.is_null()).then(|| serde_json::from_value(json.clone()).unwrap())
}

/// A profile, but for what is said otherwise.
fn with(more: Json) -> Json {
    let mut base = json!({"merchant_id": "BJ-1", "name": "老王面馆", "address": "长安街 1 号",
        "phones": ["+8613800138000"], "category": "面", "hours": {"tu": ["10:00-22:00"]},
        "special_hours": {}, "tags": ["清真"], "custom": {"seats": 40}});
    for (key, value) in more.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

/// Field, base, mine, theirs.
type Question = (&'static str, Json, Json, Json);
/// What it says, base, mine, theirs, merged, questions.
type Row = (&'static str, Json, Json, Json, Json, Vec<Question>);

#[test]
fn the_table_holds_both_ways() {
    let same = || with(json!({}));
    let table: Vec<Row> = vec![
        ("nobody changed anything", same(), same(), same(), same(), vec![]),
        ("only I changed", same(), with(json!({"name": "王记"})), same(), with(json!({"name": "王记"})), vec![]),
        (
            "different fields",
            same(),
            with(json!({"name": "王记"})),
            with(json!({"hours": {"tu": []}})),
            with(json!({"name": "王记", "hours": {"tu": []}})),
            vec![],
        ),
        (
            "different days",
            same(),
            with(json!({"hours": {"tu": ["10:00-22:00"], "mo": []}})),
            with(json!({"hours": {"tu": ["10:00-22:00"], "we": ["09:00-17:00"]}})),
            with(json!({"hours": {"tu": ["10:00-22:00"], "mo": [], "we": ["09:00-17:00"]}})),
            vec![],
        ),
        (
            "the same change, spelt differently: mine",
            same(),
            with(json!({"name": "Wang"})),
            with(json!({"name": "Ｗang"})),
            with(json!({"name": "Wang"})),
            vec![],
        ),
        (
            "only I changed, and only how it is written",
            with(json!({"name": "abc cafe"})),
            with(json!({"name": "ABC Cafe"})),
            with(json!({"name": "abc cafe"})),
            with(json!({"name": "ABC Cafe"})),
            vec![],
        ),
        (
            "only they changed, and only how it is written",
            with(json!({"name": "abc cafe"})),
            with(json!({"name": "abc cafe"})),
            with(json!({"name": "ABC Cafe"})),
            with(json!({"name": "ABC Cafe"})),
            vec![],
        ),
        (
            "written in another way here, another name there",
            with(json!({"name": "abc cafe"})),
            with(json!({"name": "ABC Cafe"})),
            with(json!({"name": "Wang"})),
            with(json!({"name": "Wang"})),
            vec![],
        ),
        (
            "a name that is gone: a question, the base stays",
            same(),
            with(json!({"name": ""})),
            same(),
            same(),
            vec![("name", json!("老王面馆"), Json::Null, json!("老王面馆"))],
        ),
        (
            "two names: a question, the base stays",
            same(),
            with(json!({"name": "王记"})),
            with(json!({"name": "王家"})),
            same(),
            vec![("name", json!("老王面馆"), json!("王记"), json!("王家"))],
        ),
        (
            "a custom field needs a clock: a question",
            same(),
            with(json!({"custom": {"seats": 41}})),
            with(json!({"custom": {"seats": 42}})),
            same(),
            vec![("custom.seats", json!(40), json!(41), json!(42))],
        ),
        (
            "sets merge by element",
            same(),
            with(json!({"tags": ["清真", "辣"]})),
            with(json!({"tags": ["外卖"]})),
            with(json!({"tags": ["外卖", "辣"]})),
            vec![],
        ),
        (
            "an unknown field survives",
            with(json!({"delivery.radius": "3 km"})),
            with(json!({"delivery.radius": "3 km", "name": "王记"})),
            with(json!({"delivery.radius": "5 km"})),
            with(json!({"delivery.radius": "5 km", "name": "王记"})),
            vec![],
        ),
        ("deleted here, unchanged there", same(), Json::Null, same(), Json::Null, vec![]),
        ("deleted on both sides", same(), Json::Null, Json::Null, Json::Null, vec![]),
        (
            "deleted here, changed there: a question, it stays",
            same(),
            Json::Null,
            with(json!({"name": "王记"})),
            with(json!({"name": "王记"})),
            vec![("deleted", Json::Null, json!(true), Json::Null)],
        ),
        ("new here only", Json::Null, with(json!({"name": "王记"})), Json::Null, with(json!({"name": "王记"})), vec![]),
    ];
    for (says, base, mine, theirs, merged, questions) in table {
        let result =
            merge(profile(&base).as_ref(), profile(&mine).as_ref(), profile(&theirs).as_ref(), &RuleSet::default());
        assert_eq!(result.merged, profile(&merged), "{says}");
        let asked: Vec<(String, Json, Json, Json)> = result
            .review
            .iter()
            .map(|q| (q.field.to_string(), q.base.0.clone(), q.mine.0.clone(), q.theirs.0.clone()))
            .collect();
        let expected: Vec<(String, Json, Json, Json)> =
            questions.iter().map(|(f, b, m, t)| ((*f).to_owned(), b.clone(), m.clone(), t.clone())).collect();
        assert_eq!(asked, expected, "{says}");
        // Seen from the other side it is the same, but for whose is mine.
        let other =
            merge(profile(&base).as_ref(), profile(&theirs).as_ref(), profile(&mine).as_ref(), &RuleSet::default());
        assert_eq!(other.review.len(), result.review.len(), "{says}, from the other side");
        for (a, b) in result.review.iter().zip(&other.review) {
            assert_eq!((&a.field, &a.mine, &a.theirs), (&b.field, &b.theirs, &b.mine), "{says}, from the other side");
        }
    }
}

#[test]
fn the_answer_has_the_form_of_the_contract() {
    let result = merge(
        profile(&with(json!({}))).as_ref(),
        profile(&with(json!({"name": "王记"}))).as_ref(),
        profile(&with(json!({"name": "王家"}))).as_ref(),
        &RuleSet::default(),
    );
    let json = serde_json::to_value(&result).unwrap();
    assert_eq!(json["merged"], with(json!({})));
    let question = json!([{"field": "name", "base": "老王面馆", "mine": "王记", "theirs": "王家"}]);
    assert_eq!(json["review"], question);
}

/// Of what was removed on one side and changed on the other, values alone can tell what a rule prefers.
#[test]
fn a_rule_that_prefers_what_is_present_needs_no_people() {
    let seats = |custom: Json| with(json!({"custom": custom}));
    let (base, removed, changed) = (seats(json!({"seats": 40})), seats(json!({})), seats(json!({"seats": 42})));
    let present = |fields: &str| json!([{"id": "p", "fields": fields, "prefer": "present"}]);
    let table = [
        ("for this field", present("custom.seats"), true),
        ("for all fields like it", present("custom.*"), true),
        ("for another field", present("name"), false),
        ("no rule", json!([]), false),
        ("a rule that needs a clock", json!([{"id": "l", "fields": "custom.*", "prefer": "later"}]), false),
    ];
    for (says, rules, decides) in table {
        let rules: RuleSet = serde_json::from_value(rules).unwrap();
        for (mine, theirs) in [(&removed, &changed), (&changed, &removed)] {
            let result = merge(profile(&base).as_ref(), profile(mine).as_ref(), profile(theirs).as_ref(), &rules);
            let merged = if decides { &changed } else { &base };
            assert_eq!(result.merged, profile(merged), "{says}");
            assert_eq!(result.review.len(), usize::from(!decides), "{says}");
        }
        // Between two values, both present, it has no opinion.
        let other = seats(json!({"seats": 44}));
        let result = merge(profile(&base).as_ref(), profile(&changed).as_ref(), profile(&other).as_ref(), &rules);
        assert_eq!((result.merged, result.review.len()), (profile(&base), 1), "{says}");
    }
}

/// Two new profiles under one name that was not there before: as if both had changed nothing.
#[test]
fn new_on_both_sides() {
    let (mine, theirs) = (with(json!({"custom": {}})), with(json!({"tags": []})));
    let result = merge(None, profile(&mine).as_ref(), profile(&theirs).as_ref(), &RuleSet::default());
    assert_eq!((result.merged, result.review), (profile(&with(json!({}))), Vec::new()));
}
