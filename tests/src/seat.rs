//! Somebody's place at a device: a screen of its own with the program's window on it.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::display::{Display, DisplayError};
use crate::webdriver::{self, Launch, Seen, Target, Window, WindowError};
use crate::world::{Device, console_program};

/// Size of the screen, and so of the window, in pixels.
pub const SCREEN_PX: (u32, u32) = (1280, 832);

/// Why somebody cannot sit down.
#[derive(Debug, thiserror::Error)]
pub enum SeatError {
    /// No screen.
    #[error(transparent)]
    Display(#[from] DisplayError),
    /// No window.
    #[error(transparent)]
    Window(#[from] WindowError),
}

/// A screen with a window. If a test fails while it is open, a picture of it is kept.
pub struct Seat {
    name: String,
    device: Device,
    environment: Vec<(String, String)>,
    /// The screen.
    pub display: Display,
    window: Option<Window>,
}

impl Seat {
    /// Opens the device's window on a new screen.
    ///
    /// # Errors
    /// When there is no Xvfb, no driver, or the program ends at once.
    pub async fn open(device: &Device) -> Result<Self, SeatError> {
        Self::open_with(device, &[]).await
    }

    /// The same with more in the environment, which counts over the device's own.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_with(device: &Device, more: &[(String, String)]) -> Result<Self, SeatError> {
        let display = Display::start(SCREEN_PX.0, SCREEN_PX.1)?;
        let name = device.home.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut environment = display.environment();
        environment.extend(device.environment());
        environment.extend(more.iter().cloned());
        let mut seat = Self { name, device: device.clone(), environment, display, window: None };
        seat.start().await?;
        Ok(seat)
    }

    /// Starts the program on this screen, if it does not run.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn start(&mut self) -> Result<(), WindowError> {
        if self.window.is_none() {
            let environment = self.environment.clone();
            self.window =
                Some(Window::open(&Launch { program: console_program(), arguments: vec![], environment }).await?);
        }
        Ok(())
    }

    /// The window.
    ///
    /// # Panics
    /// If the program was ended.
    #[must_use]
    pub fn window(&self) -> &Window {
        let Some(window) = &self.window else { panic!("the program of {} was ended", self.name) };
        window
    }

    /// The device that is used here.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// When the program ended already.
    pub async fn kill(&mut self) -> Result<(), WindowError> {
        match self.window.take() {
            Some(window) => window.kill_program().await,
            None => Err(WindowError::NoProgram),
        }
    }

    /// Closes the window.
    ///
    /// # Errors
    /// When the program ended already.
    pub async fn close(mut self) -> Result<(), WindowError> {
        match self.window.take() {
            Some(window) => window.close().await,
            None => Ok(()),
        }
    }

    /// What all elements that match say, as it is shown.
    ///
    /// # Errors
    /// When the selector is wrong.
    pub async fn texts(&self, css: &str) -> Result<Vec<String>, WindowError> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(element => element.innerText.trim())";
        let found = self.window().execute(script, json!([css])).await?;
        Ok(serde_json::from_value(found).unwrap_or_default())
    }

    /// An attribute of all elements that match.
    ///
    /// # Errors
    /// When the selector is wrong.
    pub async fn attributes(&self, css: &str, name: &str) -> Result<Vec<String>, WindowError> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.getAttribute(arguments[1]) ?? '')";
        let found = self.window().execute(script, json!([css, name])).await?;
        Ok(serde_json::from_value(found).unwrap_or_default())
    }

    /// Waits until what the elements say is right; answers with it.
    ///
    /// # Errors
    /// When it is not in time; the error says what was shown last.
    pub async fn wait_for_texts(
        &self,
        what: &str,
        css: &str,
        right: impl Fn(&[String]) -> bool,
    ) -> Result<Vec<String>, WindowError> {
        webdriver::wait_until(what, webdriver::PATIENCE, async || {
            let texts = self.texts(css).await?;
            Ok(if right(&texts) { Seen::Yes(texts) } else { Seen::NotYet(format!("{texts:?}")) })
        })
        .await
    }

    /// Waits until one of the elements says `text`; answers with all that it says. Reads what the page lays out:
    /// the driver's own call leaves out texts that are clipped by an ellipsis.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn says(&self, css: &str, text: &str) -> Result<String, WindowError> {
        let what = format!("“{text}” in `{css}`");
        let right = |texts: &[String]| texts.iter().any(|shown| shown.contains(text));
        let texts = self.wait_for_texts(&what, css, right).await?;
        Ok(texts.into_iter().find(|shown| shown.contains(text)).unwrap_or_default())
    }

    /// Waits until the status bar says synced.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn synced(&self) -> Result<(), WindowError> {
        self.window().wait_for_count("[data-testid=status-sync].ok", |count| count == 1).await.map(drop)
    }

    /// Waits until the status bar says that the server cannot be reached.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn offline(&self) -> Result<(), WindowError> {
        self.window().wait_for_count("[data-testid=status-sync].off", |count| count == 1).await.map(drop)
    }

    /// Goes to a page by its link in the rail: `stores`, `outbox`, `conflicts`, `insights`, `settings`.
    ///
    /// # Errors
    /// When the link is not reachable.
    pub async fn go(&self, page: &str) -> Result<(), WindowError> {
        let link = format!("[data-testid=nav-{page}]");
        self.window().click(link.as_str()).await?;
        self.window().wait_for_count(format!("{link}[aria-current=page]").as_str(), |count| count == 1).await.map(drop)
    }

    /// Opens a store's profile the way a person does: search, row, edit.
    ///
    /// # Errors
    /// When it cannot be found.
    pub async fn open_store(&self, search: &str, id: &str) -> Result<(), WindowError> {
        self.go("stores").await?;
        self.window().type_over("[data-testid=store-search]", search).await?;
        // Rows move while the answer of the search arrives: who met another row clicks once more.
        let row = format!("[data-testid=store-row][data-id=\"{id}\"]");
        let (name, selected) = (format!("{row} [data-testid=store-name]"), format!("{row}[aria-current=true]"));
        webdriver::wait_until("the store to be selected", webdriver::PATIENCE, async || {
            self.window().click(name.as_str()).await?;
            let count = self.window().count(&Target::from(selected.as_str())).await?;
            Ok(if count == 1 { Seen::Yes(()) } else { Seen::NotYet(format!("{count} rows are")) })
        })
        .await?;
        self.says("[data-testid=side-panel]", id).await?;
        self.window().click("[data-testid=store-edit]").await?;
        self.window().wait_for_count("[data-testid=field-name]", |count| count == 1).await.map(drop)
    }

    /// Types over a field of the profile.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn fill(&self, field: &str, text: &str) -> Result<(), WindowError> {
        self.window().type_over(format!("[data-testid=\"field-{field}\"]").as_str(), text).await
    }

    /// Saves by `Ctrl S` and waits until the window says so.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn save(&self) -> Result<(), WindowError> {
        self.window().press(&[webdriver::key::CONTROL, "s"]).await?;
        self.window().wait_for_count("[data-testid=saved-at]", |count| count == 1).await.map(drop)
    }

    /// Waits until an element is there.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn appears(&self, target: impl Into<Target>) -> Result<(), WindowError> {
        self.window().wait_for_count(target, |count| count > 0).await.map(drop)
    }

    /// Waits until an element is gone.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn vanishes(&self, target: impl Into<Target>) -> Result<(), WindowError> {
        self.window().wait_for_count(target, |count| count == 0).await.map(drop)
    }
}

/// Where pictures go: `target/screenshots` of the project, or where the environment says.
#[must_use]
pub fn pictures() -> PathBuf {
    std::env::var_os("MERCHANT_CONSOLE_OUT")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots"), PathBuf::from)
}

impl Drop for Seat {
    fn drop(&mut self) {
        if std::thread::panicking() && self.window.is_some() {
            let folder = pictures();
            let file = folder.join(format!("failed-{}.png", self.name));
            let kept = std::fs::create_dir_all(&folder).is_ok() && self.display.screenshot(&file).is_ok();
            if kept {
                eprintln!("the window of {} when it failed: {}", self.name, file.display());
            }
        }
    }
}
