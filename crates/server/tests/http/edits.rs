use std::io::Write as _;

use domain::api::{PUSH_BYTES_MAX, PUSH_EDITS_MAX, path};
use domain::edit::{Decision, OutcomeState};
use domain::{ErrorCode, Role, Value};

use crate::world::{World, body, edit, new_merchant, problem};

#[tokio::test(flavor = "multi_thread")]
async fn answered_in_order_and_only_once() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let first = new_merchant("BJ-0001", 1, 1);
    let second = edit("BJ-0001", 1, 2, &[(1, 1)], &[("hours.tu", Value::list(["10:00-14:00"]))]);
    let third = new_merchant("BJ-0002", 1, 3);
    // The same edit twice in one batch.
    let batch = [first.clone(), second.clone(), first.clone(), third.clone()];
    let answers = shop.push(&batch).await;
    assert_eq!(
        answers.iter().map(|a| a.edit_id).collect::<Vec<_>>(),
        batch.iter().map(|e| e.edit_id).collect::<Vec<_>>()
    );
    assert_eq!(answers.iter().map(|a| a.seq).collect::<Vec<_>>(), [1, 2, 1, 3]);
    assert!(answers.iter().all(|a| a.state == OutcomeState::Applied));
    assert_eq!(answers[0], answers[2]);
    // And once more: the stored answers, no new change.
    assert_eq!(shop.push(&batch).await, answers);
    let page = shop.changes(0, 100).await;
    assert_eq!(
        page.changes.iter().map(|c| (c.seq, c.merchant_id().as_str())).collect::<Vec<_>>(),
        [(2, "BJ-0001"), (3, "BJ-0002")]
    );
    assert_eq!(shop.json("/api/v1/merchants/BJ-0001/history").await["entries"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_answer_is_equal_in_every_state() {
    let world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let batch = [
        new_merchant("BJ-0001", 1, 1),
        edit("BJ-0001", 2, 1, &[(1, 1)], &[("name", "甲".into())]),
        edit("BJ-0001", 3, 1, &[(1, 1)], &[("name", "乙".into()), ("custom.座位", "40".into())]),
        edit("BJ-0001", 4, 1, &[(1, 1)], &[("custom.座位", "44".into())]),
        edit("BJ-0001", 5, 1, &[], &[("hours.mo", "no hours".into())]),
        edit("BJ-0009", 5, 2, &[], &[("note", "no name".into())]),
    ];
    let answers = ops.push(&batch).await;
    let states: Vec<_> = answers.iter().map(|a| a.state).collect();
    use OutcomeState::*;
    assert_eq!(states, [Applied, Applied, InReview, Merged, Rejected, Rejected]);
    assert_eq!(answers[4].refusal().map(|r| r.1), Some(ErrorCode::BadHours));
    assert_eq!(answers[5].refusal().map(|r| r.1), Some(ErrorCode::Required));
    assert_eq!(ops.push(&batch).await, answers);
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_or_not() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&body(&[new_merchant("BJ-0002", 1, 2)])).unwrap();
    for (coding, bytes, status) in [
        ("zstd", zstd::bulk::compress(&body(&[new_merchant("BJ-0001", 1, 1)]), 3).unwrap(), 200),
        ("gzip", gzip.finish().unwrap(), 200),
        ("identity", body(&[new_merchant("BJ-0003", 1, 3)]), 200),
        ("br", vec![1, 2, 3], 415),
        ("zstd", b"not zstd".to_vec(), 400),
        ("gzip", b"not gzip".to_vec(), 400),
    ] {
        let request = shop.http.post(format!("{}{}", shop.url, path::EDITS)).bearer_auth(&shop.token);
        let response = request.header("content-encoding", coding).body(bytes).send().await.unwrap();
        assert_eq!(response.status(), status, "{coding}");
    }
    assert_eq!(shop.changes(0, 10).await.changes.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_and_bad_bodies() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let many: Vec<_> = (0..=PUSH_EDITS_MAX as u64).map(|n| new_merchant(&format!("BJ-{n}"), 1, n + 1)).collect();
    assert_eq!(problem(shop.post(path::EDITS, body(&many)).await).await, (413, "too_large".into()));
    // Small on the wire, large after unpacking.
    let bomb = zstd::bulk::compress(&vec![b' '; PUSH_BYTES_MAX + 1], 3).unwrap();
    let request = shop.http.post(format!("{}{}", shop.url, path::EDITS)).bearer_auth(&shop.token);
    let response = request.header("content-encoding", "zstd").body(bomb).send().await.unwrap();
    assert_eq!(problem(response).await, (413, "too_large".into()));
    for bad in ["", "{}", "[]", "[\"0000000000000001\",[]]", "{\"edits\":[]}", "nonsense"] {
        assert_eq!(problem(shop.post(path::EDITS, bad).await).await, (400, "bad_request".into()), "{bad}");
    }
    assert_eq!(shop.changes(0, 10).await.changes.len(), 0);
}

/// It would take hundreds of times its size to parse.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_very_many_parts_is_refused_before_it_is_parsed() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let text = String::from_utf8(body(&[edit("BJ-1", 1, 1, &[], &[("custom.a", "PARTS".into())])])).unwrap();
    let parts = format!("[{}0]", "{\"\":0},".repeat(1_190_000));
    assert!(text.len() + parts.len() <= PUSH_BYTES_MAX);
    let bomb = zstd::bulk::compress(text.replace("\"PARTS\"", &parts).as_bytes(), 3).unwrap();
    let request = shop.http.post(format!("{}{}", shop.url, path::EDITS)).bearer_auth(&shop.token);
    let response = request.header("content-encoding", "zstd").body(bomb).send().await.unwrap();
    assert_eq!(problem(response).await, (413, "too_large".into()));
    // So many in an ordinary value are an objection to the edit only.
    let parts = format!("[{}0]", "{\"\":0},".repeat(2_400));
    let response = shop.post(path::EDITS, text.replace("\"PARTS\"", &parts)).await;
    let reply: domain::api::PushReply = response.json().await.unwrap();
    assert_eq!(reply.outcomes[0].refusal().map(|refusal| refusal.1), Some(ErrorCode::TooLarge));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_named() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let edits = [new_merchant("BJ-0001", 1, 1), edit("BJ-0002", 1, 2, &[(1, 1)], &[("custom.b", "c".into())])];
    let good = String::from_utf8(body(&edits)).unwrap();
    let (id, nil) = (edits[1].edit_id.to_string(), "00000000-0000-0000-0000-000000000000".to_owned());
    let id_as = |text: String| (id.clone(), text, "bad_id", "edits[1].edit_id");
    for (from, to, code, field) in [
        ("custom.b".into(), format!("custom.{}", "k".repeat(122)), "bad_field", "edits[1].writes[0].field"),
        ("BJ-0002".into(), "B J".into(), "bad_id", "edits[1].merchant_id"),
        ("0000000000000001:2".into(), "x:1".into(), "bad_id", "edits[1].dot"),
        ("\"BJ-0002\"".into(), "2".into(), "bad_request", "edits[1].merchant_id"),
        id_as(format!("{{{id}}}")),
        id_as(format!("urn:uuid:{id}")),
        id_as(id.replace('-', "")),
        id_as(id.to_uppercase()),
        id_as(nil),
    ] {
        assert!(good.contains(&from), "{from}");
        let response = shop.post(path::EDITS, good.replace(&from, &to)).await;
        assert_eq!(response.status(), 400, "{to}");
        let document: serde_json::Value = response.json().await.unwrap();
        assert_eq!((&document["code"], &document["field"]), (&code.into(), &field.into()), "{to}: {document}");
    }
    let settles = good.replacen("\"trace_id\"", "\"settles\":3,\"trace_id\"", 1);
    let document: serde_json::Value = shop.post(path::EDITS, settles).await.json().await.unwrap();
    let title = document["title"].as_str().unwrap();
    assert!(title.contains("edits[0].settles: ") && title.contains("expected an object"), "{title}");
    for (asked, field) in [("/api/v1/orders?before_ms=x", "before_ms"), ("/api/v1/changes?cursor=-1", "cursor")] {
        let document: serde_json::Value = shop.get(asked).await.json().await.unwrap();
        assert_eq!((&document["code"], &document["field"]), (&"bad_request".into(), &field.into()), "{document}");
        assert!(!document["title"].as_str().unwrap().contains("deserialize"), "{document}");
    }
    assert_eq!(shop.changes(0, 10).await.changes.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_within_role_and_scope() {
    let world = World::new().await;
    let beijing = world.client("beijing", Role::Merchant, &["BJ-"]).await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let outside = new_merchant("SH-0001", 1, 1);
    let mut somebody_else = new_merchant("BJ-0001", 1, 2);
    somebody_else.actor = Some("ops".parse().unwrap());
    let answers = beijing.push(&[outside.clone(), somebody_else.clone(), new_merchant("BJ-0002", 1, 3)]).await;
    assert_eq!(
        answers.iter().map(|a| a.refusal().map(|r| r.1)).collect::<Vec<_>>(),
        [Some(ErrorCode::Forbidden), Some(ErrorCode::Forbidden), None]
    );
    // Nothing was kept of what was forbidden: from the right person it is taken.
    assert_eq!(ops.changes(0, 10).await.changes.len(), 1);
    let answers = ops.push(&[outside, somebody_else]).await;
    assert!(answers.iter().all(|a| a.state == OutcomeState::Applied));
    assert_eq!(beijing.changes(0, 10).await.changes.len(), 2);
    assert_eq!(problem(beijing.get("/api/v1/merchants/SH-0001").await).await, (404, "not_found".into()));
    assert_eq!(problem(beijing.get("/api/v1/merchants/SH-0001/history").await).await, (404, "not_found".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_given_stays_whoever_asks() {
    let world = World::new().await;
    let a = world.client("a", Role::Merchant, &[]).await;
    let b = world.client("b", Role::Merchant, &[]).await;
    let mut made = new_merchant("BJ-0001", 1, 1);
    made.actor = Some("a".parse().unwrap());
    let answer = a.push(std::slice::from_ref(&made)).await;
    // The answer was lost, and now somebody else is signed in on the device.
    assert_eq!(b.push(&[made]).await, answer);
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_name_their_rule() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let answers = shop
        .push(&[
            new_merchant("BJ-0001", 1, 1),
            edit("BJ-0001", 2, 2, &[(1, 1)], &[("custom.座位", "40".into())]),
            edit("BJ-0001", 3, 3, &[(1, 1)], &[("custom.座位", "44".into())]),
        ])
        .await;
    assert_eq!(answers[2].decisions[0].decision, Decision::AutoResolved { rule: "custom_later".into(), won: true });
}

/// A refused edit can be sent again and again under other ids.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_large_edit_that_is_refused_little_is_kept_but_what_was_refused() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let fields: Vec<String> = (0..40).map(|n| format!("custom.f{n}")).collect();
    let mut writes: Vec<(&str, Value)> =
        fields.iter().map(|field| (field.as_str(), Value::list(["x".repeat(4_000)]))).collect();
    writes.push(("hours.mo", "no hours".into()));
    shop.push(&[new_merchant("BJ-0001", 1, 1)]).await;
    let answers = shop.push(&[edit("BJ-0001", 1, 2, &[(1, 1)], &writes)]).await;
    let refusal = answers[0].refusal().unwrap();
    assert_eq!((refusal.0.as_str(), refusal.1), ("hours.mo", ErrorCode::BadHours));
    let history = shop.json("/api/v1/merchants/BJ-0001/history?limit=100").await;
    let lines: Vec<&str> =
        history["entries"].as_array().unwrap().iter().map(|line| line["field"].as_str().unwrap()).collect();
    assert!(lines.len() > 10 && lines.len() < 20, "{lines:?}");
    assert!(lines.contains(&"hours.mo"), "{lines:?}");
    // The answer stays what it was.
    assert_eq!(shop.push(&[edit("BJ-0001", 1, 3, &[(1, 1)], &writes)]).await[0].decisions, answers[0].decisions);
}
