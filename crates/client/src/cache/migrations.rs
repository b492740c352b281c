//! Append-only migrations: a file that was released is never changed.

use domain::problem::ErrorCode;
use rusqlite::Connection;

use super::direct;
use crate::error::{Error, Result};

const MIGRATIONS: [&str; 17] = [
    include_str!("migrations/0001_cache.sql"),
    include_str!("migrations/0002_queue.sql"),
    include_str!("migrations/0003_digests.sql"),
    include_str!("migrations/0004_imports.sql"),
    include_str!("migrations/0005_list.sql"),
    include_str!("migrations/0006_few_pages.sql"),
    include_str!("migrations/0007_bulk.sql"),
    include_str!("migrations/0008_plain_writes.sql"),
    include_str!("migrations/0009_quiet.sql"),
    include_str!("migrations/0010_settled.sql"),
    include_str!("migrations/0011_counted.sql"),
    include_str!("migrations/0012_by_number.sql"),
    include_str!("migrations/0013_own_rows.sql"),
    include_str!("migrations/0014_open_fields.sql"),
    include_str!("migrations/0015_listing_total.sql"),
    include_str!("migrations/0016_own_words.sql"),
    include_str!("migrations/0017_reach.sql"),
];

/// Brings the file to this version.
///
/// # Errors
/// `newer_data` if it is beyond this version already; `storage` if SQLite refuses.
pub(super) fn run(writer: &mut Connection) -> Result<()> {
    if version(writer)? == MIGRATIONS.len() {
        return Ok(());
    }
    direct::commit(writer, |tx| {
        // Another process may have been faster.
        let done = version(tx)?;
        if done > MIGRATIONS.len() {
            return Err(Error::new(
                ErrorCode::NewerData,
                "this data folder was written by a newer version: nothing was changed; update this program, or name another folder with --home",
            ));
        }
        for migration in &MIGRATIONS[done..] {
            tx.execute_batch(migration)?;
        }
        Ok(tx.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?)
    })
}

fn version(connection: &Connection) -> Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}
