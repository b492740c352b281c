//! How this device sends: read, changed by administrators, in force from the next moment on.

use std::sync::Arc;

use domain::Role;
use domain::ipc::{SyncSettings, Topic};
use domain::problem::ErrorCode;
use sync_engine::device::{Backoff, Config};
use tokio::sync::RwLock;
use tokio::sync::broadcast::error::RecvError;

use super::Console;
use super::backend::Backend;
use crate::cache::Cache;
use crate::driver::Announcer;
use crate::error::{Error, Result};

const SYNC_SETTINGS: &str = "sync_settings";

/// What counts: what is stored, or the defaults where that cannot be used. They are the safe choice, and a device
/// that does not sync at all would be worse.
pub(super) async fn in_force(cache: &Cache) -> SyncSettings {
    let stored = async {
        let settings: SyncSettings = cache.fact(SYNC_SETTINGS).await?.unwrap_or_default();
        settings.check()?;
        Ok::<_, Error>(settings)
    };
    stored.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the stored sync settings cannot be used; the defaults count");
        SyncSettings::default()
    })
}

/// The same for the engine.
pub(super) fn engine_config(settings: &SyncSettings) -> Config {
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Config {
        batch_edits_max: size(settings.batch_edits),
        batch_bytes_max: size(settings.batch_kib.saturating_mul(1024)),
        linger_ms: settings.linger_ms,
        backoff: Backoff {
            burst: u32::try_from(settings.burst).unwrap_or(u32::MAX),
            first_ms: settings.first_ms,
            burst_max_ms: settings.burst_max_ms,
            slow_ms: settings.slow_ms,
        },
        ..Config::default()
    }
}

/// Puts in force what another process on this data folder has set. Ends with the announcer.
pub(super) async fn follow(backend: Arc<RwLock<Arc<Backend>>>, cache: Arc<Cache>, announcer: Announcer) {
    let mut changes = announcer.subscribe();
    loop {
        match changes.recv().await {
            Ok(topics) if !topics.contains(&Topic::Settings) => {}
            // Too many at once: one of them may have been it.
            Ok(_) | Err(RecvError::Lagged(_)) => {
                let backend = backend.read().await.clone();
                if let Err(error) = backend.apply_settings(&cache, &announcer).await {
                    tracing::warn!(%error, "the sync settings could not be put in force");
                }
            }
            Err(RecvError::Closed) => return,
        }
    }
}

impl Console {
    /// How this device sends.
    ///
    /// # Errors
    /// `storage`.
    pub async fn sync_settings(&self) -> Result<SyncSettings> {
        Ok(self.cache.fact(SYNC_SETTINGS).await?.unwrap_or_default())
    }

    /// Keeps how this device sends and puts it in force: a running sync starts anew, what was on its way is sent
    /// again and has its one effect.
    ///
    /// # Errors
    /// `forbidden` unless an administrator is signed in, or was last; `bad_value` about the mistaken setting;
    /// `storage`. Nothing was changed then.
    pub async fn save_sync_settings(&self, wanted: SyncSettings) -> Result<SyncSettings> {
        let backend = self.backend().await;
        backend.session.introduce().await;
        let actor = backend.session.actor().await?;
        if actor.is_none_or(|actor| actor.role != Role::Administrator) {
            return Err(Error::new(
                ErrorCode::Forbidden,
                "only administrators may set how this device sends: nothing was changed",
            ));
        }
        wanted.check()?;
        self.cache.set_fact(SYNC_SETTINGS, &wanted).await?;
        backend.apply_settings(&self.cache, &self.announcer).await?;
        self.announcer.announce(&[Topic::Settings, Topic::Status]);
        Ok(wanted)
    }
}
