//! How a device sends: who may set it, what is refused, and that nothing is lost on the way.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::path::Path;

use client::session::ClientCredentials;
use client::{Console, Mode, Options};
use domain::Role;
use domain::ipc::{Durability, SyncPhase, SyncSettings};
use domain::problem::ErrorCode;
use support::backend::Backend;
use support::{actor, id, until};

async fn console(home: &Path, server: &str, mode: Mode) -> Console {
    let machine = Some(ClientCredentials { id: "ops".to_owned(), secret: "s".to_owned() });
    let options = Options { mode, server: Some(server.to_owned()), machine, keyring: false };
    Console::open(home, options).await.unwrap()
}

async fn signed_in_as(home: &Path, role: Role) -> Console {
    let console = console(home, "http://127.0.0.1:9", Mode::Tool).await;
    let mut who = actor("ops");
    who.role = role;
    console.cache().set_last_actor(&who).await.unwrap();
    console
}

#[tokio::test]
async fn only_administrators_may_set_it() {
    for (role, may) in [(Role::Merchant, false), (Role::Operations, false), (Role::Administrator, true)] {
        let home = tempfile::tempdir().unwrap();
        let console = signed_in_as(home.path(), role).await;
        let wanted = SyncSettings { linger_ms: 0, ..SyncSettings::default() };
        let saved = console.save_sync_settings(wanted.clone()).await;
        assert_eq!(saved.as_ref().err().map(|error| error.code()), (!may).then_some(ErrorCode::Forbidden), "{role:?}");
        let expected = if may { wanted } else { SyncSettings::default() };
        assert_eq!(console.sync_settings().await.unwrap(), expected, "{role:?}");
        console.close().await;
    }
}

#[tokio::test]
async fn a_mistaken_value_is_refused_with_its_field_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let console = signed_in_as(home.path(), Role::Administrator).await;
    let wanted = SyncSettings { durability: Durability::Normal, batch_edits: 0, ..SyncSettings::default() };
    let problem = domain::Problem::from(console.save_sync_settings(wanted).await.unwrap_err());
    assert_eq!((problem.code, problem.field.as_deref()), (ErrorCode::BadValue, Some("batch_edits")));
    assert_eq!(console.sync_settings().await.unwrap(), SyncSettings::default());
    assert_eq!(console.cache().durability().await.unwrap(), Durability::Full);
    console.close().await;
}

#[tokio::test]
async fn durability_counts_at_once_and_after_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    let console = signed_in_as(home.path(), Role::Administrator).await;
    assert_eq!(console.cache().durability().await.unwrap(), Durability::Full);
    let wanted = SyncSettings { durability: Durability::Normal, ..SyncSettings::default() };
    console.save_sync_settings(wanted).await.unwrap();
    assert_eq!(console.cache().durability().await.unwrap(), Durability::Normal);
    console.close().await;
    let console = signed_in_as(home.path(), Role::Administrator).await;
    assert_eq!(console.cache().durability().await.unwrap(), Durability::Normal);
    console.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_sets_counts_in_the_open_window_and_loses_nothing() {
    const EDITS: u64 = 5;
    let home = tempfile::tempdir().unwrap();
    let backend = Backend::new();
    let (address, serving) = backend.serve(None).await;
    serving.abort();
    let _ = serving.await;
    let window = console(home.path(), &format!("http://{address}"), Mode::Window).await;
    for n in 0..EDITS {
        let values = vec![("name".to_owned(), format!("店{n}")), ("address".to_owned(), "长安街1号".repeat(90))];
        window.set_fields(&id(&format!("M{n}")), &values).await.unwrap();
    }
    let other = signed_in_as(home.path(), Role::Administrator).await;
    let wanted = SyncSettings {
        durability: Durability::Normal,
        batch_edits: 1,
        compression: false,
        first_ms: 100,
        burst_max_ms: 200,
        slow_ms: 1_000,
        ..SyncSettings::default()
    };
    // What a save in another process leaves in the cache; this one is signed in with the window's rights.
    other.cache().set_fact("sync_settings", &wanted).await.unwrap();
    until(&window, || async { window.cache().durability().await.unwrap() == Durability::Normal }).await;
    // Asks the driver, and so waits until the one with the new settings runs.
    window.status().await.unwrap();
    let (_, _serving) = backend.serve(Some(address)).await;
    until(&window, || async { window.status().await.unwrap().phase == SyncPhase::Synced }).await;
    {
        let store = backend.store.lock().unwrap();
        assert_eq!((store.seq, store.answers.len() as u64), (EDITS, EDITS), "each arrived, each once");
        assert_eq!((u64::from(store.pushes), store.compressed), (EDITS, 0), "one at a time, as they are");
    }
    other.close().await;
    window.close().await;
}
