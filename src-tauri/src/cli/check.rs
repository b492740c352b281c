//! What needs no data: checking a field, merging three files.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::{ErrorCode, Problem, Profile, rules::RuleSet, schema::Schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value as Json};
use sync_engine::three_way;

use super::{Failed, output};

/// The files of a merge.
#[derive(Args)]
pub struct MergeArguments {
    /// Before both changes.
    #[arg(long, value_name = "FILE")]
    base: PathBuf,
    /// One side.
    #[arg(long, value_name = "FILE")]
    mine: PathBuf,
    /// The other side.
    #[arg(long, value_name = "FILE")]
    theirs: PathBuf,
}

/// Prints what normalising and checking found. A value with errors is a result, not a failure of the command.
pub fn field(schema: &Schema, json: bool, field: &str, text: &str) -> Result<(), Failed> {
    let checked = reading::check(schema, field, text);
    if json {
        return output::json(&checked);
    }
    for finding in &checked.errors {
        output::line(&format!("error    {} [{}]", finding.message, finding.code))?;
    }
    for finding in &checked.warnings {
        output::line(&format!("warning  {} [{}]", finding.message, finding.code))?;
    }
    if checked.ok {
        output::line(&format!("ok       {}", checked.normalised.canonical()))?;
    }
    Ok(())
}

/// Prints the merged profile and what is left to people.
pub fn merge(json: bool, files: &MergeArguments) -> Result<(), Failed> {
    let (base, mine, theirs) = (profile(&files.base)?, profile(&files.mine)?, profile(&files.theirs)?);
    let ids: Vec<&str> = [&base, &mine, &theirs].into_iter().flatten().map(|side| side.merchant_id.as_str()).collect();
    if let Some(other) = ids.iter().find(|id| **id != ids[0]) {
        let text = format!("the files are of several merchants, {} and {other}: give three states of one", ids[0]);
        return Err(Problem::new(ErrorCode::BadFile, text).into());
    }
    let merge = three_way::merge(base.as_ref(), mine.as_ref(), theirs.as_ref(), &RuleSet::default());
    if json {
        return output::json(&merge);
    }
    output::line(&serde_json::to_string_pretty(&merge).unwrap_or_default())
}

/// The largest profile that is read, in bytes.
const PROFILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

fn profile(path: &Path) -> Result<Option<Profile>, Failed> {
    let bad = |why: String| Problem::new(ErrorCode::BadFile, format!("{}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| bad(error.to_string()))?.len();
    if size > PROFILE_BYTES_MAX {
        return Err(bad("larger than 8 MiB".to_owned()).into());
    }
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    let text = text.trim_start_matches('\u{feff}');
    let given: Option<Members> = serde_json::from_str(text).map_err(|error| bad(format!("no profile: {error}")))?;
    let read = |members: Members| serde_json::from_value(members.0.into());
    given.map(read).transpose().map_err(|error| bad(format!("no profile: {error}")).into())
}

/// The members of a profile without the ones that are `null`, which is the same as not there.
struct Members(Map<String, Json>);

/// Of these each member is a register.
const OF_REGISTERS: [&str; 3] = ["hours", "special_hours", "custom"];

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self(Map::new()))
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Self;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a profile")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut given: A) -> Result<Self, A::Error> {
        while let Some((key, mut value)) = given.next_entry::<String, Json>()? {
            if loses_digits(&value) {
                let text = "has a number with more digits than can be kept: write it as a text, in quotes";
                return Err(A::Error::custom(format!("{key} {text}")));
            }
            if let Some(registers) = value.as_object_mut().filter(|_| OF_REGISTERS.contains(&key.as_str())) {
                registers.retain(|_, value| !value.is_null());
            }
            if let Some(_twice) = self.0.insert(key.clone(), value) {
                return Err(A::Error::custom(format!("{key} is there twice")));
            }
        }
        self.0.retain(|_, value| !value.is_null());
        Ok(self)
    }
}

/// Has it a whole number beyond 64 bits? A double has only some of its digits.
fn loses_digits(value: &Json) -> bool {
    match value {
        Json::Number(number) => number.is_f64() && number.as_f64().is_some_and(|number| number.abs() >= 1e18),
        Json::Array(items) => items.iter().any(loses_digits),
        Json::Object(members) => members.values().any(loses_digits),
        _ => false,
    }
}
