//! Single facts.

use std::path::Path;
use std::time::UNIX_EPOCH;

use domain::DeviceId;
use domain::hlc::{Hlc, HlcClock};
use domain::role::Actor;
use domain::version::Dot;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::direct::{self, Flush};
use super::last_read::LastRead;
use super::{Cache, sql};
use crate::clock;
use crate::error::Result;

const DEVICE: &str = "device_id";
/// When the file was made that the id was drawn for.
const MADE: &str = "file_made_ns";
const ACTOR: &str = "last_actor";

/// What is stored under a key.
pub(super) fn get(connection: &Connection, key: &str) -> Result<Option<String>> {
    Ok(connection.prepare_cached(sql!("meta/get"))?.query_row([key], |row| row.get(0)).optional()?)
}

/// A stored number; 0 if there is none.
pub(super) fn number(connection: &Connection, key: &str) -> Result<u64> {
    Ok(get(connection, key)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Stores under a key.
pub(super) fn set(connection: &Connection, key: &str, value: impl ToString) -> Result<()> {
    connection.prepare_cached(sql!("meta/set"))?.execute([key, &value.to_string()])?;
    Ok(())
}

/// Forgets a key.
pub(super) fn delete(connection: &Connection, key: &str) -> Result<()> {
    connection.prepare_cached(sql!("meta/delete"))?.execute([key])?;
    Ok(())
}

/// The device's id, drawn at first start. A copy of the file is another device: two that go on with one id would give out
/// the same numbers, and the server would take edits of one for what the other has superseded. So the id is drawn anew
/// where the file was not made when the one was that the id was drawn for; a system that does not know when files were made
/// notices no copy. What was saved before keeps its numbers, and they go on.
pub(super) fn device(writer: &mut Connection, path: &Path) -> Result<DeviceId> {
    let made = made(path);
    let known = |connection: &Connection| -> Result<Option<DeviceId>> {
        let (Some(id), place) = (get(connection, DEVICE)?, get(connection, MADE)?) else { return Ok(None) };
        Ok((made.is_none() || place == made).then(|| id.parse()).transpose()?)
    };
    if let Some(id) = known(writer)? {
        return Ok(id);
    }
    direct::commit(writer, |tx| {
        if let Some(id) = known(tx)? {
            return Ok(id);
        }
        if let Some(made) = &made {
            // One that an older version drew stays with the file that has it.
            let older = if get(tx, MADE)?.is_none() { get(tx, DEVICE)? } else { None };
            set(tx, MADE, made)?;
            if let Some(id) = older {
                return Ok(id.parse::<DeviceId>()?);
            }
        }
        let id = DeviceId(clock::random_u64());
        if let Some(before) = get(tx, DEVICE)? {
            tracing::warn!(before, now = %id, "the data folder is a copy: it is a device of its own from now on");
        }
        set(tx, DEVICE, id)?;
        Ok(id)
    })
}

/// When the file was made, in nanoseconds since 1970, where the system knows.
fn made(path: &Path) -> Option<String> {
    let made = std::fs::metadata(path).ok()?.created().ok()?;
    Some(made.duration_since(UNIX_EPOCH).ok()?.as_nanos().to_string())
}

/// The next dot and stamp of this device. They count only if the transaction is committed.
pub(super) struct Stamps {
    device: DeviceId,
    counter: u64,
    clock: HlcClock,
}

impl Stamps {
    pub(super) fn read(tx: &Connection, device: DeviceId) -> Result<Self> {
        let mut stamps = tx.prepare_cached(sql!("outbox/stamps"))?;
        let (counter, last) = stamps.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self { device, counter: super::count(counter), clock: HlcClock::after(clock_of(last)) })
    }
    /// The number of the last edit.
    pub(super) fn counter(&self) -> u64 {
        self.counter
    }
    pub(super) fn next(&mut self, now_ms: u64) -> (Dot, Hlc) {
        self.counter += 1;
        (Dot { device: self.device, counter: self.counter }, self.clock.tick(now_ms))
    }
    pub(super) fn write(&self, tx: &Connection) -> Result<()> {
        let values = params![super::int(self.counter), self.clock.last().0.cast_signed()];
        tx.prepare_cached(sql!("outbox/set_stamps"))?.execute(values)?;
        Ok(())
    }
}

fn clock_of(stored: i64) -> Hlc {
    Hlc(stored.cast_unsigned())
}

/// Takes note of the server's stamp, so that the next own one is larger.
pub(super) fn observe(tx: &Connection, seen: Hlc, now_ms: u64) -> Result<()> {
    let stored = tx.prepare_cached(sql!("outbox/stamps"))?.query_row([], |row| row.get(1))?;
    let last = clock_of(stored);
    let mut clock = HlcClock::after(last);
    clock.observe(seen, now_ms);
    if clock.last() > last {
        tx.prepare_cached(sql!("outbox/set_clock"))?.execute([clock.last().0.cast_signed()])?;
    }
    Ok(())
}

static LAST: LastRead<Actor> = LastRead::new();

/// See [`Cache::last_actor`].
pub(super) fn last_actor(tx: &Connection) -> Result<Option<Actor>> {
    let text = get(tx, ACTOR)?;
    Ok(text.map(|text| LAST.read(text.as_bytes())).transpose()?.map(|actor| Actor::clone(&actor)))
}

impl Cache {
    /// A stored setting or fact of the layers above.
    ///
    /// # Errors
    /// `storage`.
    pub async fn fact<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let asked = key.to_owned();
        let text = self.direct.read(move |tx| get(tx, &asked)).await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Stores a setting or fact of the layers above.
    ///
    /// # Errors
    /// `storage`.
    pub async fn set_fact<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        let (key, text) = (key.to_owned(), serde_json::to_string(value)?);
        self.direct.write(Flush::AsSet, move |tx| set(tx, &key, text)).await
    }

    /// The same for a fact that the next sync finds out again: it is on the disk with the next transaction that has to be.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn note_fact<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        let (key, text) = (key.to_owned(), serde_json::to_string(value)?);
        self.direct.write(Flush::Later, move |tx| set(tx, &key, text)).await
    }

    /// Who signed in last; known offline too.
    ///
    /// # Errors
    /// `storage`.
    pub async fn last_actor(&self) -> Result<Option<Actor>> {
        self.direct.read(|tx| last_actor(tx)).await
    }

    /// Keeps who signed in.
    ///
    /// # Errors
    /// `storage`.
    pub async fn set_last_actor(&self, actor: &Actor) -> Result<()> {
        self.set_fact(ACTOR, actor).await
    }
}
