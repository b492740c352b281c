//! One merchant within a transaction of its own: what the server says, this device's edits, and the list's row that both
//! make.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::MerchantId;
use domain::record::Record;
use domain::rules::RuleSet;
use domain::search;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Statement, ToSql, params};

use super::last_read::LastRead;
use super::listing::{self, Own, Row};
use super::{list, parse, sql};
use crate::error::Result;

/// What this device holds about a merchant.
pub(super) struct Merchant {
    pub record: Option<Arc<Record>>,
    /// Oldest first.
    pub own: Vec<Own>,
}

/// The row as it is.
struct Shown {
    n: i64,
    words_hash: i64,
    texts: [String; 5],
    hours: String,
    contested: i64,
    updated_ms: i64,
    /// Has it what it is ordered by? Not if an older version wrote it.
    has_keys: bool,
    /// What is beside it, if it has own changes or had some lately.
    own: Option<OwnRow>,
}

/// A row of `own_rows`: lines that wait, were refused, are in review; when it was changed; the hash of its words.
type OwnRow = [i64; 5];

impl Shown {
    fn read(select: &mut Statement<'_>, id: &MerchantId) -> Result<Option<Self>> {
        let shown = select.query_row([id.as_str()], |row| {
            let texts = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?];
            let (words_hash, updated_ms) = (row.get(1)?, row.get(9)?);
            let own = match row.get(11)? {
                Some(queued) => Some([queued, row.get(12)?, row.get(13)?, updated_ms, words_hash]),
                None => None,
            };
            Ok(Self {
                n: row.get(0)?,
                words_hash,
                texts,
                hours: row.get(7)?,
                contested: row.get(8)?,
                updated_ms,
                has_keys: row.get(10)?,
                own,
            })
        });
        Ok(shown.optional()?)
    }
}

impl Shown {
    /// Writes what differs: with each column the indices that have it are written, also where it stays the same.
    fn change(&self, tx: &Connection, row: &Row, same_words: bool) -> Result<()> {
        let [name, address, class @ ..] = &row.texts;
        let [shown_name, shown_address, shown_class @ ..] = &self.texts;
        if name != shown_name {
            tx.prepare_cached(sql!("listing/rename"))?.execute(params![self.n, name, search::sort_key(name)])?;
        }
        if address != shown_address {
            tx.prepare_cached(sql!("listing/move"))?.execute(params![self.n, address, search::sort_key(address)])?;
        }
        if class != shown_class {
            let [region, category, status] = class;
            tx.prepare_cached(sql!("listing/class"))?.execute(params![self.n, region, category, status])?;
        }
        let differs = self.hours != row.hours || self.contested != row.contested;
        if self.will_be_own(row) {
            // The row beside it says the rest.
            if differs {
                tx.prepare_cached(sql!("listing/touch"))?.execute(params![self.n, row.hours, row.contested])?;
            }
        } else if differs || !same_words || self.updated_ms != row.updated_ms {
            let values = params![self.n, row.hours, row.contested, row.updated_ms, row.words_hash];
            tx.prepare_cached(sql!("listing/touch_settled"))?.execute(values)?;
        }
        Ok(())
    }

    /// Will it have a row beside it?
    fn will_be_own(&self, row: &Row) -> bool {
        self.own.is_some() || is_own(row)
    }
}

/// Does anything of it wait?
fn is_own(row: &Row) -> bool {
    row.queued > 0 || row.rejected > 0 || row.in_review > 0
}

/// What stands beside it.
fn own_row(row: &Row) -> OwnRow {
    [row.queued, row.rejected, row.in_review, row.updated_ms, row.words_hash]
}

static LAST: LastRead<Record> = LastRead::new();

pub(super) fn record_of(tx: &Connection, id: &MerchantId) -> Result<Option<Arc<Record>>> {
    let mut select = tx.prepare_cached(sql!("records/get"))?;
    let mut rows = select.query([id.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    LAST.read(row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?).map(Some)
}

/// Its edits in the outbox, oldest first.
pub(super) fn own_of(tx: &Connection, id: &MerchantId) -> Result<Vec<Own>> {
    let mut own = Vec::new();
    let mut select = tx.prepare_cached(sql!("outbox/own"))?;
    let mut rows = select.query([id.as_str()])?;
    while let Some(row) = rows.next()? {
        own.push(Own {
            edit: serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?,
            state: parse(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
            changes: row.get(2)?,
            come_back: row.get(3)?,
        });
    }
    Ok(own)
}

impl Merchant {
    pub fn read(tx: &Connection, id: &MerchantId) -> Result<Self> {
        Ok(Self { record: record_of(tx, id)?, own: own_of(tx, id)? })
    }

    /// Makes the list's row anew. What stayed the same is not touched: often what comes from the server is what this
    /// device shows already.
    pub fn refresh(&self, tx: &Connection, id: &MerchantId, rules: &RuleSet) -> Result<()> {
        show(tx, id, listing::row(id, self.record.as_deref(), &self.own, rules))
    }
}

/// Makes the list's row of a merchant this one, or takes it away.
pub(super) fn show(tx: &Connection, id: &MerchantId, row: Option<Row>) -> Result<()> {
    let mut rows = Rows::of(tx)?;
    rows.show(id, row)?;
    rows.count_added()
}

/// Writes rows of the list, many with the same statements. At the end, [`Self::count_added`].
pub(super) struct Rows<'t> {
    tx: &'t Connection,
    known: CachedStatement<'t>,
    insert: CachedStatement<'t>,
    put_own: CachedStatement<'t>,
    /// How many were added to each category and are not counted yet.
    added: BTreeMap<String, i64>,
}

impl<'t> Rows<'t> {
    pub fn of(tx: &'t Connection) -> Result<Self> {
        let known = tx.prepare_cached(sql!("listing/known_one"))?;
        let (insert, put_own) = (tx.prepare_cached(sql!("listing/insert"))?, tx.prepare_cached(sql!("own/put"))?);
        Ok(Self { tx, known, insert, put_own, added: BTreeMap::new() })
    }

    /// Counts those that were added.
    pub fn count_added(&mut self) -> Result<()> {
        if self.added.is_empty() {
            return Ok(());
        }
        let all: i64 = self.added.values().sum();
        self.tx.prepare_cached(sql!("listing/add_total"))?.execute([all])?;
        let mut count = self.tx.prepare_cached(sql!("listing/count_added"))?;
        while let Some((category, merchants)) = self.added.pop_first() {
            count.execute(params![category, merchants])?;
        }
        Ok(())
    }

    /// As [`show`].
    pub fn show(&mut self, id: &MerchantId, row: Option<Row>) -> Result<()> {
        let (tx, shown) = (self.tx, Shown::read(&mut self.known, id)?);
        if shown.is_some() && !self.added.is_empty() {
            // What triggers take from a category must have been added to it.
            self.count_added()?;
        }
        let Some(row) = row else {
            if let Some(shown) = shown {
                tx.prepare_cached(sql!("listing/delete"))?.execute([shown.n])?;
                tx.prepare_cached(sql!("own/delete"))?.execute([shown.n])?;
                list::forget(tx, shown.n)?;
            }
            return Ok(());
        };
        let n = match &shown {
            Some(shown) => {
                let same_words = shown.words_hash == row.words_hash;
                if shown.has_keys {
                    shown.change(tx, &row, same_words)?;
                } else {
                    let mut update = tx.prepare_cached(sql!("listing/update"))?;
                    write(&mut update, &shown.n, &row, shown.will_be_own(&row))?;
                }
                if shown.will_be_own(&row) && shown.own != Some(own_row(&row)) {
                    self.put_own(shown.n, &row)?;
                }
                if same_words {
                    return Ok(());
                }
                shown.n
            }
            None => self.insert(id, &row)?,
        };
        list::note(tx, n, &row.words)
    }

    /// Adds the row of a merchant that has none; returns its number.
    pub fn insert(&mut self, id: &MerchantId, row: &Row) -> Result<i64> {
        write(&mut self.insert, &id.as_str(), row, is_own(row))?;
        let n = self.tx.last_insert_rowid();
        if is_own(row) {
            self.put_own(n, row)?;
        }
        let [_, _, _, category, _] = &row.texts;
        match self.added.get_mut(category) {
            Some(merchants) => *merchants += 1,
            None => drop(self.added.insert(category.clone(), 1)),
        }
        Ok(n)
    }

    /// Puts what is beside a row there.
    fn put_own(&mut self, n: i64, row: &Row) -> Result<()> {
        let [queued, rejected, in_review, updated_ms, words_hash] = own_row(row);
        self.put_own.execute([n, queued, rejected, in_review, updated_ms, words_hash])?;
        Ok(())
    }
}

/// Makes the row of a merchant anew from what is stored.
pub(super) fn refresh(tx: &Connection, id: &MerchantId, rules: &RuleSet) -> Result<()> {
    Merchant::read(tx, id)?.refresh(tx, id, rules)
}

fn write(statement: &mut Statement<'_>, key: &dyn ToSql, row: &Row, is_own: bool) -> Result<()> {
    let [name, address, region, category, status] = &row.texts;
    let [name_key, address_key] = row.keys();
    statement.execute(params![
        key,
        name,
        address,
        region,
        category,
        status,
        row.hours,
        row.contested,
        row.updated_ms,
        row.words_hash,
        name_key,
        address_key,
        is_own,
    ])?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::edit::Write;
    use domain::{FieldPath, Value};

    use super::super::Cache;
    use super::super::direct::Flush;
    use super::*;

    fn shown(id: &MerchantId, category: &str) -> Option<Row> {
        let field = FieldPath::new("category").unwrap();
        let write = Write { field, base_value: Value::NULL, value: Value::text(category) };
        Some(listing::row_of_new(id, &[write], 1))
    }

    #[tokio::test]
    async fn rows_that_are_added_and_changed_with_the_same_statements_are_counted_as_they_are() {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::open(home.path()).await.unwrap();
        let write = |tx: &rusqlite::Transaction<'_>| {
            let [moved, gone, stays] = ["A", "B", "C"].map(|id| MerchantId::new(id).unwrap());
            let mut rows = Rows::of(tx)?;
            rows.show(&moved, shown(&moved, "火锅"))?;
            rows.show(&moved, shown(&moved, "面馆"))?;
            rows.show(&gone, shown(&gone, "小吃"))?;
            rows.show(&stays, shown(&stays, "面馆"))?;
            rows.show(&gone, None)?;
            rows.count_added()?;
            let mut counted = tx.prepare("SELECT category, merchants FROM categories ORDER BY category")?;
            let counted = counted.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let counted = counted.collect::<rusqlite::Result<Vec<(String, i64)>>>()?;
            let all: i64 = tx.query_row(sql!("list/count"), [], |row| row.get(0))?;
            Ok((counted, all))
        };
        let counted = cache.direct.write(Flush::AsSet, write).await.unwrap();
        assert_eq!(counted, (vec![("面馆".to_owned(), 2)], 2));
    }
}
