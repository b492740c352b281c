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
