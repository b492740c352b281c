//! Wake-ups and what comes in their place.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::session::ClientCredentials;
use client::{Console, Mode, Options};
use domain::ipc::SyncPhase;
use support::backend::Backend;
use support::{id, named, until};

async fn window(home: &std::path::Path, server: String) -> Console {
    let machine = Some(ClientCredentials { id: "till".to_owned(), secret: "s".to_owned() });
    Console::open(home, Options { mode: Mode::Window, server: Some(server), machine, keyring: false }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_ends_the_listening() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    let window = window(home.path(), format!("http://{address}")).await;
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;
    until(&window, || async { backend.listeners() == 1 }).await;
    window.sign_out().await.unwrap();
    until(&window, || async { backend.listeners() == 0 }).await;
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Paused }).await;
    // And a sign-in begins it again, without a delay that grew meanwhile.
    let sign_in = domain::ipc::SignIn { username: "ops".to_owned(), password: "p".to_owned() };
    window.sign_in(&sign_in).await.unwrap();
    until(&window, || async { backend.listeners() == 1 }).await;
    serving.abort();
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_wake_ups_changes_come_by_asking() {
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    backend.store.lock().unwrap().deaf = true;
    let (address, serving) = backend.serve(None).await;
    let window = window(home.path(), format!("http://{address}")).await;
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;
    {
        let mut store = backend.store.lock().unwrap();
        store.records.insert(id("A"), (1, named("A", 1, "甲店")));
        store.seq = 1;
    }
    until(&window, || async { window.store(&id("A")).await.is_ok() }).await;
    assert_eq!(backend.listeners(), 0);
    serving.abort();
    window.close().await;
}
