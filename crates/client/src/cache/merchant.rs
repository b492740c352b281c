//! One merchant within a transaction of its own: what the server says, this device's edits, and the list's row that both
//! make. The many of a page are [`super::listing::refresh`]'s.

use domain::MerchantId;
use domain::record::Record;
use domain::rules::RuleSet;
use rusqlite::{Connection, OptionalExtension, params};

use super::listing::{self, Own, Row};
use super::{parse, sql};
use crate::error::Result;

/// What this device holds about a merchant.
pub(super) struct Merchant {
    pub record: Option<Record>,
    /// Oldest first.
    pub own: Vec<Own>,
}

/// The row as it is.
struct Shown {
    n: i64,
    tokens_hash: i64,
    texts: [String; 5],
}

impl Merchant {
    pub fn read(tx: &Connection, id: &MerchantId) -> Result<Self> {
        let text: Option<String> =
            tx.prepare_cached(sql!("records/get"))?.query_row([id.as_str()], |row| row.get(0)).optional()?;
        let record = text.map(|text| serde_json::from_str(&text)).transpose()?;
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
        Ok(Self { record, own })
    }

    /// Counts anew in the list's row of a merchant that shows what it showed.
    pub fn recount(&self, tx: &Connection, id: &MerchantId, rules: &RuleSet) -> Result<()> {
        let counts = listing::counts(self.record.as_ref(), &self.own, rules);
        tx.prepare_cached(sql!("listing/set_counts"))?.execute(params![
            id.as_str(),
            counts.queued,
            counts.rejected,
            counts.contested,
            counts.in_review,
            counts.updated_ms,
        ])?;
        Ok(())
    }

    /// Makes the list's row anew. What is indexed and stayed the same is not touched.
    pub fn refresh(&self, tx: &Connection, id: &MerchantId, rules: &RuleSet) -> Result<()> {
        let shown = shown(tx, id)?;
        let Some(row) = listing::row(id, self.record.as_ref(), &self.own, rules) else {
            if let Some(shown) = shown {
                tx.prepare_cached(sql!("listing/delete"))?.execute([shown.n])?;
                forget_words(tx, shown.n)?;
            }
            return Ok(());
        };
        let texts = ["name", "address", "region", "category", "status"].map(|name| listing::text(&row.registers, name));
        let n = match &shown {
            Some(shown) if shown.texts == texts => {
                touch(tx, shown.n, &row)?;
                shown.n
            }
            Some(shown) => {
                write(tx, sql!("listing/update"), &shown.n, &texts, &row)?;
                shown.n
            }
            None => {
                write(tx, sql!("listing/insert"), &id.as_str(), &texts, &row)?;
                tx.last_insert_rowid()
            }
        };
        if shown.as_ref().is_some_and(|shown| shown.tokens_hash == row.tokens_hash) {
            return Ok(());
        }
        if shown.is_some() {
            forget_words(tx, n)?;
        }
        tx.prepare_cached(sql!("search/insert"))?.execute(params![n, row.tokens])?;
        Ok(())
    }
}

/// Makes the row of a merchant anew from what is stored.
pub(super) fn refresh(tx: &Connection, id: &MerchantId, rules: &RuleSet) -> Result<()> {
    Merchant::read(tx, id)?.refresh(tx, id, rules)
}

fn shown(tx: &Connection, id: &MerchantId) -> Result<Option<Shown>> {
    let mut select = tx.prepare_cached(sql!("listing/known_one"))?;
    let shown = select.query_row([id.as_str()], |row| {
        let texts = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?];
        Ok(Shown { n: row.get(0)?, tokens_hash: row.get(1)?, texts })
    });
    Ok(shown.optional()?)
}

fn touch(tx: &Connection, n: i64, row: &Row) -> Result<()> {
    tx.prepare_cached(sql!("listing/touch"))?.execute(params![
        n,
        listing::week(&row.registers),
        row.queued,
        row.rejected,
        row.contested,
        row.in_review,
        row.updated_ms,
        row.tokens_hash,
    ])?;
    Ok(())
}

fn write(
    tx: &Connection,
    statement: &str,
    key: &dyn rusqlite::ToSql,
    [name, address, region, category, status]: &[String; 5],
    row: &Row,
) -> Result<()> {
    tx.prepare_cached(statement)?.execute(params![
        key,
        name,
        address,
        region,
        category,
        status,
        listing::week(&row.registers),
        row.queued,
        row.rejected,
        row.contested,
        row.in_review,
        row.updated_ms,
        row.tokens_hash,
    ])?;
    Ok(())
}

fn forget_words(tx: &Connection, n: i64) -> Result<()> {
    tx.prepare_cached(sql!("search/delete_one"))?.execute([n])?;
    tx.prepare_cached(sql!("search/delete_unindexed_one"))?.execute([n])?;
    Ok(())
}
