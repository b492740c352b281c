use async_trait::async_trait;
use domain::MerchantId;
use rusqlite::{Connection, params};

use super::in_force::rules_version;
use super::merchants::{merchants_page, stored};
use super::{Sqlite, signed};
use crate::db::rules::{Derive, RuleStore};
use crate::db::{DbError, MerchantsPage};

#[async_trait]
impl RuleStore for Sqlite {
    async fn disputed(&self, after: u64, until: u64, limit: usize) -> Result<MerchantsPage, DbError> {
        let work = move |db: &Connection| {
            let values = params![signed(after), signed(until), signed(limit as u64)];
            merchants_page(db, include_str!("sql/disputed.sql"), values, limit)
        };
        self.direct.read(work).await
    }

    async fn derive_again(&self, version: u64, ids: Vec<MerchantId>, derive: Derive) -> Result<bool, DbError> {
        let _turn = self.writer.lock().await;
        let work = move |tx: &Connection| {
            if rules_version(tx)? != version {
                return Ok(false);
            }
            let mut select = tx.prepare_cached(include_str!("sql/merchant.sql"))?;
            let mut put = tx.prepare_cached(include_str!("sql/derive_merchant.sql"))?;
            for id in &ids {
                let mut rows = select.query([id.as_str()])?;
                let Some(row) = rows.next()? else { continue };
                let row = derive(&stored(row)?)?;
                put.execute(params![row.merchant_id.as_str(), row.name, row.deleted, row.contested])?;
            }
            Ok(true)
        };
        self.direct.write(work).await
    }
}
