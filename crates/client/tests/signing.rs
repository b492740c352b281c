//! Signing in and out while things are on their way.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use client::cache::Cache;
use client::remote::Remote;
use client::secrets::Secrets;
use client::session::Session;
use client::{Console, Mode, Options};
use domain::edit::EditState;
use domain::ipc::{OutboxGroup, SignIn, SyncPhase, SyncSettings};
use support::backend::Backend;
use support::{LIMIT, id, named, set, until};

fn person(name: &str) -> SignIn {
    SignIn { username: name.to_owned(), password: "p".to_owned() }
}

async fn window(home: &Path, server: &str) -> Console {
    let options = Options { server: Some(server.to_owned()), keyring: false, ..Options::new(Mode::Window) };
    Console::open(home, options).await.unwrap()
}

async fn synced(console: &Console) {
    until(console, || async { console.status().await.unwrap().phase == SyncPhase::Synced }).await;
}

/// A renewal is under way when `meanwhile` comes, and answered behind it. Returns who is signed in then, and who was last.
async fn renewed_behind(meanwhile: impl AsyncFnOnce(&Session)) -> [Option<String>; 2] {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    backend.store.lock().unwrap().short_lived = true;
    let cache = Arc::new(Cache::open(home.path()).await.unwrap());
    let remote = Arc::new(Remote::new(&format!("http://{address}"), cache.device()).unwrap());
    let session = Arc::new(Session::resume(remote, cache.clone(), Secrets::in_memory(), None).await);
    session.sign_in(&person("a")).await.unwrap();
    backend.renewals.shut.store(true, Ordering::SeqCst);
    let renewing = session.clone();
    let renewal = tokio::spawn(async move { renewing.bearer().await.is_ok() });
    let is_held = async {
        while backend.renewals.waiting.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, is_held).await.unwrap();
    backend.store.lock().unwrap().short_lived = false;
    meanwhile(&session).await;
    backend.renewals.open();
    renewal.await.unwrap();
    serving.abort();
    let name = |actor: domain::role::Actor| actor.id.to_string();
    [session.signed_in_actor().await.map(name), cache.last_actor().await.unwrap().map(name)]
}

#[tokio::test]
async fn a_renewal_undoes_no_sign_out_and_takes_nobodys_place() {
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(renewed_behind(async |session| session.sign_out().await).await, [None, name("a")]);
    let other = renewed_behind(async |session| {
        session.sign_out().await;
        session.sign_in(&person("b")).await.unwrap();
    });
    assert_eq!(other.await, [name("b"), name("b")]);
    assert_eq!(renewed_behind(async |_| {}).await, [name("a"), name("a")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_is_told_to_the_server() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    let window = window(home.path(), &format!("http://{address}")).await;
    window.sign_in(&person("a")).await.unwrap();
    synced(&window).await;
    window.sign_out().await.unwrap();
    until(&window, || async { backend.store.lock().unwrap().revoked == ["r-a"] }).await;
    serving.abort();
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_sees_their_merchants_before_synced_is_said_and_not_those_of_others() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    {
        let mut store = backend.store.lock().unwrap();
        store.records.insert(id("BJ-1"), (1, named("BJ-1", 1, "京一")));
        store.records.insert(id("SH-1"), (2, named("SH-1", 1, "沪一")));
        store.seq = 2;
        store.scopes = [("bj", "BJ-"), ("sh", "SH-")].map(|(who, ids)| (who.to_owned(), ids.to_owned())).into();
    }
    let (address, serving) = backend.serve(None).await;
    let window = window(home.path(), &format!("http://{address}")).await;
    let sees = async || (window.store(&id("BJ-1")).await.is_ok(), window.store(&id("SH-1")).await.is_ok());
    for (who, expected) in [
        ("bj", (true, false)),
        ("all", (true, true)),
        ("sh", (false, true)),
        ("bj", (true, false)),
        ("all", (true, true)),
    ] {
        window.sign_in(&person(who)).await.unwrap();
        synced(&window).await;
        assert_eq!(sees().await, expected, "{who}");
        if who == "all" {
            // What they wrote is not sent again because others do not see it.
            window.set_fields(&id("SH-1"), &set(&format!("沪{}", backend.store.lock().unwrap().seq))).await.unwrap();
            synced(&window).await;
        }
        let status = window.status().await.unwrap();
        assert_eq!((status.queued, status.rejected), (0, 0), "{who}");
        window.sign_out().await.unwrap();
    }
    serving.abort();
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_sent_in_its_authors_name_only() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    let window = window(home.path(), &format!("http://{address}")).await;
    window
        .cache()
        .set_fact("sync_settings", &SyncSettings { batch_edits: 2, ..SyncSettings::default() })
        .await
        .unwrap();
    window.close().await;
    let window = self::window(home.path(), &format!("http://{address}")).await;
    window.sign_in(&person("a")).await.unwrap();
    synced(&window).await;
    window.sign_out().await.unwrap();
    backend.pushes.shut.store(true, Ordering::SeqCst);
    for n in 0..6 {
        window.set_fields(&id(&format!("M{n}")), &set("店")).await.unwrap();
    }
    window.sign_in(&person("a")).await.unwrap();
    // One batch travels, the next is read.
    let sending = async || {
        let lines = window.lines(OutboxGroup::All).await.unwrap();
        lines
            .iter()
            .filter(|line| line.state == EditState::Sending)
            .map(|line| line.edit_id)
            .collect::<BTreeSet<_>>()
            .len()
    };
    until(&window, || async { backend.pushes.waiting.load(Ordering::SeqCst) == 1 && sending().await == 4 }).await;
    window.sign_out().await.unwrap();
    window.sign_in(&person("b")).await.unwrap();
    backend.pushes.open();
    until(&window, || async { sending().await == 0 }).await;
    window.sign_in(&person("a")).await.unwrap();
    until(&window, || async { window.status().await.unwrap().queued == 0 }).await;
    let senders = backend.store.lock().unwrap().senders.clone();
    assert!(senders.iter().all(|(sent, wrote)| Some(sent) == wrote.as_ref()), "{senders:?}");
    assert_eq!(senders.iter().filter(|(sent, _)| sent.as_str() == "a").count(), 6, "{senders:?}");
    serving.abort();
    window.close().await;
}
