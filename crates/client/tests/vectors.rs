//! The shared vectors and import samples: `MERCHANT_CONSOLE_TEST_DATA=DIR cargo test -p client --test vectors -- --ignored`.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::path::PathBuf;

use client::importer::{ImportOptions, import};
use client::reading::{phones, week};
use serde_json::Value;
use support::open;

fn data() -> PathBuf {
    PathBuf::from(std::env::var("MERCHANT_CONSOLE_TEST_DATA").unwrap())
}

fn json(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(data().join(path)).unwrap()).unwrap()
}

#[test]
#[ignore = "needs the shared data"]
fn hours_and_phones() {
    let mut wrong = Vec::new();
    for case in json("vectors/hours_zh.json")["cases"].as_array().unwrap() {
        let input = case["input"].as_str().unwrap();
        let read = week::read(input).map(|week| {
            let days = week.days.map(|day| day.iter().map(|s| vec![s.start_min, s.end_min]).collect::<Vec<_>>());
            domain::field::WEEKDAYS
                .iter()
                .zip(days)
                .map(|(n, d)| ((*n).to_owned(), serde_json::to_value(d).unwrap()))
                .collect::<serde_json::Map<_, _>>()
        });
        let good = match &read {
            Ok(week) => case["week"].as_object() == Some(week),
            Err(reason) => case["error"].as_str() == Some(*reason),
        };
        if !good {
            wrong.push(format!("{input}: {read:?}"));
        }
    }
    for case in json("vectors/phone_cn.json")["cases"].as_array().unwrap() {
        let input = case["input"].as_str().unwrap();
        let read = phones::read(input, None);
        let good = match &read {
            Ok(found) => {
                let expected: Vec<&str> =
                    case["phones"].as_array().into_iter().flatten().filter_map(|p| p["e164"].as_str()).collect();
                found.numbers == expected
            }
            Err(reason) => case["error"].as_str() == Some(*reason),
        };
        if !good {
            wrong.push(format!("{input}: {read:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
#[ignore = "needs the shared data"]
async fn samples() {
    let mut wrong = Vec::new();
    for name in ["utf8-bom", "semicolon-en", "fullwidth-dup"] {
        let (_home, cache) = open().await;
        let expected = json(&format!("import/{name}.expected.json"));
        let mut rows = Vec::new();
        let options = ImportOptions::new(data().join(format!("import/{name}.csv")), "sample");
        let summary = import(&cache, None, &options, &mut |row| {
            rows.push(serde_json::to_value(row).unwrap());
            true
        })
        .await
        .unwrap();
        let counts = serde_json::to_value(&summary.counts).unwrap();
        if counts != expected["counts"] {
            wrong.push(format!("{name}: counts {counts} not {}", expected["counts"]));
        }
        for (row, wanted) in rows.iter().zip(expected["rows"].as_array().unwrap()) {
            let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
            // Coordinates are not read yet.
            let due = |w: &&Value| !w.as_str().is_some_and(|w| w.starts_with("coords:"));
            let warned = list(&wanted["warnings"]).iter().filter(due).all(|w| list(&row["warnings"]).contains(w));
            let hours =
                wanted["normalised"]["hours"].is_null() || row["normalised"]["hours"] == wanted["normalised"]["hours"];
            let name_is =
                wanted["normalised"]["name"].is_null() || row["normalised"]["name"] == wanted["normalised"]["name"];
            let problems = wanted["problems"].is_null() || row["problems"] == wanted["problems"];
            if row["outcome"] != wanted["outcome"] || !warned || !hours || !name_is || !problems {
                wrong.push(format!("{name}: {row}\n   expected {wanted}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
