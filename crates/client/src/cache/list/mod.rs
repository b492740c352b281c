//! The list of merchants: windows into it, in any order, of any selection, among a million.
//!
//! `listing` has a row for each merchant, written with every save and page. The index behind it follows in the
//! background: `postings` says of each token which rows have it, so that a selection is a few operations on sets, and its
//! size is known exactly. An order is a list of row numbers in memory. A window is the order, read through the set.

mod bits;
mod counting;
mod cutting;
mod dates;
mod indexer;
mod journal;
mod matching;
mod order;
mod pending;
mod stores;
mod writing;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use domain::ipc::StoreSort;
use rusqlite::{Connection, OpenFlags, Transaction};

use super::{count, direct, meta, sql};
use crate::error::Result;
use order::{By, Order};
use pending::Pending;

pub(super) use cutting::CutAhead;
pub(super) use indexer::{forget, note, put_off};
pub(super) use journal::Journal;
pub(super) use stores::row_of;

/// Orders that are kept in memory, four bytes a merchant each; the one that was not used for longest goes first.
const ORDERS_MAX: usize = 4;
/// The cache of the connection: negative, in KiB.
const CACHE: &str = "-8192";
/// Fact of the cache: how often rows were indexed.
const INDEX_VERSION: &str = "index_version";

/// What a process keeps in memory to answer quickly. All of it can be made again from the file.
#[derive(Default)]
struct Memory {
    /// The one that was used last is last.
    orders: Vec<Order>,
    pending: Pending,
}

struct Reader {
    /// Opened when it is first needed.
    connection: Option<Connection>,
    memory: Memory,
}

/// Reads windows into the list.
#[derive(Clone)]
pub(super) struct Lists {
    path: PathBuf,
    journal: Arc<Journal>,
    reader: Arc<Mutex<Reader>>,
}

impl Lists {
    pub fn new(path: &Path, journal: Arc<Journal>) -> Self {
        let reader = Reader { connection: None, memory: Memory::default() };
        Self { path: path.to_path_buf(), journal, reader: Arc::new(Mutex::new(reader)) }
    }

    /// Does work on the list as it is at one moment.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Moment<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let lists = self.clone();
        direct::blocking(move || {
            let mut reader = lists.reader.lock().unwrap_or_else(PoisonError::into_inner);
            let Reader { connection, memory } = &mut *reader;
            let connection = match connection {
                Some(connection) => connection,
                None => {
                    let pragmas = [("query_only", "1"), ("cache_size", CACHE), ("temp_store", "memory")];
                    connection.insert(direct::connect(&lists.path, OpenFlags::SQLITE_OPEN_READ_WRITE, &pragmas)?)
                }
            };
            let tx = connection.transaction()?;
            let list = tx.prepare_cached(sql!("list/version"))?.query_row([], |row| row.get(0))?;
            let list = count(list);
            let index = meta::number(&tx, INDEX_VERSION)?;
            work(&mut Moment { tx, list, index, journal: &lists.journal, memory })
        })
        .await
    }

    /// Closes the connection.
    pub fn close(self) {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).connection = None;
    }
}

/// The list at one moment.
struct Moment<'m> {
    tx: Transaction<'m>,
    /// Versions of the list and of the index.
    list: u64,
    index: u64,
    journal: &'m Journal,
    memory: &'m mut Memory,
}

impl Moment<'_> {
    /// Rows that are not indexed, if they are few.
    fn pending(&mut self) -> Result<&Pending> {
        self.memory.pending.read(&self.tx, (self.list, self.index))?;
        Ok(&self.memory.pending)
    }

    /// All rows in an order.
    fn order(&mut self, sort: &StoreSort) -> Result<&Order> {
        let by = By::of(sort);
        let known = self.memory.orders.iter().position(|order| order.by == by);
        // Out of the memory until it is right.
        let known = known.map(|at| self.memory.orders.remove(at));
        let lately = known.and_then(|order| {
            let version = order.version(self.index)?;
            let written = if version == self.list { Vec::new() } else { self.journal.between(version, self.list)? };
            (written.len() <= order::WRITTEN_MAX).then_some((order, written))
        });
        let (mut order, written) = match lately {
            Some(lately) => lately,
            None => {
                self.pending()?;
                let pending = &self.memory.pending;
                let is_whole = !pending.are_many && !indexer::is_behind(&self.tx)?;
                let order = Order::make(&self.tx, &by, (self.list, self.index), is_whole)?;
                let unindexed = if matches!(by, By::Field(_)) { pending.rows.as_slice() } else { &[] };
                (order, unindexed.iter().map(|row| row.n).collect())
            }
        };
        order.put(&self.tx, &written, self.list)?;
        if self.memory.orders.len() >= ORDERS_MAX {
            self.memory.orders.remove(0);
        }
        self.memory.orders.push(order);
        // Just pushed.
        Ok(&self.memory.orders[self.memory.orders.len() - 1])
    }
}
