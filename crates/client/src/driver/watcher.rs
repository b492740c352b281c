//! Looks after the cache: notices what other processes write, and lets the search index catch up.

use std::sync::Arc;
use std::time::Duration;

use domain::ipc::Topic;
use sync_engine::device::{Input, Progress};
use tokio::sync::{mpsc, watch};

use super::Parts;
use super::facts::Requested;
use crate::clock;
use crate::error::Result;

/// How often other processes' writing is looked for.
const POLL: Duration = Duration::from_millis(300);

/// Rows up to which indexing waits: a list looks at so few by themselves, and many saves are indexed at the cost of one.
const FEW_ROWS: u64 = 200;
/// How long it waits then.
const CALM: Duration = Duration::from_secs(3);
/// How long it lets a sync go ahead: both want the disk and the processor.
const SYNC_FIRST: Duration = Duration::from_secs(5);

const ALL_DATA: [Topic; 6] =
    [Topic::Stores, Topic::Outbox, Topic::Reviews, Topic::Status, Topic::Settings, Topic::Schema];

/// Watches for ever.
pub(super) async fn watch(parts: Arc<Parts>, inputs: mpsc::Sender<Input>) {
    // Until the first look anything may have been written: it counts as a change.
    let now_ms = clock::now_ms();
    let mut seen = (None, Requested { sync_ms: now_ms, rebuild_ms: now_ms });
    loop {
        match look(&parts, &inputs, seen).await {
            Ok(now) => seen = now,
            Err(error) => tracing::warn!(%error, "the cache cannot be watched"),
        }
        tokio::time::sleep(POLL).await;
    }
}

type Seen = (Option<i64>, Requested);

async fn look(parts: &Parts, inputs: &mpsc::Sender<Input>, seen: Seen) -> Result<Seen> {
    let Some(version) = parts.cache.foreign_version()? else { return Ok(seen) };
    if seen.0 == Some(version) {
        return Ok(seen);
    }
    parts.cache.notice_rules().await?;
    parts.cache.notice_schema().await?;
    parts.remote.has_schema(parts.cache.schema().version);
    let asked = Requested::read(&parts.cache).await?;
    parts.announcer.announce(&ALL_DATA);
    let is_new = |ask: fn(&Requested) -> u64| ask(&asked) > ask(&seen.1);
    if is_new(|asked| asked.rebuild_ms) {
        let _ = inputs.send(Input::Rebuild).await;
    }
    let _ = inputs.send(if is_new(|asked| asked.sync_ms) { Input::SyncNow } else { Input::EditSaved }).await;
    let newest =
        Requested { sync_ms: asked.sync_ms.max(seen.1.sync_ms), rebuild_ms: asked.rebuild_ms.max(seen.1.rebuild_ms) };
    Ok((Some(version), newest))
}

/// Waits until nothing is sent or fetched. What was sent is fetched again soon: between the two is no rest.
async fn calm(progress: &mut watch::Receiver<Progress>) {
    let rests = |now: &Progress| !now.busy && (now.pull_complete || now.online == Some(false) || now.paused);
    loop {
        // Nobody says anything any more: then nothing syncs.
        let Ok(_) = progress.wait_for(rests).await else { return };
        let moves = tokio::time::timeout(POLL, progress.wait_for(|now| !rests(now))).await;
        if !matches!(moves, Ok(Ok(_))) {
            return;
        }
    }
}

/// Indexes for ever what saves and pages brought, many at a time.
pub(super) async fn index(parts: Arc<Parts>, mut progress: watch::Receiver<Progress>) {
    let mut begins = true;
    loop {
        if std::mem::take(&mut begins) {
            let _ = tokio::time::timeout(SYNC_FIRST, calm(&mut progress)).await;
        }
        match parts.cache.index_chunk().await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => {
                parts.announcer.announce(&[Topic::Stores]);
                if let Err(error) = parts.cache.fold().await {
                    tracing::warn!(%error, "the write-ahead log could not be folded in; it is tried again");
                }
                parts.unindexed.notified().await;
                begins = true;
                if parts.cache.unindexed().await.is_ok_and(|rows| rows <= FEW_ROWS) {
                    tokio::time::sleep(CALM).await;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the search index cannot be written");
                tokio::time::sleep(POLL).await;
            }
        }
    }
}
