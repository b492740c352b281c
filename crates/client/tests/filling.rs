//! The first pull and the search index behind it.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::cache::{Cache, FILE_NAME};
use domain::ipc::{StoreSort, StoresQuery};
use domain::search;
use support::*;

async fn indices(home: &tempfile::TempDir) -> i64 {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join(FILE_NAME));
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let made = "SELECT count(*) FROM sqlite_schema WHERE name IN ('listing_by_name', 'listing_by_address')";
    sqlx::query_scalar(made).fetch_one(&mut raw).await.unwrap()
}

fn sorted(text: &str) -> StoresQuery {
    StoresQuery { text: text.to_owned(), sort: StoreSort::Name, limit: 50, ..StoresQuery::default() }
}

#[tokio::test]
async fn a_first_pull_that_breaks_off_is_listed_and_ends_with_all_indices() {
    let (home, cache) = open().await;
    cache.index_all().await.unwrap();
    assert_eq!(indices(&home).await, 2);
    cache.apply_page(page((0..20).map(|n| (n + 1, full(n))).collect(), false)).await.unwrap();
    assert_eq!(indices(&home).await, 0, "they are made when the rows are there");
    let first = cache.stores(&sorted("")).await.unwrap();
    assert!(first.rows.is_sorted_by_key(|row| search::sort_key(&row.name)), "sorted all the same");
    assert_eq!((first.all, cache.unindexed().await.unwrap()), (20, 20));
    // As a killed process leaves it.
    drop(cache);

    let cache = Cache::open(home.path()).await.unwrap();
    assert_eq!(cache.cursor().await.unwrap().cursor, 20);
    cache.apply_page(page((20..30).map(|n| (n + 1, full(n))).collect(), true)).await.unwrap();
    cache.index_all().await.unwrap();
    assert_eq!((indices(&home).await, cache.unindexed().await.unwrap()), (2, 0));
    assert_eq!(cache.stores(&sorted("BJ-000007")).await.unwrap().total, 1);
    assert_eq!(cache.stores(&sorted("")).await.unwrap().all, 30);
}

#[tokio::test]
async fn a_search_finds_what_has_just_come_and_no_longer_what_has_gone() {
    let (home, cache) = open().await;
    cache.apply_page(page(vec![(1, named("A", 1, "老王面馆"))], true)).await.unwrap();
    assert_eq!(cache.stores(&sorted("老王")).await.unwrap().total, 1);
    cache.apply_page(page(vec![(2, named("A", 2, "春风小馆"))], true)).await.unwrap();
    assert_eq!(cache.unindexed().await.unwrap(), 1);
    assert_eq!(cache.stores(&sorted("春风")).await.unwrap().total, 1);
    assert_eq!(cache.stores(&sorted("老王")).await.unwrap().total, 0);
    assert_eq!(cache.unindexed().await.unwrap(), 1, "a search writes nothing");
    cache.index_all().await.unwrap();
    assert_eq!((indices(&home).await, cache.unindexed().await.unwrap()), (2, 0));
    assert_eq!(cache.stores(&sorted("春风")).await.unwrap().total, 1);
    assert_eq!(cache.stores(&sorted("老王")).await.unwrap().total, 0);
}

#[tokio::test]
async fn two_indexers_at_a_time_do_not_hinder_each_other() {
    for _ in 0..20 {
        let (home, cache) = open().await;
        cache.apply_page(page((0..20).map(|n| (n + 1, full(n))).collect(), true)).await.unwrap();
        // As the background of a sync that has just ended, and who waits for its end; or two programs on one folder.
        let other = Cache::open(home.path()).await.unwrap();
        let (one, two, three) = tokio::join!(cache.index_all(), cache.index_all(), other.index_all());
        for ended in [one, two, three] {
            ended.unwrap();
        }
        assert_eq!((indices(&home).await, cache.unindexed().await.unwrap()), (2, 0));
        assert_eq!(cache.stores(&sorted("BJ-000007")).await.unwrap().total, 1);
    }
}
