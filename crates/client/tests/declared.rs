//! The device's copy of the schema, and the edits that wait when another one comes, on a real SQLite file.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::cache::{Cache, FILE_NAME};
use domain::edit::EditState;
use domain::ipc::OutboxQuery;
use domain::schema::{CustomField, CustomKind, Schema, VERSION, Words};
use domain::{Edit, Value, Write};
use support::*;

fn seats(kind: CustomKind, version: &str) -> Schema {
    let field = CustomField::new("seats", Words::new("座位数", "Seats"), kind);
    Schema { version: version.parse().unwrap(), custom: vec![field] }
}

async fn save(cache: &Cache, merchant: &str, value: &str) -> Edit {
    let write = Write { field: field("custom.seats"), base_value: Value::NULL, value: Value::text(value) };
    cache.save(draft(merchant, vec![write]), None).await.unwrap()
}

async fn waits(cache: &Cache, edit: &Edit) -> (EditState, Value, String) {
    let page = cache.outbox(&OutboxQuery { limit: 100, ..OutboxQuery::default() }).await.unwrap();
    let row = page.rows.into_iter().find(|row| row.edit_id == edit.edit_id).unwrap();
    let why = row.problem.map(|problem| problem.message).unwrap_or_default();
    (row.state, row.writes[0].value.clone(), why)
}

async fn merchants(cache: &Cache) {
    let records = (1..=3).map(|n| (n, named(&format!("M{n}"), n, "店"))).collect();
    cache.apply_page(page(records, true)).await.unwrap();
}

#[tokio::test]
async fn edits_that_never_left_are_translated_or_kept_with_the_reason() {
    let (home, cache) = open().await;
    merchants(&cache).await;
    let good = save(&cache, "M1", "４０").await;
    let bad = save(&cache, "M2", "about 40").await;
    let left = save(&cache, "M3", "some").await;
    // One of them may be on the server already: it stays as it was sent.
    let sending = cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits;
    cache
        .release(&sending.iter().filter(|edit| **edit != left).map(|edit| edit.edit_id).collect::<Vec<_>>(), true)
        .await
        .unwrap();
    cache.release(&[left.edit_id], false).await.unwrap();

    let refused = cache.follow_schema(EPOCH, seats(CustomKind::Integer, "2.0.0")).await.unwrap();
    assert_eq!(refused, 1);
    assert_eq!(waits(&cache, &good).await, (EditState::Queued, Value(40.into()), String::new()));
    let (state, value, why) = waits(&cache, &bad).await;
    assert_eq!((state, value), (EditState::Rejected, Value::text("about 40")), "nothing typed is lost");
    assert!(why.contains("Seats") && why.contains("digits only"), "{why}");
    assert_eq!(waits(&cache, &left).await.1, Value::text("some"));

    // It is there after a restart; another process learns of the next one.
    let other = Cache::open(home.path()).await.unwrap();
    assert_eq!(*other.schema(), seats(CustomKind::Integer, "2.0.0"));
    cache.follow_schema(EPOCH, seats(CustomKind::Text, "3.0.0")).await.unwrap();
    assert_eq!(waits(&cache, &good).await.1, Value::text("40"));
    other.notice_schema().await.unwrap();
    assert_eq!(other.schema().version, cache.schema().version);
}

#[tokio::test]
async fn it_is_fetched_when_version_or_epoch_differ() {
    let (_home, cache) = open().await;
    let of = |epoch: &str, version: Option<&str>| domain::api::ChangesPage {
        epoch: epoch.to_owned(),
        schema_version: version.map(|version| version.parse().unwrap()),
        ..page(Vec::new(), true)
    };
    assert!(!cache.lacks_schema_of(&of("e1", None)), "a server that does not say has none to fetch");
    assert!(cache.lacks_schema_of(&of("e1", Some(&VERSION.to_string()))));
    cache.follow_schema("e1", seats(CustomKind::Text, "1.4.0")).await.unwrap();
    assert!(!cache.lacks_schema_of(&of("e1", Some("1.4.0"))));
    assert!(cache.lacks_schema_of(&of("e1", Some("1.4.1"))));
    assert!(cache.lacks_schema_of(&of("e2", Some("1.4.0"))), "after a restore the same version may be other fields");
}

#[tokio::test]
async fn an_interrupted_change_is_finished_at_the_next_opening() {
    let (home, cache) = open().await;
    merchants(&cache).await;
    // More than one transaction brings under it.
    let edits: Vec<Edit> = {
        let mut edits = Vec::new();
        for n in 0..450 {
            edits.push(save(&cache, &format!("M{}", n % 3 + 1), &format!(" {n} ")).await);
        }
        edits
    };
    cache.close().await;
    let schema = serde_json::to_string(&seats(CustomKind::Integer, "2.0.0")).unwrap();
    let stored = format!(r#"{{"epoch":"{EPOCH}","program":"{VERSION}",{}"#, &schema[1..]);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join(FILE_NAME));
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("INSERT INTO meta VALUES ('schema', ?1)").bind(stored).execute(&mut raw).await.unwrap();
    let cache = Cache::open(home.path()).await.unwrap();
    let batch = cache.load_batch(1000, 10_000_000, 0, None).await.unwrap();
    let values: Vec<Value> = batch.edits.iter().map(|edit| edit.writes[0].value.clone()).collect();
    assert_eq!(values, (0..edits.len()).map(|n| Value(n.into())).collect::<Vec<_>>());
    assert_eq!(
        batch.edits.iter().map(|edit| edit.dot).collect::<Vec<_>>(),
        edits.iter().map(|edit| edit.dot).collect::<Vec<_>>()
    );
}
