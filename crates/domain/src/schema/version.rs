//! The version of a schema.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::problem::{ErrorCode, Problem};

/// A semantic version: what was removed or changed its meaning is major, what was added minor, words are patch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SchemaVersion {
    /// Something was removed or changed its meaning.
    pub major: u16,
    /// Something was added.
    pub minor: u16,
    /// Words only.
    pub patch: u16,
}

impl SchemaVersion {
    /// The version after a step.
    #[must_use]
    pub fn after(self, step: Step) -> Self {
        let Self { major, minor, patch } = self;
        match step {
            Step::Nothing => self,
            Step::Patch => Self { patch: patch.saturating_add(1), ..self },
            Step::Minor => Self { major, minor: minor.saturating_add(1), patch: 0 },
            Step::Major => Self { major: major.saturating_add(1), minor: 0, patch: 0 },
        }
    }

    /// How large the step from an older version to this one is.
    pub fn step_from(self, older: Self) -> Step {
        if self.major != older.major {
            Step::Major
        } else if self.minor != older.minor {
            Step::Minor
        } else if self.patch != older.patch {
            Step::Patch
        } else {
            Step::Nothing
        }
    }
}

/// How much a change of the schema changes; the larger is the later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nothing.
    #[default]
    Nothing,
    /// Words, order: no program need care.
    Patch,
    /// Something was added, or is marked as out of use: what was written before stays good.
    Minor,
    /// Something was removed or changed its type: what was written before may not be good any more.
    Major,
}

impl std::fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for SchemaVersion {
    type Err = Problem;
    fn from_str(text: &str) -> Result<Self, Problem> {
        let bad = || Problem::new(ErrorCode::BadRequest, "a version of the schema is written major.minor.patch: 1.2.0");
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if digits { text.parse().map_err(|_| bad()) } else { Err(bad()) }
        };
        match text.trim().split('.').collect::<Vec<_>>().as_slice() {
            [major, minor, patch] => Ok(Self { major: number(major)?, minor: number(minor)?, patch: number(patch)? }),
            _ => Err(bad()),
        }
    }
}

impl TryFrom<String> for SchemaVersion {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}

impl From<SchemaVersion> for String {
    fn from(version: SchemaVersion) -> String {
        version.to_string()
    }
}
