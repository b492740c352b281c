//! What a newer server says that this version does not know is kept as it came.

use sqlx::Executor;

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_known_is_kept() {
    let mut world = World::new().await;
    let one = world.device("one").await;
    one.create("M1").await;
    one.sync().await;
    let mut file = world.sql().await;
    let text: String = sqlx::query_scalar("SELECT record FROM merchants").fetch_one(&mut file).await.unwrap();
    let newer = text.replacen('{', "{\"x-signed\":{\"by\":[1,2.50]},", 1).replacen(
        "\"registers\":{",
        "\"registers\":{\"x.later\":{\"s\":[],\"y\":true},",
        1,
    );
    assert_ne!(newer, text);
    sqlx::query("UPDATE merchants SET record = ?1, seq = seq + 1, digest = NULL, bucket = NULL")
        .bind(&newer)
        .execute(&mut file)
        .await
        .unwrap();
    // The digest is made when the file is opened.
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    drop(file);
    world.stop().await;
    world.start().await;
    assert_eq!(one.check().await, (true, 0));
    let kept: String = sqlx::query_scalar("SELECT record FROM records").fetch_one(&mut one.sql().await).await.unwrap();
    assert_eq!(kept, newer, "byte for byte");
    assert_eq!(one.shows("M1", "name").await.as_deref(), Some("M1"));

    // Registers outlive edits of others.
    one.set("M1", &[("note", "x")]).await;
    one.sync().await;
    let text: String =
        sqlx::query_scalar("SELECT record FROM merchants").fetch_one(&mut world.sql().await).await.unwrap();
    assert!(text.contains("\"x.later\""));
    assert_eq!(one.check().await, (true, 0));
}
