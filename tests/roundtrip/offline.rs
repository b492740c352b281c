//! Work without a server, and what happens when it comes back.

use serde_json::json;
use tests::world::{World, wait_until};

#[test]
fn an_offline_edit_is_durable_at_once_and_reaches_the_second_device() {
    let world = World::new().unwrap();
    let mut backend = world.backend(50).unwrap();
    let one = world.device("one", &backend, "merchant").unwrap();
    let two = world.device("two", &backend, "merchant").unwrap();
    one.sync();
    two.sync();
    let id = one.ask(&["search", "店", "--limit", "1"])[0]["merchant_id"].as_str().unwrap().to_owned();

    backend.kill();
    let before = one.run(&["get", &id]).json();
    let saved = one.ask(&["set", &id, "name=改名后的小馆", "phones=13900139011", "hours.tu=09:15-14:05,17:25-01:35"]);
    assert_eq!(saved["changes"].as_array().unwrap().len(), 3, "{saved}");
    let status = one.ask(&["status"]);
    assert_eq!(status["queued"], 3, "{status}");
    assert_eq!(status["synced"], false, "{status}");
    let rows = one.ask(&["outbox"]);
    assert_eq!(rows.as_array().unwrap().len(), 3);
    let name = rows.as_array().unwrap().iter().find(|r| r["change"]["field"] == "name").unwrap();
    assert_eq!((&name["change"]["before"], &name["change"]["after"]), (&before["name"], &json!("改名后的小馆")));
    let failed = one.run(&["sync", "--once"]);
    assert_eq!(failed.status, 1, "a sync without a server is not done: {failed:?}");

    backend.restart().unwrap();
    let status = one.sync();
    assert_eq!((&status["synced"], &status["queued"]), (&json!(true), &json!(0)), "{status}");
    assert!(status["last_sync"].is_string());
    let status = two.sync();
    assert!(status["last_sync"].is_string(), "a device that only receives has synced too: {status}");
    let theirs = two.run(&["get", &id]).json();
    assert_eq!(theirs["name"], "改名后的小馆");
    assert_eq!(theirs["phones"], json!(["+8613900139011"]));
    assert_eq!(theirs["hours"]["tu"], json!(["09:15-14:05", "17:25-01:35"]));
    assert_eq!(theirs, one.run(&["get", &id]).json(), "both devices show the same, version included");
}

#[test]
fn a_server_that_restarts_forgets_nothing_and_nothing_is_applied_twice() {
    let world = World::new().unwrap();
    let mut backend = world.backend(10).unwrap();
    let device = world.device("one", &backend, "operations").unwrap();
    device.sync();
    let id = device.ask(&["search", "店", "--limit", "1"])[0]["merchant_id"].as_str().unwrap().to_owned();
    for n in 0..5 {
        device.ask(&["set", &id, &format!("custom.seats={n}")]);
        let _ = device.run(&["sync", "--once"]);
        backend.restart().unwrap();
    }
    device.sync();
    let history = device.ask(&["history", &id]);
    let seats: Vec<_> =
        history["entries"].as_array().unwrap().iter().filter(|e| e["field"] == "custom.seats").collect();
    assert!(seats.len() >= 5, "{history}");
    let mut ids: Vec<_> = seats.iter().map(|e| e["edit_id"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), seats.len(), "an edit has one line of history");
}

#[test]
fn the_backend_answers_again_on_the_same_address() {
    let world = World::new().unwrap();
    let mut backend = world.backend(1).unwrap();
    let device = world.device("one", &backend, "merchant").unwrap();
    backend.restart().unwrap();
    wait_until("the device is synced", || (device.run(&["sync", "--once"]).status == 0).then_some(()));
}
