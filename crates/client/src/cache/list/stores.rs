//! Windows into the list.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use domain::ipc::{Condition, STORE_IDS_MAX, StoreIds, StoreRow, StoreSort, StoresPage, StoresQuery, Test};
use domain::opening::OpeningHours;
use domain::profile::{self, Registers};
use domain::rules::RuleSet;
use domain::{FieldPath, MerchantId, Value};
use rusqlite::{Connection, OptionalExtension, Row};

use super::bits::Rows;
use super::matching::Needs;
use super::order::By;
use super::{Moment, dates, indexer};
use crate::cache::listing;
use crate::cache::merchant::Merchant;
use crate::cache::{Cache, count, small, sql};
use crate::clock;
use crate::error::Result;

/// The most rows of one answer.
const ROWS_MAX: u32 = 500;
/// So near to either end a window into all rows is read along an index, without an order in memory.
const NEAR_END_ROWS: u64 = 2_000;

fn read_row(row: &Row<'_>) -> rusqlite::Result<StoreRow> {
    let updated_ms: i64 = row.get(11)?;
    let (id, hours): (String, String) = (row.get(0)?, row.get(6)?);
    Ok(StoreRow {
        id: MerchantId::new(id).map_err(|problem| unreadable(0, problem))?,
        name: row.get(1)?,
        address: row.get(2)?,
        region: row.get(3)?,
        category: row.get(4)?,
        status: row.get(5)?,
        hours: OpeningHours {
            week: serde_json::from_str(&hours).map_err(|error| unreadable(6, error))?,
            ..OpeningHours::default()
        },
        queued: small(row.get(7)?),
        rejected: small(row.get(8)?),
        contested: small(row.get(9)?),
        in_review: small(row.get(10)?),
        updated_at: (updated_ms > 0).then(|| clock::at(count(updated_ms))),
        values: BTreeMap::new(),
    })
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

/// The list's row of one merchant.
pub(in crate::cache) fn row_of(tx: &Connection, id: &MerchantId) -> Result<Option<StoreRow>> {
    Ok(tx.prepare_cached(sql!("listing/get"))?.query_row([id.as_str()], read_row).optional()?)
}

/// The query with everything that has a way of its own as conditions.
pub(super) fn plain(query: &StoresQuery) -> StoresQuery {
    let mut query = query.clone();
    let exactly = |field, value: String| Condition {
        field: FieldPath::fixed(field),
        test: if value.is_empty() { Test::NotSet } else { Test::AnyOf(vec![value]) },
    };
    let category = query.category.take().map(|value| exactly("category", value));
    let status = query.status.take().filter(|value| !value.is_empty()).map(|value| exactly("status", value));
    query.conditions.extend(category.into_iter().chain(status));
    query
}

impl Moment<'_> {
    /// The rows that match; nothing if all do. Conditions on `except` are passed over.
    pub(super) fn matching(&mut self, query: &StoresQuery, except: Option<&FieldPath>) -> Result<Option<Rows>> {
        self.pending()?;
        let needs = Needs::of(&self.tx, query, except)?;
        needs.map(|needs| needs.rows(&self.tx, &self.memory.pending)).transpose()
    }

    /// How many rows the list has.
    pub(super) fn all(&self) -> Result<u64> {
        Ok(count(self.tx.prepare_cached(sql!("list/count"))?.query_row([], |row| row.get(0))?))
    }

    /// Row numbers of a window.
    fn window(&mut self, query: &StoresQuery, matching: Option<&Rows>, all: u64, limit: u64) -> Result<Vec<i64>> {
        // "Changed last" begins with the newest.
        let descending = query.descending != (query.sort == StoreSort::Updated);
        let end = query.offset.saturating_add(limit);
        let from_behind = all.saturating_sub(end);
        if let (By::Column(column), None) = (By::of(&query.sort), matching) {
            let is_near = end <= NEAR_END_ROWS;
            if is_near || query.offset < all && all - query.offset <= NEAR_END_ROWS {
                let limit = limit.min(all.saturating_sub(query.offset));
                let statement = column.window(descending == is_near);
                let mut select = self.tx.prepare_cached(statement)?;
                let values = [limit.cast_signed(), if is_near { query.offset } else { from_behind }.cast_signed()];
                let rows = select.query_map(values, |row| row.get(0))?;
                let mut rows: Vec<i64> = rows.collect::<rusqlite::Result<_>>()?;
                if !is_near {
                    rows.reverse();
                }
                return Ok(rows);
            }
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.order(&query.sort)?.window(matching, descending, query.offset, limit))
    }

    /// The matching row whose id is what was typed, in small letters too.
    fn named(&self, query: &StoresQuery, matching: &Rows) -> Result<Option<i64>> {
        let typed = query.text.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let mut select = self.tx.prepare_cached(sql!("list/named"))?;
        let found: Option<i64> = select.query_row([typed, &typed.to_uppercase()], |row| row.get(0)).optional()?;
        Ok(found.filter(|n| matching.has(*n)))
    }

    /// A window as it is shown: whose id was typed stands first in any order.
    fn shown(&mut self, query: &StoresQuery, matching: Option<Rows>, all: u64, limit: u64) -> Result<Vec<i64>> {
        let Some(mut others) = matching else { return self.window(query, None, all, limit) };
        let Some(first) = self.named(query, &others)? else { return self.window(query, Some(&others), all, limit) };
        others.remove(first);
        let is_top = query.offset == 0;
        let behind = StoresQuery { offset: query.offset.saturating_sub(1), ..query.clone() };
        let rows = self.window(&behind, Some(&others), all, limit - u64::from(is_top))?;
        Ok(is_top.then_some(first).into_iter().chain(rows).collect())
    }

    fn rows(&self, numbers: &[i64], columns: &[FieldPath], rules: &RuleSet, from: NaiveDate) -> Result<Vec<StoreRow>> {
        let mut select = self.tx.prepare_cached(sql!("list/row"))?;
        let mut rows = Vec::with_capacity(numbers.len());
        for n in numbers {
            let Some(mut row) = select.query_row([n], read_row).optional()? else { continue };
            dates::add(&self.tx, &mut row, rules, from)?;
            if !columns.is_empty() {
                let merchant = Merchant::read(&self.tx, &row.id)?;
                let registers = listing::registers(merchant.record.as_deref(), &merchant.own, rules);
                row.values =
                    columns.iter().filter_map(|column| Some((column.clone(), value(&registers, column)?))).collect();
            }
            rows.push(row);
        }
        Ok(rows)
    }

    fn page(&mut self, query: &StoresQuery, rules: &RuleSet, from: NaiveDate) -> Result<StoresPage> {
        let all = self.all()?;
        let matching = self.matching(query, None)?;
        let total = matching.as_ref().map_or(all, Rows::count);
        let limit = u64::from(query.limit.clamp(1, ROWS_MAX));
        let numbers = if query.offset < total { self.shown(query, matching, all, limit)? } else { Vec::new() };
        let of = |statement| -> Result<u64> {
            Ok(count(self.tx.prepare_cached(statement)?.query_row([], |row| row.get(0))?))
        };
        let mut categories = self.tx.prepare_cached(sql!("listing/categories"))?;
        let categories = categories.query_map([], |row| row.get(0))?;
        Ok(StoresPage {
            total,
            all,
            pending: of(sql!("own/count_queued"))?,
            conflict: of(sql!("list/count_contested"))?,
            rejected: of(sql!("own/count_rejected"))?,
            categories: categories.collect::<rusqlite::Result<_>>()?,
            unindexed: indexer::behind(&self.tx, all)?,
            rows: self.rows(&numbers, &query.columns, rules, from)?,
        })
    }

    fn ids(&mut self, query: &StoresQuery) -> Result<StoreIds> {
        let all = self.all()?;
        let matching = self.matching(query, None)?;
        let total = matching.as_ref().map_or(all, Rows::count);
        let query = StoresQuery { offset: 0, ..query.clone() };
        let numbers = self.shown(&query, matching, all, STORE_IDS_MAX as u64)?;
        let mut select = self.tx.prepare_cached(sql!("list/id"))?;
        let mut ids = Vec::with_capacity(numbers.len());
        for n in numbers {
            let id: Option<String> = select.query_row([n], |row| row.get(0)).optional()?;
            ids.extend(id.map(MerchantId::new).transpose()?);
        }
        Ok(StoreIds { total, ids })
    }
}

/// What a column shows of a merchant; nothing if it is not given.
fn value(registers: &Registers, column: &FieldPath) -> Option<Value> {
    let value = match (column.root(), column.key()) {
        ("tags" | "phones", None) => {
            let values = profile::values(registers, column);
            return (!values.is_empty()).then(|| Value::list(values));
        }
        _ => registers.get(column)?,
    };
    (!value.is_null()).then(|| value.clone())
}

impl Cache {
    /// A window into the list.
    ///
    /// # Errors
    /// `bad_request` for too much at once, `storage`.
    pub async fn stores(&self, query: &StoresQuery) -> Result<StoresPage> {
        query.check()?;
        let (query, rules) = (plain(query), self.rules());
        // In some zone it is still yesterday.
        let today = clock::at(self.machine.now_ms()).date_naive();
        let from = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        self.lists.read(move |moment| moment.page(&query, &rules, from)).await
    }

    /// All merchants that a list shows, in its order.
    ///
    /// # Errors
    /// `bad_request` for too much at once, `storage`.
    pub async fn ids_of(&self, query: &StoresQuery) -> Result<StoreIds> {
        query.check()?;
        let query = plain(query);
        self.lists.read(move |moment| moment.ids(&query)).await
    }

    /// The list's row of one merchant.
    ///
    /// # Errors
    /// `storage`.
    pub async fn row(&self, id: &MerchantId) -> Result<Option<StoreRow>> {
        let id = id.clone();
        self.direct.read(move |tx| row_of(tx, &id)).await
    }
}
