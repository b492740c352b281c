//! A screen and a session bus of one's own, so that a test opens real windows on any machine and
//! never touches the desktop (or the keyring) of whoever runs it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a service may take to appear on the bus, and how often it is looked for.
const START_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);

/// Why a screen, a bus or a picture could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DisplayError {
    /// A program is not installed or cannot be started.
    #[error("{program} could not be started: {source}; `./dev doctor` names the package")]
    Start {
        /// The program's name.
        program: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program started, and ended before it said where it listens.
    #[error("{program} ended before it was ready")]
    NotReady {
        /// The program's name.
        program: &'static str,
    },
    /// A program ran and reported a failure.
    #[error("{program} failed: {message}")]
    Failed {
        /// The program's name.
        program: &'static str,
        /// Its standard error, trimmed.
        message: String,
    },
}

/// A child that is asked to end, then waited for, when it is dropped. Asked, not killed, because an X
/// server that is killed leaves its lock file behind.
#[derive(Debug)]
struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            // The child is gone already, or there is no `kill`: both are settled by this.
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// Starts `command` and reads the first line of its standard output, which says where it listens.
fn start(program: &'static str, mut command: Command) -> Result<(Background, String), DisplayError> {
    let failed = |source| DisplayError::Start { program, source };
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let mut child = Background(child);
    let mut line = String::new();
    if let Some(out) = child.0.stdout.take() {
        BufReader::new(out).read_line(&mut line).map_err(failed)?;
    }
    let line = line.trim().to_owned();
    if line.is_empty() { Err(DisplayError::NotReady { program }) } else { Ok((child, line)) }
}

/// A virtual screen. It disappears with the value.
///
/// There is no window manager on it: a window is shown at its own size in the top left corner, and
/// WebDriver's clicks and keys reach it all the same. Give every window a screen of its own, so that
/// none covers another.
#[derive(Debug)]
pub struct Display {
    name: String,
    _server: Background,
}

impl Display {
    /// Starts a screen of `width_px` × `height_px` under a number that is free.
    ///
    /// # Errors
    /// When Xvfb is not installed or no number is free.
    pub fn start(width_px: u32, height_px: u32) -> Result<Self, DisplayError> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"]).arg(format!("{width_px}x{height_px}x24"));
        let (server, number) = start("Xvfb", command)?;
        Ok(Self { name: format!(":{number}"), _server: server })
    }

    /// The value for `DISPLAY`, such as `:99`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a program needs in its environment to open its window here, in software, without the
    /// graphics card that a virtual screen lacks.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        [
            ("DISPLAY", self.name.as_str()),
            ("GDK_BACKEND", "x11"),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Writes a picture of the whole screen to `file` (PNG). WebDriver's own call hangs on a virtual
    /// screen, so the picture is taken from the X server.
    ///
    /// # Errors
    /// When ImageMagick is not installed or the file cannot be written.
    pub fn screenshot(&self, file: &Path) -> Result<(), DisplayError> {
        const PROGRAM: &str = "import";
        let done = Command::new(PROGRAM)
            .args(["-silent", "-window", "root"])
            .arg(file)
            .env("DISPLAY", &self.name)
            .output()
            .map_err(|source| DisplayError::Start { program: PROGRAM, source })?;
        if done.status.success() {
            return Ok(());
        }
        let message = String::from_utf8_lossy(&done.stderr).trim().to_owned();
        Err(DisplayError::Failed { program: PROGRAM, message })
    }
}

/// A D-Bus session of one's own, with or without a keyring (Secret Service) on it. It disappears with
/// the value.
#[derive(Debug)]
pub struct SessionBus {
    address: String,
    // Dropped in this order: the keyring before the bus that it talks on.
    _keyring: Option<Background>,
    _bus: Background,
}

impl SessionBus {
    /// Starts a bus with nothing on it: a program finds no keyring here.
    ///
    /// # Errors
    /// When `dbus-daemon` is not installed.
    pub fn start() -> Result<Self, DisplayError> {
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        let (bus, address) = start("dbus-daemon", command)?;
        Ok(Self { address, _keyring: None, _bus: bus })
    }

    /// Starts a bus with an unlocked, empty GNOME keyring that keeps its files under `folder`,
    /// which only its owner may enter (a temporary folder is).
    ///
    /// # Errors
    /// When `dbus-daemon` or `gnome-keyring-daemon` is not installed.
    pub fn start_with_keyring(folder: &Path) -> Result<Self, DisplayError> {
        const PROGRAM: &str = "gnome-keyring-daemon";
        let mut session = Self::start()?;
        let failed = |source| DisplayError::Start { program: PROGRAM, source };
        let child = Command::new(PROGRAM)
            .args(["--foreground", "--unlock", "--components=secrets"])
            .arg("--control-directory")
            .arg(folder)
            .env("DBUS_SESSION_BUS_ADDRESS", &session.address)
            .env("XDG_DATA_HOME", folder)
            .env("XDG_RUNTIME_DIR", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let mut keyring = Background(child);
        // The keyring's password is the line it is given; it guards nothing but this test's files.
        if let Some(mut input) = keyring.0.stdin.take() {
            input.write_all(b"test\n").map_err(failed)?;
        }
        session.wait_for_name("org.freedesktop.secrets", PROGRAM)?;
        session._keyring = Some(keyring);
        Ok(session)
    }

    /// Waits until `program` offers `name` on the bus; it says nothing else when it is ready.
    fn wait_for_name(&self, name: &str, program: &'static str) -> Result<(), DisplayError> {
        const ASK: &str = "dbus-send";
        let start = Instant::now();
        while start.elapsed() < START_LIMIT {
            let answer = Command::new(ASK)
                .args(["--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/"])
                .args(["org.freedesktop.DBus.NameHasOwner", &format!("string:{name}")])
                .envs(self.environment())
                .output()
                .map_err(|source| DisplayError::Start { program: ASK, source })?;
            if String::from_utf8_lossy(&answer.stdout).contains("true") {
                return Ok(());
            }
            std::thread::park_timeout(POLL);
        }
        Err(DisplayError::NotReady { program })
    }

    /// What a program needs in its environment to use this bus and no other.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        vec![("DBUS_SESSION_BUS_ADDRESS".to_owned(), self.address.clone())]
    }
}
