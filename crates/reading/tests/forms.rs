//! One rule set for window, command line and server: every golden vector of a value, read as people type it and checked as
//! the server checks it.
#![allow(missing_docs, clippy::unwrap_used)]

use domain::schema::Schema;
use domain::{FieldPath, Value};
use serde_json::Value as Json;

fn cases(name: &str) -> Vec<Json> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/sync-protocol/{name}.json"));
    let file: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn schema(given: &Json) -> Schema {
    let custom = given.get("schema").map(|fields| serde_json::from_value(fields.clone()).unwrap());
    Schema { custom: custom.unwrap_or_default(), ..Schema::default() }
}

#[test]
fn what_the_window_takes_is_what_the_server_stores() {
    let mut both = 0;
    for case in cases("values").into_iter().chain(cases("declared")) {
        let given = &case["given"];
        let schema = schema(given);
        let (Ok(field), Json::String(typed)) = (FieldPath::new(given["field"].as_str().unwrap()), &given["value"])
        else {
            continue;
        };
        let read = reading::register(&schema, &field, typed).map(|(value, _)| value);
        let Ok(read) = read else {
            // It may know more than shapes; but it says what to type instead.
            let finding = reading::register(&schema, &field, typed).unwrap_err();
            assert!(finding.message.len() > 10, "{}: {finding:?}", case["name"]);
            continue;
        };
        // The server takes what the window took, as it is.
        assert_eq!(schema.normalise(&field, &read), Ok(read.clone()), "{}", case["name"]);
        // And where the server reads the text itself, it reads the same.
        if let Ok(stored) = schema.normalise(&field, &Value::text(typed.as_str())) {
            if schema.field(&field).is_some() {
                assert_eq!(read, stored, "{}", case["name"]);
            }
            both += 1;
        }
    }
    assert!(both > 40, "{both}");
}

#[test]
fn nothing_that_the_server_refuses_is_called_good() {
    for case in cases("declared") {
        let given = &case["given"];
        let (schema, typed) = (schema(given), given["value"].as_str());
        if case["expect"].get("code").is_none() {
            continue;
        }
        let field = FieldPath::new(given["field"].as_str().unwrap()).unwrap();
        // A number of this country is completed before it leaves the window.
        if typed == Some("13800138000") {
            continue;
        }
        if let Some(typed) = typed {
            let checked = reading::check(&schema, field.as_str(), typed);
            assert!(!checked.ok && checked.errors[0].message.len() > 10, "{}", case["name"]);
        }
    }
}
