//! Digests and buckets.

use domain::api::{ChangesPage, DigestReply, path};
use domain::digest::{self, Digests};
use domain::{Role, Value};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::world::{Session, World, edit, new_merchant};

async fn digests(session: &Session) -> Digests {
    serde_json::from_value::<DigestReply>(session.json(path::DIGEST).await).unwrap().digests
}

/// The digests that somebody who pulled everything comes to.
fn of(page: &ChangesPage) -> Digests {
    let mut digests = Digests::empty(page.epoch.clone(), page.head);
    for change in &page.changes {
        digests.add(change.merchant_id(), digest::row(&change.text().unwrap()));
    }
    digests
}

#[tokio::test(flavor = "multi_thread")]
async fn digests_are_those_of_what_one_may_see() {
    let mut world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let beijing = world.client("beijing", Role::Merchant, &["BJ-", "BJ-1"]).await;
    let nobody = world.client("nobody", Role::Merchant, &["XX-"]).await;
    let mut edits: Vec<_> = (1..=300).map(|n| new_merchant(&format!("BJ-{n}"), 1, n)).collect();
    edits.extend((1..=40).map(|n| new_merchant(&format!("SH-{n}"), 1, 300 + n)));
    ops.push(&edits).await;
    ops.push(&[edit("BJ-7", 1, 341, &[(1, 340)], &[("deleted", Value::yes())])]).await;
    for session in [&ops, &beijing, &nobody] {
        let page = session.changes(0, 2_000).await;
        assert_eq!(digests(session).await, of(&page));
    }
    assert_eq!(digests(&beijing).await.buckets.iter().map(|b| b.rows).sum::<u64>(), 300);

    // A bucket's pages are those of its merchants, deleted ones too.
    let bucket = digest::bucket(&"BJ-7".parse().unwrap());
    let (mut cursor, mut seen) = (0, Vec::new());
    loop {
        let query = format!("{}?bucket={bucket}&cursor={cursor}&limit=1", path::CHANGES);
        let page: ChangesPage = serde_json::from_value(ops.json(&query).await).unwrap();
        seen.extend(page.changes.into_iter().map(|change| change.merchant_id().clone()));
        cursor = page.next_cursor;
        if page.complete {
            break;
        }
    }
    assert!(seen.iter().any(|id| id.as_str() == "BJ-7"));
    assert!(seen.iter().all(|id| digest::bucket(id) == bucket));
    assert_eq!(seen.len() as u64, digests(&ops).await.buckets[usize::from(bucket)].rows);

    // Rows from before there were digests get theirs when the file is opened.
    let before = digests(&ops).await;
    world.stop().await;
    let file = SqliteConnectOptions::new().filename(world.dir.path().join("server.db"));
    let mut raw = file.connect().await.unwrap();
    sqlx::query("UPDATE merchants SET digest = NULL, bucket = NULL").execute(&mut raw).await.unwrap();
    world.start(None).await;
    assert_eq!(digests(&world.session(&ops.token)).await, before);
}
