//! What the real parts of a run stand on: a folder of their own, files that need no migrations, and a machine whose
//! time and ids are the seed's.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use client::cache::{Cache, FILE_NAME};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// Where Linux keeps files in memory. Every flush is asked for as on a disk; it only costs nothing here.
const MEMORY_FILES: &str = "/dev/shm";

/// An empty folder that goes with its owner, in memory where the system has files there.
pub fn folder() -> TempDir {
    let of_run = tempfile::Builder::new().prefix("simulation-").tempdir_in(MEMORY_FILES);
    of_run.or_else(|_| tempfile::tempdir()).unwrap()
}

pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A database as the program makes it at its first start: made once, then copied.
fn made_once(made: &'static OnceLock<Vec<u8>>, to: &Path, make: impl FnOnce(&Path) -> PathBuf) {
    let bytes = made.get_or_init(|| {
        let folder = folder();
        std::fs::read(make(folder.path())).unwrap()
    });
    std::fs::write(to, bytes).unwrap();
}

/// Puts an empty cache into a folder.
pub fn new_cache(home: &Path) {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    made_once(&MADE, &home.join(FILE_NAME), |first| {
        runtime().block_on(async { Cache::open(first).await.unwrap().close().await });
        first.join(FILE_NAME)
    });
}

/// Puts an empty server's database there.
pub fn new_database(file: &Path) {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    made_once(&MADE, file, |first| {
        let made = first.join("server.db");
        runtime().block_on(async { server::db::open(&url(&made)).await.unwrap().close().await });
        made
    });
}

/// What names a server's database.
pub fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// Looks at a file past the program. As long as it is open, nothing is folded into the file when the program is
/// killed: a killed process folds nothing either.
pub fn watch(file: &Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    connection
}

/// Time and ids of the seed.
pub struct Seeded {
    now_ms: AtomicU64,
    /// Tells machines apart.
    salt: u64,
    drawn: AtomicU64,
    next: Mutex<Option<Uuid>>,
}

impl Seeded {
    pub fn new(salt: u64) -> Self {
        Self { now_ms: AtomicU64::new(0), salt, drawn: AtomicU64::new(0), next: Mutex::new(None) }
    }

    /// What the wall clock shows from now on.
    pub fn set_now_ms(&self, now_ms: u64) {
        self.now_ms.store(now_ms, Ordering::SeqCst);
    }

    /// The next id, made of chance.
    pub fn give(&self, chance: Uuid) {
        let bytes = chance.as_bytes();
        *self.next.lock().unwrap() = Some(self.id(std::array::from_fn(|n| bytes[n])));
    }

    fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    fn id(&self, chance: [u8; 10]) -> Uuid {
        uuid::Builder::from_unix_timestamp_millis(self.now_ms(), &chance).into_uuid()
    }

    fn fresh_id(&self) -> Uuid {
        let given = self.next.lock().unwrap().take();
        given.unwrap_or_else(|| {
            let mut chance = [0; 10];
            chance[..2].copy_from_slice(&(self.salt as u16).to_be_bytes());
            chance[2..].copy_from_slice(&self.drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes());
            self.id(chance)
        })
    }
}

impl client::Machine for Seeded {
    fn now_ms(&self) -> u64 {
        self.now_ms()
    }
    fn fresh_id(&self) -> Uuid {
        self.fresh_id()
    }
}

impl server::clock::Machine for Seeded {
    fn now_ms(&self) -> u64 {
        self.now_ms()
    }
    fn fresh_id(&self) -> Uuid {
        self.fresh_id()
    }
}
