use async_trait::async_trait;
use domain::api::marker;
use domain::digest::{self, Bucket, Digests};
use domain::{EditId, MerchantId, Scope};
use rusqlite::{Connection, OptionalExtension};
use sqlx::{Connection as _, SqliteConnection};
use uuid::Uuid;

use super::{Sqlite, signed, unsigned};
use crate::db::{DbError, PullStore};

/// Rows that get their digest in one transaction.
const FILL_ROWS: i64 = 1_000;
/// The newest change number of a deletion that is forgotten.
const PRUNED: &str = "pruned_seq";

type Sums = (i64, i64, i64, i64);

/// Gives rows from before there were digests theirs, some in each transaction.
pub(super) async fn fill_digests(writer: &mut SqliteConnection) -> Result<(), DbError> {
    let mut filled = 0_usize;
    loop {
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let rows: Vec<(i64, String, String)> =
            sqlx::query_as(include_str!("sql/without_digest.sql")).bind(FILL_ROWS).fetch_all(&mut *transaction).await?;
        if rows.is_empty() {
            break;
        }
        for (seq, id, record) in &rows {
            sqlx::query(include_str!("sql/set_digest.sql"))
                .bind(seq)
                .bind(digest::row(record).cast_signed())
                .bind(i64::from(digest::bucket(&id.parse::<MerchantId>()?)))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        filled += rows.len();
    }
    if filled > 0 {
        tracing::info!(filled, "merchants from before have their digests");
    }
    Ok(())
}

/// The marker of a change; empty where no edit made it.
pub(super) fn marker_of(db: &Connection, seq: u64) -> Result<String, DbError> {
    let mut made = db.prepare_cached(include_str!("sql/edit_of_change.sql"))?;
    let id: Option<[u8; 16]> = made.query_row([signed(seq)], |row| row.get(0)).optional()?;
    Ok(id.map(|id| marker(EditId(Uuid::from_bytes(id)))).unwrap_or_default())
}

/// The newest change number of a deletion that is forgotten; 0 if none is.
async fn pruned(db: impl sqlx::SqliteExecutor<'_>) -> Result<u64, DbError> {
    let known: Option<String> =
        sqlx::query_scalar(include_str!("sql/fact.sql")).bind(PRUNED).fetch_optional(db).await?;
    known.map_or(Ok(0), |text| text.parse().map_err(DbError::corrupt))
}

/// The prefixes without those that begin with another: no row is counted twice.
fn apart(prefixes: &[String]) -> Vec<&str> {
    let mut sorted: Vec<&str> = prefixes.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let mut apart: Vec<&str> = Vec::with_capacity(sorted.len());
    for prefix in sorted {
        if apart.last().is_none_or(|last| !prefix.starts_with(last)) {
            apart.push(prefix);
        }
    }
    apart
}

#[async_trait]
impl PullStore for Sqlite {
    async fn epoch(&self) -> Result<String, DbError> {
        // Read each time: another server on the same file may have ended it.
        Ok(sqlx::query_scalar(include_str!("sql/fact.sql")).bind("epoch").fetch_one(&self.readers).await?)
    }

    async fn end_epoch(&self, ended: &str, next: &str) -> Result<(), DbError> {
        let mut writer = self.writer.lock().await;
        sqlx::query(include_str!("sql/end_epoch.sql")).bind(ended).bind(next).execute(&mut *writer).await?;
        Ok(())
    }

    async fn knows(&self, seq: u64, marker: &str) -> Result<bool, DbError> {
        let query = sqlx::query_scalar(include_str!("sql/knows.sql")).bind(signed(seq)).bind(marker);
        Ok(query.fetch_one(&self.readers).await?)
    }

    async fn pruned(&self) -> Result<u64, DbError> {
        pruned(&self.readers).await
    }

    async fn prune(&self, before_ms: u64, limit: usize) -> Result<u64, DbError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let oldest: Vec<(i64, i64)> = sqlx::query_as(include_str!("sql/tombstones.sql"))
            .bind(signed(limit as u64))
            .fetch_all(&mut *transaction)
            .await?;
        // In order and without a gap, so that one number says which are gone.
        let last = oldest.iter().take_while(|(_, taken_ms)| unsigned(*taken_ms) < before_ms).last();
        let Some((last, _)) = last else { return Ok(0) };
        let gone = sqlx::query(include_str!("sql/forget_merchants.sql")).bind(last).execute(&mut *transaction).await?;
        // What people were asked about when newer ones went has its turn later, with a smaller number.
        sqlx::query(include_str!("sql/raise_fact.sql"))
            .bind(PRUNED)
            .bind(last.to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(gone.rows_affected())
    }

    async fn digests(&self, scope: &Scope) -> Result<(Digests, u64), DbError> {
        let mut snapshot = self.readers.begin().await?;
        let epoch = sqlx::query_scalar(include_str!("sql/fact.sql")).bind("epoch").fetch_one(&mut *snapshot).await?;
        let head: i64 = sqlx::query_scalar(include_str!("sql/head.sql")).fetch_one(&mut *snapshot).await?;
        let sums: Vec<Sums> = match scope {
            Scope::All => sqlx::query_as(include_str!("sql/digests.sql")).fetch_all(&mut *snapshot).await?,
            Scope::Prefixes(prefixes) => {
                let prefixes = serde_json::to_string(&apart(prefixes))?;
                let query = sqlx::query_as(include_str!("sql/digests_of_scope.sql")).bind(prefixes);
                query.fetch_all(&mut *snapshot).await?
            }
        };
        let pruned = pruned(&mut *snapshot).await?;
        snapshot.rollback().await?;
        let mut digests = Digests::empty(epoch, unsigned(head));
        for (bucket, rows, high, low) in sums {
            let at = usize::try_from(bucket).ok().and_then(|at| digests.buckets.get_mut(at));
            let at = at.ok_or_else(|| DbError::corrupt("a merchant without a bucket"))?;
            *at = Bucket::of_halves(unsigned(rows), unsigned(high), unsigned(low));
        }
        Ok((digests, pruned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_prefix_begins_with_another() {
        let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
        assert_eq!(apart(&list(&["BJ-1", "SH-", "BJ-", "BJ-2"])), ["BJ-", "SH-"]);
        assert_eq!(apart(&list(&["A", ""])), [""]);
        assert!(apart(&[]).is_empty());
    }
}
