//! The processes behind a window: the driver, the native driver, the program.

use std::ffi::OsString;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::POLL;

/// How long a program that was asked for may be without a process before it counts as ended.
const START_LIMIT: Duration = Duration::from_secs(5);

/// The driver's processes; they and the program end with the value.
#[derive(Debug)]
pub(super) struct DriverProcess(Child);

impl DriverProcess {
    pub(super) fn new(child: Child) -> Self {
        Self(child)
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for DriverProcess {
    fn drop(&mut self) {
        // Deepest first, so that no parent starts a child again or leaves it without one.
        for pid in descendants(self.0.id()).into_iter().rev() {
            kill(pid);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Two ports that nobody listens on. Both are held while they are chosen, so they differ.
pub(super) fn free_ports() -> std::io::Result<(u16, u16)> {
    let (one, two) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
    Ok((one.local_addr()?.port(), two.local_addr()?.port()))
}

/// The program's process below `driver`: tauri-driver → WebKitWebDriver → the program.
pub(super) fn program_of(driver: u32) -> Option<u32> {
    children(driver).first().and_then(|native| children(*native).first().copied())
}

/// Returns when the program does not run for [`START_LIMIT`]; WebKit's driver would wait for ever for
/// a program that ended.
pub(super) async fn program_gone(driver: u32) {
    let mut ticks = tokio::time::interval(POLL);
    let mut last_seen = Instant::now();
    while last_seen.elapsed() < START_LIMIT {
        ticks.tick().await;
        if program_of(driver).is_some_and(runs) {
            last_seen = Instant::now();
        }
    }
}

/// True while the process lives; one that ended and waits to be noticed by its parent does not.
pub(super) fn runs(pid: u32) -> bool {
    // The state follows the name, which stands in parentheses and may hold any character.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| state != 'Z')
}

/// The processes that `pid` started and that still run.
fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| list.split_whitespace().map(str::parse).collect::<Vec<_>>())
        .flatten()
        .collect()
}

/// All processes below `pid`, parents before children.
fn descendants(pid: u32) -> Vec<u32> {
    let mut found = children(pid);
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        found.extend(children(*pid));
        next += 1;
    }
    found
}

pub(super) fn kill(pid: u32) {
    let arguments: [OsString; 2] = ["-KILL".into(), pid.to_string().into()];
    // A process that ended in the meantime is what was wanted.
    let _ = Command::new("kill").args(arguments).stderr(Stdio::null()).status();
}
