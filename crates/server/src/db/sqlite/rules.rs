use async_trait::async_trait;
use domain::MerchantId;
use sqlx::Connection;

use super::merchants::stored;
use super::{Sqlite, signed};
use crate::db::rules::{Derive, RuleStore};
use crate::db::{DbError, StoredMerchant};

#[async_trait]
impl RuleStore for Sqlite {
    async fn disputed(&self, after: u64, until: u64, limit: usize) -> Result<Vec<StoredMerchant>, DbError> {
        sqlx::query(include_str!("sql/disputed.sql"))
            .bind(signed(after))
            .bind(signed(until))
            .bind(signed(limit as u64))
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(stored)
            .collect()
    }

    async fn derive_again(&self, ids: &[MerchantId], derive: Derive<'_>) -> Result<(), DbError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query(include_str!("sql/merchants_of_batch.sql"))
            .bind(serde_json::to_string(ids)?)
            .fetch_all(&mut *transaction)
            .await?;
        for row in &rows {
            let row = derive(&stored(row)?)?;
            sqlx::query(include_str!("sql/derive_merchant.sql"))
                .bind(row.merchant_id.as_str())
                .bind(row.name.as_str())
                .bind(row.deleted)
                .bind(i64::from(row.contested))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
