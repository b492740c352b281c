//! The shared vectors: `MERCHANT_CONSOLE_TEST_DATA=DIR cargo test -p reading --test vectors -- --ignored`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::PathBuf;

use reading::{hours, phones};
use serde_json::{Value, json};

fn cases(file: &str, key: &str) -> Vec<Value> {
    let folder = PathBuf::from(std::env::var("MERCHANT_CONSOLE_TEST_DATA").unwrap());
    let text = std::fs::read(folder.join("vectors").join(file)).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap()[key].as_array().unwrap().clone()
}

fn compare(wrong: &mut Vec<String>, case: &Value, got: Value, expected: Value) {
    if got != expected {
        wrong.push(format!("{} {}: {got}\n   expected {expected}", case["id"], case["input"]));
    }
}

#[test]
#[ignore = "needs the shared data"]
fn hours_are_read() {
    let mut wrong = Vec::new();
    for case in cases("hours_zh.json", "cases") {
        let got = match hours::read(case["input"].as_str().unwrap()) {
            Ok(found) => json!({
                "week": found.minutes().0,
                "flags": found.flags.iter().map(|flag| flag.as_str()).collect::<Vec<_>>(),
                "note": found.note,
                "ph": if found.ph.is_empty() { Value::Null } else { hours::minutes(&found.ph) },
            }),
            Err(finding) => json!({"error": finding.code}),
        };
        let expected = match &case["error"] {
            Value::Null => {
                json!({"week": case["week"], "flags": case["flags"], "note": case["note"], "ph": case["ph"]})
            }
            error => json!({"error": error}),
        };
        compare(&mut wrong, &case, got, expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs the shared data"]
fn phones_are_read() {
    let mut wrong = Vec::new();
    for case in cases("phone_cn.json", "cases") {
        let got = match phones::read(case["input"].as_str().unwrap(), None) {
            Ok(found) => json!({"phones": found.phones.iter().map(phones::Phone::json).collect::<Vec<_>>()}),
            Err(finding) => json!({"error": finding.code}),
        };
        let expected = match &case["error"] {
            Value::Null => json!({"phones": case["phones"]}),
            error => json!({"error": error}),
        };
        compare(&mut wrong, &case, got, expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
