//! Rules by the command line: printed, tried, put in force, followed by the devices.

use serde_json::json;
use tests::world::World;

#[test]
fn rules_are_printed_tried_and_put_in_force() {
    let world = World::new().unwrap();
    let backend = world.backend(20).unwrap();
    let [a, b, admin] = [("till-a", "merchant"), ("till-b", "operations"), ("desk", "administrator")]
        .map(|(name, role)| world.device(name, &backend, role).unwrap());
    for device in [&a, &b] {
        device.sync();
    }
    let id = a.ask(&["search", "店", "--limit", "1"])[0]["merchant_id"].as_str().unwrap().to_owned();
    a.ask(&["set", &id, "name=甲店"]);
    b.ask(&["set", &id, "name=乙店"]);
    for device in [&a, &b, &a] {
        device.sync();
    }
    assert_eq!(b.ask(&["reviews"]).as_array().unwrap().len(), 1);

    let mut book = admin.ask(&["rules", "get"]);
    assert_eq!(book["version"], 1);
    book["rules"].as_array_mut().unwrap().push(json!({
        "id": "operations_first",
        "fields": "name",
        "prefer": {"role": {"of": ["operations", "administrator"], "over": ["merchant"]}},
    }));
    let file = world.path("rules.json");
    std::fs::write(&file, book.to_string()).unwrap();
    let file = file.to_str().unwrap();

    let preview = b.ask(&["rules", "preview", file]);
    assert_eq!((&preview["settles"], &preview["reopens"], &preview["changes"]), (&json!(1), &json!(0), &json!(0)));
    assert_eq!(preview["differences"][0]["would_show"], "乙店");
    let refused = b.run(&["rules", "set", file]);
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("[forbidden]"), "{refused:?}");

    assert_eq!(admin.ask(&["rules", "set", file])["version"], 2);
    for device in [&a, &b] {
        device.sync();
        assert_eq!(device.run(&["get", &id]).json()["name"], "乙店");
    }
    assert_eq!(b.ask(&["reviews"]), json!([]));
    // Somebody else had looked at the first version too.
    book["rules"] = json!([]);
    std::fs::write(file, book.to_string()).unwrap();
    let moved = admin.run(&["rules", "set", file]);
    assert!(moved.status == 1 && moved.err.contains("[rules_moved]"), "{moved:?}");
    std::fs::write(file, r#"{"version":2,"rules":[{"id":"a","fields":"*","prefer":"loudest"}]}"#).unwrap();
    let bad = admin.run(&["rules", "preview", file]);
    assert!(bad.status == 1 && bad.err.contains("[bad_rules]"), "{bad:?}");
}
