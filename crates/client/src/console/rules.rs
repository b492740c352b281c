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
        let backend = self.backend().await;
        Ok(backend.remote.rules(&backend.session.bearer().await?).await?)
    }

    /// Puts others in force, in place of the version that was looked at.
    ///
    /// # Errors
    /// `bad_rules` before anything is sent, `rules_moved`, `forbidden` to all but administrators, `unreachable`.
    pub async fn put_rules(&self, new: &NewRules) -> Result<RuleBook> {
        new.rules.check()?;
        let backend = self.backend().await;
        let book = backend.remote.put_rules(&backend.session.bearer().await?, new).await?;
        // The next pull brings them to this device too.
        backend.tell(sync_engine::device::Input::WakeUp).await;
        Ok(book)
    }

    /// What others would lead to, if they were put in force now.
    ///
    /// # Errors
    /// `bad_rules`, `forbidden`, `unreachable`.
    pub async fn preview_rules(&self, rules: RuleSet) -> Result<RulesPreview> {
        rules.check()?;
        let backend = self.backend().await;
        Ok(backend.remote.preview_rules(&backend.session.bearer().await?, &RulesDraft { rules }).await?)
    }
}
