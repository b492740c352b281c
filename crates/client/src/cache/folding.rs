//! The folding of the write-ahead log into the file, beside the writing: whoever commits does not wait for it, and the log
//! stays short.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::Mutex;

use super::direct::{blocking, connect};
use crate::error::Result;

/// Pages of the write-ahead log after which the commit that fills it folds it in: only where what is done here does not
/// suffice.
pub(super) const WAL_PAGES: &str = "131072";
/// What is left of the log's file when it begins anew, in bytes: what is written over is on the disk sooner than what makes
/// the file longer.
pub(super) const WAL_BYTES_KEPT: u64 = 24 * 1024 * 1024;
/// Commits after which the log is folded in.
const COMMITS: u32 = 250;

/// A log of so many bytes is folded in after a page or a chunk of the index, which are few commits and many bytes.
const LONG_LOG_BYTES: u64 = 256 * 1024 * 1024;

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
    /// The log is to be brought to the disk, and is being.
    wanted_out: AtomicBool,
    writing_out: AtomicBool,
}

impl Folding {
    pub fn of(path: PathBuf) -> Self {
        Self {
            path,
            commits: AtomicU32::new(0),
            running: Arc::default(),
            rest: AtomicBool::new(false),
            wanted_out: AtomicBool::new(false),
            writing_out: AtomicBool::new(false),
        }
    }

    /// After a commit, on its connection.
    pub fn committed(&self, connection: &Connection) {
        if self.rest.swap(false, Ordering::SeqCst) {
            told(checkpoint(connection));
        }
    }

    /// Begins every so many commits, or when `much` was written and the log is long.
    pub fn now_and_then(folding: &Arc<Self>, much: bool) {
        let is_due = folding.commits.fetch_add(1, Ordering::SeqCst) >= COMMITS
            || much && folding.log_bytes() > LONG_LOG_BYTES && !folding.rest.load(Ordering::SeqCst);
        if !is_due {
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
        folding.wanted_out.store(true, Ordering::SeqCst);
        if folding.writing_out.swap(true, Ordering::SeqCst) {
            return;
        }
        let folding = Arc::clone(folding);
        tokio::task::spawn_blocking(move || {
            loop {
                while folding.wanted_out.swap(false, Ordering::SeqCst) {
                    // SQLite has no lock on this file that closing it would take away. Nothing depends on it.
                    let log = OpenOptions::new().write(true).open(folding.log());
                    if let Err(error) = log.and_then(|log| log.sync_data()) {
                        tracing::debug!(%error, "the write-ahead log was not brought to the disk early");
                    }
                }
                folding.writing_out.store(false, Ordering::SeqCst);
                // Wanted between the two: whoever came first takes it up.
                let again = folding.wanted_out.load(Ordering::SeqCst);
                if !again || folding.writing_out.swap(true, Ordering::SeqCst) {
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
