//! The shared vectors and import samples: `MERCHANT_CONSOLE_TEST_DATA=DIR cargo test -p client --test vectors -- --ignored`.
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

/// Is all of it there? Lists and objects of what is expected must be equal, `null` may be absent.
fn differs(wanted: &Value, got: &Value) -> bool {
    match wanted {
        Value::Null => !got.is_null(),
        Value::Object(members) => members.iter().any(|(name, wanted)| differs(wanted, &got[name])),
        _ => wanted != got,
    }
}

#[tokio::test]
#[ignore = "needs the shared data"]
async fn samples() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(data().join("import")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|ending| ending == "json") {
            continue;
        }
        seen += 1;
        let (_home, cache) = open().await;
        let expected = json(&format!("import/{name}.expected.json"));
        let mut rows = Vec::new();
        let mut options = ImportOptions::new(path, "sample");
        options.request.dry_run = true;
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
        let mut file = expected["file"].clone();
        file.as_object_mut().unwrap().remove("oddity");
        let found = serde_json::to_value(&summary.file).unwrap();
        if differs(&file, &found) {
            wrong.push(format!("{name}: {found}\n   expected {file}"));
        }
        for (row, wanted) in rows.iter().zip(expected["rows"].as_array().unwrap()) {
            let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
            let warned = list(&wanted["warnings"]).iter().all(|w| list(&row["warnings"]).contains(w));
            let mut strict = wanted.clone();
            strict.as_object_mut().unwrap().remove("warnings");
            if differs(&strict, row) || !warned {
                wrong.push(format!("{name}: {row}\n   expected {wanted}"));
            }
        }
    }
    assert!(seen >= 6, "{seen} samples");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
