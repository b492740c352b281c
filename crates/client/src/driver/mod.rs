//! The driver: feeds the engine with what happened and carries out what it answers. It decides nothing.
//!
//! Only one process on a data folder syncs: the one that holds the lock. Others write to the same cache, and
//! this one notices.

mod ahead;
mod checking;
mod effects;
mod facts;
mod listener;
mod lock;
mod policy;
mod servers;
mod watcher;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::EditId;
use domain::ipc::{IpcError, Topic};
use sync_engine::device::{Config, Effect, Engine, Failure, Input, Progress};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::JoinSet;

use crate::cache::Cache;
use crate::clock;

use crate::remote::Remote;
use crate::session::Session;
use facts::Came;

pub use facts::{LastKnown, address as address_in_use, request_rebuild, request_sync};
pub use lock::{FolderLock, SYNC_LOCK, WINDOW_LOCK};

/// Inputs that wait for the engine.
const INPUTS_MAX: usize = 256;
/// Announcements that wait for the slowest listener.
const ANNOUNCEMENTS_MAX: usize = 256;
/// How often a taken lock is tried again.
const LOCK_RETRY: Duration = Duration::from_millis(500);

/// Tells open views what changed.
#[derive(Clone)]
pub struct Announcer(broadcast::Sender<Vec<Topic>>);

impl Default for Announcer {
    fn default() -> Self {
        Self(broadcast::channel(ANNOUNCEMENTS_MAX).0)
    }
}

impl Announcer {
    /// Says that these changed. Nobody need listen.
    pub fn announce(&self, topics: &[Topic]) {
        let _ = self.0.send(topics.to_vec());
    }
    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Vec<Topic>> {
        self.0.subscribe()
    }
}

/// What the driver and its tasks share.
pub(crate) struct Parts {
    pub cache: Arc<Cache>,
    pub remote: Arc<Remote>,
    pub session: Arc<Session>,
    pub announcer: Announcer,
    /// Are pushes compressed?
    pub compression: bool,
    /// Rows wait for the search index.
    pub unindexed: Notify,
    /// The next page of a long pull.
    pub ahead: ahead::Ahead,
    /// The next batch of a long push.
    pub packed: ahead::PackedAhead,
    /// Edits that a request has carried whose answer is not on disk: the server may have them.
    pub carried: Mutex<HashSet<EditId>>,
    /// None of several addresses of the server was able to serve when asked last.
    pub all_ill: AtomicBool,
    /// What the server said last about a request that it will not take.
    pub refusal: Mutex<Option<IpcError>>,
}

impl Parts {
    pub fn new(cache: Arc<Cache>, remote: Arc<Remote>, session: Arc<Session>, announcer: Announcer) -> Self {
        let (unindexed, all_ill) = (Notify::new(), AtomicBool::new(false));
        let (carried, refusal) = (Mutex::default(), Mutex::new(None));
        let (compression, ahead, packed) = (true, ahead::Ahead::default(), ahead::PackedAhead::default());
        Self { cache, remote, session, announcer, compression, unindexed, ahead, packed, carried, all_ill, refusal }
    }
    fn is_out_of_servers(&self) -> bool {
        self.remote.addresses().count() < 2 || self.all_ill.load(Ordering::SeqCst)
    }
    fn carried(&self) -> MutexGuard<'_, HashSet<EditId>> {
        self.carried.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn set_refusal(&self, refusal: Option<IpcError>) {
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = refusal;
    }
}

/// A running driver. Dropping it stops the sync; nothing is lost.
pub struct Driver {
    inputs: mpsc::Sender<Input>,
    progress: watch::Receiver<Progress>,
    parts: Arc<Parts>,
    tasks: JoinSet<()>,
}

impl Driver {
    /// Starts syncing with a lock that is held, or as soon as it can be had.
    pub(crate) fn start(lock: Option<FolderLock>, parts: Parts, config: Config) -> Self {
        let parts = Arc::new(parts);
        let (inputs, received) = mpsc::channel(INPUTS_MAX);
        let engine = Engine::new(config);
        let (progress_in, progress) = watch::channel(engine.progress());
        let mut tasks = JoinSet::new();
        tasks.spawn(run(engine, lock, parts.clone(), inputs.clone(), received, progress_in));
        tasks.spawn(listener::listen(parts.clone(), inputs.clone(), progress.clone()));
        tasks.spawn(servers::watch(parts.clone(), inputs.clone()));
        tasks.spawn(watcher::watch(parts.clone(), inputs.clone()));
        tasks.spawn(watcher::index(parts.clone(), progress.clone()));
        Self { inputs, progress, parts, tasks }
    }

    /// Tells the engine what happened.
    pub async fn tell(&self, input: Input) {
        let _ = self.inputs.send(input).await;
    }

    /// Stops and waits until nothing of it runs. What was on its way waits again at the next start.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }

    /// Tells when it has come on.
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Is no address of the server left to try?
    pub fn is_out_of_servers(&self) -> bool {
        self.parts.is_out_of_servers()
    }

    /// What the server said last about a request that it will not take.
    pub fn refusal(&self) -> Option<IpcError> {
        self.parts.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn run(
    mut engine: Engine,
    mut lock: Option<FolderLock>,
    parts: Arc<Parts>,
    inputs: mpsc::Sender<Input>,
    mut received: mpsc::Receiver<Input>,
    progress: watch::Sender<Progress>,
) {
    let folder = parts.cache.path().parent().map(std::path::Path::to_path_buf).unwrap_or_default();
    while lock.is_none() {
        match FolderLock::take(&folder, SYNC_LOCK) {
            Ok(Some(taken)) => lock = Some(taken),
            Ok(None) => tokio::time::sleep(LOCK_RETRY).await,
            Err(error) => {
                tracing::error!(%error, "the data folder cannot be locked");
                tokio::time::sleep(LOCK_RETRY).await;
            }
        }
    }
    if let Err(error) = parts.cache.release_all().await {
        tracing::error!(%error, "the outbox cannot be read");
    }
    let mut input = Input::Started { signed_in: parts.session.is_signed_in().await };
    let mut running = JoinSet::new();
    loop {
        let stored = matches!(input, Input::PageStored | Input::OutcomesStored);
        // Not during a first pull: it would take turns with the pages. One that does not go on is none.
        let now = engine.progress();
        let is_calm = now.pull_complete || now.online == Some(false) || now.paused;
        if matches!(input, Input::Rebuild) || matches!(input, Input::EditSaved) && is_calm {
            parts.unindexed.notify_one();
        }
        // A pull follows every answer: noting the time of the sync with both would be one more commit a batch.
        let came = match input {
            Input::PageStored => Came::Page,
            Input::Pushed(Err(Failure::Unreachable))
            | Input::Pulled(Err(Failure::Unreachable))
            | Input::Refreshed(Err(Failure::Unreachable))
                if parts.is_out_of_servers() =>
            {
                Came::NoAnswer
            }
            _ => Came::Other,
        };
        let mut at_once = None;
        for effect in engine.step(clock::now_ms(), clock::random_u64(), input) {
            if matches!(effect, Effect::RestartPull | Effect::ReadAnew) {
                at_once = Some(effects::begin_anew(&parts, effect == Effect::RestartPull).await);
            } else {
                let (parts, inputs) = (parts.clone(), inputs.clone());
                running.spawn(async move {
                    let result = effects::carry_out(&parts, &inputs, effect).await;
                    let _ = inputs.send(result).await;
                });
            }
        }
        while running.try_join_next().is_some() {}
        let now = engine.progress();
        if *progress.borrow() != now || stored || came == Came::NoAnswer {
            // On disk before anybody sees it: who waits for the end of a sync may read it at once.
            if let Err(error) = facts::keep(&parts, &now, came).await {
                tracing::warn!(%error, "the state of the sync could not be kept");
            }
            progress.send_replace(now);
            parts.announcer.announce(&[Topic::Status]);
        }
        input = match at_once {
            Some(next) => next,
            None => tokio::select! {
                next = received.recv() => match next {
                    Some(next) => next,
                    None => return,
                },
                () = until(engine.next_wake_ms()) => Input::Tick,
            },
        };
    }
}

/// Waits until a time; for ever if there is none.
async fn until(at_ms: Option<u64>) {
    match at_ms {
        Some(at_ms) => tokio::time::sleep(Duration::from_millis(at_ms.saturating_sub(clock::now_ms()))).await,
        None => std::future::pending().await,
    }
}
