//! Which rows of the list this process has written lately, transaction by transaction: orders that are kept in memory are
//! brought up to date with them. What another process writes shows as a gap, and orders are made anew.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::cache::{count, sql};
use crate::error::Result;

/// Rows that are remembered. To bring an order up to date with more costs more than making it anew.
const ROWS_MAX: usize = 20_000;
/// The tables whose rows are noted, by the same numbers.
const TABLES: [&str; 2] = ["listing", "own_rows"];

#[derive(Default)]
struct Lately {
    /// By the transaction that is under way.
    written: Vec<i64>,
    /// By committed ones, each with the version of the list that it made.
    versions: VecDeque<(u64, Vec<i64>)>,
    rows: usize,
}

/// See the module.
#[derive(Default)]
pub(in crate::cache) struct Journal(Mutex<Lately>);

impl Journal {
    fn lately(&self) -> MutexGuard<'_, Lately> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to the connection that writes.
    pub fn listen(self: &Arc<Self>, connection: &Connection) -> Result<()> {
        let journal = Arc::clone(self);
        connection.update_hook(Some(move |_, _: &str, table: &str, n: i64| {
            if TABLES.contains(&table) {
                journal.lately().written.push(n);
            }
        }))?;
        Ok(())
    }

    /// A transaction begins.
    pub fn begin(&self) {
        self.lately().written.clear();
    }

    /// A transaction is about to be committed: if it has written rows of the list, the list has another version with
    /// it. Returns that.
    pub fn note(&self, tx: &Connection) -> Result<Option<u64>> {
        let written = std::mem::take(&mut self.lately().written);
        if written.is_empty() {
            return Ok(None);
        }
        // Not in one statement: SQLite makes a table in memory for what RETURNING answers, which takes longer than both.
        tx.prepare_cached(sql!("list/next_version"))?.execute([])?;
        let version = tx.prepare_cached(sql!("list/version"))?.query_row([], |row| row.get(0))?;
        let version = count(version);
        let mut lately = self.lately();
        lately.rows += written.len();
        lately.versions.push_back((version, written));
        while lately.rows > ROWS_MAX {
            let Some((_, oldest)) = lately.versions.pop_front() else { break };
            lately.rows -= oldest.len();
        }
        Ok(Some(version))
    }

    /// It was not committed after all.
    pub fn withdraw(&self, version: u64) {
        let mut lately = self.lately();
        if lately.versions.back().is_some_and(|(newest, _)| *newest == version) {
            let rows = lately.versions.pop_back().map_or(0, |(_, rows)| rows.len());
            lately.rows -= rows;
        }
    }

    /// The rows that were written after one version up to another; nothing if that is not known.
    pub fn between(&self, from: u64, to: u64) -> Option<Vec<i64>> {
        let lately = self.lately();
        let (mut next, mut rows) = (from + 1, Vec::new());
        for (version, written) in lately.versions.iter().filter(|(version, _)| *version > from && *version <= to) {
            if *version != next {
                return None;
            }
            next += 1;
            rows.extend(written);
        }
        (next == to + 1).then(|| {
            rows.sort_unstable();
            rows.dedup();
            rows
        })
    }
}
