//! Watches over the addresses of the backend: carries out what `sync_engine::device::Servers` says.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::ipc::Topic;
use sync_engine::device::{Input, ServerEffect, ServerInput, Servers};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Parts, facts, until};
use crate::clock;

/// Watches for ever; with one address there is nothing to do.
pub(super) async fn watch(parts: Arc<Parts>, inputs: mpsc::Sender<Input>) {
    let addresses = parts.remote.addresses();
    let mut reports = addresses.reports();
    let count = addresses.count();
    if count < 2 {
        return;
    }
    // A driver begins with the preferred address.
    addresses.switch(0);
    keep(&parts).await;
    let mut servers = Servers::new(count);
    let mut ill = vec![false; count];
    let mut probes: JoinSet<ServerInput> = JoinSet::new();
    loop {
        let input = tokio::select! {
            report = reports.recv() => match report {
                Ok(input) => input,
                // What was missed is told again by the next calls.
                Err(RecvError::Lagged(_)) => ServerInput::Tick,
                Err(RecvError::Closed) => return,
            },
            Some(probed) = probes.join_next() => probed.unwrap_or(ServerInput::Tick),
            () = until(servers.next_wake_ms()) => ServerInput::Tick,
        };
        match input {
            ServerInput::Health { server, ok } => ill[server] = !ok,
            ServerInput::Answered { server } => ill[server] = false,
            ServerInput::Failed { .. } | ServerInput::Tick => {}
        }
        parts.all_ill.store(ill.iter().all(|ill| *ill), Ordering::SeqCst);
        for effect in servers.step(clock::now_ms(), input) {
            match effect {
                ServerEffect::Probe { server } => {
                    let parts = parts.clone();
                    probes.spawn(async move {
                        let ok = parts.remote.is_healthy(server).await;
                        ServerInput::Health { server, ok }
                    });
                }
                ServerEffect::Switch { server } => {
                    addresses.switch(server);
                    tracing::warn!(address = addresses.text(server), "another address of the server is used");
                    keep(&parts).await;
                    let _ = inputs.send(Input::SyncNow).await;
                    parts.announcer.announce(&[Topic::Status]);
                }
            }
        }
    }
}

/// Leaves the address in use for the other programs on this data folder.
async fn keep(parts: &Parts) {
    if let Err(error) = facts::keep_address(&parts.cache, parts.remote.base()).await {
        tracing::warn!(%error, "the address in use could not be kept");
    }
}
