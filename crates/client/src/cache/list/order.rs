//! All rows in one order, in memory: four bytes each. Made when it is first needed, and brought up to date by the rows
//! that were written since: they are taken out, and put in again where they belong now. So a window into it is right
//! at the moment of the reading transaction.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::FieldPath;
use domain::ipc::StoreSort;
use domain::search::{self, Tokens};
use rusqlite::{Connection, OptionalExtension};

use super::bits::{self, Rows};
use super::matching::{Postings, field_number};
use crate::cache::sql;
use crate::error::Result;

/// Written rows up to which an order is brought up to date; of more it is made anew.
pub(super) const WRITTEN_MAX: usize = 4_000;

/// By what rows are ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// A column of the list that has an index.
    Column(Column),
    /// A field.
    Field(FieldPath),
}

/// See [`By`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Updated,
    Name,
    Id,
    Address,
}

impl By {
    pub fn of(sort: &StoreSort) -> Self {
        match sort {
            StoreSort::Updated => Self::Column(Column::Updated),
            StoreSort::Name => Self::Column(Column::Name),
            StoreSort::Id => Self::Column(Column::Id),
            StoreSort::Address => Self::Column(Column::Address),
            StoreSort::Category => Self::Field(FieldPath::fixed("category")),
            StoreSort::Field(field) => match field.as_str() {
                domain::ipc::UPDATED => Self::Column(Column::Updated),
                domain::ipc::MERCHANT_ID => Self::Column(Column::Id),
                "name" => Self::Column(Column::Name),
                "address" => Self::Column(Column::Address),
                "phones" => Self::Field(FieldPath::fixed("phones.primary")),
                _ => Self::Field(field.clone()),
            },
        }
    }
}

impl Column {
    /// All rows in order.
    fn all(self) -> &'static str {
        match self {
            Self::Updated => sql!("list/all_by_updated"),
            Self::Name => "SELECT n FROM listing ORDER BY name_key, n",
            Self::Id => "SELECT n FROM listing ORDER BY merchant_id",
            Self::Address => "SELECT n FROM listing ORDER BY address_key, n",
        }
    }
    /// A window from either end.
    pub fn window(self, descending: bool) -> &'static str {
        match (self, descending) {
            (Self::Updated, false) => sql!("list/by_updated"),
            (Self::Updated, true) => sql!("list/by_updated_down"),
            (Self::Name, false) => "SELECT n FROM listing ORDER BY name_key, n LIMIT ?1 OFFSET ?2",
            (Self::Name, true) => "SELECT n FROM listing ORDER BY name_key DESC, n DESC LIMIT ?1 OFFSET ?2",
            (Self::Id, false) => "SELECT n FROM listing ORDER BY merchant_id LIMIT ?1 OFFSET ?2",
            (Self::Id, true) => "SELECT n FROM listing ORDER BY merchant_id DESC LIMIT ?1 OFFSET ?2",
            (Self::Address, false) => "SELECT n FROM listing ORDER BY address_key, n LIMIT ?1 OFFSET ?2",
            (Self::Address, true) => "SELECT n FROM listing ORDER BY address_key DESC, n DESC LIMIT ?1 OFFSET ?2",
        }
    }
    /// What one row is ordered by, as bytes that compare.
    fn key(self) -> &'static str {
        match self {
            Self::Updated => sql!("list/updated_of"),
            Self::Name => "SELECT name_key FROM listing WHERE n = ?1",
            Self::Id => "SELECT merchant_id FROM listing WHERE n = ?1",
            Self::Address => "SELECT address_key FROM listing WHERE n = ?1",
        }
    }
}

/// Where a row belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Nowhere: it has gone.
    Gone,
    /// Behind all that have a value.
    Behind,
    /// Before the larger ones.
    At(Vec<u8>),
}

/// A value as bytes that compare as values shall: numbers first.
fn value_key(value: &str) -> Vec<u8> {
    match value.trim().parse::<f64>().ok().filter(|number| number.is_finite()) {
        Some(number) => {
            // -0 and 0 are the same number.
            let bits = (number + 0.0).to_bits();
            let bits = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
            [0].into_iter().chain(bits.to_be_bytes()).collect()
        }
        None => [1].into_iter().chain(search::sort_key(value)).collect(),
    }
}

/// The smallest value that a field has among words.
fn value_among(words: &str, field: &FieldPath) -> Option<Vec<u8>> {
    search::entries(words).filter(|(name, _)| *name == field.as_str()).map(|(_, value)| value_key(value)).min()
}

/// See the module.
pub(super) struct Order {
    pub by: By,
    /// The version of the list that it is of.
    version: u64,
    /// The version of the index, if that did not have all rows yet: with another one it is made anew.
    index: Option<u64>,
    rows: Vec<u32>,
    /// So many have a value.
    valued: usize,
}

/// A row's number in four bytes. The index has room for fewer rows than that.
fn short(n: i64) -> Option<u32> {
    u32::try_from(n).ok()
}

impl Order {
    /// All rows of the list. What is not indexed is put where it belongs by [`Self::put`].
    pub fn make(tx: &Connection, by: &By, (version, index): (u64, u64), is_whole: bool) -> Result<Self> {
        let mut order = Self { by: by.clone(), version, index: None, rows: Vec::new(), valued: 0 };
        match by {
            By::Column(column) => {
                let mut select = tx.prepare_cached(column.all())?;
                let mut found = select.query([])?;
                while let Some(row) = found.next()? {
                    order.rows.extend(short(row.get(0)?));
                }
                order.valued = order.rows.len();
            }
            By::Field(field) => {
                order.index = (!is_whole).then_some(index);
                let mut keyed = if search::is_text(field.as_str()) { texts(tx, field)? } else { counted(tx, field)? };
                keyed.sort_unstable();
                // Each once, and only those that the list has.
                let mut left = Rows::default();
                let mut select = tx.prepare_cached(sql!("list/all"))?;
                let mut found = select.query([])?;
                while let Some(row) = found.next()? {
                    left.insert(row.get(0)?);
                }
                for (_, n) in keyed {
                    if left.has(i64::from(n)) {
                        left.remove(i64::from(n));
                        order.rows.push(n);
                    }
                }
                order.valued = order.rows.len();
                order.rows.extend(left.iter().filter_map(short));
            }
        }
        Ok(order)
    }

    /// The version of the list that it is of; nothing if it is to be made anew.
    pub fn version(&self, index: u64) -> Option<u64> {
        self.index.is_none_or(|of| of == index).then_some(self.version)
    }

    fn place(&self, tx: &Connection, n: i64) -> Result<Place> {
        match &self.by {
            By::Column(column) => {
                let mut select = tx.prepare_cached(column.key())?;
                let key = select.query_row([n], |row| {
                    Ok(match row.get_ref(0)? {
                        rusqlite::types::ValueRef::Integer(number) => number.max(0).to_be_bytes().to_vec(),
                        rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => {
                            bytes.to_vec()
                        }
                        _ => Vec::new(),
                    })
                });
                Ok(key.optional()?.map_or(Place::Gone, Place::At))
            }
            By::Field(field) => {
                let there = tx.prepare_cached(sql!("list/there"))?.exists([n])?;
                if !there {
                    return Ok(Place::Gone);
                }
                let mut select = tx.prepare_cached(sql!("list/words_now"))?;
                let key = select.query_row([n], |row| {
                    let words = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                    Ok(value_among(words, field))
                })?;
                Ok(key.map_or(Place::Behind, Place::At))
            }
        }
    }

    /// Puts rows that were written where they belong at this version of the list.
    pub fn put(&mut self, tx: &Connection, written: &[i64], version: u64) -> Result<()> {
        self.version = version;
        if written.is_empty() {
            return Ok(());
        }
        let moved: Rows = written.iter().copied().collect();
        let (valued, mut at) = (self.valued, 0);
        self.rows.retain(|n| {
            let stays = !moved.has(i64::from(*n));
            self.valued -= usize::from(!stays && at < valued);
            at += 1;
            stays
        });
        let (mut placed, mut behind) = (Vec::new(), Vec::new());
        for n in moved.iter() {
            match (self.place(tx, n)?, short(n)) {
                (Place::At(key), Some(n)) => placed.push((key, n)),
                (Place::Behind, Some(n)) => behind.push(n),
                _ => {}
            }
        }
        placed.sort_unstable();
        let mut asked = HashMap::new();
        let mut spots = Vec::with_capacity(placed.len() + behind.len());
        let mut from = 0;
        for (key, n) in placed {
            from = self.spot(tx, from, &key, n, &mut asked)?;
            spots.push((from, n));
        }
        let gained = spots.len();
        for n in behind {
            spots.push((self.valued + self.rows[self.valued..].partition_point(|other| *other < n), n));
        }
        self.merge(&spots);
        self.valued += gained;
        Ok(())
    }

    /// The first place from `from` on whose row is behind this one.
    fn spot(
        &self,
        tx: &Connection,
        from: usize,
        key: &[u8],
        n: u32,
        asked: &mut HashMap<u32, Vec<u8>>,
    ) -> Result<usize> {
        let (mut low, mut high) = (from, self.valued);
        while low < high {
            let middle = low + (high - low) / 2;
            let other = self.rows[middle];
            if let Entry::Vacant(unknown) = asked.entry(other) {
                let theirs = match self.place(tx, i64::from(other))? {
                    Place::At(theirs) => theirs,
                    _ => Vec::new(),
                };
                unknown.insert(theirs);
            }
            if (asked[&other].as_slice(), other) < (key, n) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Puts rows in, each before the one that is at its spot now. The spots rise.
    fn merge(&mut self, spots: &[(usize, u32)]) {
        let mut to = self.rows.len() + spots.len();
        let mut end = self.rows.len();
        self.rows.resize(to, 0);
        for (spot, n) in spots.iter().rev() {
            let moved = end - spot;
            self.rows.copy_within(*spot..end, to - moved);
            to -= moved + 1;
            end = *spot;
            self.rows[to] = *n;
        }
    }

    /// A window into the rows that match; into all without a set.
    pub fn window(&self, matching: Option<&Rows>, descending: bool, offset: u64, limit: usize) -> Vec<i64> {
        let (valued, behind) = self.rows.split_at(self.valued);
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let wanted = |n: &i64| matching.is_none_or(|rows| rows.has(*n));
        let behind = behind.iter();
        if descending {
            let all = valued.iter().rev().chain(behind).map(|n| i64::from(*n));
            return take(all, matching.is_none(), wanted, offset, limit);
        }
        take(valued.iter().chain(behind).map(|n| i64::from(*n)), matching.is_none(), wanted, offset, limit)
    }
}

fn take(
    all: impl Iterator<Item = i64>,
    is_all: bool,
    wanted: impl Fn(&i64) -> bool,
    offset: usize,
    limit: usize,
) -> Vec<i64> {
    if is_all {
        // Skips without looking.
        return all.skip(offset).take(limit).collect();
    }
    all.filter(wanted).skip(offset).take(limit).collect()
}

/// The rows of a field whose values are counted, by value.
fn counted(tx: &Connection, field: &FieldPath) -> Result<Vec<(u64, u32)>> {
    let mut keyed = Vec::new();
    let Some(number) = field_number(tx, field.as_str())? else { return Ok(keyed) };
    let mut values: Vec<(Vec<u8>, u32)> = Vec::new();
    let mut select = tx.prepare_cached(sql!("list/values"))?;
    let mut found = select.query([number])?;
    while let Some(row) = found.next()? {
        let value = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        values.push((value_key(value), row.get(0)?));
    }
    values.sort_unstable();
    // Values with one key stand together.
    let mut places = HashMap::with_capacity(values.len());
    let mut place = 0;
    for (at, (key, value)) in values.iter().enumerate() {
        if at > 0 && values[at - 1].0 != *key {
            place += 1;
        }
        places.insert(*value, place);
    }
    let mut postings = Postings::of(tx)?;
    let last: i64 = tx.prepare_cached(sql!("list/last_chunk"))?.query_row([], |row| row.get(0))?;
    for chunk in 0..=usize::try_from(last >> search::TOKEN_BITS).unwrap_or(0) {
        postings.each(chunk, Tokens::values(number).bounds(), |token, kept| {
            let mut bits = bits::Bits::NONE;
            bits.add(kept);
            let place = places.get(&token.value_number()).copied().unwrap_or(u64::MAX);
            keyed.extend(bits.places().filter_map(|at| Some((place, short(bits::row(chunk, at))?))));
        })?;
    }
    Ok(keyed)
}

/// The rows of a field of free text, by text.
fn texts(tx: &Connection, field: &FieldPath) -> Result<Vec<(u64, u32)>> {
    let mut keyed = Vec::new();
    let mut select = tx.prepare_cached(sql!("list/indexed"))?;
    let mut found = select.query([])?;
    while let Some(row) = found.next()? {
        let words = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        if let (Some(key), Some(n)) = (value_among(words, field), short(row.get(0)?)) {
            keyed.push((key, n));
        }
    }
    keyed.sort_unstable();
    let mut place = 0;
    let mut before: Option<Vec<u8>> = None;
    let placed = keyed.into_iter().map(|(key, n)| {
        if before.as_ref().is_some_and(|before| *before != key) {
            place += 1;
        }
        before = Some(key);
        (place, n)
    });
    Ok(placed.collect())
}
