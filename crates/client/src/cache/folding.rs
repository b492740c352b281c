//! The folding of the write-ahead log into the file, beside the writing: whoever commits does not wait for it, and the log
//! stays short.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::Mutex;

use super::direct::{blocking, connect};
use crate::error::Result;

/// Pages of the write-ahead log after which the commit that fills it folds it in: only where what is done here does not
/// suffice.
pub(super) const WAL_PAGES: &str = "131072";
/// What is left of the log's file when it begins anew, in bytes: what is written over is on the disk sooner than what makes
/// the file longer.
pub(super) const WAL_BYTES_KEPT: u64 = 48 * 1024 * 1024;
/// Commits after which the log is folded in.
const COMMITS: u32 = 1_000;

/// Commits after which its length is looked at: after each, saves would take a fifth longer.
const LOOK_COMMITS: u32 = 16;
/// The length of the log at which it is folded in after fewer: pages, imports and the index are few commits and many bytes.
const LONG_LOG_BYTES: u64 = 256 * 1024 * 1024;

// Whether the log is being brought to the disk, and whether it is to be once more.
const AT_REST: u8 = 0;
const WRITING_OUT: u8 = 1;
const WANTED: u8 = 2;

/// Of one file.
pub(super) struct Folding {
    path: PathBuf,
    /// Since it was begun last.
    commits: AtomicU32,
    /// Held while it goes on.
    running: Arc<Mutex<()>>,
    /// All is folded in but what was committed meanwhile. The next commit folds in that little: only a log of which nothing
    /// is left begins anew.
    rest: AtomicBool,
    writing_out: AtomicU8,
}

impl Folding {
    pub fn of(path: PathBuf) -> Self {
        let (commits, rest, writing_out) = (AtomicU32::new(0), AtomicBool::new(false), AtomicU8::new(AT_REST));
        Self { path, commits, running: Arc::default(), rest, writing_out }
    }

    /// After a commit, on its connection.
    pub fn committed(&self, connection: &Connection) {
        if self.rest.swap(false, Ordering::SeqCst) {
            told(checkpoint(connection));
        }
    }

    /// Begins every so many commits, or when the log is long.
    pub fn now_and_then(folding: &Arc<Self>) {
        let commits = folding.commits.fetch_add(1, Ordering::SeqCst);
        let is_long = || folding.log_bytes() > LONG_LOG_BYTES && !folding.rest.load(Ordering::SeqCst);
        if commits < COMMITS && !(commits.is_multiple_of(LOOK_COMMITS) && is_long()) {
            return;
        }
        let Ok(running) = Arc::clone(&folding.running).try_lock_owned() else { return };
        folding.commits.store(0, Ordering::SeqCst);
        let folding = Arc::clone(folding);
        tokio::task::spawn_blocking(move || {
            let _running = running;
            told(folding.run());
        });
    }

    /// Brings the log to the disk, beside the writing: whoever flushes it next waits for little.
    pub fn write_out(folding: &Arc<Self>) {
        if folding.writing_out.swap(WANTED, Ordering::SeqCst) != AT_REST {
            return;
        }
        let folding = Arc::clone(folding);
        tokio::task::spawn_blocking(move || {
            loop {
                folding.writing_out.store(WRITING_OUT, Ordering::SeqCst);
                // SQLite has no lock on this file that closing it would take away. Nothing depends on it.
                let log = OpenOptions::new().write(true).open(folding.log());
                if let Err(error) = log.and_then(|log| log.sync_data()) {
                    tracing::debug!(%error, "the write-ahead log was not brought to the disk early");
                }
                let state = &folding.writing_out;
                if state.compare_exchange(WRITING_OUT, AT_REST, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                    return;
                }
            }
        });
    }

    /// Folds in what much writing has left.
    pub async fn where_due(folding: &Arc<Self>) -> Result<()> {
        let folding = Arc::clone(folding);
        let _running = Arc::clone(&folding.running).lock_owned().await;
        blocking(move || {
            // No more than the file is cut to when it begins anew.
            if folding.log_bytes() > WAL_BYTES_KEPT { folding.run() } else { Ok(()) }
        })
        .await
    }

    /// Waits until nothing of it goes on.
    pub async fn ended(&self) {
        drop(self.running.lock().await);
    }

    fn log(&self) -> PathBuf {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        log.into()
    }

    fn log_bytes(&self) -> u64 {
        std::fs::metadata(self.log()).map_or(0, |log| log.len())
    }

    fn run(&self) -> Result<()> {
        let connection = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE, &[("wal_autocheckpoint", "0")])?;
        checkpoint(&connection)?;
        self.rest.store(true, Ordering::SeqCst);
        Ok(())
    }
}

fn checkpoint(connection: &Connection) -> Result<()> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
}

fn told(result: Result<()>) {
    if let Err(error) = result {
        tracing::warn!(%error, "the write-ahead log could not be folded in; it is tried again");
    }
}
