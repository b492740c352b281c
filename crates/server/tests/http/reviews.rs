use domain::edit::{OutcomeState, Settles, Source};
use domain::review::Review;
use domain::{ErrorCode, Role};

use crate::world::{Session, World, edit, new_merchant, problem};

async fn open(session: &Session) -> Vec<Review> {
    serde_json::from_value(session.json("/api/v1/reviews").await["reviews"].take()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_settled_by_an_edit() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let ops = world.client("ops", Role::Operations, &[]).await;
    shop.push(&[new_merchant("BJ-0001", 1, 1), edit("BJ-0001", 2, 1, &[(1, 1)], &[("name", "甲".into())])]).await;
    assert_eq!(open(&ops).await, []);
    ops.push(&[edit("BJ-0001", 3, 1, &[(1, 1)], &[("name", "乙".into())])]).await;

    let reviews = open(&ops).await;
    assert_eq!(reviews.len(), 1);
    let item = &reviews[0].items[0];
    assert_eq!(item.candidates.iter().map(|c| c.value.plain()).collect::<Vec<_>>(), ["甲", "乙"]);
    assert_eq!(ops.json("/api/v1/merchants/BJ-0001").await["state"], "in_review");
    assert!(world.get_open("/metrics").await.text().await.unwrap().contains("merchant_console_open_reviews 1\n"));

    let mut settle = edit("BJ-0001", 3, 2, &[(1, 1), (2, 1), (3, 1)], &[("name", "甲乙".into())]);
    settle.source = Source::Resolution;
    settle.settles = Some(Settles {
        review_id: reviews[0].review_id,
        candidates: vec![item.dots.clone()],
        reason: Some("both".into()),
    });
    let mut by_shop = settle.clone();
    by_shop.edit_id = new_merchant("BJ-0001", 1, 1).edit_id;
    assert_eq!(shop.push(&[by_shop]).await[0].refusal().map(|r| r.1), Some(ErrorCode::Forbidden));
    assert_eq!(ops.push(std::slice::from_ref(&settle)).await[0].state, OutcomeState::Applied);
    assert_eq!(open(&ops).await, []);
    let mut late = settle;
    late.edit_id = new_merchant("BJ-0001", 1, 1).edit_id;
    late.dot.counter = 3;
    assert_eq!(ops.push(&[late]).await[0].refusal().map(|r| r.1), Some(ErrorCode::ReviewMoved));

    let merchant = ops.json("/api/v1/merchants/BJ-0001").await;
    assert_eq!((merchant["name"].as_str(), merchant["state"].as_str()), (Some("甲乙"), Some("settled")));
    let history = ops.json("/api/v1/merchants/BJ-0001/history").await;
    let losers: Vec<_> = history["entries"].as_array().unwrap().iter().filter(|e| e["after"] == "乙").collect();
    assert_eq!((losers.len(), losers[0]["actor"].as_str()), (1, Some("ops")));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_for_those_who_may_review() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    assert_eq!(problem(shop.get("/api/v1/reviews").await).await, (403, "forbidden".into()));
}
