//! One server as this data folder uses it: calls, sign-in, and the driver while it syncs.

use std::path::Path;
use std::sync::Arc;

use sync_engine::device::{Config, Input, Progress};
use tokio::sync::{Mutex, watch};

use super::Options;
use crate::cache::Cache;
use crate::driver::{Announcer, Driver, FolderLock, Parts};
use crate::error::Result;
use crate::remote::Remote;
use crate::secrets::{KeyringVault, Secrets, vault_key};
use crate::session::Session;

pub(super) struct Backend {
    pub remote: Arc<Remote>,
    pub session: Arc<Session>,
    driver: Mutex<Option<Driver>>,
}

impl Backend {
    pub async fn connect(home: &Path, server: &str, options: &Options, cache: &Arc<Cache>) -> Result<Self> {
        let remote = Arc::new(Remote::new(server, cache.device())?);
        let secrets = if options.keyring && options.machine.is_none() {
            Secrets::new(Arc::new(KeyringVault::new(vault_key(home, remote.base()))))
        } else {
            Secrets::in_memory()
        };
        let session = Session::resume(remote.clone(), cache.clone(), secrets, options.machine.clone()).await;
        Ok(Self { remote, session: Arc::new(session), driver: Mutex::new(None) })
    }

    pub async fn start_sync(&self, cache: &Arc<Cache>, announcer: &Announcer, lock: Option<FolderLock>) {
        let parts = Parts::new(cache.clone(), self.remote.clone(), self.session.clone(), announcer.clone());
        *self.driver.lock().await = Some(Driver::start(lock, parts, Config::default()));
    }

    pub async fn stop_sync(&self) -> bool {
        match self.driver.lock().await.take() {
            Some(driver) => {
                driver.stop().await;
                true
            }
            None => false,
        }
    }

    /// Tells the engine, if it runs here; another process notices by itself.
    pub async fn tell(&self, input: Input) {
        if let Some(driver) = self.driver.lock().await.as_ref() {
            driver.tell(input).await;
        }
    }

    /// Tells when the sync that runs here has come on.
    pub async fn watch(&self) -> Option<watch::Receiver<Progress>> {
        self.driver.lock().await.as_ref().map(Driver::watch)
    }

    /// How far the sync is and what the server refused last, if it runs here.
    pub async fn progress(&self) -> Option<(Progress, Option<domain::ipc::IpcError>)> {
        self.driver.lock().await.as_ref().map(|driver| (driver.progress(), driver.refusal()))
    }
}
