//! The backend, as it is.

use std::net::{Ipv4Addr, SocketAddr};

use server::{Config, TOMBSTONE_DAYS};
use tokio::signal::unix::{SignalKind, signal};

use crate::Failure;
use crate::place::Place;

/// Serves until SIGTERM.
pub async fn serve(place: &Place) -> Result<(), Failure> {
    let port: u16 = std::env::var("PEER_PORT").unwrap_or_default().parse()?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut terminate = signal(SignalKind::terminate())?;
    let running =
        server::start(Config { listen, database: place.database(), demo: None, tombstone_days: TOMBSTONE_DAYS })
            .await?;
    println!("{}", serde_json::json!({ "ready": true, "url": running.url }));
    terminate.recv().await;
    running.shutdown().await;
    Ok(())
}
