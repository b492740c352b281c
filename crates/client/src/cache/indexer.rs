//! The search index catches up with the server's pages in small transactions, so that a long first pull is
//! listable at once and never holds the writer for long.

use super::{Cache, begin, count, json_numbers, sql};
use crate::error::Result;

/// Rows indexed in one transaction.
const CHUNK_ROWS: i64 = 1_000;

impl Cache {
    /// Indexes the next rows. Returns whether some are left.
    ///
    /// # Errors
    /// `storage`.
    pub async fn index_chunk(&self) -> Result<bool> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let rows: Vec<i64> = sqlx::query_scalar(sql!("search/next")).bind(CHUNK_ROWS).fetch_all(&mut *tx).await?;
        let done = rows.len() as i64;
        if done > 0 {
            let list = json_numbers(rows);
            sqlx::query(sql!("search/index")).bind(&list).execute(&mut *tx).await?;
            sqlx::query(sql!("search/delete_unindexed")).bind(&list).execute(&mut *tx).await?;
            tx.commit().await?;
        }
        Ok(done == CHUNK_ROWS)
    }

    /// Indexes all that is left.
    ///
    /// # Errors
    /// `storage`.
    pub async fn index_all(&self) -> Result<()> {
        while self.index_chunk().await? {}
        Ok(())
    }

    /// Rows that search does not find yet.
    ///
    /// # Errors
    /// `storage`.
    pub async fn unindexed(&self) -> Result<u64> {
        Ok(count(sqlx::query_scalar(sql!("search/left")).fetch_one(&self.readers).await?))
    }
}
