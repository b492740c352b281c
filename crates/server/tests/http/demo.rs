use domain::Role;
use server::DemoConfig;

use crate::world::World;

const DEMO: DemoConfig = DemoConfig { merchants: 2500, seed: server::demo::SEED, kitchens: 0 };

#[tokio::test(flavor = "multi_thread")]
async fn made_once_and_real() {
    let mut world = World::with(Some(DEMO)).await;
    assert_eq!(
        world.server.as_ref().unwrap().new_users,
        [("shop", "demo-shop"), ("ops", "demo-ops"), ("admin", "demo-admin")]
    );
    let ops = world.client("test", Role::Operations, &[]).await;
    let first = ops.changes(0, 2000).await;
    let rest = ops.changes(first.next_cursor, 2000).await;
    assert_eq!((first.changes.len(), rest.changes.len(), rest.complete), (2000, 500, true));
    let form = [("grant_type", "password"), ("username", "shop"), ("password", "demo-shop")];
    let shop: domain::api::TokenReply = world.sign_in(&form).await.json().await.unwrap();
    assert_eq!(shop.actor.role, Role::Merchant);

    let merchant = ops.json("/api/v1/merchants/BJ-0187").await;
    assert!(merchant["address"].as_str().unwrap().starts_with("北京市"));
    assert_eq!(merchant["hours"].as_object().unwrap().len(), 7);
    let history = ops.json("/api/v1/merchants/BJ-0187/history").await;
    assert!(
        history["entries"].as_array().unwrap().iter().all(|e| e["source"] == "import" && e["actor"] == "demo-import")
    );
    // Generated data are no syncing.
    assert_eq!(ops.json("/api/v1/metrics/sync?days=30").await["edits"], 0);

    world.stop().await;
    world.start(Some(DemoConfig { merchants: 5000, ..DEMO })).await;
    assert!(world.server.as_ref().unwrap().new_users.is_empty());
    let ops = world.session(&ops.token);
    assert_eq!(ops.changes(4999, 10).await.next_cursor, 5000);
    assert_eq!(ops.changes(0, 2000).await.changes, first.changes);
}

#[tokio::test(flavor = "multi_thread")]
async fn never_into_somebody_elses_data() {
    let mut world = World::new().await;
    let shop = world.client("real", Role::Merchant, &[]).await;
    shop.push(&[crate::world::new_merchant("BJ-1", 1, 1)]).await;
    world.stop().await;
    world.start(Some(DEMO)).await;
    assert_eq!(world.session(&shop.token).changes(0, 10).await.next_cursor, 1);
}
