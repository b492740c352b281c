use async_trait::async_trait;
use domain::{MerchantId, Scope};
use futures_util::TryStreamExt;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Sqlite, scope_json, signed, unsigned};
use crate::db::{DbError, MerchantStore, RawChanges, StoredMerchant};

/// A page ends early when it has grown beyond this, so that large records cannot fill the memory.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

pub(super) fn stored(row: &SqliteRow) -> Result<StoredMerchant, DbError> {
    Ok(StoredMerchant { seq: unsigned(row.try_get("seq")?), record: serde_json::from_str(row.try_get("record")?)? })
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
        // The end is read first: what changes meanwhile moves beyond it and comes with the next pull.
        let head = self.head().await?;
        let mut page = RawChanges { next_cursor: head.max(after), complete: true, head, ..RawChanges::default() };
        let mut reader = self.readers.acquire().await?;
        if after >= head {
            page.marker = super::pull::marker_of(&mut reader, page.next_cursor).await?;
            return Ok(page);
        }
        let sql = match bucket {
            None => include_str!("sql/changes.sql"),
            Some(_) => include_str!("sql/changes_of_bucket.sql"),
        };
        let mut query =
            sqlx::query(sql).bind(signed(after)).bind(signed(head)).bind(scope_json(scope)?).bind(signed(limit as u64));
        if let Some(bucket) = bucket {
            query = query.bind(i64::from(bucket));
        }
        let mut rows = query.fetch(&mut *reader);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            let seq: i64 = row.try_get(0)?;
            let record: &str = row.try_get(1)?;
            if count > 0 {
                page.json.push(',');
            }
            for piece in ["{\"seq\":", &seq.to_string(), ",\"record\":", record, "}"] {
                page.json.push_str(piece);
            }
            count += 1;
            if count == limit || page.json.len() > PAGE_BYTES_MAX {
                page.next_cursor = unsigned(seq);
                page.complete = page.next_cursor == head;
                break;
            }
        }
        drop(rows);
        page.marker = super::pull::marker_of(&mut reader, page.next_cursor).await?;
        Ok(page)
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
