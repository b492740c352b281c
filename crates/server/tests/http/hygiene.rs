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

#[tokio::test(flavor = "multi_thread")]
async fn refusals_do_not_send_back_what_was_sent() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let large = "x".repeat(1_000_000);
    let body = format!(r#"{{"device_id":"0000000000000001","edits":[{{"edit_id":"{large}"}}]}}"#);
    let query = format!("{}?cursor={}", path::CHANGES, "9".repeat(10_000));
    let method = reqwest::Method::from_bytes(&b"X".repeat(10_000)).unwrap();
    let strange = world.http.request(method, format!("{}{}", world.url, path::ME)).send();
    for refused in [shop.post(path::EDITS, body).await, shop.get(&query).await, strange.await.unwrap()] {
        assert!(refused.status().is_client_error());
        let text = refused.text().await.unwrap();
        assert!(text.len() < 1_000, "{} bytes", text.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_much_sees_why_it_was_refused() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let large = "x".repeat(domain::api::PUSH_BYTES_MAX);
    let push = || world.http.post(format!("{}{}", world.url, path::EDITS)).body(large.clone());
    for (request, status) in [
        (push(), 401),
        (push().bearer_auth(&shop.token).header("content-encoding", "br"), 415),
        (push().bearer_auth(&shop.token).header(PROTOCOL_HEADER, "2.0"), 426),
        (push().bearer_auth(&shop.token).header(domain::api::SCHEMA_HEADER, "0.1.0"), 426),
    ] {
        assert_eq!(problem(request.send().await.unwrap()).await.0, status);
    }
}

/// Before anything of the body has come, and without being told to send it.
#[tokio::test(flavor = "multi_thread")]
async fn who_declares_too_much_is_refused_at_once() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let address = world.url.strip_prefix("http://").unwrap();
    for head in ["content-length: 99999999999999", "content-length: 99999999\r\nexpect: 100-continue"] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n{head}\r\n\r\n",
            path::EDITS,
            shop.token
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        let read = tokio::time::timeout(std::time::Duration::from_secs(20), stream.read_exact(&mut answer));
        read.await.expect(&head).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 413", "{head}");
    }
}
