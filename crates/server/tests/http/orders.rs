use domain::Role;
use server::DemoConfig;

use crate::world::{Session, World, problem};

const KITCHENS: DemoConfig = DemoConfig { merchants: 40, seed: 3, kitchens: 3 };

async fn wakes(session: &Session) -> crate::events::Stream {
    crate::events::Stream::open(session).await
}

/// Waits until the kitchens have caught up and have an open order.
async fn open_order(session: &Session) -> Option<serde_json::Value> {
    let mut stream = wakes(session).await;
    stream.until("orders").await;
    session.json("/api/v1/orders?open=true").await["orders"].as_array().unwrap().first().cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn kitchens_fill_the_board_and_the_charts() {
    let world = World::with(Some(KITCHENS)).await;
    let ops = world.client("test", Role::Operations, &[]).await;
    open_order(&ops).await;
    let kitchen = ops.json("/api/v1/metrics/kitchen?days=2&utc_offset_min=480").await;
    assert!(kitchen["samples"].as_u64().unwrap() > 100, "{kitchen}");
    assert!(kitchen["avoidable_wait_min"].as_array().unwrap().iter().filter_map(|n| n.as_u64()).sum::<u64>() > 100);
    let coverage = kitchen["coverage_80"].as_f64().unwrap();
    assert!((0.5..=1.0).contains(&coverage), "{coverage}");
    let board: domain::orders::AlertBoard = serde_json::from_value(ops.json("/api/v1/alerts").await).unwrap();
    assert_eq!(board.window_min, 15);
    assert!(
        board
            .alerts
            .iter()
            .all(|a| a.confidence >= board.confidence_min && a.p10_at <= a.p50_at && a.p50_at <= a.p90_at)
    );
    // Somebody of another place sees none of it.
    let elsewhere = world.client("elsewhere", Role::Merchant, &["ZZ-"]).await;
    assert_eq!(elsewhere.json("/api/v1/orders").await["orders"], serde_json::json!([]));
    assert_eq!(elsewhere.json("/api/v1/metrics/kitchen").await["samples"], 0);
    world.server.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rider_is_told_once() {
    let world = World::with(Some(KITCHENS)).await;
    let ops = world.client("test", Role::Operations, &[]).await;
    let elsewhere = world.client("elsewhere", Role::Merchant, &["ZZ-"]).await;
    let open = open_order(&ops).await;
    let all = ops.json("/api/v1/orders?limit=500").await;
    let closed = all["orders"].as_array().unwrap().iter().find(|o| o["state"] == "picked_up").unwrap().clone();

    // Of a final order the answer is the truth, and nobody is told.
    let id = closed["order_id"].as_str().unwrap();
    let answer: serde_json::Value =
        ops.post(&format!("/api/v1/orders/{id}/pickup-ready"), "").await.json().await.unwrap();
    assert_eq!((answer["state"].as_str(), answer["notified_at"].is_null()), (Some("picked_up"), true));
    let answer: serde_json::Value =
        ops.post(&format!("/api/v1/orders/{id}/events"), r#"{"event":"cancelled"}"#).await.json().await.unwrap();
    assert_eq!(answer["state"], "picked_up");

    assert_eq!(
        problem(elsewhere.post(&format!("/api/v1/orders/{id}/pickup-ready"), "").await).await,
        (404, "not_found".into())
    );
    assert_eq!(problem(ops.post("/api/v1/orders/none/pickup-ready", "").await).await, (404, "not_found".into()));
    assert_eq!(
        problem(ops.post(&format!("/api/v1/orders/{id}/events"), r#"{"event":"eaten"}"#).await).await,
        (400, "bad_request".into())
    );

    // In the small hours no kitchen has an open order.
    let Some(open) = open else { return };
    let id = open["order_id"].as_str().unwrap();
    let told: serde_json::Value =
        ops.post(&format!("/api/v1/orders/{id}/pickup-ready"), "").await.json().await.unwrap();
    assert!(told["notified_at"].is_string());
    let again: serde_json::Value =
        ops.post(&format!("/api/v1/orders/{id}/pickup-ready"), "").await.json().await.unwrap();
    assert_eq!(again["notified_at"], told["notified_at"]);
    let path = format!("/api/v1/orders/{id}/events");
    for (event, state) in
        [("ready", "ready"), ("courier_arrived", "ready"), ("picked_up", "picked_up"), ("cancelled", "picked_up")]
    {
        let answer: serde_json::Value =
            ops.post(&path, format!(r#"{{"event":"{event}"}}"#)).await.json().await.unwrap();
        assert_eq!(answer["state"], state, "after {event}");
    }
}
