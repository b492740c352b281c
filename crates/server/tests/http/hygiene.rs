use domain::Role;
use domain::api::{PROTOCOL_HEADER, path};

use crate::world::{World, problem};

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_a_problem_document() {
    let world = World::new().await;
    assert_eq!(problem(world.get_open("/nowhere").await).await, (404, "not_found".into()));
    assert_eq!(problem(world.get_open(path::EDITS).await).await, (405, "bad_request".into()));
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let large = "x".repeat(server::http::BODY_BYTES_MAX + 1);
    assert_eq!(problem(shop.post("/api/v1/orders/1/events", large.clone()).await).await, (413, "too_large".into()));
    assert_eq!(problem(world.sign_in(&[("grant_type", &large)]).await).await, (413, "too_large".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_major_protocol_is_refused() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    for (version, status) in [("1.0", 200), ("1.7", 200), ("2.0", 426), ("nonsense", 426)] {
        let request = shop.http.get(format!("{}{}", shop.url, path::ME)).bearer_auth(&shop.token);
        let response = request.header(PROTOCOL_HEADER, version).send().await.unwrap();
        assert_eq!(response.status(), status, "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_guarded_and_the_server_is_ready() {
    let world = World::new().await;
    for path in [path::HEALTHZ, path::READYZ, "/nowhere", path::ME] {
        let response = world.get_open(path).await;
        for (header, value) in
            [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("cache-control", "no-store")]
        {
            assert_eq!(response.headers()[header], value, "{path}");
        }
    }
    assert_eq!(world.get_open(path::READYZ).await.text().await.unwrap(), "ok\n");
}
