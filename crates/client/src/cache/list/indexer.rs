//! The index catches up with saves and pages in small transactions of its own: a save notes only what its row is found
//! by, and a long first pull is listable at once. What is noted and not indexed yet is looked at row by row (`pending`).
//!
//! A batch is cut into tokens while others may write; what it found is written in one transaction with the rows that it is
//! about, if they are still as they were. So the index is never half of a batch, whoever is killed.
//!
//! A first pull or import also puts off the indices of the list that are filled in no order of their own: filling them row
//! by row costs more than the rows. Until they are made again, a list in these orders is sorted when it is asked for.

use std::collections::HashMap;

use domain::MerchantId;
use domain::search::{self, TOKEN_BITS, Token};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::bits::{self, Bits, CHUNK_BITS};
use super::matching::key;
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

/// A row that is to be indexed.
struct Noted {
    n: i64,
    words: String,
    /// What the index says of it.
    before: Option<String>,
}

/// A field's value, by its place among the values of the batch.
type ValueAt = u32;

/// What a batch changes.
#[derive(Default)]
struct Changes {
    rows: Vec<Noted>,
    /// By chunk: tokens with places, packed into one number, that come and that go.
    chunks: Vec<(usize, Vec<u64>, Vec<u64>)>,
    values: Vec<(String, String)>,
    known: HashMap<(String, String), ValueAt>,
    /// Values with rows: do they come or go?
    valued: Vec<(ValueAt, i64, bool)>,
}

fn packed(token: Token, place: u16) -> u64 {
    token.number() << CHUNK_BITS | u64::from(place)
}

impl Changes {
    fn value(&mut self, field: &str, value: &str) -> ValueAt {
        // Almost always known; a pair of owned texts is needed to ask.
        let pair = (field.to_owned(), value.to_owned());
        if let Some(at) = self.known.get(&pair) {
            return *at;
        }
        let at = self.values.len() as ValueAt;
        self.values.push(pair.clone());
        self.known.insert(pair, at);
        at
    }

    /// The fields and counted values of a row.
    fn values_of(&mut self, words: &str) -> Vec<ValueAt> {
        let mut values = Vec::new();
        for (field, value) in search::entries(words) {
            values.push(self.value(field, ""));
            if !value.is_empty() && !search::is_text(field) {
                values.push(self.value(field, value));
            }
        }
        values.sort_unstable();
        values.dedup();
        values
    }

    fn add(&mut self, noted: Noted) {
        let (chunk, place) = bits::place(noted.n);
        if self.chunks.last().is_none_or(|(last, ..)| *last != chunk) {
            self.chunks.push((chunk, Vec::new(), Vec::new()));
        }
        let now = self.values_of(&noted.words);
        let before = noted.before.as_deref().map(|before| self.values_of(before)).unwrap_or_default();
        let differ = |these: &[ValueAt], those: &[ValueAt]| -> Vec<ValueAt> {
            these.iter().filter(|value| those.binary_search(value).is_err()).copied().collect()
        };
        self.valued.extend(differ(&now, &before).into_iter().map(|value| (value, noted.n, true)));
        self.valued.extend(differ(&before, &now).into_iter().map(|value| (value, noted.n, false)));
        let at = self.chunks.len() - 1;
        let (_, come, go) = &mut self.chunks[at];
        match &noted.before {
            None => tokens(&noted.words, |token| come.push(packed(token, place))),
            Some(before) => {
                let (mut now, mut then) = (Vec::new(), Vec::new());
                tokens(&noted.words, |token| now.push(token));
                tokens(before, |token| then.push(token));
                now.sort_unstable();
                then.sort_unstable();
                let new = now.iter().filter(|token| then.binary_search(token).is_err());
                come.extend(new.map(|token| packed(*token, place)));
                let old = then.iter().filter(|token| now.binary_search(token).is_err());
                go.extend(old.map(|token| packed(*token, place)));
            }
        }
        self.rows.push(noted);
    }

    /// Cuts rows into tokens.
    fn of(rows: Vec<Noted>) -> Self {
        let mut changes = Self::default();
        rows.into_iter().for_each(|noted| changes.add(noted));
        for (_, come, go) in &mut changes.chunks {
            come.sort_unstable();
            come.dedup();
            go.sort_unstable();
            go.dedup();
        }
        changes
    }
}

/// All tokens of a row but those of values.
fn tokens(words: &str, mut out: impl FnMut(Token)) {
    if words.is_empty() {
        return;
    }
    out(Token::ALL);
    for (field, value) in search::entries(words) {
        search::tokens(field, value, &mut out);
    }
}

/// The next rows.
fn next(tx: &Connection) -> Result<Vec<Noted>> {
    let mut noted = Vec::new();
    let newest: i64 = tx.prepare_cached(sql!("list/newest_indexed"))?.query_row([], |row| row.get(0))?;
    let mut before = tx.prepare_cached(sql!("list/words"))?;
    let mut select = tx.prepare_cached(sql!("search/next"))?;
    let mut rows = select.query([BATCH_ROWS as i64, i64::MIN])?;
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

/// Writes what a batch changes. Returns whether it did: not if a row is another one now.
fn write(tx: &Transaction<'_>, mut changes: Changes) -> Result<bool> {
    let mut now = tx.prepare_cached(sql!("search/get"))?;
    for noted in &changes.rows {
        let same =
            now.query_row([noted.n], |row| Ok(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)? == noted.words));
        if !same.optional()?.unwrap_or(false) {
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

/// Makes rows anew: with what they are ordered and found by.
fn make_anew(tx: &Transaction<'_>, rules: &domain::rules::RuleSet) -> Result<()> {
    let made_to = meta::number(tx, MADE_TO)?.cast_signed();
    let mut select = tx.prepare_cached(sql!("list/rows_after"))?;
    let rows = select.query_map([made_to, NOTED_ROWS], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let Some((last, _)) = rows.last() else { return meta::delete(tx, MADE_TO) };
    meta::set(tx, MADE_TO, last)?;
    // Also where they say already what they are found by: the index need not say it.
    tx.prepare_cached(sql!("list/forget_words"))?.execute([made_to, *last])?;
    for (_, id) in rows {
        merchant::refresh(tx, &MerchantId::new(id)?, rules)?;
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
            Ok((some, is_behind(tx)?, meta::number(tx, PUT_OFF)? > 0, old))
        };
        let (some, is_behind, put_off, old) = self.direct.read(state).await?;
        if old {
            let drop = |tx: &Transaction<'_>| Ok(tx.execute_batch(sql!("search/drop_old"))?);
            self.direct.write(Flush::Later, drop).await?;
            return Ok(true);
        }
        if is_behind && !some {
            self.write_flushed(Flush::Later, make_anew).await?;
            return Ok(true);
        }
        if put_off && !is_behind {
            let make_up = |tx: &Transaction<'_>| {
                tx.execute_batch(sql!("listing/make_up"))?;
                meta::delete(tx, PUT_OFF)
            };
            self.direct.write(Flush::Later, make_up).await?;
            return Ok(true);
        }
        if !some {
            return Ok(false);
        }
        let noted = self.direct.scan(|tx| next(tx)).await?;
        let rows = noted.len();
        let changes = direct::blocking(move || Ok(Changes::of(noted))).await?;
        let written = self.direct.write(Flush::Later, move |tx| write(tx, changes)).await?;
        Ok(!written || rows == BATCH_ROWS || is_behind)
    }

    /// Indexes all that is left.
    ///
    /// # Errors
    /// `storage`.
    pub async fn index_all(&self) -> Result<()> {
        while self.index_chunk().await? {}
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
