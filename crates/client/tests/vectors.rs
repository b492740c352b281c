//! The shared import samples: `MERCHANT_CONSOLE_TEST_DATA=DIR cargo test -p client --test vectors -- --ignored`.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::path::PathBuf;

use client::importer::{ImportOptions, import};
use serde_json::Value;
use support::open;

fn data() -> PathBuf {
    PathBuf::from(std::env::var("MERCHANT_CONSOLE_TEST_DATA").unwrap())
}

fn json(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(data().join(path)).unwrap()).unwrap()
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
