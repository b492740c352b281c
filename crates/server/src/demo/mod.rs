//! Generated merchants, users and kitchens, so that one can try everything without data of one's own.
//! The same seed gives the same data, whenever and wherever.

pub mod kitchens;
mod merchants;
mod places;
mod users;
mod words;

use domain::{Hlc, Problem};

use crate::auth::secrets::SecretError;
use crate::db::{Database, DbError, Plan};
use crate::service::DemoConfig;

pub use merchants::{DemoMerchant, merchant};

/// The seed when none is given.
pub const SEED: u64 = 20_261_120;
/// Stores with a running kitchen when nothing else is asked.
pub const KITCHENS: usize = 36;
/// The most demo merchants.
pub const MERCHANTS_MAX: u32 = 1_000_000;
/// Merchants of one transaction.
const CHUNK: u32 = 2000;
/// The fact that keeps how many merchants were made so far.
const FACT: &str = "demo_merchants";
/// When the demo data say that they were imported: 2026-11-01 00:00 UTC, in milliseconds since 1970.
const IMPORTED_AT_MS: u64 = 1_793_491_200_000;

/// Why there are no demo data.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A generated profile is not valid: a defect of the generator.
    #[error("a generated merchant is not valid; those before it are kept: {0}")]
    Invalid(#[from] Problem),
    /// The users have no passwords.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A task broke off.
    #[error("the demo users could not be made; start again")]
    Interrupted,
}

/// Makes what is missing: merchants only in an empty database (or one where making them was interrupted),
/// each user once. Answers with the users that were made now, and their passwords.
///
/// # Errors
/// If the database fails. What was made is kept; the next start goes on.
pub async fn prepare(db: &dyn Database, demo: DemoConfig) -> Result<Vec<(&'static str, &'static str)>, DemoError> {
    let total = demo.merchants.min(MERCHANTS_MAX);
    let made: Option<u32> = db.fact(FACT).await?.and_then(|made| made.parse().ok());
    let first = match made {
        Some(made) => made,
        None if db.head().await? == 0 => 0,
        None => total,
    };
    let mut next = first;
    while next < total {
        let end = (next + CHUNK).min(total);
        let seed = demo.seed;
        let plan = tokio::task::spawn_blocking(move || chunk(seed, next, end)).await;
        let plan = plan.map_err(|_| DemoError::Interrupted)??;
        db.import(plan, (FACT, end.to_string())).await?;
        next = end;
    }
    if first < total {
        tracing::info!(merchants = total, seed = demo.seed, "demo merchants were made");
    }
    users::add_missing(db).await
}

/// The rows of some merchants, as edits of a device that imported them would leave them.
fn chunk(seed: u64, first: u32, end: u32) -> Result<Plan, DemoError> {
    let mut plan = Plan::default();
    for index in first..end {
        let made = merchant(seed, index)?;
        let (row, edit) = merchants::rows(&made, u64::from(index) + 1, Hlc::at_ms(IMPORTED_AT_MS + u64::from(index)))?;
        plan.merchants.push(row);
        plan.edits.push(edit);
    }
    plan.head = u64::from(end);
    Ok(plan)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::phone;
    use domain::rules::RuleSet;
    use domain::schema::Schema;
    use domain::validate;

    use super::*;
    use crate::db::Loaded;
    use crate::ingest;

    #[test]
    fn made_like_edits_of_a_device() {
        let plan = chunk(SEED, 0, 300).unwrap();
        for index in 0..300_u32 {
            let made = merchant(SEED, index).unwrap();
            let edit = merchants::edit(&made, u64::from(index) + 1, Hlc::at_ms(IMPORTED_AT_MS + u64::from(index)));
            let loaded = Loaded { head: u64::from(index), ..Loaded::default() };
            let real = ingest::plan(
                std::slice::from_ref(&edit),
                &merchants::importer().unwrap(),
                &RuleSet::default(),
                &Schema::default(),
                loaded,
                IMPORTED_AT_MS + u64::from(index),
            )
            .unwrap();
            let (mine, theirs) = (&plan.merchants[index as usize], &real.merchants[0]);
            assert_eq!(
                (mine.seq, &mine.name, mine.deleted, mine.contested),
                (theirs.seq, &theirs.name, theirs.deleted, theirs.contested)
            );
            assert_eq!(mine.record, theirs.record);
            let (mine, theirs) = (&plan.edits[index as usize], &real.edits[0]);
            assert_eq!(
                (&mine.writes, &mine.answer, &mine.state, &mine.dot),
                (&theirs.writes, &theirs.answer, &theirs.state, &theirs.dot)
            );
        }
    }

    #[test]
    fn plausible_and_repeatable() {
        let mut names = std::collections::BTreeSet::new();
        for index in 0..500 {
            let made = merchant(SEED, index).unwrap();
            assert_eq!(made, merchant(SEED, index).unwrap());
            for (field, value) in &made.registers {
                assert_eq!(validate::normalise(field, value).as_ref(), Ok(value), "{field}");
                if let Some(number) = field.as_str().strip_prefix("phones.+") {
                    assert_eq!(phone::e164(&format!("+{number}")), Ok(format!("+{number}")));
                }
            }
            names.insert(made.registers[&domain::FieldPath::fixed("name")].plain());
        }
        assert!(names.len() > 450, "{} different names", names.len());
    }
}
