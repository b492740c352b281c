use domain::Role;
use domain::api::{ChangesPage, ChangesQuery, path};

use crate::world::{World, edit, new_merchant, problem};

#[tokio::test(flavor = "multi_thread")]
async fn pages_in_the_servers_order() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let edits: Vec<_> = (1..=7).map(|n| new_merchant(&format!("BJ-000{n}"), 1, n)).collect();
    shop.push(&edits).await;
    // The second one changes again and moves to the end.
    shop.push(&[edit("BJ-0002", 1, 8, &[(1, 7)], &[("note", "x".into())])]).await;
    let mut cursor = 0;
    let mut seen = Vec::new();
    for expected_complete in [false, false, true] {
        let page = shop.changes(cursor, 3).await;
        seen.extend(page.changes.iter().map(|c| (c.seq, c.merchant_id().as_str().to_owned())));
        cursor = page.next_cursor;
        assert_eq!(page.complete, expected_complete);
    }
    assert_eq!(seen.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [1, 3, 4, 5, 6, 7, 8]);
    assert_eq!(seen[6].1, "BJ-0002");
    let rest = shop.changes(cursor, 3).await;
    assert_eq!((rest.changes.len(), rest.next_cursor, rest.complete), (0, 8, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_a_page_names_the_next_one() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    shop.push(&(1..=5).map(|n| new_merchant(&format!("BJ-{n}"), 1, n)).collect::<Vec<_>>()).await;
    let mut asked = ChangesQuery { limit: Some(2), answered: Some(1), ..ChangesQuery::default() };
    let mut url = format!("{}?limit=2&answered=1", path::CHANGES);
    for last in [false, false, true] {
        let answer = shop.get(&url).await;
        let link = answer.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        let page: ChangesPage = answer.json().await.unwrap();
        assert_eq!((page.complete, link.is_none()), (last, last));
        let Some(link) = link else { break };
        // What a device would ask that has stored this page.
        asked = asked.following(&page.epoch, page.next_cursor, &page.marker, page.head);
        url = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned();
        let (named, query) = url.split_once('?').unwrap();
        assert_eq!((named, serde_urlencoded::from_str(query)), (path::CHANGES, Ok(asked.clone())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_sees_its_own_and_still_comes_to_the_end() {
    let world = World::new().await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    let beijing = world.client("beijing", Role::Merchant, &["BJ-"]).await;
    ops.push(&[new_merchant("BJ-0001", 1, 1), new_merchant("SH-0001", 1, 2), new_merchant("SH-0002", 1, 3)]).await;
    let page = beijing.changes(0, 2).await;
    assert_eq!(page.changes.len(), 1);
    assert_eq!((page.next_cursor, page.complete), (3, true));
    // Prefixes are plain text: no wildcard reaches further.
    let wild = world.client("wild", Role::Merchant, &["_J", "B_"]).await;
    assert_eq!(wild.changes(0, 10).await.changes.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_where_it_is_taken() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    shop.push(&(1..=20).map(|n| new_merchant(&format!("BJ-{n}"), 1, n)).collect::<Vec<_>>()).await;
    let request = shop.http.get(format!("{}{}", shop.url, path::CHANGES)).bearer_auth(&shop.token);
    let response = request.header("accept-encoding", "gzip, zstd;q=0.9").send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "zstd");
    let plain = zstd::stream::decode_all(response.bytes().await.unwrap().as_ref()).unwrap();
    let page: ChangesPage = serde_json::from_slice(&plain).unwrap();
    assert_eq!(page.changes, shop.changes(0, 100).await.changes);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_epoch_begins_anew() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let epoch = shop.changes(0, 1).await.epoch;
    assert_eq!(shop.get(&format!("{}?cursor=0&epoch={epoch}", path::CHANGES)).await.status(), 200);
    assert_eq!(
        problem(shop.get(&format!("{}?cursor=5&epoch=other", path::CHANGES)).await).await,
        (409, "epoch_changed".into())
    );
    assert_eq!(problem(shop.get(&format!("{}?cursor=minus", path::CHANGES)).await).await, (400, "bad_request".into()));
}
