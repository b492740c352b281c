//! Series for the charts, counted from what really happened.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{NaiveDate, TimeDelta};
use domain::api::path;
use domain::metrics::{CalibrationBin, ConflictDay, KitchenMetrics, SyncMetrics};
use serde::Deserialize;

use super::caller::{Asked, Caller};
use super::refusal::Refusal;
use super::route::{Access, Content, Parameter, Route};
use crate::app::App;
use crate::clock;
use crate::db::SeriesQuery;
use crate::db::orders::ScoredRow;
use crate::preptime::{self, ScoredPrediction};

/// Most days that one asks for.
const DAYS_MAX: u32 = 366;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// A chart has at most so many buckets.
const BUCKETS_MAX: u64 = 60;
/// Widths of a bucket that people can read, in seconds.
const BUCKETS_S: [u64; 8] = [900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800];
/// One minute a bin; the last takes all longer waits.
const WAIT_BINS: usize = 31;
const CALIBRATION_BINS: usize = 10;

const RANGE: &[Parameter] = &[
    Parameter { name: "days", kind: "integer", about: "Days back, today included; 7 if absent, up to 366." },
    Parameter { name: "utc_offset_min", kind: "integer", about: "Minutes that local time is ahead of UTC, for days." },
];

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(
            path::METRICS_SYNC,
            sync,
            Access::SignedIn,
            "Sync lag by bucket and conflicts by day.",
            Content::Json("SyncMetrics"),
        )
        .asks(RANGE)
        .refuses(&[400]),
        Route::get(
            path::METRICS_KITCHEN,
            kitchen,
            Access::SignedIn,
            "Couriers' avoidable waits and how good the forecasts were.",
            Content::Json("KitchenMetrics"),
        )
        .asks(RANGE)
        .refuses(&[400]),
    ]
}

#[derive(Deserialize)]
struct RangeQuery {
    days: Option<u32>,
    #[serde(default)]
    utc_offset_min: i32,
}

struct Range {
    days: u32,
    offset_min: i32,
    from_ms: u64,
    to_ms: u64,
}

impl RangeQuery {
    /// Whole local days up to now.
    fn range(&self, now_ms: u64) -> Range {
        let days = self.days.unwrap_or(7).clamp(1, DAYS_MAX);
        let offset_min = self.utc_offset_min.clamp(-18 * 60, 18 * 60);
        let offset_ms = i64::from(offset_min) * 60_000;
        let local_ms = now_ms.saturating_add_signed(offset_ms);
        let midnight_ms = (local_ms / DAY_MS * DAY_MS).saturating_add_signed(-offset_ms);
        let from_ms = midnight_ms.saturating_sub(u64::from(days - 1) * DAY_MS);
        Range { days, offset_min, from_ms, to_ms: now_ms + 1 }
    }
}

impl Range {
    fn bucket_s(&self) -> u64 {
        let range_s = u64::from(self.days) * 24 * 3600;
        BUCKETS_S.into_iter().find(|width| range_s / width <= BUCKETS_MAX).unwrap_or(604_800)
    }
    fn first_day(&self) -> NaiveDate {
        let local_ms = self.from_ms.saturating_add_signed(i64::from(self.offset_min) * 60_000);
        clock::date(local_ms).date_naive()
    }
    /// All days of the range; those without a conflict with no groups.
    fn fill(&self, found: Vec<ConflictDay>) -> Vec<ConflictDay> {
        let mut found: std::collections::BTreeMap<NaiveDate, ConflictDay> =
            found.into_iter().map(|day| (day.day, day)).collect();
        let first = self.first_day();
        (0..i64::from(self.days))
            .map(|n| first + TimeDelta::days(n))
            .map(|day| found.remove(&day).unwrap_or(ConflictDay { day, groups: Vec::new() }))
            .collect()
    }
}

async fn sync(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<RangeQuery>,
) -> Result<Json<SyncMetrics>, Refusal> {
    let range = asked.range(clock::now_ms());
    let query = SeriesQuery {
        from_ms: range.from_ms,
        to_ms: range.to_ms,
        utc_offset_min: range.offset_min,
        bucket_s: range.bucket_s(),
    };
    let mut metrics = app.db.sync_series(&query, &caller.actor().scope).await?;
    metrics.conflicts = range.fill(metrics.conflicts);
    Ok(Json(metrics))
}

fn scored(row: ScoredRow) -> ScoredPrediction {
    let forecast = row.forecast.prediction;
    ScoredPrediction {
        prediction: preptime::Prediction {
            order: preptime::OrderId(forecast.order_id.into()),
            store: preptime::StoreRef(row.merchant_id.into()),
            made_at: clock::date(forecast.made_at_ms),
            p10_at: clock::date(forecast.p10_at_ms),
            p50_at: clock::date(forecast.p50_at_ms),
            p90_at: clock::date(forecast.p90_at_ms),
            confidence: forecast.confidence,
            naive_at: clock::date(row.forecast.naive_at_ms),
        },
        ready_at: clock::date(row.ready_at_ms),
    }
}

async fn kitchen(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<RangeQuery>,
) -> Result<Json<KitchenMetrics>, Refusal> {
    let range = asked.range(clock::now_ms());
    let scope = &caller.actor().scope;
    let waits = app.db.courier_waits_ms(range.from_ms, scope).await?;
    let histogram = preptime::wait_histogram(waits.into_iter().map(TimeDelta::milliseconds), 60, WAIT_BINS);
    let pairs: Vec<ScoredPrediction> = app.db.scored(range.from_ms, scope).await?.into_iter().map(scored).collect();
    let score = preptime::calibration(&pairs, CALIBRATION_BINS);
    // Whole seconds, never negative: these are medians of distances.
    let seconds = |value: Option<f64>| value.map(|s| s.round() as u64);
    Ok(Json(KitchenMetrics {
        avoidable_wait_min: histogram.counts,
        avoidable_wait_p50_s: seconds(histogram.median_s),
        error_p50_s: seconds(score.median_abs_error_s),
        baseline_error_p50_s: seconds(score.naive_median_abs_error_s),
        coverage_80: score.coverage_80,
        samples: score.sample,
        calibration: score
            .bins
            .into_iter()
            .map(|bin| CalibrationBin { forecast: bin.predicted, observed: bin.observed, count: bin.sample })
            .collect(),
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_range_is_whole_local_days() {
        // 2026-11-20 13:00 UTC is 21:00 in Beijing, 02:00 of the next day at +13.
        let now = DateTime::parse_from_rfc3339("2026-11-20T13:00:00Z").unwrap().to_utc();
        for (days, offset_min, from, first, bucket_s) in [
            (1, 480, "2026-11-19T16:00:00Z", "2026-11-20", 1800),
            (7, 480, "2026-11-13T16:00:00Z", "2026-11-14", 10_800),
            (30, 0, "2026-10-22T00:00:00Z", "2026-10-22", 43_200),
            (1, 780, "2026-11-20T11:00:00Z", "2026-11-21", 1800),
            (1, -300, "2026-11-20T05:00:00Z", "2026-11-20", 1800),
        ] {
            let range = RangeQuery { days: Some(days), utc_offset_min: offset_min }.range(clock::millis(now));
            assert_eq!(clock::date(range.from_ms), DateTime::parse_from_rfc3339(from).unwrap());
            assert_eq!(range.first_day().to_string(), first);
            assert_eq!(range.bucket_s(), bucket_s);
            assert_eq!(range.fill(Vec::new()).len(), days as usize);
        }
    }
}
