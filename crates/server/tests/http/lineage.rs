//! Data restored from an older backup, deletions that are forgotten, versions of the protocol.

use domain::api::{ChangesPage, PROTOCOL, PROTOCOL_HEADER, marker, path};
use domain::{EditId, Role, Value};
use reqwest::Response;

use crate::world::{Session, World, edit, new_merchant, problem};

async fn ask(session: &Session, query: &str) -> Response {
    let request = session.http.get(format!("{}{}?{query}", session.url, path::CHANGES)).bearer_auth(&session.token);
    request.header(PROTOCOL_HEADER, PROTOCOL).send().await.unwrap()
}

async fn page(session: &Session, query: &str) -> ChangesPage {
    let response = ask(session, query).await;
    assert_eq!(response.status(), 200, "{query}");
    response.json().await.unwrap()
}

/// A new merchant by an edit whose id begins with a time, as a device's does.
fn made(merchant: &str, counter: u64) -> domain::Edit {
    domain::Edit { edit_id: EditId(uuid::Uuid::now_v7()), ..new_merchant(merchant, 1, counter) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_begins_a_new_epoch_once() {
    let mut world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    shop.push(&[made("BJ-1", 1)]).await;
    world.stop().await;
    let file = world.dir.path().join("server.db");
    std::fs::copy(&file, world.dir.path().join("backup.db")).unwrap();
    world.start(None).await;
    let shop = world.session(&shop.token);
    let lost = made("BJ-2", 2);
    shop.push(std::slice::from_ref(&lost)).await;
    let seen = page(&shop, "cursor=0").await;
    assert_eq!((seen.next_cursor, seen.head, &seen.marker), (2, 2, &marker(lost.edit_id)));
    world.stop().await;
    std::fs::copy(world.dir.path().join("backup.db"), &file).unwrap();
    world.start(None).await;
    let shop = world.session(&shop.token);
    let known = format!("cursor=2&epoch={}&marker={}", seen.epoch, seen.marker);

    // Others' changes have gone beyond the number that the device has seen; it sees that they are others.
    shop.push(&[made("BJ-3", 3), made("BJ-4", 4)]).await;
    assert_eq!(page(&shop, "cursor=0").await.epoch, seen.epoch, "whoever has seen nothing knows nothing");
    let answered = format!("cursor=1&epoch={}&answered=2&answered_marker={}", seen.epoch, marker(lost.edit_id));
    assert_eq!(problem(ask(&shop, &answered).await).await, (409, "epoch_changed".into()));
    assert_eq!(problem(ask(&shop, &known).await).await, (409, "epoch_changed".into()));
    let anew = page(&shop, "cursor=0").await;
    assert_ne!(anew.epoch, seen.epoch);
    // Invented numbers get the same answer, and no further epoch.
    assert_eq!(problem(ask(&shop, &format!("cursor=99&epoch={}", anew.epoch)).await).await.0, 409);
    assert_eq!(page(&shop, &format!("cursor=3&epoch={}&marker={}", anew.epoch, anew.marker)).await.changes.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_deletions_are_forgotten_and_who_was_away_begins_anew() {
    let mut world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let shops: Vec<_> = (1..=6).map(|n| made(&format!("BJ-{n}"), n)).collect();
    ops.push(&shops).await;
    let gone = |merchant: &str, counter, base| edit(merchant, 1, counter, &[(1, base)], &[("deleted", Value::yes())]);
    ops.push(&[gone("BJ-1", 7, 1), gone("BJ-2", 8, 2), made("BJ-7", 9), gone("BJ-3", 10, 3), gone("BJ-4", 11, 4)])
        .await;
    // All but the last two changes were long ago.
    world.sql("UPDATE edits SET received_at_ms = 1000 WHERE seq < 10").await;
    world.stop().await;
    world.start(None).await;
    let ops = world.session(&ops.token);
    let digest = || async { ops.json(path::DIGEST).await };
    // The first round runs beside the start.
    while digest().await["pruned"] != 8 {
        tokio::task::yield_now().await;
    }
    let all = page(&ops, "cursor=0").await;
    let ids: Vec<&str> = all.changes.iter().map(|change| change.merchant_id().as_str()).collect();
    assert_eq!((ids, all.head), (vec!["BJ-5", "BJ-6", "BJ-7", "BJ-3", "BJ-4"], 11));
    let rows: u64 = digest().await["buckets"].as_array().unwrap().iter().map(|b| b[0].as_u64().unwrap()).sum();
    assert_eq!(rows, 5);

    assert_eq!(problem(ask(&ops, "cursor=7").await).await, (410, "cursor_too_old".into()));
    assert_eq!(page(&ops, "cursor=8").await.changes.len(), 3);
    assert_eq!(page(&ops, "cursor=6&begun=11").await.changes.len(), 3, "a pull that began afterwards goes on");
    assert_eq!(ops.get(&format!("{}?cursor=7", path::CHANGES)).await.status(), 200, "1.0 does not know of it");

    // The newest change stays, however old: numbers are never given twice.
    world.sql("UPDATE edits SET received_at_ms = 1000").await;
    world.stop().await;
    world.start(None).await;
    let ops = world.session(&ops.token);
    while ops.json(path::DIGEST).await["pruned"] != 10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ops.push(&[made("BJ-8", 12)]).await[0].seq, 12);
    // Late for a merchant that is forgotten: refused for a reason that names it.
    let late = edit("BJ-1", 2, 1, &[(1, 1)], &[("note", "x".into())]);
    let outcome = ops.push(std::slice::from_ref(&late)).await.remove(0);
    assert_eq!(outcome.refusal().unwrap().1, domain::ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_the_newest_forgotten_deletion_never_goes_back() {
    let world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let gone = |n: u64| edit(&format!("BJ-{n}"), 1, 3 + n, &[(1, n)], &[("deleted", Value::yes())]);
    ops.push(&[made("BJ-1", 1), made("BJ-2", 2), made("BJ-3", 3), gone(1), gone(2)]).await;
    ops.push(&[made("BJ-4", 6)]).await;
    let db = server::db::open(&world.database()).await.unwrap();
    // People are asked about the older one, so the newer one goes first.
    world.sql("UPDATE merchants SET contested = 1 WHERE merchant_id = 'BJ-1'").await;
    assert_eq!((db.prune(u64::MAX, 10).await.unwrap(), db.pruned().await.unwrap()), (1, 5));
    world.sql("UPDATE merchants SET contested = 0").await;
    assert_eq!((db.prune(u64::MAX, 10).await.unwrap(), db.pruned().await.unwrap()), (1, 5));
    assert_eq!(problem(ask(&ops, "cursor=4").await).await, (410, "cursor_too_old".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_of_one_major_go_together() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let ask = |version: &'static str| {
        let request = shop.http.get(format!("{}{}", shop.url, path::CHANGES)).bearer_auth(&shop.token);
        request.header(PROTOCOL_HEADER, version).send()
    };
    for taken in ["1.0", "1.1", "1.2", "1.9"] {
        let response = ask(taken).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()[PROTOCOL_HEADER]),
            (200, &PROTOCOL.parse().unwrap())
        );
    }
    for refused in ["0.9", "2.0", "one", "1"] {
        let response = ask(refused).await.unwrap();
        assert_eq!(response.headers()[PROTOCOL_HEADER], PROTOCOL);
        let document: serde_json::Value = response.json().await.unwrap();
        assert_eq!((&document["status"], &document["code"]), (&426.into(), &"protocol".into()), "{refused}");
        assert_eq!(document["protocol"], serde_json::json!({ "min": "1.0", "max": PROTOCOL }));
    }
    assert_eq!(world.get_open(path::CHANGES).await.headers()[PROTOCOL_HEADER], PROTOCOL, "refusals say it too");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_marker_begins_no_epoch() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    shop.push(&[made("BJ-1", 1)]).await;
    let seen = page(&shop, "cursor=0").await;
    let upper = seen.marker.to_uppercase();
    assert_ne!(upper, seen.marker);
    for bad in ["zz", "0192f00000007", "0192f0000000700g", &upper] {
        for name in ["cursor=1&marker", "cursor=1&answered=1&answered_marker"] {
            let asked = format!("{name}={bad}&epoch={}", seen.epoch);
            assert_eq!(problem(ask(&shop, &asked).await).await, (400, "bad_request".into()), "{asked}");
        }
    }
    assert_eq!(page(&shop, &format!("cursor=1&marker=&epoch={}", seen.epoch)).await.epoch, seen.epoch);
}
