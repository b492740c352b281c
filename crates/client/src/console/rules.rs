//! The rules that settle concurrent writes: of the server, because only it may change them.

use domain::rules::{NewRules, RuleBook, RuleSet, RulesDraft, RulesPreview};

use super::Console;
use crate::error::Result;

impl Console {
    /// The rules in force.
    ///
    /// # Errors
    /// `unreachable`, `signed_out`.
    pub async fn rules(&self) -> Result<RuleBook> {
        self.ask(|remote, token| async move { remote.rules(&token).await }).await
    }

    /// Puts others in force, in place of the version that was looked at.
    ///
    /// # Errors
    /// `bad_rules` before anything is sent, `rules_moved`, `forbidden` to all but administrators, `unreachable`.
    pub async fn put_rules(&self, new: &NewRules) -> Result<RuleBook> {
        new.rules.check()?;
        let book = self.ask(|remote, token| async move { remote.put_rules(&token, new).await }).await?;
        // The next pull brings them to this device too.
        self.backend().await.tell(sync_engine::device::Input::WakeUp).await;
        Ok(book)
    }

    /// What others would lead to, if they were put in force now.
    ///
    /// # Errors
    /// `bad_rules`, `forbidden`, `unreachable`.
    pub async fn preview_rules(&self, rules: RuleSet) -> Result<RulesPreview> {
        rules.check()?;
        let draft = &RulesDraft { rules };
        self.ask(|remote, token| async move { remote.preview_rules(&token, draft).await }).await
    }
}
