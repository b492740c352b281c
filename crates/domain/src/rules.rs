//! Rules that settle concurrent writes without people. They are data: an operations person can read them.

use serde::{Deserialize, Serialize};

use crate::edit::Source;
use crate::field::FieldPath;

/// The fields that a rule is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldPattern(pub String);

impl FieldPattern {
    /// `*` is every field; `custom.*` every field below `custom`; anything else is itself.
    pub fn matches(&self, field: &FieldPath) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => field.as_str().starts_with(prefix),
            None => self.0 == field.as_str(),
        }
    }
}

/// How a rule chooses between two candidates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// What comes from one of `over` yields to what comes from one of `of`.
    Source {
        /// The preferred sources.
        of: Vec<Source>,
        /// The sources that yield.
        over: Vec<Source>,
    },
    /// The later stamp; between equal stamps the larger dot.
    Later,
    /// A value over no value.
    Present,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name in history and answers.
    pub id: String,
    /// For which fields.
    pub fields: FieldPattern,
    /// What it prefers.
    pub prefer: Preference,
}

/// Rules in order: the first that tells two candidates apart decides between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleSet(pub Vec<Rule>);

impl Default for RuleSet {
    /// The merchant's own word beats a third party's; sets keep what somebody added; custom fields take
    /// the later value. Everything else goes to people.
    fn default() -> Self {
        let rule = |id: &str, fields: &str, prefer| Rule {
            id: id.to_owned(),
            fields: FieldPattern(fields.to_owned()),
            prefer,
        };
        Self(vec![
            rule(
                "merchant_over_third_party",
                "*",
                Preference::Source {
                    of: vec![Source::Import, Source::Manual, Source::Resolution],
                    over: vec![Source::ThirdParty, Source::Feedback],
                },
            ),
            rule("tag_added", "tags.*", Preference::Present),
            rule("phone_added", "phones.+*", Preference::Present),
            rule("custom_later", "custom.*", Preference::Later),
        ])
    }
}
