//! A real window, driven the way a person drives it: real clicks, real keys, what is really shown.
//!
//! [`Window::open`] starts `tauri-driver` with WebKit's own driver behind it on free ports, and the
//! program behind that. Everything that names an element waits until it is there, shown and
//! reachable, or until [`PATIENCE`] is over: a page that renders again between two steps is no
//! failure, and no test sleeps.

mod error;
mod process;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

pub use error::{Result, WindowError};
use process::{DriverProcess, free_ports, kill, program_gone, program_of, runs};

/// How long an element or a condition is waited for. Long, because a loaded machine is no failure;
/// nothing waits longer than it must.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(25);

/// One answer of the driver; it answers at once, except while the program starts.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// The key under which WebDriver refers to an element, fixed by its specification.
const ELEMENT_KEY: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys without a character, as WebDriver spells them.
pub mod key {
    /// Backspace.
    pub const BACKSPACE: &str = "\u{E003}";
    /// Tab.
    pub const TAB: &str = "\u{E004}";
    /// Enter.
    pub const ENTER: &str = "\u{E007}";
    /// Shift; for [`super::Window::press`].
    pub const SHIFT: &str = "\u{E008}";
    /// Control; for [`super::Window::press`].
    pub const CONTROL: &str = "\u{E009}";
    /// Escape.
    pub const ESCAPE: &str = "\u{E00C}";
    /// Arrow up.
    pub const UP: &str = "\u{E013}";
    /// Arrow down.
    pub const DOWN: &str = "\u{E015}";
    /// Page down.
    pub const PAGE_DOWN: &str = "\u{E00F}";
    /// End.
    pub const END: &str = "\u{E010}";
    /// Home.
    pub const HOME: &str = "\u{E011}";
    /// Delete.
    pub const DELETE: &str = "\u{E017}";
    /// F6.
    pub const F6: &str = "\u{E036}";
    /// F8.
    pub const F8: &str = "\u{E038}";
}

/// Which element is meant: the first that a CSS selector matches, or the first of those that contain
/// a text. `&str` converts into the former.
#[derive(Debug, Clone)]
pub struct Target {
    css: String,
    text: Option<String>,
}

impl Target {
    /// The first element that matches `css` and whose text contains `text`.
    pub fn with_text(css: impl Into<String>, text: impl Into<String>) -> Self {
        Self { css: css.into(), text: Some(text.into()) }
    }
}

impl From<&str> for Target {
    fn from(css: &str) -> Self {
        Self { css: css.to_owned(), text: None }
    }
}

impl From<&Target> for Target {
    fn from(target: &Target) -> Self {
        target.clone()
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.text {
            None => write!(f, "`{}`", self.css),
            Some(text) => write!(f, "`{}` with the text “{text}”", self.css),
        }
    }
}

/// A reference to one element of the page as it is drawn now.
#[derive(Debug, Clone)]
struct Element(String);

/// What to open.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Added to the environment: the display, the bus, the program's own variables.
    pub environment: Vec<(String, String)>,
}

/// A session with one window of the program.
#[derive(Debug)]
pub struct Window {
    http: Client,
    session_url: String,
    driver: DriverProcess,
}

impl Window {
    /// Starts the program under a driver of its own and returns when its page has loaded.
    ///
    /// # Errors
    /// When the driver is not installed or the program ends at once.
    pub async fn open(launch: &Launch) -> Result<Self> {
        const PROGRAM: &str = "tauri-driver";
        let start_failed = |source| WindowError::Start { program: PROGRAM, source };
        let (port, native_port) = free_ports().map_err(start_failed)?;
        let child = Command::new(PROGRAM)
            .args(["--port", &port.to_string(), "--native-port", &native_port.to_string()])
            .envs(launch.environment.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(start_failed)?;
        let driver = DriverProcess::new(child);
        let http = Client::builder()
            .no_proxy()
            .timeout(ANSWER_LIMIT)
            .build()
            .map_err(|source| WindowError::Connection { step: "nothing yet".to_owned(), source })?;
        let root = format!("http://127.0.0.1:{port}");
        // Both listen before a session is asked for; the status is the native driver's.
        wait_until("the driver to listen", PATIENCE, async || {
            Ok(match call(&http, Method::GET, &format!("{root}/status"), None).await {
                Ok(_) => Seen::Yes(()),
                Err(error) => Seen::NotYet(error.to_string()),
            })
        })
        .await?;
        let options = json!({
            "application": launch.program,
            "args": launch.arguments,
        });
        let capabilities = json!({"alwaysMatch": {"tauri:options": options}});
        let url = format!("{root}/session");
        let body = Some(json!({"capabilities": capabilities}));
        let session = tokio::select! {
            session = call(&http, Method::POST, &url, body) => session?,
            () = program_gone(driver.id()) => return Err(WindowError::NoProgram),
        };
        let id = session["sessionId"].as_str().unwrap_or_default();
        Ok(Self { session_url: format!("{root}/session/{id}"), http, driver })
    }

    /// Ends the session, which ends the program, and returns when it is gone.
    ///
    /// # Errors
    /// When the program is gone already, or does not end.
    pub async fn close(self) -> Result<()> {
        let pid = self.pid()?;
        call(&self.http, Method::DELETE, &self.session_url, None).await?;
        ended(pid).await
    }

    /// The process of the program, for measurements.
    ///
    /// # Errors
    /// When the program ended.
    pub fn pid(&self) -> Result<u32> {
        program_of(self.driver.id()).ok_or(WindowError::NoProgram)
    }

    /// Ends the program by `kill -9`, as a crash would, and returns when it is gone. The session is over
    /// with it.
    ///
    /// # Errors
    /// When the program ended already.
    pub async fn kill_program(self) -> Result<()> {
        let pid = self.pid()?;
        kill(pid);
        ended(pid).await
    }

    /// Sets the window's size in pixels.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn resize(&self, width_px: u32, height_px: u32) -> Result<()> {
        let size = json!({"x": 0, "y": 0, "width": width_px, "height": height_px});
        self.post("window/rect", size).await.map(drop)
    }

    /// Runs `script` as the body of a function in the page and returns what it returns.
    ///
    /// # Errors
    /// When it throws (`javascript error`).
    pub async fn execute(&self, script: &str, arguments: Value) -> Result<Value> {
        self.post("execute/sync", json!({"script": script, "args": arguments})).await
    }

    /// Waits for the element to be there and shown, scrolls to it and clicks its middle.
    ///
    /// # Errors
    /// When it does not become clickable in time.
    pub async fn click(&self, target: impl Into<Target>) -> Result<()> {
        let target = target.into();
        self.with_element(&target, "to be clicked", async |element| {
            self.post(&format!("element/{}/click", element.0), json!({})).await.map(drop)
        })
        .await
    }

    /// Clicks into the field, selects what it holds and types `text` over it. An empty `text` empties
    /// the field.
    ///
    /// # Errors
    /// When the field does not become reachable in time.
    pub async fn type_over(&self, target: impl Into<Target>, text: &str) -> Result<()> {
        let target = target.into();
        self.click(&target).await?;
        self.press(&[key::CONTROL, "a"]).await?;
        self.send_keys(&target, if text.is_empty() { key::BACKSPACE } else { text }).await
    }

    /// Types at the end of what the element holds; keys of [`key`] may be mixed in.
    ///
    /// # Errors
    /// When the element does not become reachable in time.
    pub async fn send_keys(&self, target: impl Into<Target>, keys: &str) -> Result<()> {
        let target = target.into();
        self.with_element(&target, "to be typed into", async |element| {
            let body = json!({"text": keys});
            self.post(&format!("element/{}/value", element.0), body).await.map(drop)
        })
        .await
    }

    /// Presses the keys together on whatever has the focus, as in `[CONTROL, "k"]`, and lets them go
    /// in the opposite order.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn press(&self, keys: &[&str]) -> Result<()> {
        let down = keys.iter().map(|key| json!({"type": "keyDown", "value": key}));
        let up = keys.iter().rev().map(|key| json!({"type": "keyUp", "value": key}));
        let actions: Vec<Value> = down.chain(up).collect();
        let source = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.post("actions", json!({"actions": [source]})).await.map(drop)
    }

    /// The text of the element as it is shown. Waits for the element.
    ///
    /// # Errors
    /// When it does not appear in time.
    pub async fn text(&self, target: impl Into<Target>) -> Result<String> {
        let target = target.into();
        self.with_element(&target, "to be read", async |element| {
            Ok(string(self.get(&format!("element/{}/text", element.0)).await?))
        })
        .await
    }

    /// An attribute of the element as it stands in the document, `None` where it has none. Waits for
    /// the element.
    ///
    /// # Errors
    /// When the element does not appear in time.
    pub async fn attribute(&self, target: impl Into<Target>, name: &str) -> Result<Option<String>> {
        let target = target.into();
        self.with_element(&target, "to be read", async |element| {
            let value = self.get(&format!("element/{}/attribute/{name}", element.0)).await?;
            Ok((!value.is_null()).then(|| string(value)))
        })
        .await
    }

    /// What a field holds now.
    ///
    /// # Errors
    /// When it does not appear in time.
    pub async fn value(&self, target: impl Into<Target>) -> Result<String> {
        let target = target.into();
        self.with_element(&target, "to be read", async |element| {
            Ok(string(self.get(&format!("element/{}/property/value", element.0)).await?))
        })
        .await
    }

    /// How many elements match now, without waiting.
    ///
    /// # Errors
    /// When the selector is wrong.
    pub async fn count(&self, target: impl Into<Target>) -> Result<usize> {
        // Counted in the page: the driver cannot hand out an element that goes away while it does.
        let found = self.matching(&target.into(), "found.length").await?;
        Ok(found.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0))
    }

    /// Waits until the element's text contains `text`; returns the whole text.
    ///
    /// # Errors
    /// When it does not in time; the error says what was shown instead.
    pub async fn wait_for_text(&self, target: impl Into<Target>, text: &str) -> Result<String> {
        let target = target.into();
        wait_until(&format!("“{text}” in {target}"), PATIENCE, async || {
            let shown = match self.find(&target).await {
                Ok(element) => self.get(&format!("element/{}/text", element.0)).await,
                Err(error) => Err(error),
            };
            match shown.map(string) {
                Ok(shown) if shown.contains(text) => Ok(Seen::Yes(shown)),
                Ok(shown) => Ok(Seen::NotYet(format!("“{shown}”"))),
                Err(error) if error.may_pass() => Ok(Seen::NotYet(error.to_string())),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Waits until as many elements match as `enough` accepts; returns how many.
    ///
    /// # Errors
    /// When they do not in time.
    pub async fn wait_for_count(&self, target: impl Into<Target>, enough: impl Fn(usize) -> bool) -> Result<usize> {
        let target = target.into();
        wait_until(&format!("the right number of {target}"), PATIENCE, async || {
            let count = self.count(&target).await?;
            Ok(if enough(count) { Seen::Yes(count) } else { Seen::NotYet(count.to_string()) })
        })
        .await
    }

    /// Waits until `script`, the body of a function, returns something true; returns that.
    ///
    /// # Errors
    /// When it does not in time. A script that throws counts as not yet.
    pub async fn wait_for_script(&self, what: &str, script: &str) -> Result<Value> {
        wait_until(what, PATIENCE, async || match self.execute(script, json!([])).await {
            Ok(Value::Null | Value::Bool(false)) => Ok(Seen::NotYet("nothing".to_owned())),
            Ok(value) => Ok(Seen::Yes(value)),
            Err(error) if error.may_pass() => Ok(Seen::NotYet(error.to_string())),
            Err(error) => Err(error),
        })
        .await
    }

    /// Finds the element and does `step` with it, again and again while that may pass by itself.
    async fn with_element<T>(
        &self,
        target: &Target,
        purpose: &str,
        step: impl AsyncFn(Element) -> Result<T>,
    ) -> Result<T> {
        wait_until(&format!("{target} {purpose}"), PATIENCE, async || {
            let done = match self.find(target).await {
                Ok(element) => step(element).await,
                Err(error) => Err(error),
            };
            match done {
                Ok(value) => Ok(Seen::Yes(value)),
                Err(error) if error.may_pass() => Ok(Seen::NotYet(error.to_string())),
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn find(&self, target: &Target) -> Result<Element> {
        let found = self.matching(target, "found.slice(0, 1)").await?;
        let id = found.get(0).and_then(|first| first[ELEMENT_KEY].as_str());
        id.map(|id| Element(id.to_owned())).ok_or_else(|| WindowError::Driver {
            step: "find".to_owned(),
            code: "no such element".to_owned(),
            message: target.to_string(),
        })
    }

    /// What a script makes of the elements that match, which it knows as `found`.
    async fn matching(&self, target: &Target, answer: &str) -> Result<Value> {
        let script = format!(
            "const found = [...document.querySelectorAll(arguments[0])]\
            .filter(element => arguments[1] === null || element.textContent.includes(arguments[1]));\
            return {answer};"
        );
        self.execute(&script, json!([target.css, target.text])).await
    }

    async fn get(&self, path: &str) -> Result<Value> {
        call(&self.http, Method::GET, &format!("{}/{path}", self.session_url), None).await
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value> {
        call(&self.http, Method::POST, &format!("{}/{path}", self.session_url), Some(body)).await
    }
}

/// One look at a condition.
#[derive(Debug)]
pub enum Seen<T> {
    /// It is true, and this is what came of it.
    Yes(T),
    /// It is not true yet; this was seen instead.
    NotYet(String),
}

/// Looks at a condition until it is true or `patience` is over.
///
/// # Errors
/// When time is over, with `what` was waited for and what was seen last; or the condition's own.
pub async fn wait_until<T>(
    what: &str,
    patience: Duration,
    mut condition: impl AsyncFnMut() -> Result<Seen<T>>,
) -> Result<T> {
    let start = Instant::now();
    let mut ticks = tokio::time::interval(POLL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let last = match condition().await? {
            Seen::Yes(value) => return Ok(value),
            Seen::NotYet(last) => last,
        };
        if start.elapsed() >= patience {
            let what = what.to_owned();
            return Err(WindowError::TimedOut { what, last, waited_s: patience.as_secs() });
        }
    }
}

/// Waits until the process is gone.
async fn ended(pid: u32) -> Result<()> {
    wait_until("the program to end", PATIENCE, async || {
        Ok(if runs(pid) { Seen::NotYet("it runs".to_owned()) } else { Seen::Yes(()) })
    })
    .await
}

/// Sends one command and unpacks its `value`.
async fn call(http: &Client, method: Method, url: &str, body: Option<Value>) -> Result<Value> {
    let step = || format!("{method} {}", url.rsplit_once("/session/").map_or(url, |(_, path)| path));
    let lost = |source| WindowError::Connection { step: step(), source };
    let mut request = http.request(method.clone(), url);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.map_err(lost)?;
    let failed = !response.status().is_success();
    let mut answer: Value = response.json().await.map_err(lost)?;
    let value = answer["value"].take();
    if !failed {
        return Ok(value);
    }
    let part = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Err(WindowError::Driver { step: step(), code: part("error"), message: part("message") })
}

fn string(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
