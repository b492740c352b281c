//! The device's copy of the rules, and what a new one means for what is shown.

use std::sync::{Arc, PoisonError, RwLock};

use domain::MerchantId;
use domain::api::ChangesPage;
use domain::rules::{RuleBook, RuleSet};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

use super::listing::{self, Touched};
use super::{Cache, direct, meta, pages, sql};
use crate::error::Result;

/// The rules and the epoch of the server that gave them.
const RULES: &str = "rules";
/// The rules by which the list was made; another copy means that remaking it was interrupted.
const RULES_APPLIED: &str = "rules_applied";
/// Merchants of one transaction: a save in between waits no longer.
const BATCH: i64 = 200;

/// A rule book as one server gave it. After a restore the same version may name other rules: hence the epoch, and, where
/// nobody has noticed, the digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Copied {
    epoch: String,
    #[serde(default)]
    digest: Option<String>,
    #[serde(flatten)]
    book: RuleBook,
}

impl Copied {
    fn name(&self) -> String {
        format!("{} {} {}", self.epoch, self.book.version, self.digest.as_deref().unwrap_or_default())
    }
}

/// What this process settles by.
pub(super) struct Rules {
    /// Nothing before the first server was asked: then the rules that come with the program hold.
    copied: RwLock<Option<Arc<Copied>>>,
    rules: RwLock<Arc<RuleSet>>,
}

impl Rules {
    pub(super) fn load(connection: &Connection) -> Result<Self> {
        let copied = stored(connection)?;
        let rules = copied.as_ref().map(|copied| copied.book.rules.clone()).unwrap_or_default();
        Ok(Self { copied: RwLock::new(copied.map(Arc::new)), rules: RwLock::new(Arc::new(rules)) })
    }

    /// The rules that are in force.
    pub(super) fn now(&self) -> Arc<RuleSet> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn copied(&self) -> Option<Arc<Copied>> {
        self.copied.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take(&self, copied: Copied) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(copied.book.rules.clone());
        *self.copied.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(copied));
    }
}

fn stored(connection: &Connection) -> Result<Option<Copied>> {
    let text = meta::get(connection, RULES)?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

impl Cache {
    /// The rules by which registers are settled.
    pub fn rules(&self) -> Arc<RuleSet> {
        self.rules.now()
    }

    /// Does the server that sent this page settle by other rules than this device has?
    pub fn lacks_rules_of(&self, page: &ChangesPage) -> bool {
        let has = |copied: Arc<Copied>| {
            let same = page.rules_digest.is_none() || copied.digest == page.rules_digest;
            copied.epoch == page.epoch && copied.book.version == page.rules_version && same
        };
        page.rules_version > 0 && !self.rules.copied().is_some_and(has)
    }

    /// Keeps the rules of the server that sent a page, and makes the rows anew that they are about.
    ///
    /// # Errors
    /// `storage`; what is missing then is made up for at the next opening.
    pub async fn follow_rules(&self, page: &ChangesPage, book: RuleBook) -> Result<()> {
        let copied = Copied { epoch: page.epoch.clone(), digest: page.rules_digest.clone(), book };
        let (text, rules) = (serde_json::to_string(&copied)?, Arc::clone(&self.rules));
        let work = move |connection: &mut Connection| {
            direct::commit(connection, |tx| meta::set(tx, RULES, text))?;
            // While nobody writes: whatever is written from now on is settled by these.
            rules.take(copied);
            Ok(())
        };
        self.direct.alone(work).await?;
        self.apply_rules().await
    }

    /// Takes over the rules that another process has stored.
    ///
    /// # Errors
    /// `storage`.
    pub async fn notice_rules(&self) -> Result<()> {
        let rules = Arc::clone(&self.rules);
        let work = move |connection: &mut Connection| {
            if let Some(copied) = stored(connection)?
                && rules.copied().is_none_or(|own| *own != copied)
            {
                rules.take(copied);
            }
            Ok(())
        };
        self.direct.alone(work).await
    }

    /// Makes the rows anew that the rules are about, unless that is done already.
    ///
    /// # Errors
    /// `storage`.
    pub(super) async fn apply_rules(&self) -> Result<()> {
        let Some(copied) = self.rules.copied() else { return Ok(()) };
        if self.direct.read(|tx| meta::get(tx, RULES_APPLIED)).await? == Some(copied.name()) {
            return Ok(());
        }
        let mut after = Some(0);
        while let Some(from) = after {
            let (name, now_ms) = (copied.name(), self.machine.now_ms());
            after = self.write(move |tx, rules| apply(tx, rules, from, &name, now_ms)).await?;
        }
        Ok(())
    }
}

/// Makes the next rows anew. Returns where to go on; nothing when all are done, which is noted then.
fn apply(tx: &Transaction<'_>, rules: &RuleSet, after: i64, name: &str, now_ms: u64) -> Result<Option<i64>> {
    let (mut touched, mut last) = (Touched::new(), None);
    let mut disputed = tx.prepare_cached(sql!("records/disputed"))?;
    let mut rows = disputed.query(params![after, BATCH])?;
    while let Some(row) = rows.next()? {
        last = Some(row.get(0)?);
        let (id, text): (String, String) = (row.get(1)?, row.get(2)?);
        touched.insert(MerchantId::new(id)?, Some(Arc::new(serde_json::from_str(&text)?)));
    }
    if last.is_none() {
        meta::set(tx, RULES_APPLIED, name)?;
    }
    pages::settle(tx, rules, &mut touched, now_ms)?;
    listing::refresh(tx, touched, rules)?;
    Ok(last)
}
