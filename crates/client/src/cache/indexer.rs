//! The search index catches up with saves and pages in small transactions of its own: a save does not wait for it, and a
//! long first pull is listable at once and never holds the writer for long. A search catches up first where little is
//! missing, so that what somebody has just saved is found.
//!
//! A first pull also puts off the indices of the list that are filled in no order of their own: filling them row by row
//! costs more than the rows. Until they are made again, a list in these orders is sorted when it is asked for.

use domain::search;
use rusqlite::{Connection, params};

use super::direct::Flush;
use super::{Cache, count, meta, sql};
use crate::error::{Error, Result};

/// Rows indexed in one transaction.
const CHUNK_ROWS: i64 = 2_000;
/// Rows up to which a search indexes what is missing before it looks; of more it finds what is indexed so far.
const CATCH_UP_ROWS: i64 = 20_000;
/// Whether indices of the list are missing.
const PUT_OFF: &str = "indices_put_off";

/// Notes the words by which a row is to be found.
pub(super) fn note(tx: &Connection, n: i64, words: &str) -> Result<()> {
    tx.prepare_cached(sql!("search/note"))?.execute(params![n, words])?;
    Ok(())
}

/// Takes a row out of the index.
pub(super) fn forget(tx: &Connection, n: i64) -> Result<()> {
    tx.prepare_cached(sql!("search/delete_one"))?.execute([n])?;
    tx.prepare_cached(sql!("search/delete_unindexed_one"))?.execute([n])?;
    Ok(())
}

/// Before the first page of an empty cache: what the indexer makes afterwards.
pub(super) fn put_off(tx: &Connection) -> Result<()> {
    let is_empty: bool = tx.query_row(sql!("listing/is_empty"), [], |row| row.get(0))?;
    if is_empty {
        tx.execute_batch(sql!("listing/put_off"))?;
        meta::set(tx, PUT_OFF, 1)?;
    }
    Ok(())
}

impl Cache {
    /// Indexes the next rows. Returns whether some are left.
    ///
    /// # Errors
    /// `storage`.
    pub async fn index_chunk(&self) -> Result<bool> {
        let work = |tx: &rusqlite::Transaction<'_>| {
            if meta::number(tx, PUT_OFF)? > 0 {
                tx.execute_batch(sql!("listing/make_up"))?;
                meta::delete(tx, PUT_OFF)?;
                return Ok(true);
            }
            let mut next = tx.prepare_cached(sql!("search/next"))?;
            let mut put = tx.prepare_cached(sql!("search/put"))?;
            let (mut done, mut last) = (0, i64::MIN);
            let mut rows = next.query([CHUNK_ROWS])?;
            while let Some(row) = rows.next()? {
                last = row.get(0)?;
                let words = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                put.execute(params![last, search::index_tokens(words)])?;
                done += 1;
            }
            if done > 0 {
                tx.prepare_cached(sql!("search/done"))?.execute([last])?;
            }
            Ok(done == CHUNK_ROWS)
        };
        self.direct.write(Flush::Later, work).await
    }

    /// Indexes all that is left.
    ///
    /// # Errors
    /// `storage`.
    pub async fn index_all(&self) -> Result<()> {
        while self.index_chunk().await? {}
        Ok(())
    }

    /// Before a search. What cannot be indexed is not found; what is, can be.
    pub(super) async fn catch_up(&self) {
        let few = |tx: &rusqlite::Transaction<'_>| {
            let mut some = tx.prepare_cached(sql!("search/some"))?;
            let rows: i64 = some.query_row([CATCH_UP_ROWS], |row| row.get(0))?;
            Ok(rows > 0 && rows < CATCH_UP_ROWS && meta::number(tx, PUT_OFF)? == 0)
        };
        let caught_up = async {
            if self.direct.read(few).await? {
                self.index_all().await?;
            }
            Ok::<_, Error>(())
        };
        if let Err(error) = caught_up.await {
            tracing::warn!(%error, "the search index cannot be written");
        }
    }

    /// Rows that search does not find yet.
    ///
    /// # Errors
    /// `storage`.
    pub async fn unindexed(&self) -> Result<u64> {
        let left = |tx: &rusqlite::Transaction<'_>| Ok(tx.query_row(sql!("search/left"), [], |row| row.get(0))?);
        Ok(count(self.direct.scan(left).await?))
    }
}
