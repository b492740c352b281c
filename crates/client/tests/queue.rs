//! The outbox when it is long: what a save and a batch look at, and the totals that triggers keep.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::cache::Cache;
use client::{Console, Mode, Options};
use domain::edit::Source;
use domain::ipc::{Durability, OutboxGroup, OutboxQuery, OutboxRow, StoresQuery};
use domain::{Decision, Edit, OutcomeState, Record, Sibling, Value};
use sqlx::ConnectOptions;
use support::*;

/// More than a batch looks at together.
const LONG: usize = 2_100;

fn drafts(merchant: impl Fn(usize) -> String, count: usize) -> Vec<client::cache::Draft> {
    (0..count).map(|n| draft(&merchant(n), vec![write("name", "", "店"), write("address", "", "街")])).collect()
}

/// What is counted as it comes, moves and goes, and what is there: lines and edits of each turn.
async fn totals(cache: &Cache) -> [Vec<(i64, i64, i64)>; 2] {
    let mut raw = sqlx::sqlite::SqliteConnectOptions::new().filename(cache.path()).connect().await.unwrap();
    let mut both = [Vec::new(), Vec::new()];
    for (rows, statement) in both.iter_mut().zip([
        "SELECT turn, changes, edits FROM outbox_totals WHERE edits > 0 ORDER BY turn",
        "SELECT turn, sum(lines), count(*) FROM outbox GROUP BY turn ORDER BY turn",
    ]) {
        *rows = sqlx::query_as(statement).fetch_all(&mut raw).await.unwrap();
    }
    both
}

async fn totals_are_right(cache: &Cache) {
    let [kept, counted] = totals(cache).await;
    assert_eq!(kept, counted);
}

#[tokio::test]
async fn totals_follow_every_edit() {
    let (_home, cache) = open().await;
    cache
        .apply_page(page((0..5).map(|n| (n + 1, named(&format!("M-{n}"), n + 1, "old"))).collect(), true))
        .await
        .unwrap();
    let edits = cache.save_all(drafts(|n| format!("M-{n}"), 5), None).await.unwrap();
    totals_are_right(&cache).await;
    for _ in 0..2 {
        assert_eq!(cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits.len(), 5);
        totals_are_right(&cache).await;
        cache.release_all().await.unwrap();
        totals_are_right(&cache).await;
    }
    cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    let states = [
        OutcomeState::Applied,
        OutcomeState::Merged,
        OutcomeState::InReview,
        OutcomeState::Rejected,
        OutcomeState::Deferred,
    ];
    let outcomes = edits.iter().zip(states).map(|(edit, state)| outcome(edit, state, 9)).collect();
    cache.store_outcomes(&reply(outcomes), 0).await.unwrap();
    totals_are_right(&cache).await;
    assert_eq!(cache.numbers().await.unwrap().coming_back, 3, "also the one that people decide about");
    cache.resend(edits[3].edit_id, vec![write("name", "old", "new")], None).await.unwrap();
    totals_are_right(&cache).await;
    cache
        .apply_page(page((0..3).map(|n| (n + 9, named(&format!("M-{n}"), n + 9, "店"))).collect(), true))
        .await
        .unwrap();
    totals_are_right(&cache).await;
    assert_eq!(cache.numbers().await.unwrap().coming_back, 0);
}

/// As many refused edits as several batches, one of which others chose about meanwhile, beside one that may have been
/// sent and one that waits.
async fn refused_and_others(cache: &Cache) -> (Vec<Edit>, [Edit; 2]) {
    let refused = cache.save_all(drafts(|n| format!("M-{n}"), 250), None).await.unwrap();
    let mut others = cache.save_all(drafts(|n| format!("S-{n}"), 1), None).await.unwrap();
    cache.load_batch(251, 100_000_000, 0, None).await.unwrap();
    let mut outcomes: Vec<_> = refused.iter().map(|edit| outcome(edit, OutcomeState::Rejected, 9)).collect();
    for decision in &mut outcomes[7].decisions {
        decision.decision =
            Decision::Rejected { code: domain::ErrorCode::ReviewMoved, message: "they chose meanwhile".to_owned() };
    }
    cache.store_outcomes(&reply(outcomes), 0).await.unwrap();
    // Its answer was lost: it may have arrived.
    cache.release(&[others[0].edit_id], true).await.unwrap();
    others.extend(cache.save_all(drafts(|_| "W-0".to_owned(), 1), None).await.unwrap());
    (refused, others.try_into().unwrap())
}

async fn of_group(console: &Console, group: OutboxGroup) -> Vec<domain::EditId> {
    let mut edits: Vec<_> = console.lines(group).await.unwrap().into_iter().map(|line| line.edit_id).collect();
    edits.dedup();
    edits
}

async fn console(home: &tempfile::TempDir) -> Console {
    Console::open(home.path(), Options { keyring: false, ..Options::new(Mode::Tool) }).await.unwrap()
}

#[tokio::test]
async fn all_refused_are_given_up_together_and_nothing_else() {
    let (home, cache) = open().await;
    let console = console(&home).await;
    let (refused, others) = refused_and_others(&cache).await;
    let asked = console.refused().await.unwrap();
    assert_eq!((asked.edits.len(), asked.changes, asked.merchants), (250, 500, 250));
    assert_eq!(asked.fields, ["address", "name"]);
    // Refused after somebody was asked: nobody agreed to give it up. And numbers of edits that were not refused.
    let later = cache.save(draft("M-0", vec![write("note", "", "x")]), None).await.unwrap();
    cache.reject(later.edit_id, &domain::Problem::new(domain::ErrorCode::BadRequest, "no")).await.unwrap();
    let mut numbers = asked.edits.clone();
    numbers.extend(others.iter().map(|edit| edit.dot.counter));
    numbers.push(999_999);
    let done = console.discard_refused(&numbers).await.unwrap();
    assert_eq!((done.changes, done.left), (500, 0));
    assert_eq!(done.edits, refused.iter().map(|edit| edit.edit_id).collect::<Vec<_>>());
    totals_are_right(&cache).await;
    assert_eq!(of_group(&console, OutboxGroup::NeedsYou).await, [later.edit_id]);
    let [sent, queued] = others.map(|edit| edit.edit_id);
    assert_eq!(of_group(&console, OutboxGroup::Retrying).await, [sent], "it may have arrived");
    assert_eq!(of_group(&console, OutboxGroup::Queued).await, [queued]);
    let rows = cache.stores(&StoresQuery { limit: 9, ..StoresQuery::default() }).await.unwrap().rows;
    let mut shown: Vec<&str> = rows.iter().map(|row| row.id.as_str()).filter(|id| *id != "M-0").collect();
    shown.sort_unstable();
    assert_eq!(shown, ["S-0", "W-0"], "what only refused edits had made is gone");
    assert_eq!(console.discard_refused(&numbers).await.unwrap().changes, 0, "once more: nothing is left");
    console.close().await;
}

#[tokio::test]
async fn all_refused_are_sent_again_together_but_for_what_must_be_chosen_again() {
    let (home, cache) = open().await;
    let console = console(&home).await;
    let (refused, others) = refused_and_others(&cache).await;
    let asked = console.refused().await.unwrap();
    let done = console.retry_refused(&asked.edits).await.unwrap();
    assert_eq!((done.edits.len(), done.changes, done.left), (249, 498, 2), "lines");
    totals_are_right(&cache).await;
    assert_eq!(of_group(&console, OutboxGroup::NeedsYou).await, [refused[7].edit_id]);
    let sent = cache.load_batch(300, 100_000_000, 0, None).await.unwrap().edits;
    let again: Vec<_> = sent.iter().filter(|edit| !others.contains(edit)).collect();
    let old = refused.iter().enumerate().filter(|(n, _)| *n != 7).map(|(_, edit)| edit);
    assert_eq!((sent.len(), again.len()), (251, 249));
    for (new, old) in again.into_iter().zip(old) {
        assert_eq!((&new.writes, &new.merchant_id, new.trace_id), (&old.writes, &old.merchant_id, old.trace_id));
        assert!(
            new.edit_id != old.edit_id && new.dot.counter > old.dot.counter,
            "a refused one has its answer for ever"
        );
    }
    console.close().await;
}

#[tokio::test]
async fn every_window_of_the_outbox_is_a_piece_of_the_whole() {
    let (_home, cache) = open().await;
    // Two of each turn, with one to three lines.
    let fields = ["name", "address", "note"];
    let several = |n: usize| fields[..=n % 3].iter().map(|field| write(field, "", "x")).collect();
    let edits = cache.save_all((0..10).map(|n| draft(&format!("M-{n}"), several(n))).collect(), None).await.unwrap();
    let states = [OutcomeState::Applied, OutcomeState::InReview, OutcomeState::Rejected, OutcomeState::Deferred];
    cache.load_batch(8, 1_000_000, 0, None).await.unwrap();
    let outcomes = edits.iter().zip(states.into_iter().cycle()).map(|(edit, state)| outcome(edit, state, 9));
    cache.store_outcomes(&reply(outcomes.take(8).collect()), 5_000).await.unwrap();
    let line = |row: &OutboxRow| (row.group, row.edit_id, row.change.field.clone());
    for (group, turns) in [
        (OutboxGroup::All, &[2, 3, 1, 9][..]),
        (OutboxGroup::NeedsYou, &[2]),
        (OutboxGroup::Retrying, &[3]),
        (OutboxGroup::WaitingOnOthers, &[1]),
        (OutboxGroup::Queued, &[9]),
    ] {
        // By their turns, and within each as they were made.
        let of_turn =
            |turn: usize| edits.iter().enumerate().filter(move |(n, _)| if *n < 8 { n % 4 } else { 9 } == turn);
        let of_turns = turns.iter().flat_map(|turn| of_turn(*turn));
        let expected: Vec<_> = of_turns.flat_map(|(n, edit)| vec![edit.edit_id; n % 3 + 1]).collect();
        let whole = cache.outbox(&OutboxQuery { group, offset: 0, limit: 100 }).await.unwrap();
        assert_eq!(whole.rows.iter().map(|row| row.edit_id).collect::<Vec<_>>(), expected, "{group:?}");
        assert_eq!((whole.total, whole.merchants), (expected.len() as u64, 8), "{group:?}");
        for offset in 0..=expected.len() + 1 {
            for limit in 1..=expected.len() + 1 {
                let query = OutboxQuery { group, offset: offset as u64, limit: limit as u32 };
                let window = cache.outbox(&query).await.unwrap().rows;
                let piece = whole.rows.iter().skip(offset).take(limit).map(line).collect::<Vec<_>>();
                assert_eq!(window.iter().map(line).collect::<Vec<_>>(), piece, "{group:?} {offset} {limit}");
            }
        }
    }
}

#[tokio::test]
async fn answers_find_their_edits_also_after_a_restart() {
    let (home, cache) = open().await;
    let edits = cache.save_all(drafts(|n| format!("M-{n}"), 4), None).await.unwrap();
    cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    cache.close().await;
    let cache = Cache::open(home.path()).await.unwrap();
    cache.release(&[edits[0].edit_id], true).await.unwrap();
    cache.reject(edits[1].edit_id, &domain::Problem::new(domain::ErrorCode::BadRequest, "no")).await.unwrap();
    let states = [(2, OutcomeState::InReview), (3, OutcomeState::Rejected)];
    let mut outcomes: Vec<_> = states.into_iter().map(|(n, state)| outcome(&edits[n], state, 9)).collect();
    // Of an edit that is not here.
    outcomes.push(domain::edit::Outcome { edit_id: domain::EditId(uuid::Uuid::nil()), ..outcomes[0].clone() });
    cache.store_outcomes(&reply(outcomes), 0).await.unwrap();
    let numbers = cache.numbers().await.unwrap();
    assert_eq!((numbers.queued, numbers.rejected, numbers.in_review), (2, 4, 2), "lines");
    totals_are_right(&cache).await;
    assert_eq!(cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits, edits[..1]);
}

#[tokio::test]
async fn a_full_queue_says_so_and_keeps_what_waits() {
    let (_home, cache) = open().await;
    cache.save_all(drafts(|n| format!("M-{n}"), 2), None).await.unwrap();
    let mut raw = sqlx::sqlite::SqliteConnectOptions::new().filename(cache.path()).connect().await.unwrap();
    let full = "UPDATE outbox_totals SET edits = edits + ? WHERE turn = 3";
    let others = client::cache::OUTBOX_EDITS_MAX - 3;
    sqlx::query(full).bind(i64::try_from(others).unwrap()).execute(&mut raw).await.unwrap();
    // One more has room, and two have not: none of them is saved.
    let refused = cache.save_all(drafts(|n| format!("N-{n}"), 2), None).await.unwrap_err();
    assert_eq!(refused.code(), domain::ErrorCode::OutboxFull);
    assert!(refused.to_string().contains("all others are kept"), "{refused}");
    cache.save_all(drafts(|_| "N-0".into(), 1), None).await.unwrap();
    assert!(cache.save_all(drafts(|_| "N-1".into(), 1), None).await.is_err());
    assert_eq!(cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits.len(), 3);
}

#[tokio::test]
async fn a_batch_is_found_behind_a_long_row_of_edits_that_wait() {
    let (_home, cache) = open().await;
    // All of one merchant, whose head waits for its time; then one of another.
    let waiting = cache.save_all(drafts(|_| "A".to_owned(), LONG), None).await.unwrap();
    let free = cache.save_all(drafts(|_| "B".to_owned(), 1), None).await.unwrap();
    cache.load_batch(1, 1_000_000, 0, None).await.unwrap();
    cache.store_outcomes(&reply(vec![outcome(&waiting[0], OutcomeState::Deferred, 0)]), 5_000).await.unwrap();
    let batch = cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    assert_eq!((batch.edits, batch.next_due_ms), (free, Some(5_000)));
    let batch = cache.load_batch(LONG, 100_000_000, 5_000, None).await.unwrap();
    assert_eq!(batch.edits, waiting, "in order, over more than one window");
}

#[tokio::test]
async fn what_is_sent_again_goes_first_and_is_counted() {
    let (_home, cache) = open().await;
    let old = cache.save_all(drafts(|n| format!("M-{n}"), 3), None).await.unwrap();
    cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    let outcomes = (1..).zip(&old).map(|(seq, edit)| outcome(edit, OutcomeState::Applied, seq)).collect();
    cache.store_outcomes(&reply(outcomes), 0).await.unwrap();
    let records = (1..).zip(&old).map(|(n, edit)| (n, having(named(&format!("M-{}", n - 1), n, "店"), edit))).collect();
    cache.apply_page(page(records, true)).await.unwrap();
    assert_eq!(cache.numbers().await.unwrap().coming_back, 0, "all three are in the log");

    // The server's data are of another epoch, and hold none of the three; somebody who saw the first wrote over it.
    let newer = cache.save_all(drafts(|_| "M-9".to_owned(), 1), None).await.unwrap();
    cache.restart_pull().await.unwrap();
    let mut over = named("M-0", 7, "铺");
    over.registers.insert(field("address"), over.registers[&field("name")].clone());
    over.registers.values_mut().for_each(|register| register.context.add(old[0].dot));
    let restored = domain::api::ChangesPage { epoch: "restored".into(), ..page(vec![(1, over)], true) };
    assert_eq!(cache.apply_page(restored).await.unwrap(), 3);
    totals_are_right(&cache).await;
    assert_eq!(shown(&cache, "M-0").await, "铺", "an edit that was written over shows nothing");
    assert_eq!(shown(&cache, "M-1").await, "店");

    // A save after that makes the row anew from what waits.
    let more = cache.save(draft("M-0", vec![write("note", "", "x")]), None).await.unwrap();
    assert_eq!(shown(&cache, "M-0").await, "铺");
    let sent = cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits;
    assert_eq!(sent, [old, newer, vec![more]].concat(), "in the order in which they were made");
    totals_are_right(&cache).await;
}

#[tokio::test]
async fn what_a_restored_server_lost_is_sent_again_also_in_an_epoch_that_was_there_before() {
    // The page that shows what is lost, and the epochs that the device met before.
    for (epochs, complete, shows) in [
        (&["e1"][..], true, [Some("店"), None]),
        (&["e1"], false, [Some("店"), Some("旧")]),
        (&["e1", "e2", "e1"], true, [Some("店"), Some("店")]),
    ] {
        let (_home, cache) = open().await;
        let old = cache.save_all(drafts(|n| format!("M-{n}"), 2), None).await.unwrap();
        cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
        let outcomes = (1..).zip(&old).map(|(seq, edit)| outcome(edit, OutcomeState::Applied, seq)).collect();
        cache.store_outcomes(&reply(outcomes), 0).await.unwrap();
        let rows =
            (1..).zip(&old).map(|(n, edit)| (n, having(named(&format!("M-{}", n - 1), n, "旧"), edit))).collect();
        cache.apply_page(page(rows, true)).await.unwrap();
        for epoch in &epochs[1..] {
            cache.restart_pull().await.unwrap();
            let begun = domain::api::ChangesPage { epoch: (*epoch).into(), ..page(Vec::new(), false) };
            cache.apply_page(begun).await.unwrap();
        }
        cache.restart_pull().await.unwrap();
        // Another's word about the first; the second did not come, or not yet.
        let restored = page(vec![(1, named("M-0", 7, "铺"))], complete);
        cache.apply_page(restored).await.unwrap();
        let queued = cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits;
        assert_eq!(queued, old[..if complete { 2 } else { 1 }], "{epochs:?} {complete}");
        for (merchant, expected) in ["M-0", "M-1"].into_iter().zip(shows) {
            let found = cache.registers_of(&[id(merchant)]).await.unwrap().pop();
            let name = found.and_then(|(_, registers)| Some(registers.get(&field("name"))?.as_str()?.to_owned()));
            assert_eq!(name.as_deref(), expected, "{merchant} {epochs:?} {complete}");
        }
    }
}

#[tokio::test]
async fn what_a_restored_server_lost_is_found_by_looking_through_the_log() {
    // What the record says that came since, or that there is none: by damage, or because the server has forgotten it.
    for (left, sent_again) in [
        ("of somebody who had not seen it", true),
        ("of somebody who had", false),
        ("a row that is gone", true),
        ("a merchant that was forgotten", false),
    ] {
        let (home, cache) = open().await;
        let old = cache.save_all(drafts(|n| format!("M-{n}"), 1), None).await.unwrap();
        cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
        cache.store_outcomes(&reply(vec![outcome(&old[0], OutcomeState::Applied, 1)]), 0).await.unwrap();
        cache.apply_page(page(vec![(1, having(named("M-0", 1, "店"), &old[0]))], true)).await.unwrap();
        assert_eq!(cache.look_through_log().await.unwrap(), 0, "{left}: the record shows it");
        match left {
            "of somebody who had not seen it" => {
                cache.apply_page(page(vec![(2, named("M-0", 7, "铺"))], true)).await.unwrap();
            }
            "of somebody who had" => {
                cache.apply_page(page(vec![(2, having(named("M-0", 7, "铺"), &old[0]))], true)).await.unwrap();
            }
            "a row that is gone" => {
                let file = rusqlite::Connection::open(home.path().join(client::cache::FILE_NAME)).unwrap();
                file.execute("DELETE FROM records", []).unwrap();
            }
            _ => {
                cache.mend_bucket(domain::digest::bucket(&id("M-0")), Vec::new(), 0).await.unwrap();
                let again = cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits;
                let answered = again.iter().map(|edit| outcome(edit, OutcomeState::Applied, 1)).collect();
                cache.store_outcomes(&reply(answered), 0).await.unwrap();
            }
        }
        cache.look_through_log().await.unwrap();
        let queued = cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits;
        assert_eq!(queued, if sent_again { old } else { Vec::new() }, "{left}");
        totals_are_right(&cache).await;
    }
}

#[tokio::test]
async fn what_was_written_over_shows_again_when_its_successor_is_lost_too() {
    let (_home, cache) = open().await;
    let old = cache.save_all(drafts(|n| format!("M-{n}"), 1), None).await.unwrap();
    cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    cache.store_outcomes(&reply(vec![outcome(&old[0], OutcomeState::Applied, 1)]), 0).await.unwrap();
    cache.apply_page(page(vec![(1, having(named("M-0", 1, "店"), &old[0]))], true)).await.unwrap();
    let record = |written_over: bool| {
        let mut record = named("M-0", 7, "铺");
        record.registers.insert(field("address"), record.registers[&field("name")].clone());
        if written_over {
            record.registers.values_mut().for_each(|register| register.context.add(old[0].dot));
        }
        record
    };
    for (epoch, written_over, shows) in [("e2", true, "铺"), ("e3", false, "店")] {
        cache.restart_pull().await.unwrap();
        let restored = page(vec![(1, record(written_over))], true);
        cache.apply_page(domain::api::ChangesPage { epoch: epoch.into(), ..restored }).await.unwrap();
        assert_eq!(shown(&cache, "M-0").await, shows, "{epoch}");
    }
    totals_are_right(&cache).await;
}

/// The name that the list shows.
async fn shown(cache: &Cache, merchant: &str) -> String {
    let mut raw = sqlx::sqlite::SqliteConnectOptions::new().filename(cache.path()).connect().await.unwrap();
    let select = sqlx::query_scalar("SELECT name FROM listing WHERE merchant_id = ?1").bind(merchant);
    select.fetch_one(&mut raw).await.unwrap()
}

#[tokio::test]
async fn what_is_saved_without_a_flush_is_there_for_the_next_program() {
    let home = tempfile::tempdir().unwrap();
    let cache = Cache::open(home.path()).await.unwrap();
    cache.set_durability(Durability::Normal).await.unwrap();
    cache.save_all(drafts(|n| format!("M-{n}"), 3), None).await.unwrap();
    let other = Cache::open(home.path()).await.unwrap();
    assert_eq!(other.numbers().await.unwrap().queued, 6, "lines");
}

#[tokio::test]
async fn a_file_of_an_older_version_goes_on_where_it_was() {
    let scratch = open().await.1;
    let waiting = scratch.save_all(drafts(|n| format!("M-{n}"), 2), None).await.unwrap();
    let last = domain::Hlc(0x01_9f00_0000_0000_u64 << 16 | 0xffff);
    let home = tempfile::tempdir().unwrap();
    let old = rusqlite::Connection::open(home.path().join(client::cache::FILE_NAME)).unwrap();
    for migration in [
        include_str!("../src/cache/migrations/0001_cache.sql"),
        include_str!("../src/cache/migrations/0002_queue.sql"),
        include_str!("../src/cache/migrations/0003_digests.sql"),
        include_str!("../src/cache/migrations/0004_imports.sql"),
    ] {
        old.execute_batch(migration).unwrap();
    }
    old.pragma_update(None, "user_version", 4).unwrap();
    for (key, value) in [("device_id", "00000000000000aa"), ("counter", "41"), ("hlc", &last.to_string())] {
        old.execute("INSERT INTO meta VALUES (?1, ?2)", [key, value]).unwrap();
    }
    // The later one first: places need not be in the order of the rows. And one that has another's number, which cannot be.
    let twin = domain::Edit { edit_id: domain::EditId(uuid::Uuid::nil()), ..waiting[0].clone() };
    for (n, edit) in [(9, &waiting[1]), (7, &waiting[0]), (8, &twin)] {
        let text = serde_json::to_string(edit).unwrap();
        old.execute(
            "INSERT INTO outbox (n, edit_id, merchant_id, edit, bytes, changes, state, actor_name, saved_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, 2, 'queued', '', 1)",
            rusqlite::params![n, edit.edit_id.to_string(), edit.merchant_id.as_str(), text, text.len() as i64],
        )
        .unwrap();
    }
    drop(old);

    let cache = Cache::open(home.path()).await.unwrap();
    totals_are_right(&cache).await;
    assert_eq!(cache.numbers().await.unwrap().queued, 6, "lines of three edits");
    let next = cache.save(draft("M-9", vec![write("note", "", "x")]), None).await.unwrap();
    assert_eq!(next.dot.counter, 42);
    assert_eq!(next.hlc, domain::Hlc(last.0 + 1), "the clock of before was ahead of this one's");
    totals_are_right(&cache).await;
    let sent = cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits;
    assert_eq!(sent, [vec![twin], waiting, vec![next]].concat(), "it is sent too");
}

/// The record of `theirs` with the edit's values beside it in these fields.
fn contested(mut record: Record, edit: &Edit, fields: &[&str]) -> Record {
    let mut meta = record.edits.values().next().unwrap().clone();
    (meta.edit_id, meta.source) = (edit.edit_id, Source::Manual);
    record.edits.values_mut().for_each(|theirs| theirs.source = Source::Manual);
    record.edits.insert(edit.dot, meta);
    for write in edit.writes.iter().filter(|write| fields.contains(&write.field.shown_as())) {
        let register = record.registers.get_mut(&write.field).unwrap();
        let (value, base_value) = (write.value.clone(), write.base_value.clone());
        register.siblings.push(Sibling { dot: edit.dot, value, base_value });
        register.siblings.sort_by_key(|sibling| sibling.dot);
    }
    record
}

#[tokio::test]
async fn of_an_edit_in_review_only_the_lines_wait_about_which_people_choose() {
    let (home, cache) = open().await;
    let options = Options { keyring: false, ..Options::new(Mode::Tool) };
    let console = Console::open(home.path(), options).await.unwrap();
    let waiting = async || {
        totals_are_right(&cache).await;
        let page = cache.outbox(&OutboxQuery { limit: 9, ..OutboxQuery::default() }).await.unwrap();
        let numbers = cache.numbers().await.unwrap();
        let row = cache.stores(&StoresQuery { limit: 1, ..StoresQuery::default() }).await.unwrap().rows.remove(0);
        assert_eq!((numbers.in_review, page.total), (page.waiting, page.all));
        assert_eq!(u64::from(row.queued + row.in_review), page.all);
        let fields: Vec<String> = page.rows.into_iter().map(|row| row.change.field).collect();
        let beside = console.store(&id("A")).await.unwrap().pending.into_iter().map(|pending| pending.change.field);
        assert_eq!(beside.collect::<Vec<_>>(), fields, "on the store's page");
        fields
    };
    cache.apply_page(page(vec![(1, named("A", 1, "theirs"))], true)).await.unwrap();
    let writes = vec![
        write("name", "old", "mine"),
        write("address", "old", "mine"),
        write("tags.近地铁", "", "yes"),
        write("tags.包间", "", "yes"),
        write("phones.+8613800138000", "yes", ""),
        write("phones.+8613700137000", "", "yes"),
        write("phones.primary", "+8613800138000", "+8613700137000"),
    ];
    let phones = async || {
        let page = cache.outbox(&OutboxQuery { limit: 9, ..OutboxQuery::default() }).await.unwrap();
        page.rows.into_iter().find(|row| row.change.field == "phones").map(|row| row.change.after)
    };
    let settled = async || {
        let page = cache.outbox(&OutboxQuery { limit: 9, ..OutboxQuery::default() }).await.unwrap();
        page.rows.into_iter().map(|row| row.settled.join(" ")).collect::<Vec<_>>()
    };
    let numbers = |numbers: &[&str]| Some(Value::list(numbers.iter().copied()));
    let edit = cache.save(draft("A", writes), None).await.unwrap();
    assert_eq!(waiting().await, ["name", "address", "tags", "phones"]);
    assert_eq!(settled().await, [""; 4]);
    assert_eq!(phones().await, numbers(&["+8613700137000"]), "what was added");
    cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
    let taken = ["tags"];
    let mut answer = outcome(&edit, OutcomeState::InReview, 2);
    for decision in answer
        .decisions
        .iter_mut()
        .filter(|decision| taken.contains(&decision.field.shown_as()) || decision.field.as_str().contains('+'))
    {
        decision.decision = Decision::Applied;
    }
    cache.store_outcomes(&reply(vec![answer]), 0).await.unwrap();
    assert_eq!(waiting().await, ["name", "address", "phones"], "answered");
    assert_eq!(phones().await, Some(Value::text("+8613700137000")), "people choose the primary one only");
    let both = contested(named("A", 1, "theirs"), &edit, &["name", "address"]);
    cache.apply_page(page(vec![(2, both)], true)).await.unwrap();
    assert_eq!(waiting().await, ["name", "address"], "come back");
    let one = contested(named("A", 1, "theirs"), &edit, &["address"]);
    cache.apply_page(page(vec![(3, one)], true)).await.unwrap();
    assert_eq!(waiting().await, ["address"], "people have chosen one");
    assert_eq!(settled().await, ["name tags phones"]);

    // A server that has lost it gets it whole.
    let mut restored = page(vec![(1, named("A", 1, "theirs"))], true);
    restored.epoch = "e2".to_owned();
    cache.restart_pull().await.unwrap();
    cache.apply_page(restored).await.unwrap();
    assert_eq!(waiting().await, ["name", "address", "tags", "phones"], "sent again");
    assert_eq!(settled().await, [""; 4]);
    console.close().await;
}

#[tokio::test]
async fn the_log_keeps_what_was_sent_whatever_was_taken_back_and_however_numbers_jump() {
    const KEPT: i64 = 10_000;
    let (_home, cache) = open().await;
    let raw = rusqlite::Connection::open(cache.path()).unwrap();
    let fill = |state: &str, from: i64, step: i64, rows: i64| {
        raw.execute(
            "WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i + 1 < ?4)
             INSERT INTO sent (n, edit_id, merchant_id, edit, state, settled_ms)
             SELECT ?2 + i * ?3, ?1 || (?2 + i * ?3), 'Z', '{}', ?1, 0 FROM k",
            rusqlite::params![state, from, step, rows],
        )
        .unwrap();
    };
    let count = |state: &str| -> (i64, i64) {
        let counted = "SELECT count(*), coalesce(max(n), 0) FROM sent WHERE state = ?1";
        raw.query_row(counted, [state], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    // Whatever leaves the outbox trims the log.
    let leave = async |merchant: &str, seq: u64| {
        let edit = cache.save(draft(merchant, vec![write("name", "", "店")]), None).await.unwrap();
        cache.load_batch(9, 1_000_000, 0, None).await.unwrap();
        cache.store_outcomes(&reply(vec![outcome(&edit, OutcomeState::Applied, seq)]), 0).await.unwrap();
        cache.apply_page(page(vec![(seq, having(named(merchant, seq, "店"), &edit))], true)).await.unwrap();
    };
    fill("applied", 1, 1_000, 9_999);
    fill("cancelled", 10_000_000, 1, KEPT + 2_000);
    leave("A", 1).await;
    assert_eq!(count("applied").0, KEPT, "a long way of numbers, and many that were taken back");
    assert_eq!(count("cancelled").0, KEPT);
    fill("merged", 20_000_000, 1, 100);
    leave("B", 2).await;
    assert_eq!(count("applied").0 + count("merged").0, KEPT, "the oldest go");
    assert_eq!(count("merged").0, 100);
}
