use domain::{Role, Value};

use crate::world::{World, edit, new_merchant, problem};

#[tokio::test(flavor = "multi_thread")]
async fn the_exchange_form() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let mut made = new_merchant("BJ-0001", 1, 1);
    made.writes.extend(
        edit(
            "BJ-0001",
            1,
            1,
            &[],
            &[
                ("phones.+8613800138000", Value::yes()),
                ("phones.primary", "+8613800138000".into()),
                ("hours.tu", Value::list(["17:00-02:00", "10:00-14:00"])),
                ("hours.special.2026-10-01", Value::list::<String>([])),
                ("tags.清真", Value::yes()),
                ("custom.座位", "40".into()),
                ("status", "open".into()),
            ],
        )
        .writes,
    );
    shop.push(&[made]).await;
    assert_eq!(
        shop.json("/api/v1/merchants/BJ-0001").await,
        serde_json::json!({
            "merchant_id": "BJ-0001", "name": "兰州拉面（鼓楼店）", "address": "北京市东城区鼓楼东大街87号",
            "phones": ["+8613800138000"], "category": "", "hours": { "tu": ["10:00-14:00", "17:00-02:00"] },
            "special_hours": { "2026-10-01": [] }, "tags": ["清真"], "custom": { "座位": "40" }, "status": "open",
            "state": "settled", "version": { "0000000000000001": 1 }, "seq": 1
        })
    );
    assert_eq!(problem(shop.get("/api/v1/merchants/BJ-0404").await).await, (404, "not_found".into()));
    assert_eq!(problem(shop.get("/api/v1/merchants/%20").await).await, (400, "bad_id".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn paged_by_id_without_deleted_ones() {
    let world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let beijing = world.client("beijing", Role::Merchant, &["BJ-"]).await;
    let ids = ["SH-1", "BJ-3", "BJ-1", "BJ-2", "BJ-4"];
    ops.push(&ids.iter().zip(1..).map(|(id, n)| new_merchant(id, 1, n)).collect::<Vec<_>>()).await;
    ops.push(&[edit("BJ-2", 1, 9, &[(1, 8)], &[("deleted", Value::yes())])]).await;
    let mut after = String::new();
    let mut seen = Vec::new();
    loop {
        let page = beijing.json(&format!("/api/v1/merchants?limit=2&after={after}")).await;
        seen.extend(
            page["merchants"].as_array().unwrap().iter().map(|m| m["merchant_id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["BJ-1", "BJ-3", "BJ-4"]);
    assert_eq!(ops.json("/api/v1/merchants/BJ-2").await["state"], "deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_paged_newest_first() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    shop.push(&[new_merchant("BJ-1", 1, 1)]).await;
    for n in 2..=4 {
        shop.push(&[edit("BJ-1", 1, n, &[(1, n - 1)], &[("note", format!("note {n}").as_str().into())])]).await;
    }
    let first = shop.json("/api/v1/merchants/BJ-1/history?limit=2").await;
    let notes: Vec<_> = first["entries"].as_array().unwrap().iter().map(|e| e["after"].as_str().unwrap()).collect();
    assert_eq!(notes, ["note 4", "note 3"]);
    assert_eq!(first["entries"][0]["decision"]["decision"], "applied");
    let rest = shop.json(&format!("/api/v1/merchants/BJ-1/history?limit=9&before={}", first["next"])).await;
    assert_eq!(rest["entries"].as_array().unwrap().len(), 3);
    assert!(rest["next"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_prefix_of_earlier_versions_opens_nothing() {
    let world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let beijing = world.client("beijing", Role::Merchant, &["BJ-"]).await;
    let none = world.client("none", Role::Merchant, &["BJ-"]).await;
    ops.push(&[new_merchant("BJ-1", 1, 1), new_merchant("SH-1", 1, 2)]).await;
    world.sql(r#"UPDATE accounts SET scope = '{"prefixes":["BJ-",""]}' WHERE actor_id = 'beijing'"#).await;
    world.sql(r#"UPDATE accounts SET scope = '{"prefixes":[""]}' WHERE actor_id = 'none'"#).await;
    for (session, seen) in [(beijing, 1), (none, 0)] {
        assert_eq!(session.changes(0, 10).await.changes.len(), seen);
        assert_eq!(session.json("/api/v1/merchants").await["merchants"].as_array().unwrap().len(), seen);
        let buckets = session.json(domain::api::path::DIGEST).await["buckets"].as_array().unwrap().clone();
        assert_eq!(buckets.iter().map(|bucket| bucket[0].as_u64().unwrap()).sum::<u64>(), seen as u64);
        assert_eq!(problem(session.get("/api/v1/merchants/SH-1").await).await, (404, "not_found".into()));
    }
}

/// A text whose canonical form has the most bytes that a value may have.
fn longest() -> Value {
    "x".repeat(domain::value::VALUE_BYTES_MAX - 2).as_str().into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_edit_is_kept_within_bounds() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    shop.push(&[new_merchant("BJ-1", 1, 1)]).await;
    let large: Value = "x".repeat(1_000_000).as_str().into();
    let mut refused = edit(
        "BJ-1",
        1,
        2,
        &[(1, 1)],
        &[("status", "nonsense".into()), ("note", large.clone()), ("custom.a", longest())],
    );
    refused.writes[0].base_value = large;
    let outcome = &shop.push(&[refused.clone()]).await[0];
    assert_eq!(outcome.state, domain::edit::OutcomeState::Rejected);
    let page = shop.get("/api/v1/merchants/BJ-1/history?limit=1").await.text().await.unwrap();
    assert!(page.len() < 50_000, "{}", page.len());
    let page: serde_json::Value = serde_json::from_str(&page).unwrap();
    let lines: Vec<_> = page["entries"].as_array().unwrap().iter().collect();
    assert_eq!((&lines[0]["before"], &lines[0]["after"]), (&serde_json::Value::Null, &"nonsense".into()));
    assert_eq!(lines[1]["after"], serde_json::Value::Null);
    assert_eq!(lines[2]["after"].as_str().unwrap().len(), domain::value::VALUE_BYTES_MAX - 2);
    // The answer is the first one, whatever of it was not kept.
    assert_eq!(&shop.push(&[refused]).await[0], outcome);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_history_ends_where_it_is_large() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    shop.push(&[new_merchant("BJ-1", 1, 1)]).await;
    let fields: Vec<String> = (0..100).map(|n| format!("custom.f{n}")).collect();
    let writes: Vec<_> = fields.iter().map(|field| (field.as_str(), longest())).collect();
    for n in 2..=13 {
        let answers = shop.push(&[edit("BJ-1", 1, n, &[(1, n - 1)], &writes)]).await;
        assert_eq!(answers[0].state, domain::OutcomeState::Applied);
    }
    let mut path = "/api/v1/merchants/BJ-1/history?limit=200".to_owned();
    let (mut edits, mut pages) = (std::collections::BTreeSet::new(), 0);
    loop {
        let text = shop.get(&path).await.text().await.unwrap();
        assert!(text.len() < 24 * 1024 * 1024, "{}", text.len());
        let page: serde_json::Value = serde_json::from_str(&text).unwrap();
        edits.extend(page["entries"].as_array().unwrap().iter().map(|line| line["dot"].to_string()));
        pages += 1;
        match page["next"].as_u64() {
            Some(next) => path = format!("/api/v1/merchants/BJ-1/history?limit=200&before={next}"),
            None => break,
        }
    }
    assert_eq!((edits.len(), pages), (13, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_merchants_ends_where_it_is_large() {
    let world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let fields: Vec<String> = (0..32).map(|n| format!("custom.f{n}")).collect();
    for batch in 0..4 {
        let edits = (0..10).map(|n| {
            let mut made = new_merchant(&format!("BJ-{batch}{n}"), 1, batch * 10 + n + 1);
            let large: Vec<_> = fields.iter().map(|field| (field.as_str(), longest())).collect();
            made.writes.extend(edit("BJ-", 1, 1, &[], &large).writes);
            made
        });
        ops.push(&edits.collect::<Vec<_>>()).await;
    }
    let (mut after, mut seen, mut pages) = (String::new(), 0, 0);
    loop {
        let text = ops.get(&format!("/api/v1/merchants?limit=500&after={after}")).await.text().await.unwrap();
        assert!(text.len() < 17 * 1024 * 1024, "{}", text.len());
        let page: serde_json::Value = serde_json::from_str(&text).unwrap();
        seen += page["merchants"].as_array().unwrap().len();
        pages += 1;
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!((seen, pages), (40, 2));
}
