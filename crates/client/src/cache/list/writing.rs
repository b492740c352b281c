//! Writing of a batch that is cut ([`super::cutting`]): sets of rows, what rows are indexed by, and how many rows fields
//! and values have.

use std::collections::HashMap;

use domain::search::{TOKEN_BITS, Token};
use rusqlite::{Connection, Statement, Transaction, params};

use super::INDEX_VERSION;
use super::bits::{self, Bits, CHUNK_BITS};
use super::cutting::{Changes, packed};
use super::matching::key;
use crate::cache::{meta, sql};
use crate::error::Result;

/// Is this text what is stored of a row?
fn says(select: &mut Statement<'_>, n: i64, words: &str) -> Result<bool> {
    let mut rows = select.query([n])?;
    let Some(row) = rows.next()? else { return Ok(false) };
    Ok(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)? == words)
}

/// Writes what a batch changes. Returns whether it did: not if a row is another one now.
pub(super) fn write(tx: &Transaction<'_>, mut changes: Changes) -> Result<bool> {
    let newest: i64 = tx.prepare_cached(sql!("list/newest_indexed"))?.query_row([], |row| row.get(0))?;
    let mut now = tx.prepare_cached(sql!("search/get"))?;
    let mut before = tx.prepare_cached(sql!("list/words"))?;
    for noted in &changes.rows {
        if !says(&mut now, noted.n, &noted.words)? {
            return Ok(false);
        }
        // Another process may have indexed it, or somebody emptied the index.
        let same = match &noted.before {
            Some(words) => says(&mut before, noted.n, words)?,
            None => noted.n > newest || !before.exists([noted.n])?,
        };
        if !same {
            return Ok(false);
        }
    }
    let tokens = number(tx, &changes)?;
    let mut by_chunk: HashMap<usize, (Vec<u64>, Vec<u64>)> = HashMap::new();
    for (value, n, comes) in &changes.valued {
        let (chunk, place) = bits::place(*n);
        let (come, go) = by_chunk.entry(chunk).or_default();
        let list = if *comes { come } else { go };
        list.push(packed(tokens[*value as usize], place));
    }
    let mut store = Store::of(tx)?;
    for (chunk, come, go) in changes.chunks.drain(..) {
        let (mut values_come, mut values_go) = by_chunk.remove(&chunk).unwrap_or_default();
        values_come.sort_unstable();
        values_go.sort_unstable();
        store.chunk(chunk, &come, &go)?;
        store.chunk(chunk, &values_come, &values_go)?;
    }
    let mut put = tx.prepare_cached(sql!("list/put_indexed"))?;
    let mut remove = tx.prepare_cached(sql!("list/remove_indexed"))?;
    let mut done = tx.prepare_cached(sql!("search/delete_unindexed_one"))?;
    for noted in &changes.rows {
        if noted.words.is_empty() {
            remove.execute([noted.n])?;
        } else {
            put.execute(params![noted.n, noted.words])?;
        }
        done.execute([noted.n])?;
    }
    meta::set(tx, INDEX_VERSION, meta::number(tx, INDEX_VERSION)? + 1)?;
    Ok(true)
}

/// Gives fields and values numbers, counts their rows, and returns their tokens.
fn number(tx: &Connection, changes: &Changes) -> Result<Vec<Token>> {
    let mut rows = vec![0_i64; changes.values.len()];
    for (value, _, comes) in &changes.valued {
        rows[*value as usize] += if *comes { 1 } else { -1 };
    }
    let mut field = tx.prepare_cached(sql!("list/put_field"))?;
    let mut put = tx.prepare_cached(sql!("list/put_value"))?;
    let mut drop = tx.prepare_cached(sql!("list/drop_value"))?;
    let mut fields: HashMap<&str, u16> = HashMap::new();
    let mut tokens = Vec::with_capacity(rows.len());
    // The field itself comes before its values.
    for ((name, value), rows) in changes.values.iter().zip(rows) {
        if value.is_empty() {
            let number = field.query_row(params![name, rows], |row| row.get(0))?;
            fields.insert(name.as_str(), number);
            tokens.push(Token::value(number, 0));
        } else {
            let of = fields.get(name.as_str()).copied().unwrap_or_default();
            let number = put.query_row(params![of, domain::text::key(value), value, rows], |row| row.get(0))?;
            tokens.push(Token::value(of, number));
            if rows < 0 {
                drop.execute([number])?;
            }
        }
    }
    Ok(tokens)
}

/// Writes what is kept of each token.
struct Store<'t> {
    newest_chunk: Option<usize>,
    get: rusqlite::CachedStatement<'t>,
    put: rusqlite::CachedStatement<'t>,
    delete: rusqlite::CachedStatement<'t>,
}

impl<'t> Store<'t> {
    fn of(tx: &'t Connection) -> Result<Self> {
        let newest: Option<i64> = tx.query_row(sql!("list/newest_key"), [], |row| row.get(0))?;
        Ok(Self {
            newest_chunk: newest.and_then(|key| usize::try_from(key >> TOKEN_BITS).ok()),
            get: tx.prepare_cached(sql!("list/posting"))?,
            put: tx.prepare_cached(sql!("list/put_posting"))?,
            delete: tx.prepare_cached(sql!("list/delete_posting"))?,
        })
    }

    /// Sorted tokens with places that come and go in a chunk.
    fn chunk(&mut self, chunk: usize, come: &[u64], go: &[u64]) -> Result<()> {
        let is_new = self.newest_chunk.is_none_or(|newest| newest < chunk);
        let token = |packed: u64| packed >> CHUNK_BITS;
        let places = |list: &[u64]| -> Vec<u16> { list.iter().map(|one| (one % (1 << CHUNK_BITS)) as u16).collect() };
        let (mut come, mut go) = (come, go);
        while let Some(next) = come.first().into_iter().chain(go.first()).map(|one| token(*one)).min() {
            let split = |list: &[u64]| list.iter().take_while(|one| token(**one) == next).count();
            let (coming, others) = come.split_at(split(come));
            let (going, rest) = go.split_at(split(go));
            (come, go) = (others, rest);
            let key = key(chunk, next);
            if is_new && going.is_empty() {
                self.put.execute(params![key, bits::kept(&places(coming))])?;
                continue;
            }
            let mut rows = Bits::NONE;
            let mut kept = self.get.query([key])?;
            if let Some(row) = kept.next()? {
                rows.add(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
            }
            drop(kept);
            places(going).into_iter().for_each(|place| rows.clear(place));
            places(coming).into_iter().for_each(|place| rows.set(place));
            if rows.is_empty() {
                self.delete.execute([key])?;
            } else {
                self.put.execute(params![key, rows.to_kept()])?;
            }
        }
        Ok(())
    }
}
