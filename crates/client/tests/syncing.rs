//! The whole device against a backend over loopback.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use client::driver::{FolderLock, SYNC_LOCK};
use client::session::ClientCredentials;
use client::{Console, Mode, Options};
use domain::ipc::{SaveStore, SyncPhase};
use domain::{ErrorCode, Problem};
use support::backend::{Backend, Link};
use support::{LIMIT, id, named, set, until};

async fn console(home: &Path, server: &str, mode: Mode) -> Console {
    let machine = Some(ClientCredentials { id: "ops".to_owned(), secret: "s".to_owned() });
    let options = Options { mode, server: Some(server.to_owned()), machine, keyring: false };
    Console::open(home, options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_saved_offline_arrives_and_shows_on_another_device() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    serving.abort();
    assert!(serving.await.unwrap_err().is_cancelled());
    let server = format!("http://{address}");

    let first = console(one.path(), &server, Mode::Tool).await;
    for n in 0..8 {
        first.set_fields(&id(&format!("M{n}")), &set(&format!("店{n}"))).await.unwrap();
    }
    assert_eq!(first.sync_once(LIMIT).await.unwrap_err().code(), ErrorCode::Unreachable);
    let status = first.status().await.unwrap();
    assert_eq!((status.phase, status.queued, status.online), (SyncPhase::Offline, 16, false));

    // The first answer is lost: the edits are sent again and have one effect.
    backend.store.lock().unwrap().lose_answers = 1;
    let (_, serving) = backend.serve(Some(address)).await;
    first.sync_once(LIMIT).await.unwrap();
    let status = first.status().await.unwrap();
    assert_eq!((status.phase, status.queued, status.merchants), (SyncPhase::Synced, 0, 8));
    assert!(status.last_sync_at.is_some());
    {
        let store = backend.store.lock().unwrap();
        assert_eq!((store.seq, store.pushes, store.compressed), (8, 2, 2));
    }

    let second = console(two.path(), &server, Mode::Tool).await;
    second.sync_once(LIMIT).await.unwrap();
    assert_eq!(second.find("店3", 5).await.unwrap()[0].id, id("M3"), "searchable when the sync ends");
    let view = second.store(&id("M3")).await.unwrap();
    let mut edited = view.profile.clone();
    edited.name = "新店".to_owned();
    edited.phones = ["138 0013 8000", "021-5888 1234 转 801", "95188/010-8286 8686(前台)"].map(str::to_owned).to_vec();
    let saved = second
        .save_store(SaveStore { original: Some(view.profile), edited, version: Some(view.version) })
        .await
        .unwrap();
    assert_eq!(saved.changes.len(), 2);

    // The server forgets its tokens: a new one is fetched, nothing is lost.
    backend.store.lock().unwrap().oldest_token = 1000;
    backend.store.lock().unwrap().tokens = 1000;
    second.sync_once(LIMIT).await.unwrap();
    assert_eq!(backend.name_of("M3").as_deref(), Some("新店"));
    first.sync_once(LIMIT).await.unwrap();
    assert_eq!(
        first.store(&id("M3")).await.unwrap().profile.phones,
        ["+8613800138000", "+861082868686", "+862158881234;ext=801", "+8695188"]
    );

    // The same register, seen by neither: people choose, on either device.
    first.set_fields(&id("M1"), &set("甲")).await.unwrap();
    second.set_fields(&id("M1"), &set("乙")).await.unwrap();
    for device in [&first, &second, &first] {
        device.sync_once(LIMIT).await.unwrap();
    }
    let review = first.reviews().await.unwrap().remove(0);
    assert_eq!((review.items.len(), second.reviews().await.unwrap().len()), (1, 1));
    first.resolve_fields(review.review_id, &[("name".to_owned(), "丙".to_owned())], None).await.unwrap();
    assert!(first.reviews().await.unwrap().is_empty(), "what was answered here is not asked again");
    for device in [&first, &second] {
        device.sync_once(LIMIT).await.unwrap();
        assert_eq!(device.store(&id("M1")).await.unwrap().profile.name, "丙");
        let status = device.status().await.unwrap();
        assert_eq!((status.in_review, status.reviews, status.phase), (0, 0, SyncPhase::Synced));
    }
    serving.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_is_woken_and_a_command_works_beside_it() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    let server = format!("http://{address}");
    let window = console(home.path(), &server, Mode::Window).await;
    let machine = Options { keyring: false, ..Options::new(Mode::Window) };
    assert_eq!(Console::open(home.path(), machine).await.err().unwrap().code(), ErrorCode::AlreadyOpen);
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;

    // Another device changes something.
    let other = tempfile::tempdir().unwrap();
    let device = console(other.path(), &server, Mode::Tool).await;
    device.set_fields(&id("A"), &set("甲店")).await.unwrap();
    device.sync_once(LIMIT).await.unwrap();
    until(&window, || async { window.store(&id("A")).await.is_ok() }).await;
    until(&window, || async { window.find("甲店", 5).await.unwrap().len() == 1 }).await;

    // A command on the same folder: the window notices and sends.
    let tool = console(home.path(), &server, Mode::Tool).await;
    tool.set_fields(&id("A"), &set("乙店")).await.unwrap();
    tool.sync_once(LIMIT).await.unwrap();
    assert_eq!(backend.name_of("A").as_deref(), Some("乙店"));
    assert_eq!(tool.status().await.unwrap().phase, SyncPhase::Synced);

    // The backend stops and starts: without a click the outbox empties.
    serving.abort();
    let _ = serving.await;
    window.sync_now().await.unwrap();
    let saved = window.set_fields(&id("A"), &set("丙店")).await.unwrap();
    assert!(saved.edit_id.is_some());
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Offline }).await;
    // Whoever asks this window to sync is told so at once, not after the longest time that a sync may take.
    let asked = tokio::time::timeout(LIMIT, tool.sync_once(Duration::from_secs(3_600))).await.unwrap();
    assert_eq!(asked.unwrap_err().code(), ErrorCode::Unreachable);
    let (_, serving) = backend.serve(Some(address)).await;
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;
    assert_eq!(backend.name_of("A").as_deref(), Some("丙店"));

    // The server's data start anew, with other merchants.
    {
        let mut store = backend.store.lock().unwrap();
        store.records.clear();
        store.records.insert(id("B"), (1, named("B", 1, "别店")));
        (store.seq, store.epoch) = (1, "e2".to_owned());
        store.answers.clear();
    }
    window.sync_now().await.unwrap();
    until(&window, || async { window.store(&id("B")).await.is_ok() && window.status().await.unwrap().merchants == 1 })
        .await;
    serving.abort();
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_another_process_takes_over_when_that_one_ends() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, _serving) = backend.serve(None).await;
    let tool = console(home.path(), &format!("http://{address}"), Mode::Tool).await;
    tool.set_fields(&id("A"), &set("甲店")).await.unwrap();
    let other = FolderLock::take(home.path(), SYNC_LOCK).unwrap().unwrap();
    let ends = async {
        until(&tool, || async { tool.cache().fact::<u64>("sync_requested_ms").await.unwrap().is_some() }).await;
        assert_eq!(backend.name_of("A"), None, "as long as another one syncs");
        drop(other);
    };
    let (synced, ()) = tokio::join!(tool.sync_once(LIMIT), ends);
    synced.unwrap();
    assert_eq!(backend.name_of("A").as_deref(), Some("甲店"));
    tool.close().await;
}

#[tokio::test]
async fn without_a_sign_in_nothing_is_sent_and_nothing_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let options = Options { server: Some("http://127.0.0.1:9".into()), keyring: false, ..Options::new(Mode::Tool) };
    let tool = Arc::new(Console::open(home.path(), options).await.unwrap());
    tool.set_fields(&id("A"), &set("甲店")).await.unwrap();
    assert_eq!(tool.sync_once(LIMIT).await.unwrap_err().code(), ErrorCode::SignedOut);
    let status = tool.status().await.unwrap();
    assert_eq!((status.phase, status.queued), (SyncPhase::Paused, 2));
    let error = tool.set_fields(&id("A"), &[("hours.tu".into(), "25:00".into())]).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadHours);
    tool.set_fields(
        &id("A"),
        &[("hours.tu".into(), "10:00-14:00,17:00-02:00".into()), ("custom.seats".into(), "40".into())],
    )
    .await
    .unwrap();
    let profile = tool.store(&id("A")).await.unwrap().profile;
    assert_eq!(profile.hours["tu"], ["10:00-14:00", "17:00-02:00"]);
    assert_eq!(profile.custom["seats"].0, 40);
}

/// What answers in place of the backend: a page for people, under any status.
#[derive(Default)]
struct Portal {
    status: AtomicU16,
    pushes: AtomicU32,
}

impl Portal {
    async fn serve(self: &Arc<Self>, address: SocketAddr) -> tokio::task::JoinHandle<()> {
        let portal = self.clone();
        let routes = axum::Router::new().fallback(move |request: axum::extract::Request| async move {
            if request.uri().path() == domain::api::path::EDITS {
                portal.pushes.fetch_add(1, Ordering::SeqCst);
            }
            let status = StatusCode::from_u16(portal.status.load(Ordering::SeqCst)).unwrap();
            (status, [("content-type", "text/html")], "<html>Sign in to this network</html>")
        });
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_the_server_refuses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    let window = console(home.path(), &format!("http://{address}"), Mode::Window).await;
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;
    until(&window, || async { backend.listeners() == 1 }).await;
    serving.abort();
    let _ = serving.await;

    let portal = Arc::new(Portal::default());
    portal.status.store(200, Ordering::SeqCst);
    let serving = portal.serve(address).await;
    backend.hang_up();
    window.set_fields(&id("A"), &set("甲店")).await.unwrap();
    for status in [200, 302, 401, 403, 404, 511] {
        portal.status.store(status, Ordering::SeqCst);
        let before = portal.pushes.load(Ordering::SeqCst);
        // Two pushes from here on: the answer to the first has been judged.
        until(&window, || async {
            window.sync_now().await.unwrap();
            portal.pushes.load(Ordering::SeqCst) >= before + 2
        })
        .await;
        let now = window.status().await.unwrap();
        assert_eq!((now.queued, now.rejected, now.session.signed_in), (2, 0, true), "{status}");
        assert!(!matches!(now.phase, SyncPhase::Synced | SyncPhase::Paused), "{status}");
    }
    let denied = window.sign_in(&domain::ipc::SignIn { username: "a".to_owned(), password: "b".to_owned() }).await;
    assert_eq!(denied.err().map(|error| error.code()), Some(ErrorCode::Unreachable));
    serving.abort();
    let _ = serving.await;

    let (_, serving) = backend.serve(Some(address)).await;
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;
    assert_eq!(backend.name_of("A").as_deref(), Some("甲店"));
    serving.abort();
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_another_version_refuses_no_edit() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    let window = console(home.path(), &format!("http://{address}"), Mode::Window).await;
    let other = Problem::new(ErrorCode::BadRequest, "use a program of the same major version");
    backend.store.lock().unwrap().refusal = Some((StatusCode::UPGRADE_REQUIRED, other));
    window.set_fields(&id("A"), &set("甲店")).await.unwrap();
    until(&window, || async {
        window.sync_now().await.unwrap();
        backend.store.lock().unwrap().pushes_refused > 2
    })
    .await;
    let status = window.status().await.unwrap();
    assert_eq!((status.queued, status.rejected), (2, 0));
    backend.store.lock().unwrap().refusal = None;
    window.sync_now().await.unwrap();
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;
    assert_eq!(backend.name_of("A").as_deref(), Some("甲店"));
    serving.abort();
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_wake_ups_come_again_nothing_waits_any_longer() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    let window = console(home.path(), &format!("http://{address}"), Mode::Window).await;
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;
    until(&window, || async { backend.listeners() == 1 }).await;
    // Far longer than this test may take.
    let wait = Problem { retry_after_ms: Some(3_600_000), ..Problem::new(ErrorCode::Busy, "wait") };
    backend.store.lock().unwrap().refusal = Some((StatusCode::SERVICE_UNAVAILABLE, wait));
    window.set_fields(&id("A"), &set("甲店")).await.unwrap();
    until(&window, || async {
        let status = window.status().await.unwrap();
        backend.store.lock().unwrap().pushes_refused == 1 && status.phase == SyncPhase::Pending
    })
    .await;
    let next = window.status().await.unwrap().next_attempt_at.unwrap();
    let in_fifty_minutes = std::time::SystemTime::now() + Duration::from_secs(3_000);
    assert!(next > in_fifty_minutes.into(), "what the server asks for is kept: {next}");
    backend.store.lock().unwrap().refusal = None;
    backend.hang_up();
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;
    assert_eq!(backend.name_of("A").as_deref(), Some("甲店"));
    serving.abort();
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_refuses_a_new_beginning_is_asked_again() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    backend.store.lock().unwrap().records.insert(id("A"), (1, named("A", 1, "甲店")));
    backend.store.lock().unwrap().seq = 1;
    let (address, serving) = backend.serve(None).await;
    let window = console(home.path(), &format!("http://{address}"), Mode::Window).await;
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;

    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join(client::cache::FILE_NAME));
    let mut raw = sqlx::ConnectOptions::connect(&file).await.unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    sqlx::query(refuse).execute(&mut raw).await.unwrap();
    {
        let mut store = backend.store.lock().unwrap();
        store.records.clear();
        store.records.insert(id("B"), (1, named("B", 1, "别店")));
        (store.seq, store.epoch) = (1, "e2".to_owned());
    }
    window.sync_now().await.unwrap();
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Error }).await;
    assert!(window.store(&id("A")).await.is_ok(), "nothing is lost meanwhile");

    sqlx::query("DROP TRIGGER refuse").execute(&mut raw).await.unwrap();
    until(&window, || async {
        let status = window.status().await.unwrap();
        status.phase == SyncPhase::Synced && window.store(&id("B")).await.is_ok()
    })
    .await;
    assert_eq!(window.status().await.unwrap().merchants, 1);
    serving.abort();
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_pull_asks_for_each_page_once_and_then_for_what_came_meanwhile() {
    for link in [Link::Absent, Link::Right, Link::TooFar, Link::Backwards, Link::Strange] {
        let home = tempfile::tempdir().unwrap();
        let backend = Backend::new();
        let (address, serving) = backend.serve(None).await;
        {
            let mut store = backend.store.lock().unwrap();
            store.link = link;
            for n in 1..=20 {
                let merchant = format!("M{n:02}");
                store.records.insert(id(&merchant), (n, named(&merchant, n, &format!("店{n}"))));
            }
            store.seq = 20;
        }
        let tool = console(home.path(), &format!("http://{address}"), Mode::Tool).await;
        tool.sync_once(LIMIT).await.unwrap();
        // Whatever a head says, nothing is passed over.
        assert_eq!(tool.status().await.unwrap().merchants, 20, "{link:?}");
        let asked = backend.store.lock().unwrap().asked.clone();
        if !matches!(link, Link::TooFar | Link::Backwards) {
            // Pages of three: the last of them is not fetched anew to hear whether something follows.
            let of_pages: Vec<u64> = asked.iter().copied().filter(|cursor| *cursor < 20).collect();
            assert_eq!(of_pages, [0, 3, 6, 9, 12, 15, 18], "{link:?}");
            assert!(asked.contains(&20), "{link:?}: {asked:?}");
        }
        serving.abort();
        tool.close().await;
    }
}
