//! Rows that are not indexed yet, as long as they are few: they are looked at one by one, and what the index says of
//! them is ignored. So what has just been saved is found at once, and nothing is written for it.

use domain::search::{self, Piece, Token, Tokens};
use rusqlite::Connection;

use super::bits::Rows;
use crate::cache::sql;
use crate::error::Result;

/// Of more, lists show what the index knows.
pub(super) const ROWS_MAX: usize = 2_000;

/// One of them.
pub(super) struct PendingRow {
    pub n: i64,
    /// Empty for one that has gone.
    pub words: String,
    /// Sorted.
    tokens: Vec<Token>,
}

impl PendingRow {
    fn new(n: i64, words: String) -> Self {
        let mut tokens = Vec::new();
        for (field, value) in search::entries(&words) {
            search::tokens(field, value, &mut |token| tokens.push(token));
        }
        tokens.sort_unstable();
        Self { n, words, tokens }
    }

    fn has(&self, tokens: &Tokens) -> bool {
        let (from, to) = tokens.bounds();
        let start = self.tokens.partition_point(|token| token.number() < from);
        self.tokens[start..].iter().take_while(|token| token.number() <= to).any(|token| tokens.has(*token))
    }

    /// Has it a piece of what was typed?
    pub fn has_piece(&self, piece: &Piece) -> bool {
        piece.ways.iter().any(|way| way.iter().all(|tokens| self.has(tokens)))
    }
}

/// See the module.
#[derive(Default)]
pub(super) struct Pending {
    /// Versions of list and index that it is of.
    stamp: Option<(u64, u64)>,
    pub rows: Vec<PendingRow>,
    /// The rows as a set; of too many only those that have gone.
    pub set: Rows,
    /// Are there more than are looked at?
    pub are_many: bool,
}

impl Pending {
    /// Reads them, unless they are as they were.
    pub fn read(&mut self, tx: &Connection, stamp: (u64, u64)) -> Result<()> {
        if self.stamp == Some(stamp) {
            return Ok(());
        }
        self.stamp = None;
        let mut select = tx.prepare_cached(sql!("search/next"))?;
        let mut found = select.query([ROWS_MAX as i64 + 1, i64::MIN])?;
        let mut known = std::mem::take(&mut self.rows).into_iter().peekable();
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let n = row.get(0)?;
            while known.next_if(|known| known.n < n).is_some() {}
            let words = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            rows.push(match known.next_if(|known| known.n == n && known.words == words) {
                Some(same) => same,
                None => PendingRow::new(n, words.to_owned()),
            });
        }
        self.are_many = rows.len() > ROWS_MAX;
        self.set = Rows::default();
        if self.are_many {
            rows.clear();
            let mut select = tx.prepare_cached(sql!("search/gone"))?;
            let mut gone = select.query([])?;
            while let Some(row) = gone.next()? {
                self.set.insert(row.get(0)?);
            }
        }
        rows.iter().for_each(|row| self.set.insert(row.n));
        self.rows = rows;
        self.stamp = Some(stamp);
        Ok(())
    }
}
