//! The contract of the command line.

use serde_json::{Value as Json, json};
use tests::world::{Backend, Device, World};

/// A device whose backend has gone.
fn lone() -> (World, Device) {
    let (world, _, device) = with_backend();
    (world, device)
}

fn with_backend() -> (World, Backend, Device) {
    let world = World::new().unwrap();
    let backend = world.backend(5).unwrap();
    let device = world.device("one", &backend, "administrator").unwrap();
    (world, backend, device)
}

#[test]
fn status_has_exactly_the_promised_fields_before_anything_happened() {
    let (_world, device) = lone();
    let status = device.ask(&["status"]);
    let mut keys: Vec<_> = status.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "in_review",
            "last_sync",
            "merchants",
            "oldest_unsynced_s",
            "online",
            "queued",
            "rejected",
            "server",
            "synced"
        ]
    );
    assert_eq!(status["synced"], false, "nothing was ever pulled, so nothing is called synced");
    assert_eq!((&status["merchants"], &status["last_sync"]), (&json!(0), &Json::Null));
}

#[test]
fn a_new_merchant_needs_name_and_address_and_works_without_a_server() {
    let (_world, device) = lone();
    let refused = device.run(&["set", "NEW-1", "name=新店"]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.err.contains("[required]"), "{refused:?}");
    device.ask(&["set", "NEW-1", "name=新店", "address=长街 1 号", "custom.seats=40", "tags=清真,外卖"]);
    let profile = device.run(&["get", "NEW-1"]).json();
    assert_eq!(profile["merchant_id"], "NEW-1");
    assert_eq!(profile["custom"], json!({ "seats": 40 }));
    assert_eq!(profile["tags"].as_array().unwrap().len(), 2);
    assert_eq!(profile["state"], "pending");
    assert!(!profile["version"].is_null());
    assert_eq!(device.ask(&["search", "新店"])[0]["merchant_id"], "NEW-1");
    assert_eq!(device.ask(&["search", "新"])[0]["merchant_id"], "NEW-1");
}

#[test]
fn a_sentence_and_an_exit_status_for_every_mistake() {
    let (_world, device) = lone();
    let cases: [(&[&str], i32, &str); 7] = [
        (&["get", "nobody"], 1, "[not_found]"),
        (&["get", "not an id"], 2, "use 1 to 64"),
        (&["set", "NEW-1", "name"], 2, "FIELD=VALUE"),
        (&["set", "NEW-1", "Name=x", "name=x", "address=y"], 1, "[bad_field]"),
        (&["set", "NEW-1", "name=x", "address=y", "hours.mo=25:00-26:00"], 1, "[bad_hours]"),
        (&["set", "NEW-1", "name=x", "address=y", "phones=12"], 1, "[bad_phone]"),
        (&["frobnicate"], 2, "unrecognized"),
    ];
    for (arguments, status, word) in cases {
        let ended = device.run(arguments);
        assert_eq!(ended.status, status, "{arguments:?}: {ended:?}");
        assert!(ended.err.contains(word), "{arguments:?}: {ended:?}");
        assert_eq!(ended.out, "", "{arguments:?}: messages go to standard error");
    }
    assert_eq!(device.ask(&["status"])["queued"], 0, "nothing of a refused command is kept");
}

#[test]
fn a_selection_that_cannot_be_meant_is_wrong_use_and_changes_nothing() {
    let (world, _backend, device) = with_backend();
    device.sync();
    let file = world.path("none.csv").display().to_string();
    for (arguments, word) in [
        (["set", "--where", "hours.tu=", "note=x"].as_slice(), "whether any are given"),
        (&["set", "--where", "stauts!=open", "note=x"], "there is no field stauts"),
        (&["set", "--where", "status!=opne", "note=x"], "status: "),
        (&["set", "--find", " ", "note=x"], "--find"),
        (&["export", &file, "--status", "opne"], "status: "),
        (&["import", &file, "--env", "a b"], "--env"),
        (&["import", &file, "--env", "a", "--delimiter", "und"], "--delimiter"),
    ] {
        let ended = device.run(arguments);
        assert_eq!((ended.status, ended.out.as_str()), (2, ""), "{arguments:?}: {ended:?}");
        assert!(ended.err.contains(word), "{arguments:?}: {ended:?}");
    }
    assert!(!world.path("none.csv").exists());
    assert_eq!(device.ask(&["status"])["queued"], 0);
}

#[test]
fn reasons_are_the_true_ones() {
    let (_world, _backend, device) = with_backend();
    device.sync();
    for (arguments, status, word) in [
        (["history", "nosuch"].as_slice(), 1, "there is no merchant nosuch [not_found]"),
        (&["--server", "http://me:word@127.0.0.1:1", "status"], 1, "leave them out"),
        (&["set", "NEW-1", "name=新店"], 1, "it cannot be empty [required]"),
        (&[], 1, "there is no display"),
    ] {
        let ended = device.run(arguments);
        assert_eq!((ended.status, ended.out.as_str()), (status, ""), "{arguments:?}: {ended:?}");
        assert!(ended.err.contains(word) && !ended.err.contains("panicked"), "{arguments:?}: {ended:?}");
        assert!(!ended.err.contains("me:word"), "{ended:?}");
    }
    // A name that leads to no display.
    let windowless = device.command::<&str>(&[]).env("DISPLAY", ":nowhere").output().unwrap();
    let said = String::from_utf8_lossy(&windowless.stderr);
    assert!(windowless.status.code() == Some(1) && said.contains("there is no display"), "{said}");
    let mut command = device.command(&["sync", "--once"]);
    let refused = command.env("MERCHANT_CONSOLE_CLIENT_SECRET", "wrong").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(1) && said.contains("[bad_credentials]"), "{said}");
}

#[test]
fn a_sync_says_what_stays_behind_and_the_outbox_can_be_emptied() {
    let world = World::new().unwrap();
    let backend = world.backend(5).unwrap();
    let first = world.device("first", &backend, "administrator").unwrap();
    let second = world.device("second", &backend, "administrator").unwrap().on(first.home.clone());
    first.sync();
    first.ask(&["set", "NEW-1", "name=新店", "address=长街 1 号"]);
    let synced = second.run(&["sync", "--once"]);
    assert_eq!(synced.status, 1, "{synced:?}");
    assert!(synced.err.contains("2 changes of first") && synced.err.contains("signs in"), "{synced:?}");
    let waiting = first.ask(&["outbox"]);
    let edit = waiting[0]["edit_id"].as_str().unwrap();
    assert!(first.run(&["outbox"]).out.contains(edit));
    assert_eq!(first.run(&["outbox", "retry"]).status, 2);
    first.ask(&["outbox", "discard", edit]);
    assert_eq!(first.ask(&["outbox"]), json!([]));
    assert_eq!(first.run(&["outbox", "discard", edit]).status, 1, "it is gone");
    assert_eq!(second.run(&["sync", "--once"]).status, 0);
}

#[test]
fn closed_is_said_and_a_reader_that_went_away_is_no_failure() {
    let (_world, _backend, device) = with_backend();
    device.sync();
    let id = device.ask(&["search", "店"])[0]["merchant_id"].as_str().unwrap().to_owned();
    let closed = device.run(&["set", &id, "hours.mo=closed"]).out;
    assert!(closed.contains("→ closed"), "{closed}");
    let cleared = device.run(&["set", &id, "hours.mo="]).out;
    assert!(cleared.contains("closed → —"), "{cleared}");
    let mut command = device.command(&["search", "店"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}

#[test]
fn merge_is_by_register_and_null_is_deleted() {
    let (world, device) = lone();
    let write = |name: &str, json: Json| {
        let path = world.path(name);
        std::fs::write(&path, json.to_string()).unwrap();
        path.display().to_string()
    };
    let profile = |name: &str, address: &str| json!({"merchant_id": "M-1", "name": name, "address": address});
    let base = write("base.json", profile("旧", "街 1"));
    let gone = write("gone.json", Json::Null);
    let rows = [
        ("different registers", profile("新", "街 1"), profile("旧", "街 2"), profile("新", "街 2"), vec![]),
        ("one register", profile("甲", "街 1"), profile("乙", "街 1"), profile("旧", "街 1"), vec!["name"]),
        ("same meaning", profile("ＡＢ", "街 1"), profile("ab", "街 1"), profile("ＡＢ", "街 1"), vec![]),
    ];
    for (what, mine, theirs, merged, review) in rows {
        let (mine, theirs) = (write("mine.json", mine), write("theirs.json", theirs));
        let got = device.ask(&["merge", "--base", &base, "--mine", &mine, "--theirs", &theirs]);
        let fields: Vec<_> = got["review"].as_array().unwrap().iter().map(|q| q["field"].as_str().unwrap()).collect();
        assert_eq!(fields, review, "{what}: {got}");
        assert_eq!(
            (&got["merged"]["name"], &got["merged"]["address"]),
            (&merged["name"], &merged["address"]),
            "{what}"
        );
    }
    let got = device.ask(&["merge", "--base", &base, "--mine", &gone, "--theirs", &base]);
    assert_eq!(got, json!({"merged": null, "review": []}));
    let nulls = json!({"merchant_id": "M-1", "name": "旧", "address": "街 1", "phones": null, "tags": null,
        "hours": {"mo": null}, "special_hours": null, "custom": null, "note": null});
    let nulls = write("nulls.json", nulls);
    let got = device.ask(&["merge", "--base", &base, "--mine", &nulls, "--theirs", &base]);
    assert_eq!(
        (&got["merged"]["name"], &got["review"]),
        (&json!("旧"), &json!([])),
        "null is as good as nothing: {got}"
    );
    let nameless = write("nameless.json", json!({"merchant_id": "M-1", "name": null, "address": "街 1"}));
    let got = device.ask(&["merge", "--base", &base, "--mine", &nameless, "--theirs", &base]);
    assert_eq!((&got["merged"]["name"], &got["review"][0]["field"]), (&json!("旧"), &json!("name")), "{got}");
    let refused = [
        ("{\"merchant_id\": \"M-2\", \"name\": \"旧\"}", "several merchants"),
        ("{\"merchant_id\": \"M-1\", \"name\": \"旧\", \"name\": \"新\"}", "twice"),
        ("{\"merchant_id\": \"M-1\", \"custom\": {\"n\": 12345678901234567890123}}", "digits than can be kept"),
        ("[1]", "no profile"),
    ];
    for (text, words) in refused {
        let path = world.path("refused.json");
        std::fs::write(&path, text).unwrap();
        let mine = path.display().to_string();
        let ended = device.run(&["merge", "--base", &base, "--mine", &mine, "--theirs", &base]);
        assert_eq!(ended.status, 1, "{text}: {ended:?}");
        assert!(ended.err.contains("[bad_file]") && ended.err.contains(words), "{text}: {ended:?}");
    }
    let changed = write("changed.json", profile("新", "街 1"));
    let got = device.ask(&["merge", "--base", &base, "--mine", &gone, "--theirs", &changed]);
    assert_eq!(got["review"][0]["field"], "deleted");
    assert_eq!(got["merged"]["name"], "新", "a deletion never wins by itself over a change");
}

#[test]
fn check_normalises_and_says_what_to_type_instead() {
    let (_world, device) = lone();
    let good = device.ask(&["check", "hours.mo", "10：00－14：00，17:00~02:00"]);
    assert_eq!((&good["ok"], &good["errors"]), (&json!(true), &json!([])), "{good}");
    let bad = device.ask(&["check", "hours.mo", "whenever"]);
    assert_eq!(bad["ok"], false);
    assert_eq!(bad["errors"].as_array().unwrap().len(), 1, "{bad}");
}
