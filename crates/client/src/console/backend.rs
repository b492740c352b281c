//! One server as this data folder uses it: calls, sign-in, and the driver while it syncs.

use std::path::Path;
use std::sync::Arc;

use domain::ipc::SyncSettings;
use sync_engine::device::{Input, Progress};
use tokio::sync::{Mutex, watch};

use super::{Options, sync_settings};
use crate::cache::Cache;
use crate::driver::{Announcer, Driver, FolderLock, Parts};
use crate::error::Result;
use crate::remote::Remote;
use crate::secrets::{KeyringVault, Secrets, vault_key};
use crate::session::Session;

pub(super) struct Backend {
    pub remote: Arc<Remote>,
    pub session: Arc<Session>,
    running: Mutex<Option<Running>>,
}

/// A driver, and what it was started with.
struct Running {
    driver: Driver,
    settings: SyncSettings,
    checks: bool,
}

impl Backend {
    pub async fn connect(home: &Path, server: &str, options: &Options, cache: &Arc<Cache>) -> Result<Self> {
        let remote = Arc::new(Remote::new(server, cache.device())?);
        remote.has_schema(cache.schema().version);
        let secrets = if options.keyring && options.machine.is_none() {
            Secrets::new(Arc::new(KeyringVault::new(vault_key(home, remote.addresses().text(0)))))
        } else {
            Secrets::in_memory()
        };
        let session = Session::resume(remote.clone(), cache.clone(), secrets, options.machine.clone()).await;
        Ok(Self { remote, session: Arc::new(session), running: Mutex::new(None) })
    }

    /// With `checks` the records are compared with the server's once the first pull is complete; a command that does
    /// not ask for it need not wait for it.
    pub async fn start_sync(&self, cache: &Arc<Cache>, announcer: &Announcer, lock: Option<FolderLock>, checks: bool) {
        let settings = sync_settings::in_force(cache).await;
        *self.running.lock().await = Some(self.run(cache, announcer, lock, settings, checks));
    }

    fn run(
        &self,
        cache: &Arc<Cache>,
        announcer: &Announcer,
        lock: Option<FolderLock>,
        settings: SyncSettings,
        checks: bool,
    ) -> Running {
        let mut parts = Parts::new(cache.clone(), self.remote.clone(), self.session.clone(), announcer.clone());
        parts.compression = settings.compression;
        let mut config = sync_settings::engine_config(&settings);
        config.first_check_ms = if checks { 0 } else { config.check_ms };
        Running { driver: Driver::start(lock, parts, config), settings, checks }
    }

    /// Puts the stored sync settings in force. A driver that runs with others starts anew; what was on its way waits
    /// again.
    pub async fn apply_settings(&self, cache: &Arc<Cache>, announcer: &Announcer) -> Result<()> {
        let settings = sync_settings::in_force(cache).await;
        let mut running = self.running.lock().await;
        cache.set_durability(settings.durability).await?;
        cache.set_longest_delay(sync_settings::engine_config(&settings).backoff.longest_ms());
        if let Some(before) = running.take_if(|running| running.settings != settings) {
            before.driver.stop().await;
            *running = Some(self.run(cache, announcer, None, settings, before.checks));
        }
        Ok(())
    }

    pub async fn stop_sync(&self) -> bool {
        match self.running.lock().await.take() {
            Some(running) => {
                running.driver.stop().await;
                true
            }
            None => false,
        }
    }

    /// Tells the engine, if it runs here; another process notices by itself.
    pub async fn tell(&self, input: Input) {
        if let Some(running) = self.running.lock().await.as_ref() {
            running.driver.tell(input).await;
        }
    }

    /// Tells when the sync that runs here has come on.
    pub async fn watch(&self) -> Option<watch::Receiver<Progress>> {
        self.running.lock().await.as_ref().map(|running| running.driver.watch())
    }

    /// Is no address of the server left to try?
    pub async fn is_out_of_servers(&self) -> bool {
        self.running.lock().await.as_ref().is_none_or(|running| running.driver.is_out_of_servers())
    }

    /// Does the driver run here?
    pub async fn is_syncing(&self) -> bool {
        self.running.lock().await.is_some()
    }

    /// How far the sync is and what the server refused last, if it runs here.
    pub async fn progress(&self) -> Option<(Progress, Option<domain::ipc::IpcError>)> {
        self.running.lock().await.as_ref().map(|running| (running.driver.progress(), running.driver.refusal()))
    }
}
