//! What selects merchants: conditions as people type them, asked of an index that is up to date.

use std::collections::BTreeSet;

use domain::FieldPath;
use domain::field::{DELETED, FieldKind};
use domain::ipc::{Condition, MERCHANT_ID, StoresQuery, Test, UPDATED};
use domain::problem::{ErrorCode, Problem};
use domain::schema::{self, CustomField, CustomKind, Form, Schema};

use super::{Console, fields};
use crate::cache::Cache;
use crate::error::Result;

impl Console {
    /// Brings the index up to date, so that a selection is of what the merchants are now. Mostly there is nothing to do:
    /// few rows that are not indexed are looked at by themselves.
    ///
    /// # Errors
    /// `storage`.
    pub async fn catch_up(&self) -> Result<()> {
        self.cache.catch_up().await
    }

    /// Conditions as somebody typed them, on fields that can be asked for and with the values as they are stored. Nobody
    /// may take a mistyped field or value for one that no merchant has.
    ///
    /// # Errors
    /// `bad_field` for a field that there is not, or that cannot be asked so; `bad_value` for a value that a coded field
    /// cannot have and no merchant has; `storage`.
    pub async fn conditions(&self, typed: Vec<Condition>) -> Result<Vec<Condition>> {
        self.catch_up().await?;
        let schema = self.cache.schema();
        let known = askable(&schema, self.cache.fields().await?);
        let mut conditions = Vec::with_capacity(typed.len());
        for one in typed {
            let condition = askable_as(one, &known)?;
            conditions.push(self.with_stored_values(&schema, condition).await?);
        }
        Ok(conditions)
    }

    async fn with_stored_values(&self, schema: &Schema, condition: Condition) -> Result<Condition> {
        let Condition { field, test } = condition;
        let test = match test {
            Test::AnyOf(of) => Test::AnyOf(self.stored_values(schema, &field, of).await?),
            Test::NoneOf(of) => Test::NoneOf(self.stored_values(schema, &field, of).await?),
            Test::AtLeast(bound) => Test::AtLeast(stored_bound(schema, &field, bound)?),
            Test::AtMost(bound) => Test::AtMost(stored_bound(schema, &field, bound)?),
            other => other,
        };
        Ok(Condition { field, test })
    }

    async fn stored_values(&self, schema: &Schema, field: &FieldPath, typed: Vec<String>) -> Result<Vec<String>> {
        let mut values = Vec::with_capacity(typed.len());
        for text in typed {
            values.push(match stored_value(schema, field, &text) {
                Ok(value) => value,
                // What older rules took can still be found.
                Err(_) if self.is_in_use(field, &text).await? => text,
                Err(problem) => return Err(problem.into()),
            });
        }
        Ok(values)
    }

    /// Has a merchant this value?
    async fn is_in_use(&self, field: &FieldPath, value: &str) -> Result<bool> {
        let condition = Condition { field: field.clone(), test: Test::AnyOf(vec![value.to_owned()]) };
        let query = StoresQuery { conditions: vec![condition], limit: 1, ..StoresQuery::default() };
        Ok(self.cache.stores(&query).await?.total > 0)
    }
}

/// The fields that can be asked for: those that are declared, and those that some merchant has.
fn askable(schema: &Schema, in_use: Vec<FieldPath>) -> BTreeSet<String> {
    let declared = schema::SCHEMA.iter().map(|one| one.path.trim_end_matches(".*").to_owned());
    let declared =
        declared.filter(|path| path != DELETED && path != "custom").chain([UPDATED, MERCHANT_ID].map(Into::into));
    let custom = schema.custom.iter().map(CustomField::path);
    declared.chain(custom.chain(in_use).map(Into::into)).collect()
}

/// The condition as the index can be asked.
fn askable_as(condition: Condition, known: &BTreeSet<String>) -> std::result::Result<Condition, Problem> {
    let Condition { field, test } = condition;
    let bad = |text: String| Err(Problem::new(ErrorCode::BadField, text).about(field.as_str()));
    match (field.as_str(), field.kind(), &test) {
        (UPDATED, _, Test::AtLeast(at) | Test::AtMost(at)) if Cache::is_moment(at) => Ok(Condition { field, test }),
        (UPDATED, ..) => bad(format!("{UPDATED}: write {UPDATED}>=2026-01-31 or {UPDATED}<=2026-01-31T08:00:00Z")),
        ("hours", _, Test::Set | Test::NotSet) => Ok(Condition { field, test }),
        ("hours", ..) | (_, FieldKind::Hours, _) => bad(format!(
            "{field}: of hours it can only be asked whether any are given: hours!= (given), hours= (not given)"
        )),
        // One element of a set is a value of the whole set.
        (_, FieldKind::SetElement, Test::Set | Test::NotSet) => {
            let root = FieldPath::new(field.root())?;
            let element = vec![field.key().unwrap_or_default().to_owned()];
            let test = if test == Test::Set { Test::AnyOf(element) } else { Test::NoneOf(element) };
            Ok(Condition { field: root, test })
        }
        (_, FieldKind::SetElement, _) => {
            bad(format!("{field}: write {root}=VALUE, {root}!=VALUE or {root}~TEXT", root = field.root()))
        }
        (path, ..) if known.contains(path) => Ok(Condition { field, test }),
        _ => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            bad(format!("there is no field {field} to ask for; there are {}", known.join(", ")))
        }
    }
}

/// Has the field a form of its own, so that a text may be no value of it?
fn is_coded(schema: &Schema, field: &FieldPath) -> bool {
    match schema.field(field) {
        Some(custom) => !matches!(custom.kind, CustomKind::Text | CustomKind::Unknown),
        None => {
            schema::declared(field).is_some_and(|one| !matches!(one.form, Form::Line | Form::Element | Form::Custom))
        }
    }
}

/// A value as it is stored and found by.
fn stored_value(schema: &Schema, field: &FieldPath, typed: &str) -> std::result::Result<String, Problem> {
    if typed.trim().is_empty() {
        let text = format!("{field}: one of the values is empty; write {field}= by itself for “not given”");
        return Err(Problem::new(ErrorCode::BadValue, text).about(field.as_str()));
    }
    if field.root() == "phones" {
        // What is no number is found nowhere, and says so by itself.
        return Ok(fields::one_phone(typed).unwrap_or_else(|_| typed.to_owned()));
    }
    if !is_coded(schema, field) {
        return Ok(typed.to_owned());
    }
    match fields::register(schema, field.as_str(), typed) {
        Ok((_, value)) => Ok(value.plain()),
        Err(error) => {
            let problem = Problem::from(error);
            let names_it = problem.title.starts_with(field.as_str());
            let title = if names_it { problem.title } else { format!("{field}: {}", problem.title) };
            Err(Problem::new(problem.code, title).about(field.as_str()))
        }
    }
}

/// A bound as values are compared with it: of a declared number or day it must be one.
fn stored_bound(schema: &Schema, field: &FieldPath, typed: String) -> std::result::Result<String, Problem> {
    match schema.field(field).map(|custom| &custom.kind) {
        Some(CustomKind::Integer | CustomKind::Decimal | CustomKind::Date) => stored_value(schema, field, &typed),
        _ => Ok(typed),
    }
}
