//! The golden vectors of `docs/sync-protocol/merge.json`, applied as pages to a device's cache.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use domain::record::Record;
use domain::review::Review;
use domain::{MerchantId, Value};
use serde_json::Value as Json;
use support::*;

#[tokio::test]
async fn a_device_shows_and_asks_what_the_protocol_says() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sync-protocol/merge.json");
    let vectors: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let ends: Vec<&Json> = vectors["cases"].as_array().unwrap().iter().map(|case| &case["expect"]).collect();
    let records: Vec<Record> =
        ends.iter().filter_map(|end| serde_json::from_value(end["record"].clone()).ok()).collect();
    assert!(records.len() > 50);
    let ids: Vec<MerchantId> = records.iter().map(|record| record.merchant_id.clone()).collect();

    let (_home, cache) = open().await;
    // In small pages, the newest of each last; an older state of a merchant afterwards changes nothing.
    let numbered: Vec<(u64, Record)> = (2..).zip(records).collect();
    for chunk in numbered.chunks(7) {
        cache.apply_page(page(chunk.to_vec(), false)).await.unwrap();
    }
    cache.apply_page(page(vec![(1, named(ids[0].as_str(), 1, "older"))], true)).await.unwrap();

    let shown: BTreeMap<MerchantId, _> = cache.registers_of(&ids).await.unwrap().into_iter().collect();
    let mut open: BTreeMap<MerchantId, Review> =
        cache.reviews().await.unwrap().into_iter().map(|review| (review.merchant_id.clone(), review)).collect();
    for end in ends.iter().filter(|end| !end["record"].is_null()) {
        let id = MerchantId::new(end["record"]["merchant_id"].as_str().unwrap()).unwrap();
        assert_eq!(serde_json::to_value(&shown[&id]).unwrap(), end["shown"], "{id}");
        let review: Option<Review> = serde_json::from_value(end["review"].clone()).unwrap();
        assert_eq!(open.remove(&id), review, "{id}");
        // What is deleted is not in the list; everything else shows its name there.
        let deleted = end["shown"]["deleted"] == true;
        let row = cache.row(&id).await.unwrap();
        assert_eq!(
            row.map(|row| Value::text(row.name)),
            (!deleted).then(|| Value(end["shown"]["name"].clone())),
            "{id}"
        );
    }
    assert!(open.is_empty());
}
