//! A device within the test's own process: the real client, on a folder of its own, against the real backend.

use std::path::Path;
use std::time::{Duration, Instant};

use client::session::ClientCredentials;
use client::{Console, Error, Mode, Options, Result};
use domain::ipc::SyncPhase;
use domain::problem::{ErrorCode, Problem};
use domain::{EditId, MerchantId};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::world::{Device, PATIENCE};

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A device in use.
pub struct Desk(pub Console);

impl Desk {
    /// Opens the device's folder, signed in as its machine client.
    ///
    /// # Errors
    /// As [`Console::open`].
    pub async fn open(device: &Device, mode: Mode) -> Result<Self> {
        let (id, secret) = device.credentials();
        let machine = Some(ClientCredentials { id: id.to_owned(), secret: secret.to_owned() });
        let options = Options { mode, server: Some(device.server.clone()), machine, keyring: false };
        Ok(Self(Console::open(&device.home, options).await?))
    }

    /// Saves fields of a merchant.
    ///
    /// # Errors
    /// As [`Console::set_fields`]; `internal` if there was nothing to save.
    pub async fn set(&self, id: &str, values: &[(&str, &str)]) -> Result<EditId> {
        let values: Vec<_> = values.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
        let saved = self.0.set_fields(&MerchantId::new(id)?, &values).await?;
        saved.edit_id.ok_or_else(|| Error::Problem(Problem::new(ErrorCode::Internal, format!("{id}: nothing to save"))))
    }

    /// Makes a merchant.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub async fn create(&self, id: &str) -> Result<EditId> {
        self.set(id, &[("name", &format!("店 {id}")), ("address", &format!("街 {id}"))]).await
    }

    /// Waits for a phase of the sync, without asking for one.
    ///
    /// # Panics
    /// If it does not come, with what there is instead.
    pub async fn until(&self, phase: SyncPhase) {
        self.until_status(&format!("{phase:?}"), |status| status.phase == phase).await;
    }

    /// Waits for a state of the status bar.
    ///
    /// # Panics
    /// If it does not come, with what there is instead.
    pub async fn until_status(&self, what: &str, holds: impl Fn(&domain::ipc::StatusView) -> bool) {
        let begun = Instant::now();
        let mut looks = tokio::time::interval(LOOK);
        loop {
            looks.tick().await;
            let status = match self.0.status().await {
                Ok(status) if holds(&status) => return,
                other => other,
            };
            assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}: {status:?}");
        }
    }

    /// What a field shows.
    ///
    /// # Errors
    /// As [`Console::store`].
    pub async fn name(&self, id: &str) -> Result<String> {
        Ok(self.0.store(&MerchantId::new(id)?).await?.profile.name)
    }
}

/// Runs statements on the file of a device or the backend, beside its process: what a test breaks on purpose.
///
/// # Errors
/// When SQLite refuses.
pub async fn tamper(file: &Path, statements: &'static str) -> sqlx::Result<()> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(PATIENCE);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::raw_sql(statements).execute(&mut connection).await?;
    connection.close().await
}

/// Asks a file for one number.
///
/// # Errors
/// When SQLite refuses.
pub async fn number(file: &Path, question: &'static str) -> sqlx::Result<i64> {
    let mut connection = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await?;
    sqlx::query_scalar(question).fetch_one(&mut connection).await
}
