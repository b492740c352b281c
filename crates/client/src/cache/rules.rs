//! The device's copy of the rules, and what a new one means for what is shown.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use domain::api::ChangesPage;
use domain::rules::{RuleBook, RuleSet};
use domain::{MerchantId, Record};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnection;

use super::listing::{self, Indexing};
use super::{Cache, begin, meta, sql};
use crate::error::Result;

/// The rules and the epoch of the server that gave them.
const RULES: &str = "rules";
/// The rules by which the list was made; another copy means that remaking it was interrupted.
const RULES_APPLIED: &str = "rules_applied";
/// Merchants of one transaction: a save in between waits no longer.
const BATCH: i64 = 200;

/// A rule book as one server gave it. After a restore the same version may name other rules: hence the epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Copied {
    epoch: String,
    #[serde(flatten)]
    book: RuleBook,
}

impl Copied {
    fn name(&self) -> String {
        format!("{} {}", self.epoch, self.book.version)
    }
}

/// What this process settles by.
pub(super) struct Rules {
    /// Nothing before the first server was asked: then the rules that come with the program hold.
    copied: RwLock<Option<Arc<Copied>>>,
    rules: RwLock<Arc<RuleSet>>,
}

impl Rules {
    pub(super) async fn load(writer: &mut SqliteConnection) -> Result<Self> {
        let copied = stored(writer).await?;
        let rules = copied.as_ref().map(|copied| copied.book.rules.clone()).unwrap_or_default();
        Ok(Self { copied: RwLock::new(copied.map(Arc::new)), rules: RwLock::new(Arc::new(rules)) })
    }

    fn copied(&self) -> Option<Arc<Copied>> {
        self.copied.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take(&self, copied: Copied) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(copied.book.rules.clone());
        *self.copied.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(copied));
    }
}

async fn stored(writer: &mut SqliteConnection) -> Result<Option<Copied>> {
    let text = meta::get(writer, RULES).await?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

impl Cache {
    /// The rules by which registers are settled.
    pub fn rules(&self) -> Arc<RuleSet> {
        Arc::clone(&self.rules.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does the server that sent this page settle by other rules than this device has?
    pub fn lacks_rules_of(&self, page: &ChangesPage) -> bool {
        let has = |copied: Arc<Copied>| copied.epoch == page.epoch && copied.book.version == page.rules_version;
        page.rules_version > 0 && !self.rules.copied().is_some_and(has)
    }

    /// Keeps the rules of a server and makes the rows anew that they are about.
    ///
    /// # Errors
    /// `storage`; what is missing then is made up for at the next opening.
    pub async fn follow_rules(&self, epoch: &str, book: RuleBook) -> Result<()> {
        let copied = Copied { epoch: epoch.to_owned(), book };
        {
            let mut writer = self.writer.lock().await;
            meta::set(&mut *writer, RULES, serde_json::to_string(&copied)?).await?;
            // While nobody writes: whatever is written from now on is settled by these.
            self.rules.take(copied);
        }
        self.apply_rules().await
    }

    /// Takes over the rules that another process has stored.
    ///
    /// # Errors
    /// `storage`.
    pub async fn notice_rules(&self) -> Result<()> {
        let mut writer = self.writer.lock().await;
        if let Some(copied) = stored(&mut writer).await?
            && self.rules.copied().is_none_or(|own| *own != copied)
        {
            self.rules.take(copied);
        }
        Ok(())
    }

    /// Makes the rows anew that the rules are about, unless that is done already.
    ///
    /// # Errors
    /// `storage`.
    pub(super) async fn apply_rules(&self) -> Result<()> {
        let Some(copied) = self.rules.copied() else { return Ok(()) };
        if meta::get(&self.readers, RULES_APPLIED).await? == Some(copied.name()) {
            return Ok(());
        }
        let mut after = 0;
        loop {
            let mut writer = self.writer.lock().await;
            let mut tx = begin(&mut writer).await?;
            let found: Vec<(i64, String, String)> =
                sqlx::query_as(sql!("records/disputed")).bind(after).bind(BATCH).fetch_all(&mut *tx).await?;
            let Some((last, ..)) = found.last() else {
                meta::set(&mut *tx, RULES_APPLIED, copied.name()).await?;
                tx.commit().await?;
                return Ok(());
            };
            after = *last;
            let mut records: HashMap<MerchantId, Record> = HashMap::with_capacity(found.len());
            for (_, id, text) in found {
                records.insert(MerchantId::new(id)?, serde_json::from_str(&text)?);
            }
            let touched: BTreeSet<MerchantId> = records.keys().cloned().collect();
            self.settle(&mut tx, &touched, &mut records).await?;
            let ids: Vec<MerchantId> = touched.into_iter().collect();
            listing::refresh(&mut tx, &ids, records, &self.rules(), Indexing::Now).await?;
            tx.commit().await?;
        }
    }
}
