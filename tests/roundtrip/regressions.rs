//! What has hurt the users of other synchronisations, each under its name: it must not happen here.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use client::Mode::{Tool, Window};
use client::cache::Draft;
use domain::api::{PAGE_CHANGES_MAX, PUSH_BYTES_MAX, PUSH_EDITS_MAX};
use domain::edit::{Source, Write};
use domain::ipc::SyncPhase;
use domain::{ErrorCode, FieldPath, MerchantId, Value};
use tests::desk::{Desk, number, tamper};
use tests::proxy::{Flow, Proxy};
use tests::saver::Saver;
use tests::world::{Backend, Device, PATIENCE, World};
use tokio::time::interval;

/// A backend with a device on it, and the files of both.
struct Site {
    backend: Backend,
    device: Device,
    database: PathBuf,
    cache: PathBuf,
    world: World,
}

impl Site {
    fn new() -> Self {
        let world = World::new().unwrap();
        let backend = world.backend(0).unwrap();
        let device = world.device("one", &backend, "operations").unwrap();
        let (database, cache) = (world.path("server.db"), device.home.join(client::cache::FILE_NAME));
        Self { backend, device, database, cache, world }
    }

    fn second(&self) -> Device {
        self.world.device("two", &self.backend, "operations").unwrap()
    }

    /// Edits that the backend has taken.
    async fn taken(&self) -> i64 {
        number(&self.database, "SELECT count(*) FROM edits").await.unwrap()
    }
}

async fn sync(desk: &Desk) {
    desk.0.sync_once(PATIENCE).await.unwrap();
}

fn write(field: &str, value: &str) -> Write {
    Write { field: FieldPath::new(field).unwrap(), base_value: Value::NULL, value: Value::text(value) }
}

fn draft(id: &str, writes: Vec<Write>) -> Draft {
    Draft::new(MerchantId::new(id).unwrap(), writes, Source::Manual)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_retried_without_a_next_write() {
    let mut site = Site::new();
    let desk = Desk::open(&site.device, Window).await.unwrap();
    desk.until(SyncPhase::Synced).await;
    site.backend.kill();
    desk.create("A").await.unwrap();
    // Three attempts: a first one, and none of the others because somebody did something.
    let (mut looks, begun) = (interval(Duration::from_millis(50)), Instant::now());
    while number(&site.cache, "SELECT coalesce(max(attempts), 0) FROM outbox").await.unwrap() < 3 {
        assert!(begun.elapsed() < PATIENCE, "it is not tried again");
        looks.tick().await;
    }
    site.backend.restart().unwrap();
    desk.until(SyncPhase::Synced).await;
    assert_eq!(site.taken().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_in_the_middle_of_a_write_does_not_block_the_sync() {
    let mut site = Site::new();
    site.backend.kill();
    let mut saver = Saver::new(site.device.clone(), None);
    for _ in 0..3 {
        saver.start().unwrap();
        saver.wait_for_a_save(PATIENCE).unwrap();
        saver.kill();
    }
    // A batch that was on its way, and half a page in the write-ahead log.
    tamper(&site.cache, "UPDATE outbox SET state = 'sending', attempts = 1, doubts = 1").await.unwrap();
    let log = site.cache.with_extension("sqlite-wal");
    let half = [std::fs::read(&log).unwrap_or_default(), vec![0x5a; 2_000]].concat();
    std::fs::write(&log, half).unwrap();
    site.backend.restart().unwrap();
    saver.start().unwrap();
    saver.stop().unwrap();
    saver.drain(0).unwrap();
    saver.wait_until_drained(PATIENCE).unwrap();
    saver.kill();
    assert!(site.taken().await >= saver.said().len() as i64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pulls_go_on_while_pushes_wait() {
    let site = Site::new();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON edits WHEN new.actor = 'one' \
        BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    tamper(&site.database, refuse).await.unwrap();
    let desk = Desk::open(&site.device, Window).await.unwrap();
    desk.create("A").await.unwrap();
    desk.until_status("a push that was tried in vain", |status| status.online && status.next_attempt_at.is_some())
        .await;
    let other = Desk::open(&site.second(), Tool).await.unwrap();
    other.create("B").await.unwrap();
    sync(&other).await;
    desk.until_status("the other's merchant", |status| status.merchants == 2).await;
    assert_eq!(desk.0.status().await.unwrap().queued, 2, "name and address of A still wait");
    tamper(&site.database, "DROP TRIGGER refuse").await.unwrap();
    desk.until(SyncPhase::Synced).await;
    assert_eq!(site.taken().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_401_is_no_loop() {
    let site = Site::new();
    let desk = Desk::open(&site.device, Tool).await.unwrap();
    desk.create("A").await.unwrap();
    // Every token is void as soon as it is given; they are counted.
    let void = "CREATE TABLE given (n INTEGER PRIMARY KEY);
        CREATE TRIGGER void AFTER INSERT ON tokens BEGIN
            INSERT INTO given VALUES (NULL); DELETE FROM tokens WHERE hash = new.hash; END";
    tamper(&site.database, void).await.unwrap();
    assert_eq!(desk.0.sync_once(PATIENCE).await.unwrap_err().code(), ErrorCode::SignedOut);
    let given = number(&site.database, "SELECT count(*) FROM given").await.unwrap();
    assert!((1..=6).contains(&given), "{given} tokens were asked for");
    assert_eq!(desk.0.status().await.unwrap().queued, 2, "what was saved is kept");
    tamper(&site.database, "DROP TRIGGER void; DROP TABLE given").await.unwrap();
    drop(desk);
    let desk = Desk::open(&site.device, Tool).await.unwrap();
    sync(&desk).await;
    assert_eq!(site.taken().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_edit_does_not_stop_the_outbox() {
    let site = Site::new();
    let desk = Desk::open(&site.device, Tool).await.unwrap();
    let cache = desk.0.cache();
    // One that the server refuses by its rules, one that no request can carry, and good ones around them.
    desk.create("A").await.unwrap();
    cache.save(draft("A", vec![write("hours.mo", "whenever")]), None).await.unwrap();
    desk.set("A", &[("category", "面馆")]).await.unwrap();
    cache.save(draft("B", vec![write("name", &"x".repeat(PUSH_BYTES_MAX + 1))]), None).await.unwrap();
    desk.create("C").await.unwrap();
    sync(&desk).await;
    let status = desk.0.status().await.unwrap();
    assert_eq!((status.queued, status.rejected), (0, 2), "{status:?}");
    let good = "SELECT count(*) FROM edits WHERE state = 'applied'";
    assert_eq!(number(&site.database, good).await.unwrap(), 3, "A, its category, C");
    assert_eq!(number(&site.database, "SELECT count(*) FROM merchants").await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_third_offline_edit_of_one_record_arrives() {
    let mut site = Site::new();
    site.backend.kill();
    let desk = Desk::open(&site.device, Tool).await.unwrap();
    desk.create("A").await.unwrap();
    for name in ["第一", "第二", "第三"] {
        desk.set("A", &[("name", name)]).await.unwrap();
    }
    site.backend.restart().unwrap();
    sync(&desk).await;
    assert_eq!((site.taken().await, desk.name("A").await.unwrap().as_str()), (4, "第三"));
    let fresh = Desk::open(&site.second(), Tool).await.unwrap();
    sync(&fresh).await;
    assert_eq!(fresh.name("A").await.unwrap(), "第三");
    assert!(fresh.0.reviews().await.unwrap().is_empty(), "nobody is in conflict with themselves");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_local_lock_makes_no_dead_letter_of_what_the_server_applied() {
    let site = Site::new();
    let desk = Desk::open(&site.device, Window).await.unwrap();
    desk.until(SyncPhase::Synced).await;
    // Neither as an answer that comes back later, nor as one that leaves the outbox at once.
    let locks = [
        "CREATE TRIGGER answer BEFORE UPDATE OF answered_seq ON outbox BEGIN SELECT RAISE(ABORT, 'database is locked'); END",
        "CREATE TRIGGER leave BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'database is locked'); END",
    ];
    for lock in locks {
        tamper(&site.cache, lock).await.unwrap();
    }
    desk.create("A").await.unwrap();
    desk.until(SyncPhase::Error).await;
    let status = desk.0.status().await.unwrap();
    assert_eq!((site.taken().await, status.rejected, status.queued), (1, 0, 2), "{status:?}");
    for unlock in ["DROP TRIGGER answer", "DROP TRIGGER leave"] {
        tamper(&site.cache, unlock).await.unwrap();
    }
    desk.until(SyncPhase::Synced).await;
    assert_eq!((site.taken().await, desk.0.status().await.unwrap().rejected), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_own_push_that_comes_back_is_nothing_new() {
    let site = Site::new();
    let desk = Desk::open(&site.device, Window).await.unwrap();
    desk.create("A").await.unwrap();
    for n in 0..5 {
        desk.set("A", &[("name", &format!("店 {n}"))]).await.unwrap();
        desk.until(SyncPhase::Synced).await;
        assert_eq!(desk.name("A").await.unwrap(), format!("店 {n}"));
    }
    let head = "SELECT max(seq) FROM merchants";
    let (taken, before) = (site.taken().await, number(&site.database, head).await.unwrap());
    desk.0.sync_now().await.unwrap();
    desk.until(SyncPhase::Synced).await;
    assert_eq!((site.taken().await, taken), (6, 6), "each save is one edit, and none is sent again");
    assert_eq!(number(&site.database, head).await.unwrap(), before);
    let status = desk.0.status().await.unwrap();
    assert_eq!((status.in_review, status.reviews, status.merchants), (0, 0, 1));
    assert_eq!(number(&site.cache, "SELECT count(*) FROM outbox").await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_during_a_retry_does_not_mark_edits_sent() {
    let mut site = Site::new();
    let way = Proxy::start(site.backend.address().parse().unwrap(), 1).unwrap();
    site.device.server = way.url();
    let desk = Desk::open(&site.device, Window).await.unwrap();
    desk.until(SyncPhase::Synced).await;
    // The first attempt is broken, the second does not arrive; in the middle of it somebody signs out.
    way.set(Flow::Held, Flow::Open);
    desk.create("A").await.unwrap();
    let (mut looks, begun) = (interval(Duration::from_millis(20)), Instant::now());
    let first = "SELECT count(*) FROM outbox WHERE state = 'sending' AND attempts = 1";
    let second = "SELECT count(*) FROM outbox WHERE state = 'sending' AND attempts = 2";
    for sending in [first, second] {
        while number(&site.cache, sending).await.unwrap() == 0 {
            assert!(begun.elapsed() < PATIENCE, "this stays empty: {sending}");
            looks.tick().await;
        }
        if sending == first {
            way.break_connections();
        }
    }
    desk.0.sign_out().await.unwrap();
    way.break_connections();
    desk.until(SyncPhase::Paused).await;
    let status = desk.0.status().await.unwrap();
    assert_eq!((status.queued, site.taken().await), (2, 0), "{status:?}");
    desk.0.close().await;
    way.set(Flow::Open, Flow::Open);
    let desk = Desk::open(&site.device, Window).await.unwrap();
    desk.until(SyncPhase::Synced).await;
    assert_eq!(site.taken().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exactly_as_many_changes_as_a_batch_or_a_page_holds() {
    let site = Site::new();
    let desk = Desk::open(&site.device, Tool).await.unwrap();
    let new = |n: usize| draft(&format!("P-{n}"), vec![write("name", &format!("店 {n}")), write("address", "街 1")]);
    let mut made = 0;
    // One batch to the brim, then one page to the brim, one more, and two batches to the brim at once.
    for total in [PUSH_EDITS_MAX, PAGE_CHANGES_MAX, PAGE_CHANGES_MAX + 1, PAGE_CHANGES_MAX + 1 + 2 * PUSH_EDITS_MAX] {
        desk.0.cache().save_all((made..total).map(new).collect(), None).await.unwrap();
        made = total;
        sync(&desk).await;
        assert_eq!(site.taken().await, total as i64);
        let fresh = site.world.device(&format!("fresh-{total}"), &site.backend, "operations").unwrap();
        let fresh = Desk::open(&fresh, Tool).await.unwrap();
        sync(&fresh).await;
        for device in [&desk, &fresh] {
            let status = device.0.status().await.unwrap();
            assert_eq!((status.merchants, status.phase), (total as u64, SyncPhase::Synced), "{status:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_merchants_stay_deleted() {
    let mut site = Site::new();
    let one = Desk::open(&site.device, Tool).await.unwrap();
    for id in ["A", "B"] {
        one.create(id).await.unwrap();
    }
    sync(&one).await;
    let device = site.second();
    let two = Desk::open(&device, Tool).await.unwrap();
    sync(&two).await;
    one.set("A", &[("deleted", "true")]).await.unwrap();
    sync(&one).await;
    // The other still shows it, works on its neighbour, and both sides start again.
    two.set("B", &[("name", "新店")]).await.unwrap();
    drop(two);
    site.backend.restart().unwrap();
    let two = Desk::open(&device, Tool).await.unwrap();
    let fresh = site.world.device("fresh", &site.backend, "operations").unwrap();
    let fresh = Desk::open(&fresh, Tool).await.unwrap();
    for desk in [&two, &one, &fresh, &two] {
        sync(desk).await;
        assert_eq!(desk.0.status().await.unwrap().merchants, 1);
        assert_eq!(desk.name("A").await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(desk.name("B").await.unwrap(), "新店");
    }
    assert!(two.0.reviews().await.unwrap().is_empty(), "nobody wrote to what was deleted");
}
