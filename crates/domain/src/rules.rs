//! Rules that settle concurrent writes without people. They are data: an operations person can read them,
//! an administrator change them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::edit::Source;
use crate::field::{FIELD_BYTES_MAX, FieldPath};
use crate::id::MerchantId;
use crate::members::{self, Shape};
use crate::problem::{ErrorCode, Problem};
use crate::role::Role;
use crate::value::Value;

/// The most rules of a set.
pub const RULES_MAX: usize = 100;
/// The longest name of a rule, in bytes.
pub const RULE_ID_BYTES_MAX: usize = 64;
/// The farthest that [`Preference::Near`] may reach, in metres.
pub const NEAR_METRES_MAX: u32 = 10_000;
/// What a decision says in place of a rule's name: the write arrived after its successor.
pub const SUPERSEDED: &str = "superseded";
/// What a decision says in place of a rule's name: rules excluded the write, others are still in question.
pub const RULED_OUT: &str = "ruled_out";

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

    /// Could it match any field at all?
    fn is_well_formed(&self) -> bool {
        let begin = match self.0.strip_suffix('*') {
            Some("") => return true,
            Some(prefix) if prefix.ends_with('.') => format!("{prefix}x"),
            Some(prefix) => prefix.to_owned(),
            None => self.0.clone(),
        };
        self.0.len() <= FIELD_BYTES_MAX && !begin.contains('*') && FieldPath::new(begin).is_ok()
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
    /// What somebody of a role in `over` wrote yields to what somebody of a role in `of` wrote.
    Role {
        /// The preferred roles.
        of: Vec<Role>,
        /// The roles that yield.
        over: Vec<Role>,
    },
    /// The later stamp; between equal stamps the larger dot.
    Later,
    /// A value over no value.
    Present,
    /// Two places (`lat,lon` in decimal degrees) that are no farther apart count as one: the later shows.
    Near {
        /// On the great circle, in metres.
        metres: u32,
    },
    /// From a newer version: kept, and without an opinion here.
    #[serde(untagged)]
    Unknown(serde_json::Value),
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

/// A rule set as the server keeps it and devices copy it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBook {
    /// 1 for the set that comes with the program; rises with each change. 0 is never given.
    pub version: u64,
    /// The rules.
    pub rules: RuleSet,
}

impl RuleBook {
    /// XXH3-64 of the rules as JSON, in 16 hexadecimal digits: after an unnoticed restore the same version may name other
    /// rules. Whoever gives the book says its digest; nobody else works it out.
    pub fn digest(&self) -> String {
        let text = serde_json::to_vec(&self.rules).unwrap_or_default();
        format!("{:016x}", crate::digest::bytes(&text))
    }
}

impl Default for RuleBook {
    fn default() -> Self {
        Self { version: 1, rules: RuleSet::default() }
    }
}

/// Rules to come, as they are put in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewRules {
    /// The version that they replace: refused if it is no longer the one in force.
    pub replaces: u64,
    /// The rules.
    pub rules: RuleSet,
}

const SIDES: Shape = Shape::Members(&[("of", Shape::Each(&Shape::Word)), ("over", Shape::Each(&Shape::Word))]);
const RULE: Shape = Shape::Members(&[
    ("id", Shape::Word),
    ("fields", Shape::Word),
    (
        "prefer",
        Shape::WordOr(&[("source", SIDES), ("role", SIDES), ("near", Shape::Members(&[("metres", Shape::Any)]))]),
    ),
]);
/// What an administrator may write: what is to be put in force or tried, or what was printed or answered, changed.
const DRAFT: Shape =
    Shape::Members(&[("replaces", Shape::Any), ("version", Shape::Any), ("rules", Shape::Each(&RULE))]);

/// Is everything in it read? A misspelt member would be dropped, and the change called done.
///
/// # Errors
/// `bad_rules` about the member.
pub fn check_members(written: &serde_json::Value) -> Result<(), Problem> {
    let Some(path) = members::stray(written, &DRAFT) else { return Ok(()) };
    let said =
        format!("{path} is nothing that rules have, or not in this form; nothing was changed: check how it is written");
    Err(Problem::new(ErrorCode::BadRules, said).about(path))
}

/// Rules to be tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RulesDraft {
    /// The rules.
    pub rules: RuleSet,
}

/// What other rules would do to one field of one merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleEffect {
    /// A question that is open would be settled.
    Settles,
    /// What is settled would become a question.
    Reopens,
    /// Settled now and then, but another value would show.
    Changes,
}

impl RuleEffect {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settles => "settles",
            Self::Reopens => "reopens",
            Self::Changes => "changes",
        }
    }
}

/// One field that other rules would settle otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDifference {
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Which register.
    pub field: FieldPath,
    /// What would happen to it.
    pub effect: RuleEffect,
    /// What it shows.
    pub shows: Value,
    /// What it would show.
    pub would_show: Value,
}

/// What other rules would lead to, if they were put in force now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesPreview {
    /// The version that they were held against.
    pub against: u64,
    /// Open questions that would be settled.
    pub settles: u64,
    /// Settled fields that would become questions.
    pub reopens: u64,
    /// Fields that would show another value without anybody being asked.
    pub changes: u64,
    /// Which, by the server's order of the merchants; the first [`PREVIEW_DIFFERENCES_MAX`] only.
    pub differences: Vec<RuleDifference>,
}

/// The most differences that a preview lists; it counts all.
pub const PREVIEW_DIFFERENCES_MAX: usize = 500;

impl RuleSet {
    /// Is it fit to be used? Everything is looked at before anything is stored.
    ///
    /// # Errors
    /// `bad_rules` with the rule, what is wrong with it, and what to write; `too_large` for too many.
    pub fn check(&self) -> Result<(), Problem> {
        if self.0.len() > RULES_MAX {
            return Err(Problem::new(
                ErrorCode::TooLarge,
                format!("{} rules; nothing was stored: write at most {RULES_MAX}", self.0.len()),
            ));
        }
        let mut ids = BTreeSet::new();
        for (n, rule) in self.0.iter().enumerate() {
            let bad = |what: &str| {
                let name: String = rule.id.chars().take(RULE_ID_BYTES_MAX).collect();
                let title = format!("rule {} “{}”: {what}; nothing was stored", n + 1, name.escape_debug());
                Err(Problem::new(ErrorCode::BadRules, title).about(format!("rules.{n}")))
            };
            if !is_rule_id(&rule.id) {
                return bad("its id has 1 to 64 small letters, digits and _");
            }
            if [SUPERSEDED, RULED_OUT].contains(&rule.id.as_str()) {
                return bad("this id has a meaning of its own: choose another");
            }
            if !ids.insert(rule.id.as_str()) {
                return bad("another rule has the same id");
            }
            if !rule.fields.is_well_formed() {
                return bad("its fields are *, a field such as name, or a beginning such as custom.*");
            }
            if let Some(what) = rule.prefer.fault() {
                return bad(what);
            }
        }
        Ok(())
    }
}

fn is_rule_id(id: &str) -> bool {
    (1..=RULE_ID_BYTES_MAX).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl Preference {
    fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Source { of, over } => sides(of, over),
            Self::Role { of, over } => sides(of, over),
            Self::Near { metres } if !(1..=NEAR_METRES_MAX).contains(metres) => Some("metres is from 1 to 10,000"),
            Self::Unknown(_) => Some("prefer is source, role, later, present or near, with its members"),
            Self::Later | Self::Present | Self::Near { .. } => None,
        }
    }
}

/// Two sides that a preference can be between: neither empty, nothing twice, nothing on both.
fn sides<T: Ord>(of: &[T], over: &[T]) -> Option<&'static str> {
    let all: BTreeSet<&T> = of.iter().chain(over).collect();
    if of.is_empty() || over.is_empty() {
        Some("both of and over name at least one")
    } else if all.len() < of.len() + over.len() {
        Some("of and over name each at most once, and none of them both")
    } else {
        None
    }
}

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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn set(json: &str) -> RuleSet {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_preference_of_a_newer_version_is_kept() {
        let text =
            r#"[{"id":"a","fields":"*","prefer":{"longest":{"by":2}}},{"id":"b","fields":"*","prefer":"shortest"}]"#;
        assert_eq!(serde_json::to_string(&set(text)).unwrap(), text);
        assert!(matches!(set(text).0[1].prefer, Preference::Unknown(_)));
        // A role that is not known here makes the whole preference one that is not.
        let newer = set(r#"[{"id":"a","fields":"*","prefer":{"role":{"of":["auditor"],"over":["merchant"]}}}]"#);
        assert!(matches!(newer.0[0].prefer, Preference::Unknown(_)));
    }

    #[test]
    fn what_nobody_would_read_is_named() {
        for (rules, stray) in [
            (
                r#"[{"id":"a","fields":"*","prefer":"later"},{"id":"b","fields":"*","prefer":{"near":{"metres":5}}}]"#,
                "",
            ),
            (r#"[{"id":"a","fields":"*","prefer":"later","field":"name"}]"#, "rules[0].field"),
            (
                r#"[{"id":"a","fields":"*","prefer":{"role":{"of":["operations"],"over":[],"ofer":[]}}}]"#,
                "rules[0].prefer.role.ofer",
            ),
            (r#"[{"id":"a","fields":"*","prefer":{"near":{"metres":5},"later":true}}]"#, "rules[0].prefer.later"),
            (r#"[["a","*","later"]]"#, "rules[0]"),
        ] {
            let written: serde_json::Value =
                serde_json::from_str(&format!(r#"{{"replaces":1,"rules":{rules}}}"#)).unwrap();
            let found = check_members(&written).err().map(|problem| (problem.code, problem.field.unwrap()));
            assert_eq!(found, (!stray.is_empty()).then(|| (ErrorCode::BadRules, stray.to_owned())), "{rules}");
        }
        let own = NewRules { replaces: 1, rules: RuleSet::default() };
        check_members(&serde_json::to_value(own).unwrap()).unwrap();
    }

    #[test]
    fn the_set_that_comes_with_the_program_is_fit() {
        RuleSet::default().check().unwrap();
    }

    #[test]
    fn too_many_are_too_many() {
        let rule = |n: usize| Rule { id: format!("r{n}"), fields: FieldPattern("*".into()), prefer: Preference::Later };
        RuleSet((0..RULES_MAX).map(rule).collect()).check().unwrap();
        assert_eq!(RuleSet((0..=RULES_MAX).map(rule).collect()).check().unwrap_err().code, ErrorCode::TooLarge);
    }
}
