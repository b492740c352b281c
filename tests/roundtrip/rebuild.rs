//! A cache that is not what the server holds is fetched anew, and what waits in it is kept.

use client::Mode::Window;
use domain::ipc::SyncPhase;
use serde_json::json;
use tests::desk::{Desk, number, tamper};
use tests::world::{Backend, Device, World};

/// Rows that are gone, a value that is another one, and an index that says nothing: nobody has noticed.
const DAMAGE: &str = "DELETE FROM records WHERE merchant_id = 'A';
    DELETE FROM listing WHERE merchant_id IN ('A', 'B');
    UPDATE records SET record = replace(record, '街 C', '街 ?') WHERE merchant_id = 'C';
    DELETE FROM postings; DELETE FROM field_values;";

struct Site {
    backend: Backend,
    device: Device,
    _world: World,
}

async fn site() -> (Site, Desk) {
    let world = World::new().unwrap();
    let backend = world.backend(0).unwrap();
    let device = world.device("one", &backend, "operations").unwrap();
    let desk = Desk::open(&device, Window).await.unwrap();
    for id in ["A", "B", "C", "D"] {
        desk.create(id).await.unwrap();
    }
    desk.until(SyncPhase::Synced).await;
    (Site { backend, device, _world: world }, desk)
}

fn assert_whole(device: &Device) {
    for id in ["A", "B", "C", "D"] {
        assert_eq!(device.ask(&["get", id])["address"], json!(format!("街 {id}")));
        let found = device.ask(&["search", &format!("街 {id}")]);
        let is_found = found.as_array().unwrap().iter().any(|row| row["merchant_id"] == json!(id));
        assert!(is_found, "{id}: {found}");
    }
    assert_eq!(device.ask(&["status"])["merchants"], json!(4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_kept_when_a_window_fetches_everything_anew() {
    let (mut site, desk) = site().await;
    let cache = site.device.home.join(client::cache::FILE_NAME);
    site.backend.kill();
    desk.set("D", &[("name", "新名")]).await.unwrap();
    tamper(&cache, DAMAGE).await.unwrap();
    desk.0.rebuild().await.unwrap();
    assert_eq!(number(&cache, "SELECT count(*) FROM outbox").await.unwrap(), 1);
    site.backend.restart().unwrap();
    desk.until(SyncPhase::Synced).await;
    assert_eq!(desk.name("D").await.unwrap(), "新名");
    // While the window is open a command asks it to do the same.
    tamper(&cache, DAMAGE).await.unwrap();
    site.device.ask(&["rebuild"]);
    assert_eq!(desk.name("D").await.unwrap(), "新名");
    desk.0.close().await;
    assert_whole(&site.device);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_fetches_everything_anew_and_sends_what_waits() {
    let (mut site, desk) = site().await;
    let cache = site.device.home.join(client::cache::FILE_NAME);
    site.backend.kill();
    desk.set("D", &[("name", "新名")]).await.unwrap();
    desk.0.close().await;
    tamper(&cache, DAMAGE).await.unwrap();
    site.backend.restart().unwrap();
    let status = site.device.ask(&["rebuild"]);
    assert_eq!((&status["synced"], &status["queued"]), (&json!(true), &json!(0)), "{status}");
    assert_eq!(site.device.ask(&["get", "D"])["name"], json!("新名"));
    assert_whole(&site.device);
}
