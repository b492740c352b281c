//! The cache against a real SQLite file.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use client::cache::{Cache, Discarded, FILE_NAME};
use domain::api::{Change, ChangesPage};
use domain::ipc::{OutboxGroup, OutboxQuery, StoreFilter, StoreSort, StoresQuery};
use domain::{Decision, EditState, ErrorCode, OutcomeState, Value};
use support::*;

fn text(text: &str) -> StoresQuery {
    StoresQuery { text: text.to_owned(), limit: 50, ..StoresQuery::default() }
}

/// How an edit left the outbox.
async fn left_as(home: &tempfile::TempDir, edit: &domain::Edit) -> Option<String> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join(FILE_NAME));
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let query = sqlx::query_scalar("SELECT state FROM sent WHERE edit_id = ?1").bind(edit.edit_id.to_string());
    query.fetch_optional(&mut raw).await.unwrap()
}

async fn name_of(cache: &Cache, merchant: &str) -> Option<String> {
    cache.row(&id(merchant)).await.unwrap().map(|row| row.name)
}

#[tokio::test]
async fn a_saved_edit_is_shown_found_and_there_after_a_restart() {
    let (home, cache) = open().await;
    cache.apply_page(page(vec![(1, named("A", 1, "老王面馆"))], true)).await.unwrap();
    cache.index_all().await.unwrap();
    let edit = cache.save(draft("A", vec![write("name", "老王面馆", "春风小馆")]), None).await.unwrap();
    assert_eq!(edit.dot.counter, 1);
    assert!(
        edit.base.contains(domain::Dot { device: domain::DeviceId(7), counter: 1 }),
        "what was seen is in the base"
    );
    cache.close().await;

    let cache = Cache::open(home.path()).await.unwrap();
    assert_eq!(cache.stores(&text("春风")).await.unwrap().rows[0].name, "春风小馆");
    assert_eq!(cache.stores(&text("王面")).await.unwrap().total, 0, "the old name is out of the index");
    let page = cache.stores(&text("")).await.unwrap();
    assert_eq!((page.all, page.pending, page.rows[0].queued), (1, 1, 1));
    let next = cache.save(draft("A", vec![write("name", "春风小馆", "春风馆")]), None).await.unwrap();
    assert_eq!(next.dot.counter, 2);
    assert!(next.hlc > edit.hlc);
    assert!(next.base.contains(edit.dot), "own waiting edits are seen");
}

#[tokio::test]
async fn who_signed_in_last_is_named_by_what_is_saved_offline() {
    let (_home, cache) = open().await;
    let by = |edit: &domain::Edit| edit.actor.as_ref().map(|actor| actor.as_str().to_owned());
    let nobody = cache.save_by_last_actor(draft("A", vec![write("name", "", "a")])).await.unwrap();
    assert_eq!(by(&nobody), None);
    for name in ["li", "wang"] {
        cache.set_last_actor(&actor(name)).await.unwrap();
        let edit = cache.save_by_last_actor(draft("A", vec![write("name", "", name)])).await.unwrap();
        assert_eq!(by(&edit).as_deref(), Some(name));
        assert_eq!(cache.last_actor().await.unwrap(), Some(actor(name)));
    }
    let waiting = OutboxQuery { group: OutboxGroup::Queued, offset: 0, limit: 10 };
    let names = cache.outbox(&waiting).await.unwrap().rows.into_iter().map(|row| row.actor_name);
    assert_eq!(names.collect::<Vec<_>>(), ["", "li", "wang"]);
}

#[tokio::test]
async fn an_answered_edit_stays_on_top_until_it_has_come_back() {
    let (_home, cache) = open().await;
    cache.apply_page(page(vec![(1, named("A", 1, "old"))], true)).await.unwrap();
    let edit = cache.save(draft("A", vec![write("name", "old", "new")]), None).await.unwrap();
    let batch = cache.load_batch(10, 1_000_000, 0, None).await.unwrap();
    assert_eq!(batch.edits, std::slice::from_ref(&edit));
    assert!(cache.load_batch(10, 1_000_000, 0, None).await.unwrap().edits.is_empty(), "it is on its way");
    cache.store_outcomes(&reply(vec![outcome(&edit, OutcomeState::Applied, 5)]), 0).await.unwrap();
    assert_eq!(cache.numbers().await.unwrap().coming_back, 1);
    // An older state of the same merchant comes first.
    cache.apply_page(page(vec![(3, named("A", 3, "older"))], false)).await.unwrap();
    assert_eq!(name_of(&cache, "A").await.as_deref(), Some("new"), "no step back");
    assert!(!cache.numbers().await.unwrap().is_synced());
    cache.apply_page(page(vec![(5, having(named("A", 5, "new"), &edit))], true)).await.unwrap();
    assert!(cache.numbers().await.unwrap().is_synced());
    cache.apply_page(page(vec![(4, named("A", 4, "late"))], true)).await.unwrap();
    assert_eq!(name_of(&cache, "A").await.as_deref(), Some("new"), "a smaller seq is passed over");
    // Sent: undo makes an inverse.
    let Discarded::Sent(sent) = cache.discard(edit.edit_id).await.unwrap() else { panic!("it was sent") };
    let back = cache.inverse(&sent).await.unwrap();
    assert_eq!(back.writes, [write("name", "new", "old")]);
    // Somebody's change that comes between the look and the save was not seen: it is not written over unasked.
    let theirs = record("A", 99, &[("name", Value::text("theirs"))]);
    let unseen = theirs.registers[&field("name")].siblings[0].dot;
    cache.apply_page(page(vec![(8, theirs)], true)).await.unwrap();
    let saved = cache.save(back, None).await.unwrap();
    assert!(!saved.base.contains(unseen), "{saved:?}");
}

#[tokio::test]
async fn of_two_edits_of_a_merchant_the_second_waits_while_the_first_is_under_way() {
    let (_home, cache) = open().await;
    let me = actor("me");
    for name in ["a", "b"] {
        cache.save(draft("A", vec![write("name", "", name), write("address", "", "x")]), Some(&me)).await.unwrap();
    }
    cache.save(draft("B", vec![write("name", "", "c"), write("address", "", "x")]), None).await.unwrap();
    let others = cache.load_batch(1, 1_000_000, 0, Some(&actor("you").id)).await.unwrap().edits;
    assert_eq!(others[0].merchant_id, id("B"), "edits of somebody else are passed over");
    let first = cache.load_batch(1, 1_000_000, 0, Some(&me.id)).await.unwrap().edits;
    assert_eq!(first[0].merchant_id, id("A"));
    assert!(cache.load_batch(9, 1_000_000, 0, Some(&me.id)).await.unwrap().edits.is_empty());
    // Never left: it can be taken back. In doubt: it cannot.
    cache.release(&[first[0].edit_id], true).await.unwrap();
    assert!(matches!(cache.discard(first[0].edit_id).await.unwrap(), Discarded::Cancelled(_)));
    let second = cache.load_batch(9, 1_000_000, 0, Some(&me.id)).await.unwrap().edits;
    cache.release(&[second[0].edit_id], false).await.unwrap();
    assert!(matches!(cache.discard(second[0].edit_id).await.unwrap(), Discarded::Sent(_)));
}

#[tokio::test]
async fn after_a_crash_what_was_on_its_way_waits_again() {
    let (home, cache) = open().await;
    cache.save(draft("A", vec![write("name", "", "a"), write("address", "", "x")]), None).await.unwrap();
    assert_eq!(cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits.len(), 1);
    drop(cache);
    let cache = Cache::open(home.path()).await.unwrap();
    assert_eq!(cache.release_all().await.unwrap(), 1);
    assert_eq!(cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits.len(), 1);
}

#[tokio::test]
async fn a_refused_edit_is_kept_and_can_be_sent_with_other_values() {
    let (_home, cache) = open().await;
    cache.apply_page(page(vec![(1, named("A", 1, "old"))], true)).await.unwrap();
    let edit =
        cache.save(draft("A", vec![write("name", "old", "bad"), write("category", "", "x")]), None).await.unwrap();
    cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    cache.store_outcomes(&reply(vec![outcome(&edit, OutcomeState::Rejected, 1)]), 0).await.unwrap();
    assert_eq!(name_of(&cache, "A").await.as_deref(), Some("old"), "a refused value shows nowhere but in the outbox");
    let needs = OutboxQuery { group: OutboxGroup::NeedsYou, offset: 0, limit: 10 };
    let shown = cache.outbox(&needs).await.unwrap();
    assert_eq!((shown.total, shown.rows.len(), shown.needs_you), (2, 2, 2));
    assert_eq!(shown.rows[0].problem.as_ref().unwrap().code, ErrorCode::BadValue);
    let second = cache.outbox(&OutboxQuery { offset: 1, ..needs.clone() }).await.unwrap();
    assert_eq!(second.rows, shown.rows[1..]);
    let again = cache.resend(edit.edit_id, vec![write("name", "old", "good")], None).await.unwrap();
    assert_eq!(again.trace_id, edit.trace_id);
    assert_eq!(cache.outbox(&needs).await.unwrap().total, 0);
    assert_eq!(name_of(&cache, "A").await.as_deref(), Some("good"));
    assert_eq!(
        cache.stores(&StoresQuery { filter: StoreFilter::Pending, limit: 9, ..text("") }).await.unwrap().total,
        1
    );
}

#[tokio::test]
async fn a_deferred_edit_waits_for_its_time() {
    let (_home, cache) = open().await;
    let edit = cache.save(draft("A", vec![write("name", "", "a"), write("address", "", "x")]), None).await.unwrap();
    cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    cache.store_outcomes(&reply(vec![outcome(&edit, OutcomeState::Deferred, 0)]), 5_000).await.unwrap();
    let batch = cache.load_batch(9, 1_000_000, 4_999, None).await.unwrap();
    assert_eq!((batch.edits.len(), batch.next_due_ms), (0, Some(5_000)));
    assert!(!cache.has_due(4_999, None).await.unwrap());
    assert_eq!(cache.load_batch(9, 1_000_000, 5_000, None).await.unwrap().edits.len(), 1);
}

#[tokio::test]
async fn an_edit_in_review_is_settled_by_what_people_chose() {
    for (chosen, state) in [("mine", EditState::Accepted), ("theirs", EditState::Declined)] {
        let (_home, cache) = open().await;
        cache.apply_page(page(vec![(1, named("A", 1, "theirs"))], true)).await.unwrap();
        let edit = cache.save(draft("A", vec![write("name", "old", "mine")]), None).await.unwrap();
        cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
        cache.store_outcomes(&reply(vec![outcome(&edit, OutcomeState::InReview, 2)]), 0).await.unwrap();
        let mut contested = named("A", 1, "theirs");
        let mut meta = contested.edits.values().next().unwrap().clone();
        meta.edit_id = edit.edit_id;
        meta.source = domain::Source::Manual;
        contested.edits.values_mut().for_each(|meta| meta.source = domain::Source::Manual);
        contested.edits.insert(edit.dot, meta);
        let register = contested.registers.get_mut(&field("name")).unwrap();
        register.siblings.push(domain::Sibling {
            dot: edit.dot,
            value: Value::text("mine"),
            base_value: Value::text("old"),
        });
        register.siblings.sort_by_key(|s| s.dot);
        cache.apply_page(page(vec![(2, contested)], true)).await.unwrap();
        let numbers = cache.numbers().await.unwrap();
        assert_eq!((numbers.in_review, numbers.reviews), (1, 1));
        assert!(numbers.is_synced(), "what waits for people does not hinder");
        assert_eq!(cache.reviews().await.unwrap()[0].items[0].candidates.len(), 2);
        cache.apply_page(page(vec![(3, named("A", 9, chosen))], true)).await.unwrap();
        assert_eq!(cache.numbers().await.unwrap().in_review, 0);
        assert!(
            matches!(cache.discard(edit.edit_id).await.unwrap(), Discarded::Sent(_)),
            "{state:?}: it is remembered"
        );
        assert!(cache.reviews().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_new_epoch_keeps_the_outbox_and_forgets_what_is_gone() {
    let (_home, cache) = open().await;
    cache.apply_page(page(vec![(8, named("A", 1, "a")), (9, named("B", 2, "b"))], true)).await.unwrap();
    let waiting = cache.save(draft("A", vec![write("name", "a", "mine")]), None).await.unwrap();
    cache.restart_pull().await.unwrap();
    assert_eq!(cache.cursor().await.unwrap(), domain::api::ChangesQuery::default());
    assert_eq!(cache.stores(&text("")).await.unwrap().all, 2, "nothing flickers while it comes again");
    let mut fresh = page(vec![(1, named("A", 1, "a2"))], true);
    fresh.epoch = "e2".to_owned();
    cache.apply_page(fresh).await.unwrap();
    let page = cache.stores(&text("")).await.unwrap();
    assert_eq!((page.all, page.rows[0].name.as_str()), (1, "mine"));
    assert_eq!(cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits[0].edit_id, waiting.edit_id);
}

#[tokio::test]
async fn lists_filter_sort_and_count() {
    let (_home, cache) = open().await;
    let shops: Vec<_> = (0..300).map(|n| (n + 1, full(n))).collect();
    cache.apply_page(page(shops, true)).await.unwrap();
    cache.index_all().await.unwrap();
    let all = cache.stores(&text("")).await.unwrap();
    assert_eq!((all.total, all.all, all.categories.len()), (300, 300, 8));
    assert_eq!(all.rows[0].id, id("BJ-000299"), "changed last, first");
    let paused = StoresQuery { status: Some("paused".into()), ..text("") };
    assert_eq!(cache.stores(&paused).await.unwrap().total, 34);
    for sort in [StoreSort::Name, StoreSort::Id, StoreSort::Address, StoreSort::Category, StoreSort::Updated] {
        for descending in [false, true] {
            let query = StoresQuery { sort: sort.clone(), descending, limit: 500, ..text("火锅") };
            let rows = cache.stores(&query).await.unwrap();
            assert_eq!((rows.total, rows.rows.len()), (38, 38));
            let window = cache.stores(&StoresQuery { offset: 30, limit: 5, ..query }).await.unwrap();
            assert_eq!(window.rows, rows.rows[30..35], "{sort:?} {descending}");
        }
    }
    assert_eq!(cache.stores(&text("3000000123")).await.unwrap().rows[0].id, id("BJ-000123"));
    assert_eq!(cache.stores(&text("!!")).await.unwrap().total, 0);
    assert_eq!(cache.stores(&text("bj-000042")).await.unwrap().total, 1);
}

#[tokio::test]
async fn many_writers_at_once_never_share_a_counter() {
    let (home, first) = open().await;
    let first = Arc::new(first);
    let second = Arc::new(Cache::open(home.path()).await.unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..60 {
        let cache = if n % 2 == 0 { first.clone() } else { second.clone() };
        tasks.spawn(async move {
            let merchant = format!("M{}", n % 7);
            cache.save(draft(&merchant, vec![write("name", "", "a"), write("address", "", "b")]), None).await.unwrap()
        });
        let reader = first.clone();
        tasks.spawn(async move {
            reader.stores(&text("a")).await.unwrap();
            reader.save(draft("R", vec![write("name", "", "r"), write("address", "", "b")]), None).await.unwrap()
        });
    }
    let edits = tasks.join_all().await;
    let dots: std::collections::BTreeSet<_> = edits.iter().map(|edit| edit.dot).collect();
    let stamps: std::collections::BTreeSet<_> = edits.iter().map(|edit| edit.hlc).collect();
    assert_eq!((dots.len(), stamps.len()), (120, 120));
    assert_eq!(first.device(), second.device());
    assert_eq!(first.load_batch(1000, 10_000_000, 0, None).await.unwrap().edits.len(), 120);
    assert!(second.load_batch(1000, 10_000_000, 0, None).await.unwrap().edits.is_empty());
}

#[tokio::test]
async fn data_of_a_newer_version_are_refused() {
    let (home, cache) = open().await;
    cache.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join(FILE_NAME));
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("PRAGMA user_version = 99").execute(&mut raw).await.unwrap();
    drop(raw);
    assert_eq!(Cache::open(home.path()).await.err().unwrap().code(), ErrorCode::NewerData);
}

#[tokio::test]
async fn what_another_process_writes_is_noticed() {
    let (home, cache) = open().await;
    let other = Cache::open(home.path()).await.unwrap();
    let before = cache.foreign_version().unwrap().unwrap();
    cache.save(draft("A", vec![write("name", "", "a"), write("address", "", "b")]), None).await.unwrap();
    assert_eq!(cache.foreign_version().unwrap(), Some(before), "own writing is not foreign");
    for n in 0..3 {
        other.save(draft("A", vec![write("name", "", "a"), write("address", "", "b")]), None).await.unwrap();
        assert_ne!(cache.foreign_version().unwrap(), Some(before), "{n}");
        cache.save(draft("B", vec![write("name", "", "a"), write("address", "", "b")]), None).await.unwrap();
    }
    let seen = cache.foreign_version().unwrap();
    assert_eq!(cache.foreign_version().unwrap(), seen);
}

#[tokio::test]
async fn only_what_went_to_review_decides_whether_an_edit_was_accepted() {
    for (name, state) in [("mine", "accepted"), ("theirs", "declined")] {
        let (home, cache) = open().await;
        cache.apply_page(page(vec![(1, named("A", 1, "theirs"))], true)).await.unwrap();
        let writes = vec![write("name", "old", "mine"), write("address", "长安街1号", "长安街2号")];
        let edit = cache.save(draft("A", writes), None).await.unwrap();
        cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
        let mut answer = outcome(&edit, OutcomeState::InReview, 2);
        answer.decisions[1].decision = Decision::Applied;
        cache.store_outcomes(&reply(vec![answer]), 0).await.unwrap();
        // The review is over, and somebody has changed the address since.
        let settled = record("A", 9, &[("name", Value::text(name)), ("address", Value::text("长安街3号"))]);
        cache.apply_page(page(vec![(3, settled)], true)).await.unwrap();
        assert_eq!(left_as(&home, &edit).await.as_deref(), Some(state));
    }
}

#[tokio::test]
async fn a_refused_edit_that_is_tried_again_is_a_new_one() {
    let (home, cache) = open().await;
    let me = actor("me");
    cache.apply_page(page(vec![(1, named("A", 1, "old"))], true)).await.unwrap();
    let edit = cache.save(draft("A", vec![write("name", "old", "new")]), Some(&me)).await.unwrap();
    cache.load_batch(9, 1_000_000, 0, Some(&me.id)).await.unwrap();
    cache.store_outcomes(&reply(vec![outcome(&edit, OutcomeState::Rejected, 1)]), 0).await.unwrap();
    cache.apply_page(page(vec![(2, named("A", 2, "other"))], true)).await.unwrap();

    let again = cache.retry(edit.edit_id, Some(&me)).await.unwrap().unwrap();
    assert_ne!(again.edit_id, edit.edit_id, "the old one has its answer for ever");
    assert_eq!((&again.writes, again.trace_id, &again.merchant_id), (&edit.writes, edit.trace_id, &edit.merchant_id));
    assert!(again.dot.counter > edit.dot.counter && again.hlc > edit.hlc);
    assert!(again.base.contains(domain::Dot { device: domain::DeviceId(7), counter: 2 }), "it has seen what is here");
    assert!(!edit.base.contains(domain::Dot { device: domain::DeviceId(7), counter: 2 }));
    let all = cache.outbox(&OutboxQuery { group: OutboxGroup::All, offset: 0, limit: 10 }).await.unwrap();
    assert_eq!((all.total, all.needs_you, all.rows[0].edit_id), (1, 0, again.edit_id));
    assert_eq!(left_as(&home, &edit).await.as_deref(), Some("cancelled"));
    assert_eq!(cache.retry(edit.edit_id, Some(&me)).await.unwrap_err().code(), ErrorCode::NotFound);
    // One that waits stays itself.
    assert_eq!(cache.retry(again.edit_id, Some(&me)).await.unwrap(), None);
    assert_eq!(cache.load_batch(9, 1_000_000, 0, Some(&me.id)).await.unwrap().edits, [again]);
}

#[tokio::test]
async fn an_answer_of_an_old_epoch_that_comes_late_is_void() {
    let (_home, cache) = open().await;
    cache.apply_page(page(vec![(1, named("A", 1, "old")), (2, named("B", 2, "old"))], true)).await.unwrap();
    let late = cache.save(draft("A", vec![write("name", "old", "new")]), None).await.unwrap();
    let fresh = cache.save(draft("B", vec![write("name", "old", "new")]), None).await.unwrap();
    cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    cache.restart_pull().await.unwrap();
    // The answer was on its way while the pull began anew.
    cache.store_outcomes(&reply(vec![outcome(&late, OutcomeState::Applied, 3)]), 0).await.unwrap();
    let mut new_answer = reply(vec![outcome(&fresh, OutcomeState::Applied, 9)]);
    new_answer.epoch = "e2".to_owned();
    cache.store_outcomes(&new_answer, 0).await.unwrap();

    let of_new_epoch =
        |changes, complete| domain::api::ChangesPage { epoch: "e2".to_owned(), ..page(changes, complete) };
    assert_eq!(cache.apply_page(of_new_epoch(vec![(4, named("A", 1, "old"))], false)).await.unwrap(), 0);
    assert_eq!(cache.numbers().await.unwrap().coming_back, 2, "the rest of the pages may say more");
    assert_eq!(cache.apply_page(of_new_epoch(vec![(5, named("B", 2, "old"))], true)).await.unwrap(), 1);
    assert_eq!(cache.numbers().await.unwrap().coming_back, 1, "an answer of this epoch stays");
    assert_eq!(name_of(&cache, "A").await.as_deref(), Some("new"), "no step back");
    assert!(!cache.numbers().await.unwrap().is_synced());
    let batch = cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    assert_eq!(batch.edits, std::slice::from_ref(&late), "sent again as it is");
}

#[tokio::test]
async fn a_time_that_another_setting_of_the_clock_wrote_is_no_reason_to_wait() {
    let (_home, cache) = open().await;
    let edit = cache.save(draft("A", vec![write("name", "", "a"), write("address", "", "x")]), None).await.unwrap();
    let now_ms = 1_000_000;
    cache.load_batch(9, 1_000_000, now_ms, None).await.unwrap();
    let due_ms = now_ms + 90_000;
    cache.store_outcomes(&reply(vec![outcome(&edit, OutcomeState::Deferred, 0)]), due_ms).await.unwrap();
    // An administrator's longest delay.
    cache.set_longest_delay(120_000);
    assert!(!cache.has_due(due_ms - 120_000, None).await.unwrap());
    let waits = cache.load_batch(9, 1_000_000, due_ms - 120_000, None).await.unwrap();
    assert_eq!((waits.edits.len(), waits.next_due_ms), (0, Some(due_ms)));
    // The clock was set back.
    assert!(cache.has_due(due_ms - 120_001, None).await.unwrap());
    assert_eq!(cache.load_batch(9, 1_000_000, due_ms - 120_001, None).await.unwrap().edits, [edit]);
}

#[tokio::test]
async fn a_repair_takes_back_no_answer_that_came_meanwhile() {
    // The fetched bucket is of the moment of change 100.
    for (case, stored, fetched, head, expected) in [
        ("an answer since", Some(101), Some(100), 100, Some("new")),
        ("an answer about a merchant that was not there", Some(101), None, 100, Some("new")),
        ("a server that does not say", Some(101), Some(100), 0, Some("old")),
        ("damage, older than that", Some(99), Some(100), 100, Some("old")),
        ("damage that no answer can be", Some(9_999), Some(100), 100, Some("old")),
        ("a merchant that is gone", Some(99), None, 100, None),
    ] {
        let (_home, cache) = open().await;
        let rows = stored.map(|seq| (seq, named("A", 1, "new"))).into_iter().collect();
        cache.apply_page(ChangesPage { next_cursor: 101, ..page(rows, true) }).await.unwrap();
        let fetched = fetched.map(|seq| Change::new(seq, named("A", 1, "old"))).into_iter().collect();
        cache.mend_bucket(domain::digest::bucket(&id("A")), fetched, head).await.unwrap();
        assert_eq!(name_of(&cache, "A").await.as_deref(), expected, "{case}");
    }
}
