//! The rules in force, and what a change of them means for what is stored.

use std::sync::Arc;

use domain::rules::{NewRules, PREVIEW_DIFFERENCES_MAX, RuleBook, RuleEffect, RuleSet, RulesPreview};
use domain::{ErrorCode, Problem, Record, Scope};
use sync_engine::preview;
use tokio::sync::{Mutex, MutexGuard};

use crate::app::App;
use crate::db::DbError;
use crate::db::rules::Derive;
use crate::in_force::Known;
use crate::ingest;

/// Fact: the version of the rules by which the columns of all merchants were read off their records.
const DERIVED_BY: &str = "rules_derived_by";
/// Merchants that are looked at, or written, at once.
const BATCH: usize = 200;

/// The rules in force. Readers never wait; changes come one after the other.
pub struct Rules {
    in_force: Arc<Known>,
    changing: Mutex<()>,
    previewing: Mutex<()>,
}

/// Why the rules were not changed.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// They cannot be used, or others are in force meanwhile.
    #[error(transparent)]
    Refused(#[from] Problem),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Rules {
    /// The rules of what is in force.
    pub fn new(in_force: Arc<Known>) -> Self {
        Self { in_force, changing: Mutex::new(()), previewing: Mutex::new(()) }
    }

    /// The rules in force.
    pub fn now(&self) -> Arc<RuleBook> {
        self.in_force.now().book
    }
}

/// Puts rules in force: keeps them, decides by them from now on, reads the open questions of all merchants off
/// their records anew, and wakes those who pull. The same rules again change nothing.
///
/// # Errors
/// `bad_rules`, `too_large` or `rules_moved`, and then nothing has changed; `storage` if they could not be kept.
pub async fn change(app: &App, new: NewRules) -> Result<Arc<RuleBook>, RulesError> {
    new.rules.check()?;
    let turn = app.rules.changing.lock().await;
    let now = app.look().await?.book;
    if now.rules == new.rules {
        return Ok(now);
    }
    let book = Arc::new(RuleBook { version: new.replaces.saturating_add(1), rules: new.rules });
    if !app.db.put_rules(new.replaces, &book).await? {
        let version = app.look().await?.book.version;
        return Err(Problem::new(
            ErrorCode::RulesMoved,
            format!(
                "the rules have version {version} now, not {}; nothing was changed: look at them and decide again",
                new.replaces
            ),
        )
        .into());
    }
    // Devices are woken at the end, when the open questions are read anew.
    app.in_force.look(app.db.as_ref()).await?;
    // In force they are; what fails now is made up for by the next round of `catch_up`.
    if let Err(error) = derive(app, &book, &turn).await {
        tracing::error!(%error, version = book.version, "open questions could not be read anew; it is tried again");
    }
    app.feed.announce_pull();
    Ok(book)
}

/// Finishes a change of rules that was interrupted. Does nothing where there is nothing to do.
///
/// # Errors
/// `storage`.
pub async fn catch_up(app: &App) -> Result<(), DbError> {
    let turn = app.rules.changing.lock().await;
    let book = app.look().await?.book;
    let done = app.db.fact(DERIVED_BY).await?.and_then(|text| text.parse().ok()).unwrap_or(1_u64);
    if done == book.version { Ok(()) } else { derive(app, &book, &turn).await }
}

async fn derive(app: &App, book: &Arc<RuleBook>, _turn: &MutexGuard<'_, ()>) -> Result<(), DbError> {
    let rules = Arc::clone(book);
    let row: Derive = Arc::new(move |merchant| ingest::merchant_row(merchant.seq, &merchant.record, &rules.rules));
    // A push that was decided by the old rules ended before the new ones were stored; later ones know the new rules.
    let until = app.db.head().await?;
    let mut after = 0;
    loop {
        let found = app.db.disputed(after, until, BATCH).await?;
        let ids: Vec<_> = found.iter().map(|merchant| merchant.record.merchant_id.clone()).collect();
        if !app.db.derive_again(book.version, ids, Arc::clone(&row)).await? {
            // Another server has put others in force, and reads the questions by those.
            return Ok(());
        }
        match found.last() {
            Some(last) if !found.complete => after = last.seq,
            _ => break,
        }
    }
    app.db.set_fact(DERIVED_BY, &book.version.to_string()).await
}

/// What other rules would lead to, within a scope. Nothing is changed.
///
/// # Errors
/// `bad_rules` or `too_large`; `storage`.
pub async fn preview(app: &App, rules: &RuleSet, scope: &Scope) -> Result<RulesPreview, RulesError> {
    rules.check()?;
    let _turn = app.rules.previewing.lock().await;
    let now = app.rules.now();
    let rules = Arc::new(rules.clone());
    let mut preview = RulesPreview { against: now.version, ..RulesPreview::default() };
    let until = app.db.head().await?;
    let mut after = 0;
    loop {
        let mut found = app.db.disputed(after, until, BATCH).await?;
        let next = found.last().filter(|_| !found.complete).map(|last| last.seq);
        found.merchants.retain(|merchant| scope.contains(&merchant.record.merchant_id));
        let (now, rules) = (Arc::clone(&now), Arc::clone(&rules));
        let counting = move || {
            found.iter().for_each(|merchant| count(&mut preview, &merchant.record, &now.rules, &rules));
            preview
        };
        preview = tokio::task::spawn_blocking(counting).await.map_err(DbError::corrupt)?;
        match next {
            Some(next) => after = next,
            None => return Ok(preview),
        }
    }
}

fn count(preview: &mut RulesPreview, record: &Record, now: &RuleSet, next: &RuleSet) {
    for difference in preview::differences(record, now, next) {
        match difference.effect {
            RuleEffect::Settles => preview.settles += 1,
            RuleEffect::Reopens => preview.reopens += 1,
            RuleEffect::Changes => preview.changes += 1,
        }
        if preview.differences.len() < PREVIEW_DIFFERENCES_MAX {
            preview.differences.push(difference);
        }
    }
}
