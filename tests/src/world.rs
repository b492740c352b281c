//! The world of a test: a backend process on a free port, devices with data folders of their own, and the
//! command line between them. Everything lives in one temporary folder and ends with it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// How long a condition is waited for. Long, because a loaded machine is no failure.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Why the world does not hold together.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The operating system refused.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A program said something else than it should.
    #[error("{what}: {said}")]
    Program {
        /// Which program, doing what.
        what: String,
        /// What it said.
        said: String,
    },
}

fn system(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> WorldError {
    let what = what.into();
    move |source| WorldError::System { what, source }
}

/// Where the built programs are: beside the test's own, or where the environment says.
pub fn program(variable: &str, name: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return PathBuf::from(path);
    }
    let own = std::env::current_exe().unwrap_or_default();
    own.ancestors().map(|folder| folder.join(name)).find(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(name))
}

/// The desktop program.
pub fn console_program() -> PathBuf {
    program("MERCHANT_CONSOLE_BIN", "merchant-console")
}

/// The backend.
pub fn server_program() -> PathBuf {
    program("MERCHANT_CONSOLE_SERVER_BIN", "merchant-console-server")
}

/// One temporary folder for everything.
pub struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// An empty world.
    pub fn new() -> Result<Self, WorldError> {
        Ok(Self { folder: tempfile::tempdir().map_err(system("temporary folder"))? })
    }
    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    /// Leaves everything where it is, to be looked at.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }
    /// Starts the backend with demo merchants.
    pub fn backend(&self, merchants: u32) -> Result<Backend, WorldError> {
        Backend::start(&self.path("server.db"), merchants)
    }
    /// A device with a data folder of its own, signed in to the backend as a client of this role.
    pub fn device(&self, name: &str, backend: &Backend, role: &str) -> Result<Device, WorldError> {
        let secret = backend.add_client(name, role)?;
        let home = self.path(name);
        std::fs::create_dir_all(&home).map_err(system("data folder"))?;
        Ok(Device { home, server: backend.url.clone(), client_id: name.to_owned(), secret })
    }
}

/// The backend as a process.
pub struct Backend {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    database: PathBuf,
    merchants: u32,
}

impl Backend {
    fn start(database: &Path, merchants: u32) -> Result<Self, WorldError> {
        Self::listen(database, merchants, "127.0.0.1:0")
    }

    fn listen(database: &Path, merchants: u32, address: &str) -> Result<Self, WorldError> {
        let what = "starting the backend";
        let mut child = Command::new(server_program())
            .args(["--listen", address, "--database"])
            .arg(format!("sqlite:{}", database.display()))
            .args(["--demo", &merchants.to_string(), "--seed", "7"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(system(what))?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(system(what))?;
        }
        let url = serde_json::from_str::<Json>(&line)
            .ok()
            .and_then(|json| json["listening"].as_str().map(str::to_owned))
            .ok_or_else(|| WorldError::Program { what: what.into(), said: line })?;
        Ok(Self { child, url, database: database.to_owned(), merchants })
    }

    /// The process, for measurements.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Adds a machine client and returns its secret.
    pub fn add_client(&self, id: &str, role: &str) -> Result<String, WorldError> {
        let output = Command::new(server_program())
            .args(["client", "add", "--database"])
            .arg(format!("sqlite:{}", self.database.display()))
            .args(["--id", id, "--role", role])
            .stderr(Stdio::inherit())
            .output()
            .map_err(system("adding a client"))?;
        let secret = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && !secret.is_empty() {
            Ok(secret)
        } else {
            Err(WorldError::Program { what: "adding a client".into(), said: format!("{}: {secret}", output.status) })
        }
    }

    /// Kills it, as a power cut would.
    pub fn kill(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again on the same address and database.
    pub fn restart(&mut self) -> Result<(), WorldError> {
        self.kill();
        let address = self.address().to_owned();
        *self = Self::listen(&self.database.clone(), self.merchants, &address)?;
        Ok(())
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A data folder and the command line over it.
#[derive(Clone)]
pub struct Device {
    /// The data folder.
    pub home: PathBuf,
    /// The backend's address.
    pub server: String,
    client_id: String,
    secret: String,
}

/// How a command of the command line ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ended {
    /// The JSON document on standard output.
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("no JSON ({e}): {self:?}"))
    }
}

impl Device {
    /// What the program needs to know, for a window too.
    pub fn environment(&self) -> Vec<(String, String)> {
        vec![
            ("MERCHANT_CONSOLE_HOME".into(), self.home.display().to_string()),
            ("MERCHANT_CONSOLE_SERVER".into(), self.server.clone()),
            ("MERCHANT_CONSOLE_CLIENT_ID".into(), self.client_id.clone()),
            ("MERCHANT_CONSOLE_CLIENT_SECRET".into(), self.secret.clone()),
            // No keyring of the machine that runs the test.
            ("DBUS_SESSION_BUS_ADDRESS".into(), "unix:path=/nonexistent".into()),
            // What the window's own browser and toolkit keep stays with the device.
            ("XDG_DATA_HOME".into(), self.home.join("xdg/data").display().to_string()),
            ("XDG_CONFIG_HOME".into(), self.home.join("xdg/config").display().to_string()),
            ("XDG_CACHE_HOME".into(), self.home.join("xdg/cache").display().to_string()),
            ("NO_AT_BRIDGE".into(), "1".into()),
        ]
    }

    /// The same on another data folder.
    pub fn on(&self, home: PathBuf) -> Self {
        Self { home, ..self.clone() }
    }

    /// Id and secret of the client that it signs in as.
    pub fn credentials(&self) -> (&str, &str) {
        (&self.client_id, &self.secret)
    }

    /// A command that is not started yet.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(console_program());
        command.args(arguments).envs(self.environment()).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command
    }

    /// Runs a command to its end.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ended {
        let output =
            self.command(arguments).output().unwrap_or_else(|e| panic!("{}: {e}", console_program().display()));
        Ended {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs a command that must succeed, with `--json`, and reads its answer.
    pub fn ask(&self, arguments: &[&str]) -> Json {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let ended = self.run(&all);
        assert_eq!(ended.status, 0, "{all:?}: {ended:?}");
        ended.json()
    }

    /// Sends and receives until done.
    pub fn sync(&self) -> Json {
        self.ask(&["sync", "--once"])
    }
}

/// Waits until something holds; a test never sleeps a fixed time.
pub fn wait_until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
