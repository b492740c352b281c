use std::time::Duration;

use domain::Role;
use domain::api::{WakeUp, path};

use crate::world::{Session, World, new_merchant, problem};

/// Server-sent events as a client reads them.
pub struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    pub async fn open(session: &Session) -> Self {
        let response = session.get(path::EVENTS).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next wake-up; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<WakeUp> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                if let Some(data) = event.strip_prefix("data:") {
                    return Some(serde_json::from_str(data.trim()).unwrap());
                }
                continue;
            }
            // Bounds a test that fails; one that passes never waits for it.
            let chunk = tokio::time::timeout(Duration::from_secs(120), self.response.chunk()).await.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk.ok()??).unwrap());
        }
    }

    pub async fn until(&mut self, wake: &str) {
        while let Some(next) = self.next().await {
            if serde_json::to_value(next).unwrap()["wake"] == wake {
                return;
            }
        }
        panic!("the stream ended before {wake}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_wakes_the_others() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let other = world.client("other", Role::Merchant, &[]).await;
    let mut stream = Stream::open(&other).await;
    assert_eq!(stream.next().await, Some(WakeUp::Changes { seq: 0 }));
    shop.push(&[new_merchant("BJ-1", 1, 1), new_merchant("BJ-2", 1, 2)]).await;
    assert_eq!(stream.next().await, Some(WakeUp::Changes { seq: 2 }));
    assert_eq!(other.changes(0, 10).await.changes.len(), 2);
    assert_eq!(problem(world.get_open(path::EVENTS).await).await, (401, "signed_out".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_do_not_hold_up_the_stop() {
    let mut world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let mut stream = Stream::open(&shop).await;
    assert!(stream.next().await.is_some());
    // Longer than this is a listener that is waited for.
    tokio::time::timeout(Duration::from_secs(9), world.stop()).await.unwrap();
    assert_eq!(stream.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_all_places() {
    let world = World::new().await;
    let shop = world.client("shop", Role::Merchant, &[]).await;
    let mut streams = Vec::new();
    for _ in 0..server::places::LISTENERS_OF_ACTOR_MAX {
        streams.push(Stream::open(&shop).await);
    }
    let refused = shop.get(path::EVENTS).await;
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(problem(refused).await, (429, "busy".into()));
    let other = world.client("other", Role::Merchant, &[]).await;
    assert!(Stream::open(&other).await.next().await.is_some());
}
