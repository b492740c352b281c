use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{NaiveDate, TimeDelta};
use domain::Scope;
use domain::metrics::{ConflictDay, GroupCount, LagPoint, SourceCount, SyncMetrics};

use super::{Sqlite, scope_json, signed, unsigned};
use crate::clock;
use crate::db::{DbError, MerchantStore, SeriesQuery, SeriesStore};

/// Wider than any range: one bucket for all.
const WHOLE_RANGE_MS: i64 = i64::MAX / 4;

type LagRow = (i64, Option<i64>, Option<i64>, i64);
type ConflictRow = (i64, String, String, i64, i64);

impl Sqlite {
    async fn lag(
        &self,
        query: &SeriesQuery,
        scope: &Scope,
        offset_ms: i64,
        bucket_ms: i64,
    ) -> Result<Vec<LagPoint>, DbError> {
        let rows: Vec<LagRow> = sqlx::query_as(include_str!("sql/lag_points.sql"))
            .bind(signed(query.from_ms))
            .bind(signed(query.to_ms))
            .bind(scope_json(scope)?)
            .bind(offset_ms)
            .bind(bucket_ms)
            .fetch_all(&self.readers)
            .await?;
        let ms = |value: Option<i64>| unsigned(value.unwrap_or_default());
        Ok(rows
            .into_iter()
            .map(|(at_ms, p50, p95, edits)| LagPoint {
                at: clock::date(unsigned(at_ms)),
                p50_ms: ms(p50),
                p95_ms: ms(p95),
                edits: unsigned(edits),
            })
            .collect())
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, (u64, u64)>, key: K, reviewed: i64, auto: i64) {
    let count = counts.entry(key).or_default();
    count.0 += unsigned(reviewed);
    count.1 += unsigned(auto);
}

#[async_trait]
impl SeriesStore for Sqlite {
    async fn sync_series(&self, query: &SeriesQuery, scope: &Scope) -> Result<SyncMetrics, DbError> {
        let offset_ms = i64::from(query.utc_offset_min) * 60_000;
        let bucket_ms = signed(query.bucket_s.max(1)).saturating_mul(1000);
        let lag = self.lag(query, scope, offset_ms, bucket_ms).await?;
        let whole = self.lag(query, scope, 0, WHOLE_RANGE_MS).await?.into_iter().next();
        let rows: Vec<ConflictRow> = sqlx::query_as(include_str!("sql/conflict_days.sql"))
            .bind(signed(query.from_ms))
            .bind(signed(query.to_ms))
            .bind(scope_json(scope)?)
            .bind(offset_ms)
            .fetch_all(&self.readers)
            .await?;
        let mut days: BTreeMap<i64, BTreeMap<String, (u64, u64)>> = BTreeMap::new();
        let mut sources: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for (day, group, source, reviewed, auto) in rows {
            add(days.entry(day).or_default(), group, reviewed, auto);
            add(&mut sources, source, reviewed, auto);
        }
        let conflicts = days
            .into_iter()
            .map(|(day, groups)| ConflictDay {
                day: NaiveDate::default() + TimeDelta::days(day),
                groups: groups
                    .into_iter()
                    .map(|(group, (reviewed, auto))| GroupCount { group, reviewed, auto })
                    .collect(),
            })
            .collect();
        let sources = sources
            .into_iter()
            .map(|(source, (reviewed, auto))| {
                Ok(SourceCount { source: serde_json::from_value(source.into())?, reviewed, auto })
            })
            .collect::<Result<_, DbError>>()?;
        Ok(SyncMetrics {
            p50_ms: whole.as_ref().map(|point| point.p50_ms),
            p95_ms: whole.as_ref().map(|point| point.p95_ms),
            edits: whole.map_or(0, |point| point.edits),
            open_conflicts: self.contested_count(scope).await?.1,
            lag,
            conflicts,
            sources,
            bucket_s: query.bucket_s,
        })
    }
}
