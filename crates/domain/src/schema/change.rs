//! From one schema to the next: what a change is, which version it makes, what it would mean for stored values.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::custom::{CUSTOM_FIELDS_MAX, CustomField, FIELD};
use super::version::{SchemaVersion, Step};
use super::{Schema, VERSION};
use crate::id::{ActorId, MerchantId};
use crate::members::{self, Shape};
use crate::problem::{ErrorCode, Problem};
use crate::value::Value;

/// Declared fields to be put in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSchema {
    /// The version that was looked at; another one in force meanwhile refuses the change.
    pub replaces: SchemaVersion,
    /// All declared fields, in the order in which people shall see them. `since` and the number in `deprecated` are
    /// the server's to say.
    pub custom: Vec<CustomField>,
}

/// What an administrator may write: what is to be put in force or tried, or what was printed or answered, changed.
const DRAFT: Shape = Shape::Members(&[
    ("replaces", Shape::Any),
    ("version", Shape::Any),
    ("custom", Shape::Each(&FIELD)),
    ("registers", Shape::Any),
    ("majors", Shape::Any),
]);

/// Is everything in it read? A misspelt member would be dropped, and the change called done.
///
/// # Errors
/// `bad_schema` about the member.
pub fn check_members(written: &serde_json::Value) -> Result<(), Problem> {
    let Some(path) = members::stray(written, &DRAFT) else { return Ok(()) };
    let said = format!(
        "{path} is nothing that a schema has, or not in this form; nothing was changed: check how it is written"
    );
    Err(Problem::new(ErrorCode::BadSchema, said).about(path))
}

/// Declared fields to be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaDraft {
    /// As in [`NewSchema`].
    pub custom: Vec<CustomField>,
}

/// What happens to one declared field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldStep {
    /// It is new.
    Added,
    /// It goes; values stay in the profiles, without a declaration.
    Removed,
    /// It holds something else from now on, or an option went.
    Retyped,
    /// It has more options.
    Extended,
    /// It is, or is no longer, required or sensitive.
    Ruled,
    /// It is taken out of use.
    Deprecated,
    /// It is in use again.
    Restored,
    /// Other words.
    Reworded,
    /// Another place in the order.
    Moved,
}

impl FieldStep {
    /// How large a step of the version it is.
    pub fn step(self) -> Step {
        match self {
            Self::Removed | Self::Retyped => Step::Major,
            Self::Added | Self::Extended | Self::Ruled | Self::Deprecated | Self::Restored => Step::Minor,
            Self::Reworded | Self::Moved => Step::Patch,
        }
    }
}

/// What a change would mean for one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldPreview {
    /// Which.
    pub key: String,
    /// What happens to it.
    pub step: FieldStep,
    /// Merchants that have a value.
    pub holding: u64,
    /// Of these, merchants whose value has another form under the new declaration, and is read as that.
    pub translated: u64,
    /// Of these, merchants whose value the new declaration would not take. They keep it until somebody writes it.
    pub unfit: u64,
    /// Some of those whose value would not be taken, at most [`PREVIEW_EXAMPLES_MAX`].
    #[serde(default)]
    pub examples: Vec<UnfitExample>,
    /// Merchants without a value, where the field is required.
    pub missing: u64,
}

/// The most examples of a field.
pub const PREVIEW_EXAMPLES_MAX: usize = 5;

/// A value that a declaration would not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnfitExample {
    /// Whose.
    pub merchant_id: MerchantId,
    /// Which.
    pub value: Value,
    /// Why, in English.
    pub message: String,
}

/// What declared fields would mean, if they were put in force now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaPreview {
    /// The version in force.
    pub against: SchemaVersion,
    /// The version that it would be.
    pub version: SchemaVersion,
    /// How large the step is.
    pub step: Step,
    /// Merchants that were looked at.
    pub merchants: u64,
    /// Field by field, without those that stay as they are.
    pub fields: Vec<FieldPreview>,
}

/// One change of the schema, as the server remembers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SchemaEvent {
    /// The version that it made.
    pub version: SchemaVersion,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; nobody where a newer program brought registers of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// Their name.
    #[serde(default)]
    pub actor_name: String,
    /// What it did: the field's key and each step.
    pub steps: Vec<(String, FieldStep)>,
}

impl Schema {
    /// The schema after a change of the declared fields, with its version: the largest step of any field makes it.
    ///
    /// # Errors
    /// `bad_schema` about the field that cannot be used, `too_large` for more than 200.
    pub fn next(&self, wanted: Vec<CustomField>) -> Result<Self, Problem> {
        if wanted.len() > CUSTOM_FIELDS_MAX {
            return Err(Problem::new(
                ErrorCode::TooLarge,
                format!("there can be at most {CUSTOM_FIELDS_MAX} declared fields; nothing was changed"),
            ));
        }
        let mut keys = BTreeSet::new();
        let mut custom = Vec::with_capacity(wanted.len());
        for field in wanted {
            // What stays as it is need not be understood.
            let field = if self.custom(&field.key) == Some(&field) { field } else { field.checked()? };
            if !keys.insert(field.key.clone()) {
                let text = format!("the key {} is used twice: each field has its own", field.key);
                return Err(Problem::new(ErrorCode::BadSchema, text).about(format!("custom.{}", field.key)));
            }
            custom.push(field);
        }
        let mut next = Self { version: self.version, custom };
        next.version = self.version.after(self.step_to(&next));
        for field in &mut next.custom {
            let before = self.custom.iter().find(|before| before.key == field.key);
            field.since = before.map_or(next.version, |before| before.since);
            field.deprecated = match (before.and_then(|before| before.deprecated), field.deprecated) {
                (_, None) => None,
                (Some(version), Some(_)) => Some(version),
                (None, Some(_)) => Some(next.version),
            };
        }
        Ok(next)
    }

    /// The schema under a program of another version: what the program brought raises the version in its kind.
    #[must_use]
    pub fn under(&self, program_before: SchemaVersion) -> Self {
        let step = if VERSION > program_before { VERSION.step_from(program_before) } else { Step::Nothing };
        Self { version: self.version.after(step).max(VERSION), custom: self.custom.clone() }
    }

    /// How large the step to another schema's fields is.
    pub fn step_to(&self, next: &Self) -> Step {
        self.steps_to(next).into_iter().map(|(_, step)| step.step()).max().unwrap_or_default()
    }

    /// What happens to each field on the way to another schema, in the order of that one; those that go, last.
    pub fn steps_to(&self, next: &Self) -> Vec<(String, FieldStep)> {
        let mut steps = Vec::new();
        for field in &next.custom {
            let Some(before) = self.custom(&field.key) else {
                steps.push((field.key.clone(), FieldStep::Added));
                continue;
            };
            steps.extend(changed(before, field).into_iter().map(|step| (field.key.clone(), step)));
        }
        steps.extend(moved(&self.custom, &next.custom).into_iter().map(|key| (key, FieldStep::Moved)));
        let gone = self.custom.iter().filter(|before| next.custom(&before.key).is_none());
        steps.extend(gone.map(|before| (before.key.clone(), FieldStep::Removed)));
        steps
    }
}

/// What is different of a field.
fn changed(before: &CustomField, after: &CustomField) -> Vec<FieldStep> {
    let mut steps = Vec::new();
    let (old, new) = (before.kind.options(), after.kind.options());
    let same_type = before.kind.name() == after.kind.name();
    if !same_type || old.iter().any(|option| after.kind.option(&option.value).is_none()) {
        steps.push(FieldStep::Retyped);
    } else if new
        .iter()
        .any(|option| before.kind.option(&option.value).is_none_or(|old| old.deprecated != option.deprecated))
    {
        steps.push(FieldStep::Extended);
    }
    if (before.required, before.sensitive) != (after.required, after.sensitive) {
        steps.push(FieldStep::Ruled);
    }
    match (before.deprecated, after.deprecated) {
        (None, Some(_)) => steps.push(FieldStep::Deprecated),
        (Some(_), None) => steps.push(FieldStep::Restored),
        _ => {}
    }
    let other_words = before.labels != after.labels || before.help != after.help;
    if other_words || steps.is_empty() && old != new {
        steps.push(FieldStep::Reworded);
    }
    steps
}

/// The fields that stand before another one than they did, of those that stay.
fn moved(before: &[CustomField], after: &[CustomField]) -> Vec<String> {
    let kept = |fields: &[CustomField], others: &[CustomField]| -> Vec<String> {
        let stays = |field: &&CustomField| others.iter().any(|other| other.key == field.key);
        fields.iter().filter(stays).map(|field| field.key.clone()).collect()
    };
    let (before, after) = (kept(before, after), kept(after, before));
    after.into_iter().zip(before).filter(|(now, then)| now != then).map(|(now, _)| now).collect()
}
