//! Declared fields: read, tried, put in force; what is checked by them, and for whom.

use domain::api::{SCHEMA_HEADER, SchemaReply, path};
use domain::edit::Outcome;
use domain::schema::{NewSchema, Schema, SchemaDraft, SchemaEvent, SchemaPreview, VERSION};
use domain::{ErrorCode, OutcomeState, Problem, Role, Value};
use reqwest::{Response, StatusCode};
use serde_json::{Value as Json, json};

use crate::events::Stream;
use crate::world::{Session, World, body, edit, new_merchant};

async fn read(session: &Session) -> Schema {
    let reply: SchemaReply = serde_json::from_value(session.json(path::SCHEMA).await).unwrap();
    reply.schema
}

async fn put(session: &Session, replaces: &Schema, custom: Json) -> Response {
    let new = NewSchema { replaces: replaces.version, custom: serde_json::from_value(custom).unwrap() };
    session
        .http
        .put(format!("{}{}", session.url, path::SCHEMA))
        .bearer_auth(&session.token)
        .header("content-type", "application/json")
        .body(serde_json::to_vec(&new).unwrap())
        .send()
        .await
        .unwrap()
}

async fn put_ok(session: &Session, custom: Json) -> Schema {
    let response = put(session, &read(session).await, custom).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.unwrap()
}

async fn preview(session: &Session, custom: Json) -> SchemaPreview {
    let draft = SchemaDraft { custom: serde_json::from_value(custom).unwrap() };
    let answer = session.post(path::SCHEMA_PREVIEW, serde_json::to_vec(&draft).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

async fn refused(response: Response, status: u16) -> Problem {
    assert_eq!(response.status().as_u16(), status);
    response.json().await.unwrap()
}

fn seats(kind: &str) -> Json {
    json!({"key": "seats", "labels": {"zh": "座位数", "en": "Seats"}, "type": kind})
}

fn refusal(outcome: &Outcome) -> (ErrorCode, String) {
    let (_, code, message) = outcome.refusal().unwrap();
    (code, message.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_field_is_checked_by_the_server_from_then_on() {
    let mut world = World::new().await;
    let (ops, admin) =
        (world.client("ops", Role::Operations, &[]).await, world.client("admin", Role::Administrator, &[]).await);
    assert_eq!(read(&ops).await, Schema::default());
    ops.push(&[new_merchant("BJ-1", 1, 1)]).await;
    let write = |counter: u64, value: Value| edit("BJ-1", 1, counter, &[(1, counter - 1)], &[("custom.seats", value)]);
    assert_eq!(ops.push(&[write(2, "about 40".into())]).await[0].state, OutcomeState::Applied, "nobody declared it");

    let mut stream = Stream::open(&ops).await;
    stream.until("changes").await;
    let schema = put_ok(&admin, json!([seats("integer")])).await;
    assert_eq!(schema.version.to_string(), format!("{}.{}.0", VERSION.major, VERSION.minor + 1));
    assert_eq!(schema.custom("seats").unwrap().since, schema.version);
    // Devices are woken and see from the page that there is another schema.
    stream.until("changes").await;
    assert_eq!(ops.changes(0, 10).await.schema_version, Some(schema.version));
    assert_eq!(read(&ops).await, schema);

    let answers = ops.push(&[write(3, "about 40".into())]).await;
    let (code, message) = refusal(&answers[0]);
    assert_eq!(code, ErrorCode::BadValue);
    assert!(message.contains("digits only"), "it says what to write: {message}");
    // What can be read as a number is one: also from a device that did not know the declaration.
    assert_eq!(ops.push(&[write(4, "４０".into())]).await[0].state, OutcomeState::Applied);
    assert_eq!(ops.json("/api/v1/merchants/BJ-1").await["custom"]["seats"], 40);

    // It survives a restart, with the rest.
    world.stop().await;
    world.start(None).await;
    let ops = world.session(&ops.token);
    assert_eq!(read(&ops).await, schema);
    assert_eq!(refusal(&ops.push(&[write(5, "many".into())]).await[0]).0, ErrorCode::BadValue);
}

#[tokio::test(flavor = "multi_thread")]
async fn required_is_what_the_schema_says() {
    let world = World::new().await;
    let admin = world.client("admin", Role::Administrator, &[]).await;
    let mut field = seats("integer");
    field["required"] = true.into();
    put_ok(&admin, json!([field])).await;
    // A merchant that was entered before the declaration arrived on its device is taken.
    assert_eq!(admin.push(&[new_merchant("BJ-1", 1, 1)]).await[0].state, OutcomeState::Applied);
    let clear = edit("BJ-1", 1, 2, &[(1, 1)], &[("custom.seats", Value::NULL)]);
    let (code, message) = refusal(&admin.push(&[clear]).await[0]);
    assert_eq!(code, ErrorCode::Required);
    assert!(message.contains("Seats"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_counts_what_a_change_would_mean() {
    let world = World::new().await;
    let admin = world.client("admin", Role::Administrator, &[]).await;
    for (n, value) in [json!("40"), json!("about 40"), json!(30), json!("12.5"), Json::Null].into_iter().enumerate() {
        let n = n as u64 + 1;
        let id = format!("BJ-{n}");
        admin.push(&[new_merchant(&id, n, 1), edit(&id, n, 2, &[(n, 1)], &[("custom.seats", Value(value))])]).await;
    }
    admin.push(&[edit("BJ-3", 3, 3, &[(3, 2)], &[("deleted", Value::yes())])]).await;
    let mut field = seats("integer");
    field["required"] = true.into();
    let foreseen = preview(&admin, json!([field])).await;
    assert_eq!((foreseen.against, foreseen.merchants), (VERSION, 4));
    let seats_preview = &foreseen.fields[0];
    assert_eq!((seats_preview.holding, seats_preview.translated, seats_preview.unfit), (3, 1, 2));
    assert_eq!(seats_preview.missing, 1);
    assert_eq!(seats_preview.examples.len(), 2);
    assert!(seats_preview.examples.iter().all(|one| !one.message.is_empty()));
    assert_eq!(read(&admin).await, Schema::default(), "looking changes nothing");

    put_ok(&admin, json!([field])).await;
    let same = preview(&admin, json!([field])).await;
    assert!(same.fields.is_empty() && same.version == same.against);
    // A type of another kind is a new major, and so is a field that goes.
    let retyped = preview(&admin, json!([seats("text")])).await;
    assert_eq!(retyped.version.to_string(), "2.0.0");
    let gone = preview(&admin, json!([])).await;
    assert_eq!((gone.version.major, gone.fields[0].holding), (2, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_change_it_and_nobody_over_another() {
    let world = World::new().await;
    let (shop, admin) =
        (world.client("shop", Role::Merchant, &["BJ-"]).await, world.client("admin", Role::Administrator, &[]).await);
    let before = read(&shop).await;
    assert_eq!(refused(put(&shop, &before, json!([seats("text")])).await, 403).await.code, ErrorCode::Forbidden);
    put_ok(&admin, json!([seats("text")])).await;
    let moved = refused(put(&admin, &before, json!([])).await, 409).await;
    assert_eq!(moved.code, ErrorCode::SchemaMoved);
    let bad = json!([seats("text"), seats("integer")]);
    let bad = refused(put(&admin, &read(&admin).await, bad).await, 400).await;
    assert_eq!((bad.code, bad.field.as_deref()), (ErrorCode::BadSchema, Some("custom.seats")));
    // The history says who did what.
    let history = shop.json(path::SCHEMA_HISTORY).await;
    let events: Vec<SchemaEvent> = serde_json::from_value(history["events"].clone()).unwrap();
    assert_eq!(events.len(), 2, "what was in force before, and the change");
    assert_eq!(events[0].actor.as_ref().unwrap().as_str(), "admin");
    assert_eq!(events[0].steps[0].0, "seats");
    assert_eq!(read(&shop).await.version, events[0].version);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_majors_are_served_and_an_older_one_is_told_so() {
    let world = World::new().await;
    let admin = world.client("admin", Role::Administrator, &[]).await;
    admin.push(&[new_merchant("BJ-1", 1, 1)]).await;
    put_ok(&admin, json!([seats("text")])).await;
    let first = put_ok(&admin, json!([{"key": "seats", "labels": {"en": "Chairs"}, "type": "text"}])).await;
    let push = |version: String, counter: u64, value: &'static str| {
        let one = edit("BJ-1", 1, counter, &[(1, counter - 1)], &[("custom.seats", value.into())]);
        let call = admin.http.post(format!("{}{}", admin.url, path::EDITS)).bearer_auth(&admin.token);
        call.header("content-type", "application/json").header(SCHEMA_HEADER, version).body(body(&[one])).send()
    };
    let second = put_ok(&admin, json!([seats("integer")])).await;
    assert_eq!(second.version.major, first.version.major + 1);
    // The major before: its schema as it was last, its edits taken and translated.
    let before = admin.json(&format!("{}?major={}", path::SCHEMA, first.version.major)).await;
    assert_eq!((&before["version"], &before["custom"][0]["type"]), (&json!(first.version.to_string()), &json!("text")));
    assert_eq!(before["majors"], json!([first.version.major, second.version.major]));
    assert_eq!(push(first.version.to_string(), 2, "40").await.unwrap().status(), StatusCode::OK);
    assert_eq!(admin.json("/api/v1/merchants/BJ-1").await["custom"]["seats"], 40);

    let third = put_ok(&admin, json!([])).await;
    assert_eq!(third.version.major, second.version.major + 1);
    let too_old = refused(push(first.version.to_string(), 3, "41").await.unwrap(), 426).await;
    assert_eq!(too_old.code, ErrorCode::SchemaTooOld);
    assert!(too_old.title.contains("nothing is lost"), "{}", too_old.title);
    let old = refused(admin.get(&format!("{}?major={}", path::SCHEMA, first.version.major)).await, 426).await;
    assert_eq!(old.code, ErrorCode::SchemaTooOld);
    // One that is newer than the server, one that does not say, and one that has caught up are taken.
    for (version, counter) in [("9.0.0".to_owned(), 3), (third.version.to_string(), 4)] {
        assert_eq!(push(version, counter, "x").await.unwrap().status(), StatusCode::OK);
    }
    let known = edit("BJ-1", 1, 5, &[(1, 4)], &[("custom.seats", "of a field that went".into())]);
    assert_eq!(admin.push(&[known]).await[0].state, OutcomeState::Applied, "without a declaration anything goes");
    refused(push("new".to_owned(), 6, "x").await.unwrap(), 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_sent_once_to_who_has_it() {
    let world = World::new().await;
    let admin = world.client("admin", Role::Administrator, &[]).await;
    put_ok(&admin, json!([seats("text")])).await;
    let first = admin.get(path::SCHEMA).await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let ask = |tag: String| {
        let call = admin.http.get(format!("{}{}", admin.url, path::SCHEMA)).bearer_auth(&admin.token);
        call.header("if-none-match", tag).send()
    };
    let again = ask(tag.clone()).await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(again.bytes().await.unwrap().is_empty());
    for known in [format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        assert_eq!(ask(known.clone()).await.unwrap().status(), StatusCode::NOT_MODIFIED, "{known}");
    }
    put_ok(&admin, json!([])).await;
    let changed = ask(tag).await.unwrap();
    assert_eq!(changed.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_would_read_is_refused_and_nothing_changes() {
    let world = World::new().await;
    let admin = world.client("admin", Role::Administrator, &[]).await;
    let before = admin.json(path::SCHEMA).await;
    let misspelt = r#"{"replaces":"1.1.0","custom":[{"key":"a","labels":{"en":"A"},"type":"text","requird":true}]}"#;
    let call = |method: reqwest::Method, to: &str, body: &'static str| {
        admin.http.request(method, format!("{}{to}", admin.url)).bearer_auth(&admin.token).body(body).send()
    };
    for (method, to) in [(reqwest::Method::PUT, path::SCHEMA), (reqwest::Method::POST, path::SCHEMA_PREVIEW)] {
        let refused = call(method.clone(), to, misspelt).await.unwrap();
        assert_eq!(refused.status(), 400, "{to}");
        let problem: domain::Problem = refused.json().await.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.field.as_deref()),
            ("bad_schema", Some("custom[0].requird")),
            "{to}"
        );
        // A list is no object, though the parser would take it for one.
        let refused = call(method, to, "[1,[]]").await.unwrap();
        assert_eq!(refused.json::<domain::Problem>().await.unwrap().code.as_str(), "bad_request", "{to}");
    }
    assert_eq!(admin.json(path::SCHEMA).await, before);
}
