//! Several addresses of one backend: two servers on one file.

use std::net::SocketAddr;

use client::Mode;
use domain::Role;
use domain::ipc::SyncPhase;

use crate::world::{Device, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_preferred_server_is_gone_the_other_is_used() {
    let mut world = World::new().await;
    let second = world.another(SocketAddr::from(([127, 0, 0, 1], 0))).await;
    let both = format!("{},{}", world.url(), second.url);
    let machine = world.account("window", Role::Operations, &[]).await;
    let window = Device::open(machine.clone(), &both, Mode::Window).await;
    let synced = || async { window.console.status().await.unwrap().phase == SyncPhase::Synced };
    window.until("synced", synced).await;
    let status = window.console.status().await.unwrap();
    assert_eq!((status.server.as_str(), status.fallback), (world.url().as_str(), false));

    world.stop().await;
    window.create("M1").await;
    window
        .until("sent to the other", || async { window.console.status().await.unwrap().fallback && synced().await })
        .await;
    assert_eq!(window.console.status().await.unwrap().server, second.url);
    // Wake-ups come from there too.
    let other = Device::open(world.account("other", Role::Operations, &[]).await, &second.url, Mode::Tool).await;
    other.create("M2").await;
    other.sync().await;
    window.until("woken", || async { window.shows("M2", "name").await.is_some() }).await;

    // A command beside the window is told which address is used; one alone finds it by itself.
    let alone = Device::open(world.account("alone", Role::Operations, &[]).await, &both, Mode::Tool).await;
    alone.sync().await;
    assert_eq!(alone.console.status().await.unwrap().merchants, 2);
    assert!(alone.console.status().await.unwrap().fallback);

    // Both gone: what is saved waits, and nobody waits for ever.
    second.shutdown().await;
    window.create("M3").await;
    let gone = || async { window.console.status().await.unwrap().phase == SyncPhase::Offline };
    window.until("offline", gone).await;
    let error = alone.console.sync_once(crate::world::LIMIT).await.unwrap_err();
    assert_eq!(error.code(), domain::ErrorCode::Unreachable);
    world.start().await;
    window
        .until("back at the preferred", || async { synced().await && !window.console.status().await.unwrap().fallback })
        .await;
    alone.sync().await;
    assert_eq!(alone.shows("M3", "name").await.as_deref(), Some("M3"));
    window.console.close().await;
}
