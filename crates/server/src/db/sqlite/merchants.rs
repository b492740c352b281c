use std::fmt::Write as _;

use async_trait::async_trait;
use domain::{MerchantId, Scope};
use rusqlite::{Connection, params};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Sqlite, scope_json, signed, unsigned};
use crate::db::{DbError, MerchantStore, RawChanges, StoredMerchant};

/// A page ends early when it has grown beyond this, so that large records cannot fill the memory.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

pub(super) fn stored(row: &SqliteRow) -> Result<StoredMerchant, DbError> {
    Ok(StoredMerchant { seq: unsigned(row.try_get("seq")?), record: serde_json::from_str(row.try_get("record")?)? })
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
    async fn page(
        &self,
        sql: &'static str,
        after: &str,
        limit: usize,
        scope: &Scope,
    ) -> Result<Vec<StoredMerchant>, DbError> {
        sqlx::query(sql)
            .bind(after)
            .bind(scope_json(scope)?)
            .bind(signed(limit as u64))
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(stored)
            .collect()
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

    async fn merchants(&self, after: &str, limit: usize, scope: &Scope) -> Result<Vec<StoredMerchant>, DbError> {
        self.page(include_str!("sql/merchants_page.sql"), after, limit, scope).await
    }

    async fn merchant(&self, id: &MerchantId) -> Result<Option<StoredMerchant>, DbError> {
        sqlx::query(include_str!("sql/merchant.sql"))
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?
            .map(|row| stored(&row))
            .transpose()
    }

    async fn contested(&self, after: &str, limit: usize, scope: &Scope) -> Result<Vec<StoredMerchant>, DbError> {
        self.page(include_str!("sql/contested_page.sql"), after, limit, scope).await
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
