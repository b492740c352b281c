//! Deletions are remembered for a time; who was away longer begins anew.

use domain::ErrorCode;
use domain::ipc::{OutboxQuery, SyncPhase};
use sqlx::Executor;

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_away_too_long_begins_anew_and_keeps_the_outbox() {
    let mut world = World::new().await;
    let (away, other, there) = (world.device("away").await, world.device("other").await, world.device("there").await);
    for merchant in ["GONE", "LATE", "STAYS"] {
        other.create(merchant).await;
    }
    other.sync().await;
    away.sync().await;
    for merchant in ["GONE", "LATE"] {
        other.delete(merchant).await;
    }
    other.sync().await;
    there.sync().await;
    other.create("NEW").await;
    other.sync().await;
    // Long ago.
    world.sql().await.execute("UPDATE edits SET received_at_ms = 1000 WHERE seq < 6").await.unwrap();
    world.stop().await;
    world.start().await;
    let mut file = world.sql().await;
    while sqlx::query_scalar::<_, i64>("SELECT count(*) FROM merchants").fetch_one(&mut file).await.unwrap() != 2 {
        tokio::task::yield_now().await;
    }

    away.set("LATE", &[("note", "too late")]).await;
    away.set("STAYS", &[("note", "in time")]).await;
    away.sync().await;
    let status = away.console.status().await.unwrap();
    assert_eq!((status.phase, status.queued, status.rejected), (SyncPhase::Pending, 0, 1));
    let rows = away.console.outbox(&OutboxQuery { limit: 10, ..OutboxQuery::default() }).await.unwrap().rows;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].problem.as_ref().unwrap().code, ErrorCode::NotFound);
    assert_eq!(rows[0].merchant_id.as_str(), "LATE");
    away.console.discard(rows[0].edit_id).await.unwrap();
    // Equal without a repair: those who had the deletions forget them as the server did.
    for device in [&away, &there, &other] {
        assert_eq!(device.check().await, (true, 0));
        assert_eq!(device.console.status().await.unwrap().merchants, 2);
        assert_eq!(device.shows("GONE", "name").await, None);
    }
    assert_eq!(there.shows("STAYS", "note").await.as_deref(), Some("in time"));
}
