//! The device's copy of the rules, against a real SQLite file and a backend over loopback.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use client::cache::{Cache, FILE_NAME};
use client::session::ClientCredentials;
use client::{Console, Mode, Options};
use domain::api::ChangesPage;
use domain::edit::{EditState, FieldDecision, Outcome, OutcomeState};
use domain::record::{Record, Sibling};
use domain::rules::{RuleBook, RuleSet};
use domain::{Decision, DeviceId, Dot, Edit, EditId, Value};
use support::backend::Backend;
use support::*;

const LIMIT: Duration = Duration::from_secs(30);

fn book(version: u64, rules: &str) -> RuleBook {
    RuleBook { version, rules: serde_json::from_str::<RuleSet>(rules).unwrap() }
}

const LATER: &str = r#"[{"id":"any","fields":"*","prefer":"later"}]"#;

/// A merchant whose name two have written without having seen each other.
fn disputed(merchant: &str, first: &str, second: &str) -> Record {
    let mut record = named(merchant, 1, first);
    let dot = Dot { device: DeviceId(9), counter: 1 };
    let mut meta = record.edits.values().next().unwrap().clone();
    (meta.edit_id, meta.hlc.0) = (EditId(uuid::Uuid::from_u128(99)), meta.hlc.0 + 1);
    record.edits.insert(dot, meta);
    let register = record.registers.get_mut(&field("name")).unwrap();
    register.siblings.push(Sibling { dot, value: Value::text(second), base_value: Value::NULL });
    record
}

async fn shows(cache: &Cache, merchant: &str) -> (String, u32) {
    let row = cache.row(&id(merchant)).await.unwrap().unwrap();
    (row.name, row.contested)
}

async fn raw(home: &tempfile::TempDir) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join(FILE_NAME));
    sqlx::ConnectOptions::connect(&options).await.unwrap()
}

#[tokio::test]
async fn other_rules_settle_and_reopen_what_is_shown() {
    let (home, cache) = open().await;
    let mut records: Vec<(u64, Record)> = (1..=450).map(|n| (n, disputed(&format!("M{n:03}"), "甲", "乙"))).collect();
    records.push((451, named("N", 1, "丙")));
    cache.apply_page(page(records, true)).await.unwrap();
    assert_eq!(shows(&cache, "M001").await, ("甲".into(), 1));
    assert_eq!(cache.reviews().await.unwrap().len(), 450);

    cache.follow_rules(&page(Vec::new(), true), book(2, LATER)).await.unwrap();
    for merchant in ["M001", "M200", "M201", "M450"] {
        assert_eq!(shows(&cache, merchant).await, ("乙".into(), 0));
    }
    assert_eq!(cache.reviews().await.unwrap(), []);
    assert_eq!(cache.numbers().await.unwrap().reviews, 0);

    // They are there after a restart, and another process learns of new ones.
    let other = Cache::open(home.path()).await.unwrap();
    assert_eq!(*other.rules(), book(2, LATER).rules);
    cache.follow_rules(&page(Vec::new(), true), book(3, "[]")).await.unwrap();
    assert_eq!(shows(&cache, "M450").await, ("甲".into(), 1));
    other.notice_rules().await.unwrap();
    assert_eq!(*other.rules(), RuleSet(Vec::new()));
    assert_eq!(other.reviews().await.unwrap().len(), 450);
}

#[tokio::test]
async fn rules_are_fetched_when_version_or_epoch_differ() {
    let (_home, cache) = open().await;
    let of = |epoch: &str, version| ChangesPage {
        epoch: epoch.to_owned(),
        rules_version: version,
        ..page(Vec::new(), true)
    };
    assert!(!cache.lacks_rules_of(&of("e1", 0)), "a server that does not say has none to fetch");
    assert!(cache.lacks_rules_of(&of("e1", 1)), "another program's first rules may be others");
    cache.follow_rules(&of("e1", 1), book(1, "[]")).await.unwrap();
    assert!(!cache.lacks_rules_of(&of("e1", 1)));
    assert!(cache.lacks_rules_of(&of("e1", 2)));
    assert!(cache.lacks_rules_of(&of("e2", 1)), "after a restore the same version may be other rules");
    let digest = |digest: &str| ChangesPage { rules_digest: Some(digest.to_owned()), ..of("e1", 1) };
    assert!(cache.lacks_rules_of(&digest("aa")), "also where nobody noticed it");
    cache.follow_rules(&digest("aa"), book(1, "[]")).await.unwrap();
    assert!(!cache.lacks_rules_of(&digest("aa")) && cache.lacks_rules_of(&digest("bb")));
    assert!(!cache.lacks_rules_of(&of("e1", 1)), "a server that does not say is taken at its number");
}

#[tokio::test]
async fn an_interrupted_change_is_finished_at_the_next_opening() {
    let (home, cache) = open().await;
    cache.apply_page(page(vec![(1, disputed("M", "甲", "乙"))], true)).await.unwrap();
    cache.close().await;
    let stored = format!(r#"{{"epoch":"{EPOCH}","version":2,"rules":{LATER}}}"#);
    let mut raw = raw(&home).await;
    sqlx::query("INSERT INTO meta VALUES ('rules', ?1)").bind(stored).execute(&mut raw).await.unwrap();
    let cache = Cache::open(home.path()).await.unwrap();
    assert_eq!(shows(&cache, "M").await, ("乙".into(), 0));
}

/// The question that an edit waits in is answered by a rule: no page will ever say so.
#[tokio::test]
async fn an_edit_in_review_leaves_the_outbox_when_a_rule_answers() {
    for (rules, then) in [
        (LATER, EditState::Accepted),
        (
            r#"[{"id":"a","fields":"name","prefer":{"source":{"of":["import"],"over":["manual"]}}}]"#,
            EditState::Declined,
        ),
    ] {
        let (home, cache) = open().await;
        cache.apply_page(page(vec![(1, named("M", 1, "甲"))], true)).await.unwrap();
        let edit: Edit = cache.save(draft("M", vec![write("name", "甲", "乙")]), None).await.unwrap();
        cache.load_batch(10, 1_000_000, 0, None).await.unwrap();
        let decision = FieldDecision { field: field("name"), decision: Decision::NeedsReview };
        let answer =
            Outcome { edit_id: edit.edit_id, state: OutcomeState::InReview, decisions: vec![decision], seq: 2 };
        cache.store_outcomes(&reply(vec![answer]), 0).await.unwrap();
        let mut record = disputed("M", "甲", "乙");
        let (foreign, mut meta) = record.edits.pop_last().unwrap();
        (meta.edit_id, meta.hlc, meta.source) = (edit.edit_id, edit.hlc, edit.source);
        record.edits.insert(edit.dot, meta);
        let register = record.registers.get_mut(&field("name")).unwrap();
        register.siblings.iter_mut().filter(|s| s.dot == foreign).for_each(|s| s.dot = edit.dot);
        cache.apply_page(page(vec![(2, record)], true)).await.unwrap();
        assert_eq!(cache.numbers().await.unwrap().in_review, 1);

        cache.follow_rules(&page(Vec::new(), true), book(2, rules)).await.unwrap();
        assert_eq!(cache.numbers().await.unwrap().in_review, 0);
        let query = sqlx::query_scalar("SELECT state FROM sent WHERE edit_id = ?1").bind(edit.edit_id.to_string());
        let left: String = query.fetch_one(&mut raw(&home).await).await.unwrap();
        assert_eq!(left, then.as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_brings_the_rules_before_the_page() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, _serving) = backend.serve(None).await;
    {
        let mut store = backend.store.lock().unwrap();
        store.seq = 1;
        store.records.insert(id("M"), (1, disputed("M", "甲", "乙")));
    }
    let machine = Some(ClientCredentials { id: "till".to_owned(), secret: "s".to_owned() });
    let options = Options { mode: Mode::Tool, server: Some(format!("http://{address}")), machine, keyring: false };
    let console = Console::open(home.path(), options).await.unwrap();
    console.sync_once(LIMIT).await.unwrap();
    assert_eq!(console.reviews().await.unwrap().len(), 1);
    backend.store.lock().unwrap().rules = book(2, LATER);
    console.sync_once(LIMIT).await.unwrap();
    assert_eq!(console.reviews().await.unwrap(), []);
    assert_eq!(*console.cache().rules(), book(2, LATER).rules);
}
