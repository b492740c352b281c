//! Append-only migrations: a file that was released is never changed.

use domain::problem::ErrorCode;
use sqlx::sqlite::SqliteConnection;

use super::begin;
use crate::error::{Error, Result};

const MIGRATIONS: [&str; 4] = [
    include_str!("migrations/0001_cache.sql"),
    include_str!("migrations/0002_queue.sql"),
    include_str!("migrations/0003_digests.sql"),
    include_str!("migrations/0004_imports.sql"),
];

/// Brings the file to this version.
///
/// # Errors
/// `newer_data` if it is beyond this version already; `storage` if SQLite refuses.
pub(super) async fn run(writer: &mut SqliteConnection) -> Result<()> {
    if version(writer).await? == MIGRATIONS.len() {
        return Ok(());
    }
    let mut tx = begin(writer).await?;
    // Another process may have been faster.
    let done = version(&mut tx).await?;
    if done > MIGRATIONS.len() {
        return Err(Error::new(
            ErrorCode::NewerData,
            "this data folder was written by a newer version: nothing was changed; update this program, or name another folder with --home",
        ));
    }
    for migration in &MIGRATIONS[done..] {
        sqlx::raw_sql(*migration).execute(&mut *tx).await?;
    }
    let stamp = format!("PRAGMA user_version = {}", MIGRATIONS.len());
    sqlx::raw_sql(sqlx::AssertSqlSafe(stamp)).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn version(connection: &mut SqliteConnection) -> Result<usize> {
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}
