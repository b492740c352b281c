//! One data folder that is copied, or that several sign in on.

use client::Mode::Tool;
use tests::desk::Desk;
use tests::world::{Device, PATIENCE, World};

async fn sync(desk: &Desk) {
    desk.0.sync_once(PATIENCE).await.unwrap();
}

/// The same folder somewhere else, as `cp` makes it.
fn copied(device: &Device, to: std::path::PathBuf) -> Device {
    std::fs::create_dir_all(&to).unwrap();
    let file = client::cache::FILE_NAME;
    std::fs::copy(device.home.join(file), to.join(file)).unwrap();
    device.on(to)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_a_folder_is_a_device_of_its_own() {
    let world = World::new().unwrap();
    let backend = world.backend(0).unwrap();
    let device = world.device("one", &backend, "operations").unwrap();
    let desk = Desk::open(&device, Tool).await.unwrap();
    desk.create("A").await.unwrap();
    sync(&desk).await;
    let before = desk.0.cache().device();
    desk.0.close().await;

    let other = copied(&device, world.path("copy"));
    let desk = Desk::open(&device, Tool).await.unwrap();
    assert_eq!(desk.0.cache().device(), before, "the one that was copied stays what it is");
    for name in ["one", "two"] {
        desk.set("A", &[("name", name)]).await.unwrap();
    }
    sync(&desk).await;
    let copy = Desk::open(&other, Tool).await.unwrap();
    let id = copy.0.cache().device();
    assert_ne!(id, before);
    copy.set("A", &[("name", "copy")]).await.unwrap();
    sync(&copy).await;
    // With one id the server would have taken it for an edit that "two" had superseded.
    let review = copy.0.reviews().await.unwrap().remove(0);
    let open: Vec<_> = review.items[0].candidates.iter().filter_map(|one| one.value.as_str()).collect();
    assert_eq!(open, ["two", "copy"]);
    copy.0.close().await;
    assert_eq!(Desk::open(&other, Tool).await.unwrap().0.cache().device(), id, "once drawn it stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_on_a_folder_of_others_sends_only_their_own() {
    let world = World::new().unwrap();
    let backend = world.backend(0).unwrap();
    let first = world.device("first", &backend, "administrator").unwrap();
    let second = world.device("second", &backend, "operations").unwrap().on(first.home.clone());

    let desk = Desk::open(&first, Tool).await.unwrap();
    desk.create("A").await.unwrap();
    sync(&desk).await;
    desk.set("A", &[("name", "by the first")]).await.unwrap();
    desk.0.close().await;

    let desk = Desk::open(&second, Tool).await.unwrap();
    // Before it has a token: what it saves is its own.
    desk.create("B").await.unwrap();
    sync(&desk).await;
    let status = desk.0.status().await.unwrap();
    assert_eq!((status.queued, status.rejected), (1, 0), "the first's edit waits for the first");
    desk.0.close().await;

    let desk = Desk::open(&first, Tool).await.unwrap();
    sync(&desk).await;
    let status = desk.0.status().await.unwrap();
    assert_eq!((status.queued, status.rejected), (0, 0));
    let history = desk.0.history(&"B".parse().unwrap()).await.unwrap();
    assert!(history.entries.iter().all(|entry| entry.actor.as_str() == "second"), "{history:?}");
}
