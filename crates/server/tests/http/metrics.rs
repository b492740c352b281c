use domain::Role;
use domain::api::path;
use domain::metrics::SyncMetrics;

use crate::world::{World, edit, new_merchant};

#[tokio::test(flavor = "multi_thread")]
async fn counted_from_real_edits() {
    let world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let read = async |session: &crate::world::Session| -> SyncMetrics {
        serde_json::from_value(session.json(&format!("{}?days=7&utc_offset_min=480", path::METRICS_SYNC)).await)
            .unwrap()
    };
    let nothing = read(&ops).await;
    assert_eq!((nothing.p50_ms, nothing.edits, nothing.conflicts.len()), (None, 0, 7));
    ops.push(&[
        new_merchant("BJ-1", 1, 1),
        edit("BJ-1", 2, 1, &[(1, 1)], &[("name", "甲".into()), ("custom.座位", "1".into())]),
        edit("BJ-1", 3, 1, &[(1, 1)], &[("name", "乙".into()), ("custom.座位", "2".into())]),
    ])
    .await;
    let metrics = read(&ops).await;
    assert_eq!((metrics.edits, metrics.open_conflicts, metrics.bucket_s), (3, 1, 10_800));
    // The lag is the age of the edits' stamps when they arrived.
    let age = server::clock::now_ms() - crate::world::BASE_MS;
    assert!(metrics.p50_ms.unwrap() <= age && metrics.p50_ms <= metrics.p95_ms);
    assert_eq!(metrics.lag.iter().map(|point| point.edits).sum::<u64>(), 3);
    let today = metrics.conflicts.last().unwrap();
    let groups: Vec<_> = today.groups.iter().map(|g| (g.group.as_str(), g.reviewed, g.auto)).collect();
    assert_eq!(groups, [("name", 1, 0), ("other", 0, 1)]);
    assert_eq!(metrics.sources.iter().map(|s| (s.reviewed, s.auto)).collect::<Vec<_>>(), [(1, 1)]);
    // Outside the scope nothing is counted.
    let elsewhere = world.client("elsewhere", Role::Merchant, &["ZZ-"]).await;
    let metrics = read(&elsewhere).await;
    assert_eq!((metrics.edits, metrics.open_conflicts, metrics.sources.len()), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    shop.push(&[new_merchant("BJ-1", 1, 1)]).await;
    let text = world.get_open(path::METRICS).await.text().await.unwrap();
    for line in [
        "merchant_console_requests_total{route=\"/api/v1/edits\",method=\"post\",status=\"200\"} 1",
        "merchant_console_edits_total{outcome=\"applied\"} 1",
        "merchant_console_push_seconds_count 1",
        "merchant_console_listeners 0",
        "merchant_console_changes 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
}
