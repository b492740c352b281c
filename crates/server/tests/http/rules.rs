//! Rules as data: read, tried, put in force; what follows for open questions.

use std::collections::BTreeSet;

use domain::api::path;
use domain::edit::{Edit, Source};
use domain::rules::{NewRules, RuleBook, RuleEffect, RuleSet, RulesDraft, RulesPreview};
use domain::{FieldPath, MerchantId, Role, Value};
use reqwest::{Response, StatusCode};
use serde_json::json;

use crate::events::Stream;
use crate::world::{Session, World, edit, new_merchant, problem};

async fn put(session: &Session, replaces: u64, rules: &RuleSet) -> Response {
    let body = serde_json::to_vec(&NewRules { replaces, rules: rules.clone() }).unwrap();
    session
        .http
        .put(format!("{}{}", session.url, path::RULES))
        .bearer_auth(&session.token)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap()
}

async fn put_ok(session: &Session, replaces: u64, rules: &RuleSet) -> RuleBook {
    let response = put(session, replaces, rules).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.unwrap()
}

async fn preview(session: &Session, rules: &RuleSet) -> RulesPreview {
    let body = serde_json::to_vec(&RulesDraft { rules: rules.clone() }).unwrap();
    session.post(path::RULES_PREVIEW, body).await.json().await.unwrap()
}

fn rules(json: serde_json::Value) -> RuleSet {
    serde_json::from_value(json).unwrap()
}

/// The open questions: merchant and field.
async fn open(session: &Session) -> BTreeSet<(MerchantId, FieldPath)> {
    let page = session.json("/api/v1/reviews?limit=500").await;
    let reviews: Vec<domain::review::Review> = serde_json::from_value(page["reviews"].clone()).unwrap();
    assert_eq!(page["total"], reviews.len());
    reviews
        .into_iter()
        .flat_map(|review| review.items.into_iter().map(move |item| (review.merchant_id.clone(), item.field)))
        .collect()
}

fn named(mut edit: Edit, source: Source) -> Edit {
    edit.source = source;
    edit
}

/// Merchants on which two have written without having seen each other: a name in question, a place in question,
/// a custom field that the rules have settled, and one that was deleted meanwhile.
async fn disputes(ops: &Session, shop: &Session) {
    for n in 0..3_u64 {
        let id = format!("BJ-{n:04}");
        let (a, b) = (10 + 2 * n, 11 + 2 * n);
        ops.push(&[new_merchant(&id, 1, n + 1)]).await;
        let saw = [(1, n + 1)];
        let first = [("name", "甲".into()), ("location", "39.90420,116.40740".into()), ("custom.seats", "40".into())];
        let second = [("name", "乙".into()), ("location", "39.90425,116.40745".into()), ("custom.seats", "42".into())];
        shop.push(&[edit(&id, a, 1, &saw, &first)]).await;
        ops.push(&[named(edit(&id, b, 2, &saw, &second), Source::Import)]).await;
    }
    ops.push(&[edit("BJ-0002", 1, 9, &[(1, 3)], &[("deleted", Value::yes())])]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_preview_says_is_what_then_happens() {
    let mut world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let admin = world.client("admin", Role::Administrator, &[]).await;
    disputes(&ops, &shop).await;
    let mut version = 1;
    for next in [
        json!([{"id": "near", "fields": "location", "prefer": {"near": {"metres": 50}}}]),
        json!([{"id": "ops_first", "fields": "name", "prefer": {"role": {"of": ["operations"], "over": ["merchant"]}}},
               {"id": "files_last", "fields": "custom.*", "prefer": {"source": {"of": ["manual"], "over": ["import"]}}}]),
        json!([]),
        json!([{"id": "later", "fields": "*", "prefer": "later"}]),
        json!([{"id": "near", "fields": "location", "prefer": {"near": {"metres": 1}}}]),
    ] {
        let next = rules(next);
        let (before, head) = (open(&ops).await, ops.changes(0, 100).await);
        let foreseen = preview(&ops, &next).await;
        assert_eq!(foreseen.against, version);
        let of = |effect| -> BTreeSet<(MerchantId, FieldPath)> {
            let some = foreseen.differences.iter().filter(|d| d.effect == effect);
            some.map(|d| (d.merchant_id.clone(), d.field.clone())).collect()
        };
        let (settles, reopens) = (of(RuleEffect::Settles), of(RuleEffect::Reopens));
        assert_eq!((settles.len() as u64, reopens.len() as u64), (foreseen.settles, foreseen.reopens));
        assert_eq!(foreseen.changes, of(RuleEffect::Changes).len() as u64);
        // Nothing has changed by looking.
        assert_eq!(open(&ops).await, before);

        let book = put_ok(&admin, version, &next).await;
        version += 1;
        assert_eq!(book, RuleBook { version, rules: next });
        assert_eq!(open(&ops).await, before.difference(&settles).chain(&reopens).cloned().collect::<BTreeSet<_>>());
        for difference in &foreseen.differences {
            let shown = ops.json(&format!("/api/v1/merchants/{}", difference.merchant_id)).await;
            let now = match difference.field.key() {
                Some(key) => &shown["custom"][key],
                None => &shown[difference.field.as_str()],
            };
            assert_eq!(*now, difference.would_show.0, "{difference:?}");
        }
        // The records are the same, at the same places; only the version tells devices to fetch the rules.
        let after = ops.changes(0, 100).await;
        assert_eq!(after.changes, head.changes);
        assert_eq!((head.rules_version, after.rules_version), (version - 1, version));
    }
    // It outlives the server.
    world.stop().await;
    world.start(None).await;
    let ops = world.client("ops2", Role::Operations, &[]).await;
    assert_eq!(ops.json(path::RULES).await["version"], version);
    assert!(!open(&ops).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_change_rules_and_nobody_changes_them_unseen() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let admin = world.client("admin", Role::Administrator, &[]).await;
    let none = rules(json!([]));
    assert_eq!(shop.json(path::RULES).await, serde_json::to_value(RuleBook::default()).unwrap());
    for session in [&shop, &ops] {
        assert_eq!(problem(put(session, 1, &none).await).await, (403, "forbidden".into()));
    }
    let draft = serde_json::to_vec(&RulesDraft { rules: none.clone() }).unwrap();
    assert_eq!(problem(shop.post(path::RULES_PREVIEW, draft).await).await, (403, "forbidden".into()));

    assert_eq!(problem(put(&admin, 7, &none).await).await, (409, "rules_moved".into()));
    assert_eq!(put_ok(&admin, 1, &none).await.version, 2);
    // A repetition, because the answer was lost, changes nothing.
    assert_eq!(put_ok(&admin, 1, &none).await.version, 2);
    let newer = rules(json!([{"id": "a", "fields": "*", "prefer": {"longest": {}}}]));
    assert_eq!(problem(put(&admin, 2, &newer).await).await, (400, "bad_rules".into()));
    let many = RuleSet(
        (0..101).map(|n| domain::rules::Rule { id: format!("r{n}"), ..RuleSet::default().0[0].clone() }).collect(),
    );
    assert_eq!(problem(put(&admin, 2, &many).await).await, (413, "too_large".into()));
    assert_eq!(admin.json(path::RULES).await["version"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_stays_within_the_scope() {
    let world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let south = world.client("south", Role::Operations, &["BJ-0001"]).await;
    disputes(&ops, &ops).await;
    let later = rules(json!([{"id": "later", "fields": "*", "prefer": "later"}]));
    let (all, some) = (preview(&ops, &later).await, preview(&south, &later).await);
    assert!(some.settles < all.settles && some.settles > 0);
    assert!(some.differences.iter().all(|d| d.merchant_id.as_str() == "BJ-0001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_are_woken_by_a_change() {
    let world = World::new().await;
    let admin = world.client("admin", Role::Administrator, &[]).await;
    let mut stream = Stream::open(&admin).await;
    stream.until("changes").await;
    put_ok(&admin, 1, &rules(json!([]))).await;
    stream.until("changes").await;
}

/// The server was killed between putting rules in force and judging the open questions anew.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_change_is_finished_at_the_next_start() {
    let mut world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    disputes(&ops, &ops).await;
    assert!(!open(&ops).await.is_empty());
    world.stop().await;
    let db = server::db::open(&world.database()).await.unwrap();
    let book = RuleBook { version: 2, rules: rules(json!([{"id": "later", "fields": "*", "prefer": "later"}])) };
    db.set_fact("rules", &serde_json::to_string(&book).unwrap()).await.unwrap();
    db.close().await;
    drop(db);
    world.start(None).await;
    let ops = world.client("ops2", Role::Operations, &[]).await;
    // What is deleted and was changed meanwhile stays a question: no rule answers it.
    let left: Vec<String> = open(&ops).await.into_iter().map(|(_, field)| field.as_str().to_owned()).collect();
    assert_eq!(left, ["deleted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_would_read_is_refused_and_nothing_changes() {
    let world = World::new().await;
    let admin = world.client("admin", Role::Administrator, &[]).await;
    let before = admin.json(path::RULES).await;
    let misspelt = r#"{"replaces":1,"rules":[{"id":"a","fields":"*","prefer":"later","requird":true}]}"#;
    let call = |method: reqwest::Method, to: &str, body: &'static str| {
        admin.http.request(method, format!("{}{to}", admin.url)).bearer_auth(&admin.token).body(body).send()
    };
    for (method, to) in [(reqwest::Method::PUT, path::RULES), (reqwest::Method::POST, path::RULES_PREVIEW)] {
        let refused = call(method.clone(), to, misspelt).await.unwrap();
        assert_eq!(refused.status(), 400, "{to}");
        let problem: domain::Problem = refused.json().await.unwrap();
        assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("bad_rules", Some("rules[0].requird")), "{to}");
        // A list is no object, though the parser would take it for one.
        let refused = call(method, to, "[1,[]]").await.unwrap();
        assert_eq!(refused.json::<domain::Problem>().await.unwrap().code.as_str(), "bad_request", "{to}");
    }
    assert_eq!(admin.json(path::RULES).await, before);
}
