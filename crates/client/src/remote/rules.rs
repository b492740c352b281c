//! The rules as the server has them.

use domain::api::path;
use domain::rules::{NewRules, RuleBook, RulesDraft, RulesPreview};
use reqwest::Method;

use super::{Failed, Remote};

impl Remote {
    /// The rules in force.
    ///
    /// # Errors
    /// As any call.
    pub async fn rules(&self, token: &str) -> Result<RuleBook, Failed> {
        self.call(self.request(Method::GET, path::RULES, Some(token))).await
    }

    /// Puts others in force.
    ///
    /// # Errors
    /// As any call; `rules_moved`, `bad_rules`.
    pub async fn put_rules(&self, token: &str, new: &NewRules) -> Result<RuleBook, Failed> {
        self.call(self.request(Method::PUT, path::RULES, Some(token)).json(new)).await
    }

    /// What others would lead to.
    ///
    /// # Errors
    /// As any call; `bad_rules`.
    pub async fn preview_rules(&self, token: &str, draft: &RulesDraft) -> Result<RulesPreview, Failed> {
        self.call(self.request(Method::POST, path::RULES_PREVIEW, Some(token)).json(draft)).await
    }
}
