//! What needs no data: checking a field, merging three files.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::{ErrorCode, Problem, Profile, rules::RuleSet, schema::Schema};
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
    serde_json::from_str(text).map_err(|error| bad(format!("no profile: {error}")).into())
}
