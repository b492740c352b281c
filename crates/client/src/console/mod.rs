//! One façade for window and command line: each command of `domain::ipc` is a method here.

mod backend;
mod bulk;
mod doctor;
pub mod fields;
mod files;
mod insights;
mod outbox;
mod reviews;
mod rules;
mod schema;
mod selecting;
mod settings;
mod signing;
mod status;
mod stores;
mod sync;
mod sync_settings;
mod views;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::ipc::{Saved, Topic};
use domain::problem::ErrorCode;
use domain::{Edit, change};
use sync_engine::device::{Failure, Input};
use tokio::sync::{RwLock, broadcast};
use tokio::task::JoinSet;

use crate::cache::Cache;
use crate::clock;
use crate::driver::{Announcer, FolderLock, WINDOW_LOCK};
use crate::error::{Error, Result};
use crate::remote::{Failed, Remote};
use crate::session::ClientCredentials;
use backend::Backend;

pub use doctor::Finding as DoctorFinding;
pub use insights::{Fetched, KitchenFigures};
pub use settings::DEFAULT_SERVER;

/// How the data folder is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As the one window: it syncs all the time.
    Window,
    /// By a command, beside a window or not: it syncs only when asked.
    Tool,
}

/// What command line and environment say.
#[derive(Clone)]
pub struct Options {
    /// Window or command.
    pub mode: Mode,
    /// The backend's address, or several with commas between, if given from outside; else the stored one.
    pub server: Option<String>,
    /// Signs a machine in.
    pub machine: Option<ClientCredentials>,
    /// Whether to use the operating system's keyring.
    pub keyring: bool,
}

impl Options {
    /// A use without anything given.
    pub fn new(mode: Mode) -> Self {
        Self { mode, server: None, machine: None, keyring: true }
    }
}

/// One data folder in use.
pub struct Console {
    home: PathBuf,
    options: Options,
    cache: Arc<Cache>,
    announcer: Announcer,
    backend: Arc<RwLock<Arc<Backend>>>,
    importing: files::Importing,
    bulk: bulk::BulkDesk,
    /// Follows what other processes set.
    follower: JoinSet<()>,
    _window: Option<FolderLock>,
}

impl Console {
    /// Opens a data folder, makes it if it is not there. A window begins to sync.
    ///
    /// # Errors
    /// `already_open` if a window has it; `newer_data`; `storage`; `bad_request` for a server's address that
    /// is none.
    pub async fn open(home: &Path, options: Options) -> Result<Self> {
        std::fs::create_dir_all(home)?;
        let window = match options.mode {
            Mode::Tool => None,
            Mode::Window => Some(FolderLock::take(home, WINDOW_LOCK)?.ok_or_else(|| {
                Error::new(
                    ErrorCode::AlreadyOpen,
                    "another window has this data folder open: use that one, or name another folder with --home",
                )
            })?),
        };
        let cache = Arc::new(Cache::open(home).await?);
        let server = settings::server(&cache, &options).await?;
        let announcer = Announcer::default();
        let backend = Backend::connect(home, &server, &options, &cache).await?;
        backend.apply_settings(&cache, &announcer).await?;
        if options.mode == Mode::Window {
            backend.start_sync(&cache, &announcer, None, true).await;
        }
        let backend = Arc::new(RwLock::new(Arc::new(backend)));
        let mut follower = JoinSet::new();
        if options.mode == Mode::Window {
            follower.spawn(sync_settings::follow(backend.clone(), cache.clone(), announcer.clone()));
        }
        Ok(Self {
            home: home.to_path_buf(),
            options,
            cache,
            announcer,
            backend,
            importing: files::Importing::default(),
            bulk: bulk::BulkDesk::default(),
            follower,
            _window: window,
        })
    }

    /// The data folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The cache, for files and measurements.
    pub fn cache(&self) -> &Arc<Cache> {
        &self.cache
    }

    /// Topics that change from now on.
    pub fn changes(&self) -> broadcast::Receiver<Vec<Topic>> {
        self.announcer.subscribe()
    }

    async fn backend(&self) -> Arc<Backend> {
        self.backend.read().await.clone()
    }

    /// Asks the server, as who is signed in.
    async fn ask<T, F, R>(&self, call: F) -> Result<T>
    where
        F: Fn(Arc<Remote>, String) -> R,
        R: Future<Output = std::result::Result<T, Failed>>,
    {
        let backend = self.backend().await;
        match backend.session.call(|token| call(backend.remote.clone(), token)).await {
            Err(failed) if failed.failure == Failure::SignedOut => Err(self.not_signed_in().await),
            other => Ok(other?),
        }
    }

    /// Says that edits were saved or settled here: views ask again, the engine looks into the outbox.
    async fn edited(&self) {
        self.announcer.announce(&[Topic::Stores, Topic::Outbox, Topic::Reviews, Topic::Status]);
        self.backend().await.tell(Input::EditSaved).await;
    }

    /// Ends the sync and closes the cache.
    pub async fn close(mut self) {
        self.follower.shutdown().await;
        self.importing.end().await;
        self.backend().await.stop_sync().await;
        drop(self.backend);
        if let Ok(cache) = Arc::try_unwrap(self.cache) {
            cache.close().await;
        }
    }
}

/// The answer to a save.
fn saved(edit: Option<&Edit>) -> Saved {
    Saved {
        edit_id: edit.map(|edit| edit.edit_id),
        saved_at: clock::at(clock::now_ms()),
        changes: edit.map(|edit| change::changes(&edit.writes)).unwrap_or_default(),
    }
}
