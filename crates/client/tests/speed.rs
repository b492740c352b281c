//! Measurements at 100,000 merchants: `cargo test --release -p client --test speed -- --ignored --nocapture`.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use client::cache::Cache;
use domain::ipc::{StoreSort, StoresQuery};
use support::*;

const MERCHANTS: u64 = 100_000;

fn p95(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() * 95 / 100]
}

async fn timed(cache: &Cache, query: StoresQuery) -> (u64, Duration) {
    let (mut times, mut total) = (Vec::new(), 0);
    for _ in 0..40 {
        let begun = Instant::now();
        total = cache.stores(&query).await.unwrap().total;
        times.push(begun.elapsed());
    }
    (total, p95(times))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn at_one_hundred_thousand_merchants() {
    let (_home, cache) = open().await;
    let pages: Vec<_> = (0..MERCHANTS / 2000)
        .map(|p| page((0..2000).map(|n| (p * 2000 + n + 1, full(p * 2000 + n))).collect(), p == MERCHANTS / 2000 - 1))
        .collect();
    let bytes = serde_json::to_vec(&pages[0]).unwrap().len();
    println!("bytes of a merchant: {}", bytes / 2000);
    let begun = Instant::now();
    for page in pages {
        cache.apply_page(page).await.unwrap();
    }
    println!("apply 100,000: {:?}", begun.elapsed());
    let begun = Instant::now();
    cache.index_all().await.unwrap();
    println!("index 100,000: {:?}", begun.elapsed());
    for (what, query) in [
        ("first page", StoresQuery::default()),
        ("by name", StoresQuery { sort: StoreSort::Name, ..Default::default() }),
        ("by address, end", StoresQuery { sort: StoreSort::Address, offset: 99_900, ..Default::default() }),
        ("by category", StoresQuery { sort: StoreSort::Category, ..Default::default() }),
        ("by id, back", StoresQuery { sort: StoreSort::Id, descending: true, ..Default::default() }),
        (
            "category 火锅 by name",
            StoresQuery { sort: StoreSort::Name, category: Some("火锅".into()), ..Default::default() },
        ),
        (
            "status paused by address",
            StoresQuery { sort: StoreSort::Address, status: Some("paused".into()), ..Default::default() },
        ),
        ("search 火锅", StoresQuery { text: "火锅".into(), ..Default::default() }),
        ("search 望京 by name", StoresQuery { text: "望京".into(), sort: StoreSort::Name, ..Default::default() }),
        ("search 北京 (all)", StoresQuery { text: "北京".into(), sort: StoreSort::Name, ..Default::default() }),
        ("search 店 (all)", StoresQuery { text: "店".into(), ..Default::default() }),
        ("search 王面 + number", StoresQuery { text: "王面 19".into(), ..Default::default() }),
        ("search bj-0123", StoresQuery { text: "bj-01234".into(), ..Default::default() }),
        ("search none", StoresQuery { text: "巴黎".into(), ..Default::default() }),
    ] {
        let (total, p95) = timed(&cache, StoresQuery { limit: 100, ..query }).await;
        println!("{what}: {total} rows, p95 {p95:?}");
    }
    let begun = Instant::now();
    let mut times = Vec::new();
    for n in 0..500 {
        let merchant = format!("BJ-{:06}", n * 37);
        let at = Instant::now();
        cache.save(draft(&merchant, vec![write("name", "a", "春风小馆")]), None).await.unwrap();
        times.push(at.elapsed());
    }
    println!("saves: {:.0}/s, p95 {:?}", 500.0 / begun.elapsed().as_secs_f64(), p95(times));
    let drafts = |round: u64| {
        (0..500)
            .map(|n| draft(&format!("X-{round}-{n}"), vec![write("name", "", "店"), write("address", "", "街")]))
            .collect()
    };
    let begun = Instant::now();
    for round in 0..20 {
        cache.save_all(drafts(round), None).await.unwrap();
    }
    println!("saves in batches of 500: {:.0}/s", 10_000.0 / begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let batch = cache.load_batch(1000, 4_000_000, 0, None).await.unwrap();
    println!("load_batch {}: {:?}", batch.edits.len(), begun.elapsed());
    let begun = Instant::now();
    cache.numbers().await.unwrap();
    println!("numbers: {:?}", begun.elapsed());
    println!("file: {} MB", std::fs::metadata(cache.path()).unwrap().len() / 1_000_000);
}
