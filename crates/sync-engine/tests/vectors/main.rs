//! The golden vectors of `docs/sync-protocol/` against the engine that both device and server decide with.
//! `UPDATE_VECTORS=1 cargo test -p sync-engine --test vectors` prints what the code makes of the given parts anew;
//! the difference is then to be reviewed like code.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

mod evaluate;

use std::fmt::Write as _;
use std::path::PathBuf;

use domain::value::write_canonical;
use serde_json::Value as Json;

fn canonical(value: &Json) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

/// The file as it is kept: a line for what is given and one for what is expected of each case.
fn printed(file: &Json) -> String {
    let mut out = format!("{{\"about\": {},\n", file["about"]);
    if let Some(cast) = file.get("cast") {
        let _ = writeln!(out, "\"cast\": {},", canonical(cast));
    }
    out.push_str("\"cases\": [\n");
    let cases = file["cases"].as_array().unwrap();
    for (n, case) in cases.iter().enumerate() {
        let (given, expect) = (canonical(&case["given"]), canonical(&case["expect"]));
        let comma = if n + 1 < cases.len() { "," } else { "" };
        let _ = writeln!(out, "{{\"name\": {},\n \"given\": {given},\n \"expect\": {expect}}}{comma}", case["name"]);
    }
    out.push_str("]}\n");
    out
}

fn holds(name: &str, evaluate: impl Fn(&Json, &Json) -> Json) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/sync-protocol/{name}.json"));
    let mut file: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let cast = file["cast"].clone();
    let mut wrong = Vec::new();
    for case in file["cases"].as_array_mut().unwrap() {
        let found = evaluate(&case["given"], &cast);
        if case["expect"] != found {
            wrong.push(format!(
                "{}: expected {}, found {}",
                case["name"],
                canonical(&case["expect"]),
                canonical(&found)
            ));
        }
        case["expect"] = found;
    }
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, printed(&file)).unwrap();
    } else {
        assert!(wrong.is_empty(), "{name}.json:\n{}", wrong.join("\n"));
    }
}

#[test]
fn merge() {
    holds("merge", evaluate::merge);
}

#[test]
fn settle() {
    holds("settle", |given, _| evaluate::settle(given));
}

#[test]
fn rules() {
    holds("rules", |given, _| evaluate::rules(given));
}

#[test]
fn values() {
    holds("values", |given, _| evaluate::value(given));
}

#[test]
fn declared() {
    holds("declared", |given, _| evaluate::value(given));
}

#[test]
fn same() {
    holds("same", |given, _| evaluate::same(given));
}

#[test]
fn clocks() {
    holds("clocks", |given, _| evaluate::clock(given));
}

#[test]
fn versions() {
    holds("versions", |given, _| evaluate::versions(given));
}

#[test]
fn edits() {
    holds("edits", |given, _| evaluate::edit(given));
}

#[test]
fn records() {
    holds("records", |given, _| evaluate::record(given));
}

/// Where it is said that the order does not matter, it does not.
#[test]
fn any_order() {
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        return;
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/sync-protocol/merge.json");
    let file: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases: Vec<&Json> =
        file["cases"].as_array().unwrap().iter().filter(|c| c["given"]["any_order"] == true).collect();
    assert!(cases.len() > 10);
    for case in cases {
        let edits = case["given"]["edits"].as_array().unwrap();
        for turn in 1..edits.len() {
            let mut turned = edits.clone();
            turned[1..].rotate_left(turn);
            turned[1..].reverse();
            let found = evaluate::merge(&serde_json::json!({ "edits": turned }), &file["cast"]);
            for part in ["record", "shown", "review"] {
                assert_eq!(found[part], case["expect"][part], "{}: {part}", case["name"]);
            }
        }
    }
}
