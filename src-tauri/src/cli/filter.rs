//! Which merchants a command is about, by the filters of the list.

use std::time::Duration;

use client::Console;
use domain::ipc::{Condition, StoresQuery, Test};
use domain::{ErrorCode, FieldPath, Problem};

use super::{Failed, output};

/// How long somebody waits for the index without a word.
const IN_SILENCE: Duration = Duration::from_secs(1);

/// Those for which all of this holds.
#[derive(clap::Args)]
pub struct Filter {
    /// All merchants for which this holds: `category=火锅|面馆`, `status!=open`, `note~冷库`, `custom.seats>=40`,
    /// `phones=` (not given), `phones!=` (given). Several must all hold.
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<String>,
    /// All merchants that a search for this text finds.
    #[arg(long, alias = "text", value_name = "TEXT")]
    find: Option<String>,
}

impl Filter {
    /// Is nothing asked?
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty() && self.find.is_none()
    }

    /// As the list is asked, whose index is up to date then; `more` must hold too.
    ///
    /// # Errors
    /// Wrong use, for a condition that is none, a field that cannot be asked for or a value that it cannot have, and for
    /// a text without anything to find.
    pub async fn query(&self, console: &Console, more: Vec<Condition>) -> Result<StoresQuery, Failed> {
        if self.find.as_ref().is_some_and(|text| text.trim().is_empty()) {
            return Err(Failed::Usage("--find: write what is to be found; leave it out for all".to_owned()));
        }
        let mut typed = self.conditions.iter().map(|text| condition(text)).collect::<Result<Vec<_>, _>>()?;
        typed.extend(more);
        catch_up(console).await?;
        let conditions =
            console.conditions(typed).await.map_err(Problem::from).map_err(|problem| match problem.code {
                ErrorCode::Storage => Failed::Refused(problem),
                _ => Failed::Usage(problem.title),
            })?;
        Ok(StoresQuery { text: self.find.clone().unwrap_or_default(), conditions, ..StoresQuery::default() })
    }
}

/// Brings the search index up to date, so that what is selected is so; says so if it takes long.
pub async fn catch_up(console: &Console) -> Result<(), Failed> {
    let mut indexing = std::pin::pin!(console.catch_up());
    if let Ok(done) = tokio::time::timeout(IN_SILENCE, &mut indexing).await {
        return Ok(done?);
    }
    output::say("the search index is brought up to date first: many merchants are new or have changed");
    Ok(indexing.await?)
}

/// The condition that a field has this value; that it is not given, if there is none.
pub fn exactly(field: &'static str, value: &str) -> Condition {
    let test = if value.is_empty() { Test::NotSet } else { Test::AnyOf(vec![value.to_owned()]) };
    Condition { field: FieldPath::fixed(field), test }
}

/// `FIELD=VALUE|VALUE` and the others taken apart.
fn condition(text: &str) -> Result<Condition, Failed> {
    let wrong = || {
        Failed::Usage(format!("“{text}”: write FIELD=VALUE, FIELD!=VALUE, FIELD~TEXT, FIELD>=VALUE or FIELD<=VALUE"))
    };
    let found = ["!=", ">=", "<=", "=", "~"].iter().filter_map(|sign| Some((text.find(sign)?, *sign)));
    let (at, sign) = found.min_by_key(|(at, sign)| (*at, std::cmp::Reverse(sign.len()))).ok_or_else(wrong)?;
    let field = FieldPath::new(text[..at].trim()).map_err(|_| wrong())?;
    let value = text[at + sign.len()..].trim();
    let values = || value.split('|').map(|value| value.trim().to_owned()).collect();
    let test = match (sign, value.is_empty()) {
        ("=", true) => Test::NotSet,
        ("!=", true) => Test::Set,
        (_, true) => return Err(wrong()),
        ("=", false) => Test::AnyOf(values()),
        ("!=", false) => Test::NoneOf(values()),
        (">=", false) => Test::AtLeast(value.to_owned()),
        ("<=", false) => Test::AtMost(value.to_owned()),
        (_, false) => Test::Contains(value.to_owned()),
    };
    Ok(Condition { field, test })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn conditions_are_taken_apart() {
        let test = |text: &str| condition(text).ok().map(|one| (one.field.to_string(), one.test));
        let one = |field: &str, test: Test| Some((field.to_owned(), test));
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        assert_eq!(test("category=火锅|面馆"), one("category", Test::AnyOf(values(&["火锅", "面馆"]))));
        assert_eq!(test("status != open"), one("status", Test::NoneOf(values(&["open"]))));
        assert_eq!(test("note~a=b"), one("note", Test::Contains("a=b".to_owned())));
        assert_eq!(test("custom.seats>=40"), one("custom.seats", Test::AtLeast("40".to_owned())));
        assert_eq!(test("custom.seats<=40"), one("custom.seats", Test::AtMost("40".to_owned())));
        assert_eq!((test("phones="), test("phones!=")), (one("phones", Test::NotSet), one("phones", Test::Set)));
        assert_eq!((test("status"), test("=open"), test("note~"), test("Bad Field=1")), (None, None, None, None));
    }
}
