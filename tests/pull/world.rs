//! A backend in this process that can be stopped, restored and started again at its address; devices.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use client::cache::{Draft, FILE_NAME};
use client::session::ClientCredentials;
use client::{Console, Mode, Options};
use domain::edit::{Source, Write};
use domain::{FieldPath, MerchantId, Role, Value};
use server::accounts::{NewAccount, add_client};
use server::{Config, Running};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

/// A sync that takes longer fails the test.
pub const LIMIT: Duration = Duration::from_secs(60);

pub struct World {
    pub dir: TempDir,
    server: Option<Running>,
    address: SocketAddr,
    pub tombstone_days: u32,
}

pub struct Device {
    pub home: TempDir,
    pub console: Console,
}

impl World {
    pub async fn new() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut world = Self { dir: tempfile::tempdir().unwrap(), server: None, address: any, tombstone_days: 90 };
        world.start().await;
        world
    }

    pub fn file(&self) -> PathBuf {
        self.dir.path().join("server.db")
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn start(&mut self) {
        let running = self.another(self.address).await;
        self.address = running.url.trim_start_matches("http://").parse().unwrap();
        self.server = Some(running);
    }

    /// One more server on the same file.
    pub async fn another(&self, listen: SocketAddr) -> Running {
        let config = Config { listen, database: self.database(), demo: None, tombstone_days: self.tombstone_days };
        server::start(config).await.unwrap()
    }

    pub async fn stop(&mut self) {
        self.server.take().unwrap().shutdown().await;
    }

    /// Puts a copy of the file aside, or back.
    pub async fn back_up(&mut self) {
        self.stop().await;
        std::fs::copy(self.file(), self.dir.path().join("backup.db")).unwrap();
        self.start().await;
    }

    pub async fn restore(&mut self) {
        self.stop().await;
        std::fs::copy(self.dir.path().join("backup.db"), self.file()).unwrap();
        self.start().await;
    }

    pub async fn sql(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.file()).connect().await.unwrap()
    }

    /// A sign-in for programs.
    pub async fn account(&self, id: &str, role: Role, merchants: &[&str]) -> ClientCredentials {
        let merchants = merchants.iter().map(|prefix| (*prefix).to_owned()).collect();
        let account = NewAccount { id: id.to_owned(), role, name: None, merchants };
        let secret = add_client(&self.database(), account).await.unwrap();
        ClientCredentials { id: id.to_owned(), secret }
    }

    pub async fn device(&self, id: &str) -> Device {
        let machine = self.account(id, Role::Operations, &[]).await;
        Device::open(machine, &self.url(), Mode::Tool).await
    }
}

pub fn id(text: &str) -> MerchantId {
    MerchantId::new(text).unwrap()
}

pub fn values(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect()
}

impl Device {
    pub async fn open(machine: ClientCredentials, servers: &str, mode: Mode) -> Self {
        let home = tempfile::tempdir().unwrap();
        let options = Options { mode, server: Some(servers.to_owned()), machine: Some(machine), keyring: false };
        let console = Console::open(home.path(), options).await.unwrap();
        Self { home, console }
    }

    pub async fn set(&self, merchant: &str, pairs: &[(&str, &str)]) {
        self.console.set_fields(&id(merchant), &values(pairs)).await.unwrap();
    }

    pub async fn create(&self, merchant: &str) {
        self.set(merchant, &[("name", merchant), ("address", "长安街1号")]).await;
    }

    pub async fn delete(&self, merchant: &str) {
        let write = Write { field: FieldPath::deleted(), base_value: Value::NULL, value: Value::yes() };
        self.console.cache().save(Draft::new(id(merchant), vec![write], Source::Manual), None).await.unwrap();
    }

    pub async fn sync(&self) {
        self.console.sync_once(LIMIT).await.unwrap();
    }

    /// Syncs and compares: were both the same, and how many records were mended?
    pub async fn check(&self) -> (bool, u64) {
        self.console.sync_and_check(LIMIT).await.unwrap();
        let checked = self.console.status().await.unwrap().checked.unwrap();
        (checked.equal, checked.mended)
    }

    pub async fn shows(&self, merchant: &str, field: &str) -> Option<String> {
        let shown = self.console.cache().registers_of(&[id(merchant)]).await.unwrap().remove(0).1;
        shown.get(&FieldPath::new(field).unwrap()).map(Value::plain)
    }

    /// What is in the cache's file, behind the program's back.
    pub async fn sql(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.home.path().join(FILE_NAME)).connect().await.unwrap()
    }

    /// Waits for a condition: looks whenever something is announced.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, mut holds: impl FnMut() -> F) {
        let mut changes = self.console.changes();
        let waited = tokio::time::timeout(LIMIT, async {
            while !holds().await {
                let _ = tokio::time::timeout(Duration::from_millis(100), changes.recv()).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("never: {what}"));
    }
}
