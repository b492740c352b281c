//! Windows into the list.

use domain::MerchantId;
use domain::ipc::{StoreFilter, StoreRow, StoreSort, StoresPage, StoresQuery};
use domain::search;
use rusqlite::{Connection, OptionalExtension};
use sqlx::sqlite::SqliteConnection;
use sqlx::{FromRow, QueryBuilder, Sqlite};

use super::{Cache, count, small, sql};
use crate::clock;
use crate::error::Result;

/// The most rows of one answer.
pub const ROWS_MAX: u32 = 500;
/// Matches up to here are sorted; of more, the sorted list is walked until enough match.
const SORTED_MATCHES_MAX: i64 = 2_000;
/// Asking one row costs about as much as collecting so many matches.
const WALKED_PER_MATCH: i64 = 100;

#[derive(FromRow)]
struct ListingRow {
    merchant_id: String,
    name: String,
    address: String,
    region: String,
    category: String,
    status: String,
    hours: String,
    queued: i64,
    rejected: i64,
    contested: i64,
    in_review: i64,
    updated_ms: i64,
}

impl TryFrom<ListingRow> for StoreRow {
    type Error = crate::Error;
    fn try_from(row: ListingRow) -> Result<Self> {
        Ok(Self {
            id: MerchantId::new(row.merchant_id)?,
            name: row.name,
            address: row.address,
            region: row.region,
            category: row.category,
            status: row.status,
            hours: serde_json::from_str(&row.hours)?,
            queued: small(row.queued),
            rejected: small(row.rejected),
            contested: small(row.contested),
            in_review: small(row.in_review),
            updated_at: (row.updated_ms > 0).then(|| clock::at(count(row.updated_ms))),
        })
    }
}

/// `by_index`: a filter may find the rows; otherwise the order does, and filters only look at each.
fn push_where(sql: &mut QueryBuilder<Sqlite>, query: &StoresQuery, by_index: bool) {
    sql.push(match query.filter {
        StoreFilter::All => " WHERE 1",
        StoreFilter::Pending => " WHERE queued > 0",
        StoreFilter::Conflict => " WHERE contested > 0",
        StoreFilter::Rejected => " WHERE rejected > 0",
    });
    let sign = if by_index { "" } else { "+" };
    if let Some(category) = &query.category {
        sql.push(format_args!(" AND {sign}category = ")).push_bind(category.clone());
    }
    if let Some(status) = query.status.as_ref().filter(|status| !status.is_empty()) {
        sql.push(format_args!(" AND {sign}status = ")).push_bind(status.clone());
        // The index holds only rows that have one.
        sql.push(" AND status <> ''");
    }
}

fn order(query: &StoresQuery) -> &'static str {
    // "Changed last" begins with the newest.
    let down = query.descending != (query.sort == StoreSort::Updated);
    match (query.sort, down) {
        (StoreSort::Updated, false) => "updated_ms, n",
        (StoreSort::Updated, true) => "updated_ms DESC, n DESC",
        (StoreSort::Name, false) => "name, n",
        (StoreSort::Name, true) => "name DESC, n DESC",
        (StoreSort::Id, false) => "merchant_id",
        (StoreSort::Id, true) => "merchant_id DESC",
        (StoreSort::Address, false) => "address, n",
        (StoreSort::Address, true) => "address DESC, n DESC",
        (StoreSort::Category, false) => "category, updated_ms, n",
        (StoreSort::Category, true) => "category DESC, updated_ms DESC, n DESC",
    }
}

fn is_plain(query: &StoresQuery) -> bool {
    query.filter == StoreFilter::All
        && query.category.is_none()
        && query.status.as_deref().unwrap_or_default().is_empty()
}

impl Cache {
    /// A window into the list.
    ///
    /// # Errors
    /// `storage`.
    pub async fn stores(&self, query: &StoresQuery) -> Result<StoresPage> {
        let typed = !query.text.trim().is_empty();
        if typed {
            self.catch_up().await;
        }
        let mut tx = self.readers.begin().await?;
        let (all, pending, conflict, rejected): (i64, i64, i64, i64) =
            sqlx::query_as(sql!("listing/counts")).fetch_one(&mut *tx).await?;
        let categories = sqlx::query_scalar(sql!("listing/categories")).fetch_all(&mut *tx).await?;
        let matching = search::match_expression(&query.text);
        let (total, rows) = match &matching {
            // Typed, but nothing that could be looked for.
            None if typed => (0, Vec::new()),
            _ => select(&mut tx, query, matching.as_deref(), all).await?,
        };
        tx.rollback().await?;
        Ok(StoresPage {
            total: count(total),
            all: count(all),
            pending: count(pending),
            conflict: count(conflict),
            rejected: count(rejected),
            categories,
            rows: rows.into_iter().map(StoreRow::try_from).collect::<Result<_>>()?,
        })
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

/// The list's row of one merchant.
pub(super) fn row_of(tx: &Connection, id: &MerchantId) -> Result<Option<StoreRow>> {
    let mut get = tx.prepare_cached(sql!("listing/get"))?;
    let row = get.query_row([id.as_str()], |row| {
        Ok(ListingRow {
            merchant_id: row.get(0)?,
            name: row.get(1)?,
            address: row.get(2)?,
            region: row.get(3)?,
            category: row.get(4)?,
            status: row.get(5)?,
            hours: row.get(6)?,
            queued: row.get(7)?,
            rejected: row.get(8)?,
            contested: row.get(9)?,
            in_review: row.get(10)?,
            updated_ms: row.get(11)?,
        })
    });
    row.optional()?.map(StoreRow::try_from).transpose()
}

/// What finds the rows of a window.
#[derive(Clone, Copy, PartialEq)]
enum Drive {
    /// The few that match are looked up and sorted.
    Matches,
    /// The sorted list is walked; each row is looked up among the matches, which are collected first.
    OrderAmongMatches,
    /// The sorted list is walked; so much matches that each row is asked by itself.
    OrderAsking,
}

impl Drive {
    /// The cheapest for a window that ends at `end`, if `total` of `all` rows match.
    fn choose(total: i64, all: i64, end: i64) -> Self {
        let walked = end.saturating_mul(all) / total.max(1);
        if walked.saturating_mul(WALKED_PER_MATCH) < total {
            Self::OrderAsking
        } else if total > SORTED_MATCHES_MAX && walked < total {
            Self::OrderAmongMatches
        } else {
            Self::Matches
        }
    }
}

async fn select(
    tx: &mut SqliteConnection,
    query: &StoresQuery,
    matching: Option<&str>,
    all: i64,
) -> Result<(i64, Vec<ListingRow>)> {
    let total = match matching {
        None if is_plain(query) => all,
        Some(expression) if is_plain(query) => {
            sqlx::query_scalar(sql!("search/count")).bind(expression).fetch_one(&mut *tx).await?
        }
        _ => {
            let mut sql = QueryBuilder::new("SELECT count(*) FROM ");
            push_from(&mut sql, query, matching, Drive::Matches);
            sql.build_query_scalar().fetch_one(&mut *tx).await?
        }
    };
    if total == 0 {
        return Ok((0, Vec::new()));
    }
    let limit = query.limit.clamp(1, ROWS_MAX);
    let offset = super::int(query.offset);
    let drive = Drive::choose(total, all, offset.saturating_add(i64::from(limit)));
    // The inner select skips rows on an index alone; the outer one reads only the rows of the window.
    let mut sql = QueryBuilder::new(
        "SELECT merchant_id, name, address, region, category, status, hours, queued, rejected, contested, \
         in_review, updated_ms FROM listing WHERE n IN (SELECT n FROM ",
    );
    push_from(&mut sql, query, matching, drive);
    sql.push(" ORDER BY ").push(order(query));
    sql.push(" LIMIT ").push_bind(limit);
    sql.push(" OFFSET ").push_bind(offset);
    sql.push(") ORDER BY ").push(order(query));
    let rows = sql.build_query_as().fetch_all(tx).await?;
    Ok((total, rows))
}

fn push_from(sql: &mut QueryBuilder<Sqlite>, query: &StoresQuery, matching: Option<&str>, drive: Drive) {
    let by_matches = drive == Drive::Matches;
    match matching {
        Some(_) if by_matches => sql.push("search CROSS JOIN listing ON listing.n = search.rowid"),
        _ => sql.push("listing"),
    };
    push_where(sql, query, by_matches);
    let Some(expression) = matching.map(str::to_owned) else { return };
    match drive {
        Drive::Matches => sql.push(" AND search MATCH ").push_bind(expression),
        Drive::OrderAmongMatches => {
            sql.push(" AND +n IN (SELECT rowid FROM search WHERE search MATCH ").push_bind(expression).push(")")
        }
        Drive::OrderAsking => sql
            .push(" AND EXISTS (SELECT 1 FROM search WHERE search MATCH ")
            .push_bind(expression)
            .push(" AND search.rowid = listing.n)"),
    };
}
