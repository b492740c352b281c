use std::fmt::Write as _;

use async_trait::async_trait;
use domain::{MerchantId, Scope};
use rusqlite::{Connection, Params, Row, params};

use super::{Sqlite, scope_json, signed, unsigned};
use crate::db::{DbError, MerchantStore, MerchantsPage, RawChanges, StoredMerchant};

/// A page ends early when it has grown beyond this, so that large records cannot fill the memory.
pub(super) const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads a merchant from a row of `seq` and `record`.
pub(super) fn stored(row: &Row<'_>) -> Result<StoredMerchant, DbError> {
    let record = serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
    Ok(StoredMerchant { seq: unsigned(row.get(0)?), record })
}

/// A page of merchants that a query finds, at most `limit`. It ends early as a page of changes does.
pub(super) fn merchants_page(
    db: &Connection,
    sql: &str,
    values: impl Params,
    limit: usize,
) -> Result<MerchantsPage, DbError> {
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query(values)?;
    let mut page = MerchantsPage { complete: true, ..MerchantsPage::default() };
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        bytes += row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?.len();
        page.merchants.push(stored(row)?);
        if page.merchants.len() == limit || bytes > PAGE_BYTES_MAX {
            page.complete = false;
            break;
        }
    }
    Ok(page)
}

/// The newest change number.
pub(super) fn head_of(db: &Connection) -> Result<u64, DbError> {
    Ok(unsigned(db.prepare_cached(include_str!("sql/head.sql"))?.query_row([], |row| row.get(0))?))
}

fn changes(
    db: &Connection,
    after: u64,
    limit: usize,
    scope: Option<&str>,
    bucket: Option<u8>,
) -> Result<RawChanges, DbError> {
    let head = head_of(db)?;
    let mut page = RawChanges { next_cursor: head.max(after), complete: true, head, ..RawChanges::default() };
    if after < head {
        let (after, head_or_less, most) = (signed(after), signed(head), signed(limit as u64));
        let mut select;
        let mut rows = match bucket {
            None => {
                select = db.prepare_cached(include_str!("sql/changes.sql"))?;
                select.query(params![after, head_or_less, scope, most])?
            }
            Some(bucket) => {
                select = db.prepare_cached(include_str!("sql/changes_of_bucket.sql"))?;
                select.query(params![after, head_or_less, scope, most, bucket])?
            }
        };
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            let separator = if count > 0 { "," } else { "" };
            // A String never fails to take what is written to it.
            let _ = write!(page.json, "{separator}{{\"seq\":{seq},\"record\":");
            page.json.push_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
            page.json.push('}');
            count += 1;
            if count == limit || page.json.len() > PAGE_BYTES_MAX {
                page.next_cursor = unsigned(seq);
                page.complete = page.next_cursor == head;
                break;
            }
        }
    }
    page.marker = super::pull::marker_of(db, page.next_cursor)?;
    Ok(page)
}

impl Sqlite {
    /// Merchants after an id, by id.
    async fn by_id(
        &self,
        sql: &'static str,
        after: &str,
        limit: usize,
        scope: &Scope,
    ) -> Result<MerchantsPage, DbError> {
        let (after, scope) = (after.to_owned(), scope_json(scope)?);
        self.direct.read(move |db| merchants_page(db, sql, params![after, scope, signed(limit as u64)], limit)).await
    }
}

#[async_trait]
impl MerchantStore for Sqlite {
    async fn changes(
        &self,
        after: u64,
        limit: usize,
        scope: &Scope,
        bucket: Option<u8>,
    ) -> Result<RawChanges, DbError> {
        let scope = scope_json(scope)?;
        self.direct.read(move |db| changes(db, after, limit, scope.as_deref(), bucket)).await
    }

    async fn merchants(&self, after: &str, limit: usize, scope: &Scope) -> Result<MerchantsPage, DbError> {
        self.by_id(include_str!("sql/merchants_page.sql"), after, limit, scope).await
    }

    async fn merchant(&self, id: &MerchantId) -> Result<Option<StoredMerchant>, DbError> {
        let id = id.clone();
        let work = move |db: &Connection| {
            let mut select = db.prepare_cached(include_str!("sql/merchant.sql"))?;
            let mut rows = select.query([id.as_str()])?;
            rows.next()?.map(stored).transpose()
        };
        self.direct.read(work).await
    }

    async fn contested(&self, after: &str, limit: usize, scope: &Scope) -> Result<MerchantsPage, DbError> {
        self.by_id(include_str!("sql/contested_page.sql"), after, limit, scope).await
    }

    async fn contested_count(&self, scope: &Scope) -> Result<(u64, u64), DbError> {
        let (merchants, registers): (i64, i64) = sqlx::query_as(include_str!("sql/contested_count.sql"))
            .bind(scope_json(scope)?)
            .fetch_one(&self.readers)
            .await?;
        Ok((unsigned(merchants), unsigned(registers)))
    }

    async fn head(&self) -> Result<u64, DbError> {
        Ok(unsigned(sqlx::query_scalar(include_str!("sql/head.sql")).fetch_one(&self.readers).await?))
    }
}
