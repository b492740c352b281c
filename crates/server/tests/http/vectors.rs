//! The golden vectors of `docs/sync-protocol/merge.json`, pushed to a real server.

use std::collections::{BTreeMap, BTreeSet};

use domain::api::path;
use domain::{Actor, Scope};
use reqwest::StatusCode;
use serde_json::{Value as Json, json};

use crate::world::{Session, World};

fn vectors() -> Json {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sync-protocol/merge.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

async fn cast(world: &World, vectors: &Json) -> BTreeMap<String, Session> {
    let mut cast = BTreeMap::new();
    for actor in vectors["cast"].as_object().unwrap().values() {
        let actor: Actor = serde_json::from_value(actor.clone()).unwrap();
        let prefixes = match &actor.scope {
            Scope::All => Vec::new(),
            Scope::Prefixes(prefixes) => prefixes.iter().map(String::as_str).collect(),
        };
        cast.insert(actor.id.as_str().to_owned(), world.client(actor.id.as_str(), actor.role, &prefixes).await);
    }
    cast
}

async fn push(session: &Session, edit: &Json) -> Json {
    let request = json!({"device_id": "0000000000000001", "edits": [edit]});
    let response = session.post(path::EDITS, request.to_string()).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json::<Json>().await.unwrap()["outcomes"][0].take()
}

/// What is expected of one merchant, or found: record, review, lines of history in no order.
type End = (Json, Json, BTreeSet<String>);

fn line(of: &Json) -> String {
    json!([of["field"], of["before"], of["after"], of["decision"]]).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_answers_stores_and_tells_what_the_protocol_says() {
    let (world, vectors) = (World::new().await, vectors());
    let cast = cast(&world, &vectors).await;
    let mut expected: BTreeMap<String, End> = BTreeMap::new();
    for case in vectors["cases"].as_array().unwrap() {
        let steps = case["given"]["edits"].as_array().unwrap();
        let answers = case["expect"]["answers"].as_array().unwrap();
        for (step, answer) in steps.iter().zip(answers) {
            let session = &cast[step["by"].as_str().unwrap()];
            let found = push(session, &step["edit"]).await;
            assert_eq!(found["edit_id"], step["edit"]["edit_id"]);
            assert_eq!(
                (&found["state"], &found["decisions"]),
                (&answer["state"], &answer["decisions"]),
                "{}",
                case["name"]
            );
            // However often it is sent, it has one effect and one answer.
            assert_eq!(push(session, &step["edit"]).await, found, "{}", case["name"]);
        }
        let id = steps[0]["edit"]["merchant_id"].as_str().unwrap().to_owned();
        let lines = answers.iter().flat_map(|answer| answer["history"].as_array().unwrap()).map(line).collect();
        if !case["expect"]["record"].is_null() {
            expected.insert(id, (case["expect"]["record"].clone(), case["expect"]["review"].clone(), lines));
        }
    }
    let ops = &cast["ops"];
    let page = ops.json("/api/v1/changes?cursor=0").await;
    let reviews = ops.json("/api/v1/reviews?limit=500").await;
    assert_eq!(page["changes"].as_array().unwrap().len(), expected.len());
    for change in page["changes"].as_array().unwrap() {
        let id = change["record"]["merchant_id"].as_str().unwrap();
        let (record, review, lines) = &expected[id];
        assert_eq!(change["record"], *record, "{id}");
        let open = reviews["reviews"].as_array().unwrap().iter().find(|review| review["merchant_id"] == id);
        assert_eq!(open.unwrap_or(&Json::Null), review, "{id}");
        let history = ops.json(&format!("/api/v1/merchants/{id}/history?limit=200")).await;
        let told: BTreeSet<String> = history["entries"].as_array().unwrap().iter().map(line).collect();
        assert_eq!(told, *lines, "{id}");
    }
}
