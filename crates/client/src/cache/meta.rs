//! Single facts.

use domain::DeviceId;
use domain::hlc::{Hlc, HlcClock};
use domain::role::Actor;
use domain::version::Dot;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::SqliteExecutor;
use sqlx::sqlite::SqliteConnection;

use super::{Cache, begin, sql};
use crate::clock;
use crate::error::Result;

const DEVICE: &str = "device_id";
const COUNTER: &str = "counter";
const CLOCK: &str = "hlc";
pub(super) const ACTOR: &str = "last_actor";

/// What is stored under a key.
pub(super) async fn get(executor: impl SqliteExecutor<'_>, key: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(sql!("meta/get")).bind(key).fetch_optional(executor).await?)
}

/// A stored number; 0 if there is none.
pub(super) async fn number(executor: impl SqliteExecutor<'_>, key: &str) -> Result<u64> {
    Ok(get(executor, key).await?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// What is stored under a key, for who reads directly.
pub(super) fn value(tx: &Connection, key: &str) -> Result<Option<String>> {
    Ok(tx.prepare_cached(sql!("meta/get"))?.query_row([key], |row| row.get(0)).optional()?)
}

/// Stores under a key.
pub(super) async fn set(executor: impl SqliteExecutor<'_>, key: &str, value: impl ToString) -> Result<()> {
    sqlx::query(sql!("meta/set")).bind(key).bind(value.to_string()).execute(executor).await?;
    Ok(())
}

/// The device's id, drawn at first start.
pub(super) async fn device(writer: &mut SqliteConnection) -> Result<DeviceId> {
    if let Some(id) = get(&mut *writer, DEVICE).await? {
        return Ok(id.parse::<DeviceId>()?);
    }
    let mut tx = begin(writer).await?;
    let id = match get(&mut *tx, DEVICE).await? {
        Some(id) => id.parse::<DeviceId>()?,
        None => {
            let id = DeviceId(clock::random_u64());
            set(&mut *tx, DEVICE, id).await?;
            id
        }
    };
    tx.commit().await?;
    Ok(id)
}

/// The next dot and stamp of this device. They count only if the transaction is committed.
pub(super) struct Stamps {
    device: DeviceId,
    counter: u64,
    clock: HlcClock,
}

impl Stamps {
    pub(super) fn read(tx: &Connection, device: DeviceId) -> Result<Self> {
        let counter = value(tx, COUNTER)?.and_then(|text| text.parse().ok()).unwrap_or(0);
        let last = value(tx, CLOCK)?.map(Hlc::try_from).transpose()?.unwrap_or_default();
        Ok(Self { device, counter, clock: HlcClock::after(last) })
    }
    pub(super) fn next(&mut self, now_ms: u64) -> (Dot, Hlc) {
        self.counter += 1;
        (Dot { device: self.device, counter: self.counter }, self.clock.tick(now_ms))
    }
    pub(super) fn write(&self, tx: &Connection) -> Result<()> {
        let mut set = tx.prepare_cached(sql!("meta/set"))?;
        set.execute([COUNTER, &self.counter.to_string()])?;
        set.execute([CLOCK, &self.clock.last().to_string()])?;
        Ok(())
    }
    /// Takes note of the server's stamp, so that the next own one is larger.
    pub(super) fn observe(&mut self, seen: Hlc, now_ms: u64) {
        self.clock.observe(seen, now_ms);
    }
}

async fn clock_of(tx: &mut SqliteConnection) -> Result<HlcClock> {
    let last = get(&mut *tx, CLOCK).await?.map(Hlc::try_from).transpose()?.unwrap_or_default();
    Ok(HlcClock::after(last))
}

/// Takes note of the server's stamp, so that the next own one is larger.
pub(super) async fn observe(tx: &mut SqliteConnection, seen: Hlc, now_ms: u64) -> Result<()> {
    let mut clock = clock_of(tx).await?;
    let before = clock.last();
    clock.observe(seen, now_ms);
    if clock.last() > before {
        set(&mut *tx, CLOCK, clock.last()).await?;
    }
    Ok(())
}

impl Cache {
    /// A stored setting or fact of the layers above.
    ///
    /// # Errors
    /// `storage`.
    pub async fn fact<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let text = get(&self.readers, key).await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Stores a setting or fact of the layers above.
    ///
    /// # Errors
    /// `storage`.
    pub async fn set_fact<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        let text = serde_json::to_string(value)?;
        set(&mut *self.writer.lock().await, key, text).await
    }

    /// Who signed in last; known offline too.
    ///
    /// # Errors
    /// `storage`.
    pub async fn last_actor(&self) -> Result<Option<Actor>> {
        self.fact(ACTOR).await
    }

    /// Keeps who signed in.
    ///
    /// # Errors
    /// `storage`.
    pub async fn set_last_actor(&self, actor: &Actor) -> Result<()> {
        self.set_fact(ACTOR, actor).await
    }
}
