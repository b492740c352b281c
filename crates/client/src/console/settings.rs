//! What a person can set.

use std::sync::Arc;

use domain::ipc::{Settings, Topic};
use domain::problem::ErrorCode;
use domain::text;

use super::backend::Backend;
use super::{Console, Mode, Options};
use crate::cache::Cache;
use crate::error::{Error, Result};
use crate::remote;

/// Where a backend listens that was started without an address.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:8787";

const SETTINGS: &str = "settings";
const NAME_CHARS_MAX: usize = 60;

/// The address that counts.
pub(super) async fn server(cache: &Cache, options: &Options) -> Result<String> {
    if let Some(server) = &options.server {
        return Ok(server.clone());
    }
    let stored: Option<Settings> = cache.fact(SETTINGS).await?;
    Ok(stored.map_or_else(|| DEFAULT_SERVER.to_owned(), |settings| settings.server))
}

/// This computer's own name.
fn host_name() -> String {
    let from_file = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = std::env::var("COMPUTERNAME").ok().or_else(from_file).or_else(|| std::env::var("HOSTNAME").ok());
    let name = name.map(|name| text::tidy(&name)).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| "computer".to_owned())
}

impl Console {
    /// The settings that count.
    ///
    /// # Errors
    /// `storage`.
    pub async fn settings(&self) -> Result<Settings> {
        let stored: Option<Settings> = self.cache.fact(SETTINGS).await?;
        let mut settings = stored.unwrap_or_else(|| Settings {
            server: DEFAULT_SERVER.to_owned(),
            language: Default::default(),
            theme: Default::default(),
            device_name: host_name(),
            data_folder: String::new(),
            server_fixed: false,
        });
        settings.data_folder = self.home.display().to_string();
        settings.server_fixed = self.options.server.is_some();
        if let Some(server) = &self.options.server {
            settings.server.clone_from(server);
        }
        Ok(settings)
    }

    /// Keeps settings. Another server is used at once; edits are kept and go to the new one.
    ///
    /// # Errors
    /// `bad_request` for an address that is none, `read_only` for one that is given from outside, `bad_value`
    /// for an empty computer name; `storage`.
    pub async fn save_settings(&self, wanted: Settings) -> Result<Settings> {
        let before = self.settings().await?;
        let mut settings = wanted;
        settings.device_name = text::tidy(&settings.device_name).chars().take(NAME_CHARS_MAX).collect();
        if settings.device_name.is_empty() {
            let problem = domain::Problem::new(ErrorCode::BadValue, "give this computer a name; nothing was changed");
            return Err(problem.about("device_name").into());
        }
        settings.server = remote::tidy(&settings.server);
        let moved = settings.server != remote::tidy(&before.server);
        if moved && before.server_fixed {
            return Err(Error::new(
                ErrorCode::ReadOnly,
                "the server's address is given by the command line or the environment: change it there",
            ));
        }
        let next = if moved {
            Some(Backend::connect(&self.home, &settings.server, &self.options, &self.cache).await?)
        } else {
            None
        };
        if before.server_fixed {
            let stored: Option<Settings> = self.cache.fact(SETTINGS).await?;
            settings.server = stored.map_or_else(|| DEFAULT_SERVER.to_owned(), |stored| stored.server);
        }
        self.cache.set_fact(SETTINGS, &settings).await?;
        if let Some(next) = next {
            let mut backend = self.backend.write().await;
            backend.stop_sync().await;
            if self.options.mode == Mode::Window {
                next.start_sync(&self.cache, &self.announcer, None, true).await;
            }
            *backend = Arc::new(next);
        }
        self.announcer.announce(&[Topic::Settings, Topic::Status, Topic::Session]);
        self.settings().await
    }
}
