//! How fast. Run by `cargo test --release -p server --test http speed -- --ignored --nocapture`.

use std::time::Instant;

use domain::Role;
use domain::api::{PushReply, path};
use domain::edit::OutcomeState;

use crate::world::{World, body, edit, new_merchant};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; prints its figures"]
async fn push_and_pull() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let batches: Vec<Vec<_>> = (0..20_u64)
        .map(|b| (0..1000).map(|n| new_merchant(&format!("BJ-{b}-{n}"), 1, b * 1000 + n + 1)).collect())
        .collect();
    let report = |name: &str, ms: &mut Vec<f64>| {
        ms.sort_by(f64::total_cmp);
        let total: f64 = ms.iter().sum();
        println!(
            "{name}: p50 {:.1} ms, max {:.1} ms, {:.0}/s",
            ms[ms.len() / 2],
            ms[ms.len() - 1],
            ms.len() as f64 * 1e6 / total
        );
    };
    let all_applied = |bytes: &[u8]| {
        let reply: PushReply = serde_json::from_slice(bytes).unwrap();
        assert_eq!(reply.outcomes.len(), 1000);
        assert!(reply.outcomes.iter().all(|outcome| outcome.state == OutcomeState::Applied), "{:?}", reply.outcomes[0]);
        reply.outcomes[999].seq
    };
    let mut ms = Vec::new();
    let mut again = Vec::new();
    for (batch, n) in batches.iter().zip(1..) {
        let packed = zstd::bulk::compress(&body(batch), 1).unwrap();
        for times in [&mut ms, &mut again] {
            let request = shop.http.post(format!("{}{}", shop.url, path::EDITS)).bearer_auth(&shop.token);
            let begun = Instant::now();
            let response = request.header("content-encoding", "zstd").body(packed.clone()).send().await.unwrap();
            let bytes = response.bytes().await.unwrap();
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            assert_eq!(all_applied(&bytes), n * 1000);
        }
    }
    report("push of 1000 new merchants", &mut ms);
    report("the same again (stored answers)", &mut again);
    let mut updates = Vec::new();
    for b in 0..20_u64 {
        let edits: Vec<_> = (0..1000)
            .map(|n| {
                edit(&format!("BJ-{b}-{n}"), 1, 100_000 + b * 1000 + n, &[(1, 99_999)], &[("note", "changed".into())])
            })
            .collect();
        let body = body(&edits);
        let begun = Instant::now();
        let bytes = shop.post(path::EDITS, body).await.bytes().await.unwrap();
        updates.push(begun.elapsed().as_secs_f64() * 1000.0);
        assert_eq!(all_applied(&bytes), 20_000 + (b + 1) * 1000);
    }
    report("push of 1000 one-field changes", &mut updates);
    for coding in ["identity", "zstd"] {
        let (mut cursor, mut pages, mut bytes) = (0, Vec::new(), 0);
        for _ in 0..10 {
            // Every page is full: 20,000 merchants in ten.
            let url = format!("{}{}?cursor={cursor}&limit=2000", shop.url, path::CHANGES);
            let begun = Instant::now();
            let response =
                shop.http.get(url).bearer_auth(&shop.token).header("accept-encoding", coding).send().await.unwrap();
            let body = response.bytes().await.unwrap();
            pages.push(begun.elapsed().as_secs_f64() * 1000.0 / 2.0);
            bytes += body.len();
            let plain = if coding == "zstd" { zstd::stream::decode_all(body.as_ref()).unwrap() } else { body.to_vec() };
            let page: serde_json::Value = serde_json::from_slice(&plain).unwrap();
            assert_eq!(page["changes"].as_array().unwrap().len(), 2000);
            cursor = page["next_cursor"].as_u64().unwrap();
        }
        report(&format!("pull ({coding}, {bytes} bytes), for 1000 merchants"), &mut pages);
    }
}
