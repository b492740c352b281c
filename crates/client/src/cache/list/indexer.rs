//! The index catches up with saves and pages in small transactions of its own: a save notes only what its row is found
//! by, and a long first pull is listable at once. What is noted and not indexed yet is looked at row by row (`pending`).
//!
//! A batch is cut into tokens while others may write; what it found is written in one transaction with the rows that it is
//! about, if they are still as they were. So the index is never half of a batch, whoever is killed. While one batch of many
//! is written, the next is cut.
//!
//! A first pull or import also puts off the indices of the list that are filled in no order of their own: filling them row
//! by row costs more than the rows. Until they are made again, a list in these orders is sorted when it is asked for.

use domain::MerchantId;
use domain::search::TOKEN_BITS;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::bits::{self, CHUNK_BITS};
use super::cutting::{Changes, Cut, Noted};
use super::writing::write;
use super::{INDEX_VERSION, pending};
use crate::cache::direct::{self, Flush};
use crate::cache::{Cache, count, merchant, meta, sql};
use crate::error::Result;

/// Rows indexed in one transaction: as many as a chunk has.
const BATCH_ROWS: usize = bits::CHUNK_ROWS;
/// Rows of an older cache that are noted anew in one transaction.
const NOTED_ROWS: i64 = 2_000;
/// Whether indices of the list are missing.
const PUT_OFF: &str = "indices_put_off";
/// Of a cache from before the index, or one that somebody doubts: the row up to which the list's rows are made anew.
const MADE_TO: &str = "list_made_to";
/// Rows that get their place in the order by time in one transaction.
const SETTLED_ROWS: i64 = 2_000;
/// Rows beyond which there is no room in the index.
const ROWS_END: i64 = 1 << (63 - TOKEN_BITS + CHUNK_BITS);

/// Notes what a row is to be found by.
pub(in crate::cache) fn note(tx: &Connection, n: i64, words: &str) -> Result<()> {
    tx.prepare_cached(sql!("search/note"))?.execute(params![n, words])?;
    Ok(())
}

/// Takes a row out of the index.
pub(in crate::cache) fn forget(tx: &Connection, n: i64) -> Result<()> {
    note(tx, n, "")
}

/// Before the first page or the first rows of a file for an empty cache: what the indexer makes afterwards.
pub(in crate::cache) fn put_off(tx: &Connection) -> Result<()> {
    let is_empty: bool = tx.query_row(sql!("listing/is_empty"), [], |row| row.get(0))?;
    if is_empty {
        tx.execute_batch(sql!("listing/put_off"))?;
        meta::set(tx, PUT_OFF, 1)?;
    }
    Ok(())
}

/// Are there rows that were never noted?
pub(super) fn is_behind(tx: &Connection) -> Result<bool> {
    Ok(meta::get(tx, MADE_TO)?.is_some())
}

/// How many rows text and conditions cannot find yet, of so many.
pub(super) fn behind(tx: &Connection, all: u64) -> Result<u64> {
    let some: i64 =
        tx.prepare_cached(sql!("search/some"))?.query_row([pending::ROWS_MAX as i64 + 1], |row| row.get(0))?;
    let is_behind = is_behind(tx)?;
    if !is_behind && some <= pending::ROWS_MAX as i64 {
        return Ok(0);
    }
    let indexed: Option<i64> =
        tx.prepare_cached(sql!("list/indexed_rows"))?.query_row([], |row| row.get(0)).optional()?;
    let missing = all.saturating_sub(count(indexed.unwrap_or(0)));
    Ok(if is_behind { missing } else { missing.max(count(some)) })
}

/// The next rows behind one of them.
fn next(tx: &Connection, behind: Option<i64>) -> Result<Vec<Noted>> {
    let mut noted = Vec::new();
    let newest: i64 = tx.prepare_cached(sql!("list/newest_indexed"))?.query_row([], |row| row.get(0))?;
    let mut before = tx.prepare_cached(sql!("list/words"))?;
    let mut select = tx.prepare_cached(sql!("search/next"))?;
    let mut rows = select.query([BATCH_ROWS as i64, behind.map_or(i64::MIN, |n| n.saturating_add(1))])?;
    while let Some(row) = rows.next()? {
        let (n, words): (i64, String) = (row.get(0)?, row.get(1)?);
        if n >= ROWS_END {
            tracing::warn!(n, "there is no room in the index");
            break;
        }
        let before = if n <= newest { before.query_row([n], |row| row.get(0)).optional()? } else { None };
        noted.push(Noted { n, words, before });
    }
    Ok(noted)
}

/// Makes rows anew: with what they are ordered and found by.
fn make_anew(tx: &Transaction<'_>, rules: &domain::rules::RuleSet) -> Result<()> {
    let made_to = meta::number(tx, MADE_TO)?.cast_signed();
    let mut select = tx.prepare_cached(sql!("list/rows_after"))?;
    let rows = select.query_map([made_to, NOTED_ROWS], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let Some((last, _)) = rows.last() else { return meta::delete(tx, MADE_TO) };
    meta::set(tx, MADE_TO, last)?;
    // Also where they say already what they are found by: the index need not say it.
    for forget in [sql!("list/forget_words"), sql!("own/forget_words")] {
        tx.prepare_cached(forget)?.execute([made_to, *last])?;
    }
    for (_, id) in rows {
        merchant::refresh(tx, &MerchantId::new(id)?, rules)?;
    }
    Ok(())
}

/// Gives rows of which nothing waits any more their place in the order by time.
fn settle(tx: &Transaction<'_>) -> Result<()> {
    let mut done = tx.prepare_cached(sql!("own/done"))?;
    let done = done.query_map([SETTLED_ROWS], |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let (mut settle, mut delete) = (tx.prepare_cached(sql!("own/settle"))?, tx.prepare_cached(sql!("own/delete"))?);
    for n in done {
        settle.execute([n])?;
        delete.execute([n])?;
    }
    Ok(())
}

impl Cache {
    /// Indexes the next rows. Returns whether some are left.
    ///
    /// # Errors
    /// `storage`.
    pub async fn index_chunk(&self) -> Result<bool> {
        let state = |tx: &Transaction<'_>| {
            let some: bool = tx.prepare_cached(sql!("search/any"))?.query_row([], |row| row.get(0))?;
            let old = tx.prepare_cached(sql!("search/old"))?.exists([])?;
            let done = tx.prepare_cached(sql!("own/done"))?.exists([1])?;
            Ok((some, is_behind(tx)?, meta::number(tx, PUT_OFF)? > 0, old, done))
        };
        let (some, is_behind, put_off, old, done) = self.direct.read(state).await?;
        if old {
            let drop = |tx: &Transaction<'_>| Ok(tx.execute_batch(sql!("search/drop_old"))?);
            self.direct.write(Flush::Later, drop).await?;
            return Ok(true);
        }
        if is_behind && !some {
            self.write_flushed(Flush::Later, make_anew).await?;
            return Ok(true);
        }
        if !some {
            // Search comes first: lists are sorted without these indices too, when somebody asks.
            if put_off {
                let make_up = |tx: &Transaction<'_>| {
                    tx.execute_batch(sql!("listing/make_up"))?;
                    meta::delete(tx, PUT_OFF)
                };
                self.direct.write(Flush::Later, make_up).await?;
            } else if done {
                self.direct.write(Flush::Later, settle).await?;
            }
            return Ok(put_off || done);
        }
        let cut = match self.cut_ahead.replace(None) {
            Some(cut) => cut,
            None => match self.cut(None).await? {
                Some(cut) => cut,
                None => return Ok(is_behind),
            },
        };
        let (is_full, last, changes) = (cut.is_full(), cut.last, cut.changes);
        let writing = self.direct.write(Flush::Later, move |tx| write(tx, changes));
        let (written, ahead) =
            tokio::join!(writing, async { if is_full { self.cut(Some(last)).await } else { Ok(None) } });
        let written = written?;
        if written {
            self.cut_ahead.replace(ahead?);
        }
        Ok(!written || is_full || is_behind || put_off)
    }

    /// Reads the next rows behind one of them, and cuts them into tokens.
    async fn cut(&self, behind: Option<i64>) -> Result<Option<Cut>> {
        let noted = self.direct.scan(move |tx| next(tx, behind)).await?;
        let Some(last) = noted.last().map(|noted| noted.n) else { return Ok(None) };
        direct::blocking(move || Ok(Some(Cut { changes: Changes::of(noted), last }))).await
    }

    /// Indexes all that is left.
    ///
    /// # Errors
    /// `storage`.
    pub async fn index_all(&self) -> Result<()> {
        while self.index_chunk().await? {}
        Ok(())
    }

    /// How many rows text and conditions cannot find yet: none as long as those that are not indexed are few, for these
    /// are looked at by themselves.
    ///
    /// # Errors
    /// `storage`.
    pub async fn behind(&self) -> Result<u64> {
        self.lists.read(|moment| behind(&moment.tx, moment.all()?)).await
    }

    /// Indexes until text and conditions find every row, and no further.
    ///
    /// # Errors
    /// `storage`.
    pub async fn catch_up(&self) -> Result<()> {
        while self.behind().await? > 0 && self.index_chunk().await? {}
        Ok(())
    }

    /// Empties the index. List and index are made anew from records and outbox by [`Self::index_chunk`]; until then text
    /// finds what is indexed again.
    ///
    /// # Errors
    /// `storage`.
    pub async fn remake_list(&self) -> Result<()> {
        let work = |tx: &Transaction<'_>| {
            tx.execute_batch(sql!("list/empty_index"))?;
            meta::set(tx, INDEX_VERSION, meta::number(tx, INDEX_VERSION)? + 1)?;
            meta::set(tx, MADE_TO, 0)
        };
        self.direct.write(Flush::Later, work).await
    }

    /// Rows that are not indexed yet. Few of them are found all the same.
    ///
    /// # Errors
    /// `storage`.
    pub async fn unindexed(&self) -> Result<u64> {
        let left = |tx: &Transaction<'_>| Ok(tx.query_row(sql!("search/left"), [], |row| row.get(0))?);
        Ok(count(self.direct.scan(left).await?))
    }
}
