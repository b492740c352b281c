//! Declared fields from end to end: an administrator adds one, other devices fill it in offline, all agree.

use serde_json::{Value as Json, json};
use tests::world::World;

fn declare(admin: &tests::world::Device, file: &std::path::Path, change: impl FnOnce(&mut Vec<Json>)) -> Json {
    let mut schema = admin.ask(&["schema", "get"]);
    change(schema["custom"].as_array_mut().unwrap());
    std::fs::write(file, schema.to_string()).unwrap();
    admin.ask(&["schema", "set", file.to_str().unwrap()])
}

#[test]
fn a_field_that_an_administrator_adds_is_filled_in_offline_elsewhere() {
    let world = World::new().unwrap();
    let backend = world.backend(20).unwrap();
    let [a, b, admin] = [("till-a", "merchant"), ("till-b", "operations"), ("desk", "administrator")]
        .map(|(name, role)| world.device(name, &backend, role).unwrap());
    for device in [&a, &b] {
        device.sync();
    }
    let id = a.ask(&["search", "店", "--limit", "1"])[0]["merchant_id"].as_str().unwrap().to_owned();
    // Saved before anybody declared it, and sent afterwards.
    a.ask(&["set", &id, "custom.parking=有"]);

    let file = world.path("schema.json");
    let before = admin.ask(&["schema", "get"])["version"].clone();
    let schema = declare(&admin, &file, |custom| {
        custom.push(json!({"key": "seats", "labels": {"zh": "座位数", "en": "Seats"}, "type": "integer"}));
        custom.push(json!({"key": "parking", "labels": {"zh": "停车", "en": "Parking"}, "type": "boolean"}));
        custom.push(json!({"key": "services", "labels": {"zh": "服务"}, "type": "several", "options": [
            {"value": "wifi", "labels": {"zh": "无线网"}}, {"value": "delivery", "labels": {"zh": "外送"}}]}));
    });
    assert_ne!(schema["version"], before);
    assert_eq!(admin.ask(&["check", "custom.seats", "１２０ "])["normalised"], 120, "before any sync");
    for device in [&a, &b] {
        device.sync();
        assert_eq!(device.ask(&["check", "custom.seats", "１２０ "])["normalised"], 120);
    }
    assert_eq!(b.run(&["get", &id]).json()["custom"]["parking"], true, "what waited was translated");

    // Both write without seeing each other; each of its own field, one the same.
    a.ask(&["set", &id, "custom.seats=120", "custom.services=外送、无线网"]);
    b.ask(&["set", &id, "custom.seats=96"]);
    let wrong = b.run(&["set", &id, "custom.seats=about 40"]);
    assert!(wrong.status == 1 && wrong.err.contains("digits only"), "{wrong:?}");
    for device in [&a, &b, &a] {
        device.sync();
    }
    let [at_a, at_b] = [&a, &b].map(|device| device.run(&["get", &id]).json()["custom"].clone());
    assert_eq!(at_a, at_b);
    assert_eq!((&at_a["seats"], &at_a["services"]), (&json!(96), &json!(["wifi", "delivery"])));

    // Another type: a device that was away brings what it can under it and keeps the rest, with the reason.
    let other = b.ask(&["search", "店", "--limit", "2"])[1]["merchant_id"].as_str().unwrap().to_owned();
    a.ask(&["set", &id, "custom.seats=97"]);
    a.ask(&["set", &other, "custom.services=wifi"]);
    let major = declare(&admin, &file, |custom| {
        custom[0]["type"] = "text".into();
        custom[2]["type"] = "date".into();
        custom[2].as_object_mut().unwrap().remove("options");
    });
    assert_ne!(
        major["version"].as_str().unwrap().split('.').next(),
        schema["version"].as_str().unwrap().split('.').next()
    );
    let synced = a.run(&["sync", "--once"]);
    assert!(synced.status == 1 && synced.err.contains("1 changes were refused"), "{synced:?}");
    let outbox = a.ask(&["outbox"]);
    assert!(outbox.to_string().contains("custom.services"), "kept: {outbox}");
    assert_eq!(a.run(&["sync", "--once"]).status, 0, "said once");
    let edit = |outbox: &Json| outbox[0]["edit_id"].as_str().unwrap().to_owned();
    a.ask(&["outbox", "resend", &edit(&outbox), "custom.services=2026-10-01"]);
    let again = a.ask(&["outbox"]);
    assert_eq!((again.as_array().unwrap().len(), &again[0]["state"]), (1, &json!("queued")), "{again}");
    a.ask(&["outbox", "discard", &edit(&again)]);
    assert_eq!(a.ask(&["outbox"]), json!([]));
    assert_eq!(b.run(&["sync", "--once"]).status, 0);
    assert_eq!(b.run(&["get", &id]).json()["custom"]["seats"], "97", "translated");
}
