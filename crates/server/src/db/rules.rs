//! What is read off the records by the rules, and is read off them again when the rules change.

use std::sync::Arc;

use async_trait::async_trait;
use domain::MerchantId;

use super::edits::MerchantRow;
use super::{DbError, MerchantsPage, StoredMerchant};

/// Reads a merchant's columns off its record. Pure, and called inside the transaction.
pub type Derive = Arc<dyn Fn(&StoredMerchant) -> Result<MerchantRow, DbError> + Send + Sync>;

/// Merchants as a change of rules touches them.
#[async_trait]
pub trait RuleStore: Send + Sync {
    /// The merchants that rules can say something about, because a register has several candidates or they are
    /// deleted: after a change number, up to and with another, rising.
    async fn disputed(&self, after: u64, until: u64, limit: usize) -> Result<MerchantsPage, DbError>;
    /// In one transaction: reads these merchants, and writes name, deletion and open questions as `derive` has
    /// them. Their records and places stay as they are. False if the rules of this version are not in force; then nothing
    /// changed.
    async fn derive_again(&self, version: u64, ids: Vec<MerchantId>, derive: Derive) -> Result<bool, DbError>;
}
