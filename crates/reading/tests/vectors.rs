//! The shared vectors: `MERCHANT_CONSOLE_TEST_DATA=DIR cargo test -p reading --test vectors -- --ignored`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::PathBuf;

use domain::place::Degrees;
use reading::{coordinates, hours, licences, names, phones};
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

#[test]
#[ignore = "needs the shared data"]
fn credit_codes_are_read() {
    let mut wrong = Vec::new();
    for case in cases("uscc.json", "cases") {
        let got = match licences::credit_code(case["input"].as_str().unwrap()) {
            Ok(found) => match found.expected_check {
                None => json!({"result": "valid", "normalised": found.code}),
                Some(check) => json!({"result": "warn:check_digit", "expected_check": check}),
            },
            Err(finding) if finding.code == domain::ErrorCode::Empty => json!({"result": "empty"}),
            Err(finding) => json!({"result": format!("error:{}", finding.code)}),
        };
        let mut expected = case.clone();
        ["id", "input", "why"].iter().for_each(|key| drop(expected.as_object_mut().unwrap().remove(*key)));
        compare(&mut wrong, &case, got, expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs the shared data"]
fn coordinates_are_read_and_shifted() {
    let mut wrong = Vec::new();
    for case in cases("coords.json", "parse") {
        let got = match coordinates::read(case["input"].as_str().unwrap()) {
            Ok(found) => json!(found.plain()),
            Err(finding) if finding.code == domain::ErrorCode::Empty => json!("empty"),
            Err(finding) => json!(format!("error:{}", finding.code)),
        };
        compare(&mut wrong, &case, got, case["result"].clone());
    }
    for case in cases("coords.json", "cases") {
        let pair = |key: &str| Degrees { lat: case[key][0].as_f64().unwrap(), lng: case[key][1].as_f64().unwrap() };
        let off_m = |a: Degrees, b: Degrees| {
            let (north, east) = (a.lat - b.lat, (a.lng - b.lng) * a.lat.to_radians().cos());
            north.hypot(east).to_radians() * domain::place::EARTH_RADIUS_M
        };
        let (wgs84, gcj02) = (pair("wgs84"), pair("gcj02"));
        let forward_m = off_m(wgs84.wgs84_to_gcj02(), gcj02);
        let inverse_m = off_m(gcj02.gcj02_to_wgs84(), wgs84);
        let good = forward_m <= case["tolerance_m_forward"].as_f64().unwrap()
            && inverse_m <= case["tolerance_m_inverse"].as_f64().unwrap()
            && (off_m(wgs84, gcj02) - case["offset_m"].as_f64().unwrap()).abs() < 2.0;
        if !good {
            wrong.push(format!("{}: {forward_m} m, back {inverse_m} m, {}", case["id"], off_m(wgs84, gcj02)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs the shared data"]
fn names_are_compared() {
    let mut wrong = Vec::new();
    for case in cases("names_equal.json", "cases") {
        let (a, b) = (case["a"].as_str().unwrap(), case["b"].as_str().unwrap());
        let got = [names::compare(a, b).as_str(), names::compare(b, a).as_str()];
        if got != [case["verdict"].as_str().unwrap(); 2] {
            wrong.push(format!("{}: {a} | {b}: {got:?}", case["id"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
