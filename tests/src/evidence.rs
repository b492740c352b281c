//! What is on the disks: the edits that the backend took, and the records of both sides, byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value as Json;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::saver::Said;

/// An edit that the backend has taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its id.
    pub edit_id: String,
    /// Which event of which device.
    pub dot: String,
    /// Who.
    pub actor: String,
    /// What it wrote to its author's own field, if it did.
    pub number: Option<String>,
}

/// The records under their merchants, with their change numbers.
pub type Records = BTreeMap<String, (i64, String)>;

async fn open(file: &Path) -> sqlx::Result<SqliteConnection> {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await
}

fn run<T>(reading: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(reading)
}

/// All edits that the backend has answered, from its file.
///
/// # Errors
/// When the file cannot be read.
pub fn taken(database: &Path) -> sqlx::Result<Vec<Taken>> {
    type Row = (Vec<u8>, String, String, String);
    let rows: Vec<Row> = run(async {
        let mut connection = open(database).await?;
        sqlx::query_as("SELECT edit_id, dot, actor, writes FROM edits ORDER BY place").fetch_all(&mut connection).await
    })?;
    let taken = rows.into_iter().map(|(id, dot, actor, writes)| {
        let edit_id = uuid::Uuid::from_slice(&id).map(|id| id.to_string()).unwrap_or_default();
        let writes: Json = serde_json::from_str(&writes).unwrap_or_default();
        let own = format!("custom.{actor}");
        let written = writes.as_array().into_iter().flatten().find(|write| write["f"] == own.as_str());
        Taken { edit_id, dot, number: written.map(|write| write["a"].to_string()), actor }
    });
    Ok(taken.collect())
}

/// The backend's newest change number.
///
/// # Errors
/// When the file cannot be read.
pub fn head(database: &Path) -> sqlx::Result<u64> {
    let head: Option<i64> = run(async {
        sqlx::query_scalar("SELECT max(seq) FROM merchants").fetch_one(&mut open(database).await?).await
    })?;
    Ok(head.and_then(|head| u64::try_from(head).ok()).unwrap_or_default())
}

/// The backend's records.
///
/// # Errors
/// When the file cannot be read.
pub fn backend_records(database: &Path) -> sqlx::Result<Records> {
    records(database, "SELECT merchant_id, seq, record FROM merchants")
}

/// A device's records.
///
/// # Errors
/// When the file cannot be read.
pub fn device_records(home: &Path) -> sqlx::Result<Records> {
    records(&home.join(client::cache::FILE_NAME), "SELECT merchant_id, seq, record FROM records")
}

/// How far a device has counted its edits.
///
/// # Errors
/// When the file cannot be read.
pub fn counter(home: &Path) -> sqlx::Result<u64> {
    let file = home.join(client::cache::FILE_NAME);
    let counter: i64 = run(async {
        let statement = "SELECT counter FROM outbox_totals WHERE turn = -1";
        sqlx::query_scalar(statement).fetch_one(&mut open(&file).await?).await
    })?;
    Ok(u64::try_from(counter).unwrap_or_default())
}

fn records(file: &Path, statement: &'static str) -> sqlx::Result<Records> {
    let rows: Vec<(String, i64, String)> =
        run(async { sqlx::query_as(statement).fetch_all(&mut open(file).await?).await })?;
    Ok(rows.into_iter().map(|(id, seq, record)| (id, (seq, record))).collect())
}

/// Whether SQLite finds a file whole.
///
/// # Errors
/// When the file cannot be read.
pub fn is_whole(file: &Path) -> sqlx::Result<bool> {
    let said: String = run(async { sqlx::query_scalar("PRAGMA quick_check").fetch_one(&mut open(file).await?).await })?;
    Ok(said == "ok")
}

/// How what was said to be saved compares with what the backend took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Saved, and not with the backend.
    pub lost: Vec<String>,
    /// Effects too many: of an edit id, of an event of a device, of one save.
    pub doubled: usize,
    /// With the backend although nobody said so: a kill fell between the save and its line.
    pub unsaid: usize,
}

/// Holds saves against the backend's edits.
#[must_use]
pub fn balance<'s>(said: impl IntoIterator<Item = &'s Said>, taken: &[Taken]) -> Balance {
    let ids: BTreeSet<&str> = taken.iter().map(|edit| edit.edit_id.as_str()).collect();
    let dots: BTreeSet<&str> = taken.iter().map(|edit| edit.dot.as_str()).collect();
    let numbered: Vec<_> = taken.iter().filter_map(|edit| Some((&edit.actor, edit.number.as_ref()?))).collect();
    let numbers: BTreeSet<_> = numbered.iter().collect();
    let extra = (taken.len() - ids.len()) + (taken.len() - dots.len()) + (numbered.len() - numbers.len());
    let said: BTreeSet<&str> = said.into_iter().map(|save| save.edit_id.as_str()).collect();
    let lost = said.iter().filter(|id| !ids.contains(**id)).map(|id| (*id).to_owned()).collect();
    let unsaid = ids.iter().filter(|id| !said.contains(**id)).count();
    Balance { lost, doubled: extra, unsaid }
}
