//! Records are compared with the server's, and mended.

use client::cache::Draft;
use client::{Mode, Options};
use domain::edit::{Source, Write};
use domain::{Actor, ActorId, FieldPath, Role, Scope, Value};
use sqlx::Executor;

use crate::world::{Device, World, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_behind_the_programs_back_is_mended() {
    let world = World::new().await;
    let one = world.device("one").await;
    for n in 0..40 {
        one.create(&format!("M{n}")).await;
    }
    one.sync().await;
    one.delete("M39").await;
    assert_eq!(one.check().await, (true, 0));
    // Waits for somebody who is not signed in: it is in the outbox all the time.
    let absent = Actor {
        id: ActorId::new("absent").unwrap(),
        name: "Absent".to_owned(),
        role: Role::Operations,
        scope: Scope::All,
    };
    for merchant in ["M3", "M8"] {
        let note = Write { field: FieldPath::fixed("note"), base_value: Value::NULL, value: "mine".into() };
        one.console.cache().save(Draft::new(id(merchant), vec![note], Source::Manual), Some(&absent)).await.unwrap();
    }

    let mut file = one.sql().await;
    for damage in [
        "UPDATE records SET record = replace(record, 'M3', 'XX') WHERE merchant_id = 'M3'",
        "UPDATE records SET record = 'no JSON' WHERE merchant_id = 'M4'",
        "UPDATE records SET digest = digest + 1, bucket = 7 WHERE merchant_id = 'M6'",
        "UPDATE records SET digest = NULL, bucket = NULL WHERE merchant_id = 'M7'",
        "DELETE FROM records WHERE merchant_id = 'M8'",
        "INSERT INTO records (merchant_id, seq, generation, record) SELECT 'GHOST', 9001, generation, record FROM records WHERE merchant_id = 'M9'",
    ] {
        file.execute(damage).await.unwrap();
    }
    drop(file);
    let (equal, mended) = one.check().await;
    assert!(equal);
    // M6 and M7 are columns that are made anew without the server.
    assert_eq!(mended, 4);
    assert_eq!(one.shows("M3", "name").await.as_deref(), Some("M3"));
    assert_eq!(one.shows("M3", "note").await.as_deref(), Some("mine"));
    assert_eq!(one.shows("M8", "note").await.as_deref(), Some("mine"));
    assert_eq!(one.shows("M8", "name").await.as_deref(), Some("M8"));
    assert_eq!(one.console.status().await.unwrap().queued, 2);
    assert_eq!(one.console.find("GHOST", 5).await.unwrap().len(), 0);
    assert_eq!(one.console.status().await.unwrap().merchants, 39);
    let texts: Vec<(String, String)> = sqlx::query_as("SELECT merchant_id, record FROM records ORDER BY merchant_id")
        .fetch_all(&mut one.sql().await)
        .await
        .unwrap();
    let theirs: Vec<(String, String)> =
        sqlx::query_as("SELECT merchant_id, record FROM merchants ORDER BY merchant_id")
            .fetch_all(&mut world.sql().await)
            .await
            .unwrap();
    assert_eq!(texts, theirs);
    let findings = one.console.doctor().await.unwrap();
    assert!(findings.iter().any(|finding| finding.check == "records" && finding.ok));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scope_is_compared_with_what_it_sees() {
    let world = World::new().await;
    let all = world.device("all").await;
    for n in 0..30 {
        all.create(&format!("BJ-{n}")).await;
        all.create(&format!("SH-{n}")).await;
    }
    all.sync().await;
    let shop = world.account("shop", Role::Merchant, &["BJ-", "BJ-1"]).await;
    let shop = Device::open(shop, &world.url(), Mode::Tool).await;
    assert_eq!(shop.check().await, (true, 0));
    assert_eq!(shop.console.status().await.unwrap().merchants, 30);

    // Somebody who sees less signs in on a computer of somebody who sees more.
    let narrow = world.account("narrow", Role::Merchant, &["SH-"]).await;
    let Device { home, console } = all;
    console.close().await;
    let options = Options { mode: Mode::Tool, server: Some(world.url()), machine: Some(narrow), keyring: false };
    let console = client::Console::open(home.path(), options).await.unwrap();
    let all = Device { home, console };
    assert_eq!(all.check().await, (true, 0), "the others' merchants have left this computer with the pull");
    assert!(all.console.store(&id("BJ-1")).await.is_err());
    assert!(all.console.store(&id("SH-1")).await.is_ok());
}
