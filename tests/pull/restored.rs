//! The backend is restored from a backup: devices notice and send again what it lost.

use domain::ipc::SyncPhase;

use crate::world::{World, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_restored_backup_lost_is_sent_again() {
    let mut world = World::new().await;
    let (one, two) = (world.device("one").await, world.device("two").await);
    one.create("M1").await;
    one.create("M2").await;
    one.sync().await;
    two.sync().await;
    world.back_up().await;
    // Lost: a change of a known merchant, a new merchant, and one edit over another.
    one.set("M1", &[("note", "first"), ("status", "paused")]).await;
    one.sync().await;
    one.set("M1", &[("note", "second")]).await;
    one.create("M3").await;
    one.sync().await;
    assert_eq!(one.check().await, (true, 0));
    world.restore().await;

    // Others go on: the numbers that the first device has seen are given again.
    for n in 10..20 {
        two.create(&format!("M{n}")).await;
    }
    two.set("M2", &[("note", "of two")]).await;
    two.sync().await;

    // Offline meanwhile: what waits comes after what is sent again.
    one.set("M1", &[("note", "third")]).await;
    one.sync().await;
    two.sync().await;
    for device in [&one, &two, &one] {
        assert_eq!(device.check().await, (true, 0), "the new epoch left nothing to mend");
        let status = device.console.status().await.unwrap();
        assert_eq!((status.phase, status.queued, status.rejected, status.merchants), (SyncPhase::Synced, 0, 0, 13));
        assert_eq!(device.shows("M1", "note").await.as_deref(), Some("third"));
        assert_eq!(device.shows("M1", "status").await.as_deref(), Some("paused"));
        assert_eq!(device.shows("M3", "name").await.as_deref(), Some("M3"));
        assert_eq!(device.shows("M2", "note").await.as_deref(), Some("of two"));
        assert!(device.console.reviews().await.unwrap().is_empty());
    }
    let history = two.console.history(&id("M1")).await.unwrap();
    let notes: Vec<String> = history
        .entries
        .iter()
        .filter(|entry| entry.field.as_str() == "note")
        .map(|entry| entry.after.plain())
        .collect();
    // The third went out before the loss was noticed, and had seen the others: they change nothing, but are there.
    assert_eq!(notes, ["second", "first", "third"], "complete, in the order of arrival, nothing doubled");
    let doubled: i64 = sqlx::query_scalar("SELECT count(*) - count(DISTINCT dot) FROM edits")
        .fetch_one(&mut world.sql().await)
        .await
        .unwrap();
    assert_eq!(doubled, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_had_not_come_back_shows_the_loss_too() {
    let mut world = World::new().await;
    let (one, two) = (world.device("one").await, world.device("two").await);
    one.create("M1").await;
    one.sync().await;
    world.back_up().await;
    // Answered, and the connection breaks before the pull: the device has seen nothing but the answer.
    one.set("M1", &[("note", "lost")]).await;
    let actor = one.console.cache().last_actor().await.unwrap().unwrap();
    let batch = one.console.cache().load_batch(10, 1 << 20, u64::MAX >> 2, Some(&actor.id)).await.unwrap();
    let outcome = domain::Outcome {
        edit_id: batch.edits[0].edit_id,
        state: domain::OutcomeState::Applied,
        decisions: Vec::new(),
        seq: 2,
    };
    let epoch = one.console.cache().cursor().await.unwrap().epoch.unwrap();
    let reply = domain::api::PushReply { outcomes: vec![outcome], server_hlc: Default::default(), epoch, landed: None };
    one.console.cache().store_outcomes(&reply, 0).await.unwrap();
    world.restore().await;
    two.create("M2").await;
    two.create("M3").await;
    two.sync().await;
    one.sync().await;
    two.sync().await;
    assert_eq!(two.shows("M1", "note").await.as_deref(), Some("lost"));
    assert_eq!(one.console.status().await.unwrap().phase, SyncPhase::Synced);
}
