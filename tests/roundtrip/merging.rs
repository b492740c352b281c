//! Two devices change the same store without seeing each other.

use serde_json::{Value as Json, json};
use tests::world::{Device, World};

struct Two {
    _world: World,
    _backend: tests::world::Backend,
    a: Device,
    b: Device,
    ops: Device,
    id: String,
}

fn two() -> Two {
    let world = World::new().unwrap();
    let backend = world.backend(20).unwrap();
    let a = world.device("till-a", &backend, "merchant").unwrap();
    let b = world.device("till-b", &backend, "merchant").unwrap();
    let ops = world.device("desk", &backend, "operations").unwrap();
    for device in [&a, &b, &ops] {
        device.sync();
    }
    let id = a.ask(&["search", "店", "--limit", "1"])[0]["merchant_id"].as_str().unwrap().to_owned();
    Two { _world: world, _backend: backend, a, b, ops, id }
}

fn all_equal(two: &Two) -> Json {
    for device in [&two.a, &two.b, &two.ops, &two.a] {
        device.sync();
    }
    let profiles: Vec<Json> = [&two.a, &two.b, &two.ops].iter().map(|d| d.run(&["get", &two.id]).json()).collect();
    for other in &profiles[1..] {
        for (key, value) in profiles[0].as_object().unwrap().iter().filter(|(key, _)| *key != "state") {
            assert_eq!(Some(value), other.get(key), "{key}");
        }
    }
    profiles[0].clone()
}

#[test]
fn different_registers_merge_by_themselves() {
    let two = two();
    two.a.ask(&["set", &two.id, "name=甲店"]);
    two.b.ask(&["set", &two.id, "address=新街 1 号", "hours.mo=closed"]);
    two.a.sync();
    two.b.sync();
    let profile = all_equal(&two);
    assert_eq!(profile["name"], "甲店");
    assert_eq!(profile["address"], "新街 1 号");
    assert_eq!(profile["hours"]["mo"], json!([]));
    assert_eq!(two.ops.ask(&["reviews"]), json!([]));
}

#[test]
fn the_same_value_on_both_sides_is_no_conflict() {
    let two = two();
    two.a.ask(&["set", &two.id, "name=ＡＢ 小馆"]);
    two.b.ask(&["set", &two.id, "name=ab 小馆"]);
    two.a.sync();
    two.b.sync();
    all_equal(&two);
    assert_eq!(two.ops.ask(&["reviews"]), json!([]));
}

#[test]
fn two_values_of_one_register_are_settled_by_operations_and_the_loser_is_in_the_history() {
    let two = two();
    let base = two.a.run(&["get", &two.id]).json()["name"].clone();
    two.a.ask(&["set", &two.id, "name=甲店"]);
    two.b.ask(&["set", &two.id, "name=乙店"]);
    two.a.sync();
    let status = two.b.sync();
    assert_eq!(status["in_review"], 1, "{status}");

    two.ops.sync();
    let reviews = two.ops.ask(&["reviews"]);
    let item = &reviews[0]["items"][0];
    assert_eq!(item["field"], "name");
    assert_eq!(item["base"], base);
    let values: Vec<_> = item["candidates"].as_array().unwrap().iter().map(|c| c["value"].clone()).collect();
    assert_eq!(values.len(), 2);
    assert!(values.contains(&json!("甲店")) && values.contains(&json!("乙店")));

    let review = reviews[0]["review_id"].as_str().unwrap();
    let refused = two.a.run(&["resolve", review, "name=甲店"]);
    assert_eq!(refused.status, 1, "shop staff do not settle reviews: {refused:?}");

    two.ops.ask(&["resolve", review, "name=甲乙店", "--reason", "与店长确认"]);
    two.ops.sync();
    let profile = all_equal(&two);
    assert_eq!(profile["name"], "甲乙店");
    assert_eq!(two.ops.ask(&["reviews"]), json!([]));
    let status = two.b.ask(&["status"]);
    assert_eq!((&status["in_review"], &status["synced"]), (&json!(0), &json!(true)), "{status}");

    let history = two.ops.ask(&["history", &two.id]);
    let authors: Vec<_> = history["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["field"] == "name" && (e["after"] == "乙店" || e["after"] == "甲店"))
        .map(|e| e["actor"].as_str().unwrap().to_owned())
        .collect();
    assert!(authors.contains(&"till-a".to_owned()) && authors.contains(&"till-b".to_owned()), "{history}");
    let told = two.ops.run(&["history", &two.id]).out;
    assert!(told.contains("given to people to choose") && told.contains("applied (reason: 与店长确认)"), "{told}");
}

#[test]
fn a_resolution_of_candidates_that_changed_is_refused_and_changes_nothing() {
    let two = two();
    two.a.ask(&["set", &two.id, "name=甲店"]);
    two.b.ask(&["set", &two.id, "name=乙店"]);
    // A third device that has seen neither.
    two.ops.ask(&["set", &two.id, "address=老街 9 号"]);
    two.a.sync();
    two.b.sync();
    two.ops.sync();
    let review = two.ops.ask(&["reviews"])[0]["review_id"].as_str().unwrap().to_owned();
    // Meanwhile one of the two corrects their own word.
    two.ops.ask(&["resolve", &review, "name=甲店"]);
    two.b.ask(&["set", &two.id, "category=面馆"]);
    two.b.sync();
    two.ops.sync();
    assert_eq!(two.ops.ask(&["status"])["rejected"], 0, "a change of another field does not move a review");

    let late = two.ops.run(&["resolve", &review, "name=乙店"]);
    assert_eq!(late.status, 1, "a review that is settled cannot be settled again: {late:?}");
}

#[test]
fn shop_staff_cannot_overwrite_what_is_being_reviewed() {
    let two = two();
    two.a.ask(&["set", &two.id, "name=甲店"]);
    two.b.ask(&["set", &two.id, "name=乙店"]);
    two.a.sync();
    two.b.sync();
    two.a.sync();
    let refused = two.a.run(&["set", &two.id, "name=丙店"]);
    if refused.status == 0 {
        // Saved on the device; then the server refuses it and it stays in the outbox with the reason.
        let _ = two.a.run(&["sync", "--once"]);
        let status = two.a.ask(&["status"]);
        assert_eq!(status["rejected"], 1, "{status}");
    } else {
        assert_eq!(refused.status, 1, "{refused:?}");
    }
}
