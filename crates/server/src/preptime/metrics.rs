//! Scores of kept predictions and the waits of couriers.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::predict::HORIZON;
use super::types::{OrderId, Prediction, StoreRef};

/// How an order went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which order.
    pub order: OrderId,
    /// Whose kitchen.
    pub store: StoreRef,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When it was ready.
    pub ready_at: DateTime<Utc>,
    /// When the courier arrived, if that was reported.
    pub courier_arrived_at: Option<DateTime<Utc>>,
    /// When it was picked up.
    pub picked_up_at: DateTime<Utc>,
}

impl Outcome {
    /// The avoidable wait, if the courier's arrival was reported.
    #[must_use]
    pub fn avoidable_wait(&self) -> Option<TimeDelta> {
        self.courier_arrived_at.map(|arrived| avoidable_wait(arrived, self.ready_at))
    }
}

/// `max(0, ready_at − courier_arrived_at)`.
#[must_use]
pub fn avoidable_wait(courier_arrived_at: DateTime<Utc>, ready_at: DateTime<Utc>) -> TimeDelta {
    (ready_at - courier_arrived_at).max(TimeDelta::zero())
}

/// A prediction with what came true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredPrediction {
    /// The first prediction of the order.
    pub prediction: Prediction,
    /// When the order was ready.
    pub ready_at: DateTime<Utc>,
}

/// Keeps the first prediction of every open order, and pairs it with the outcome.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    open: BTreeMap<OrderId, Prediction>,
    scored: VecDeque<ScoredPrediction>,
}

impl Ledger {
    /// Most scored predictions kept; the oldest leave first.
    pub const KEPT: usize = 50_000;
    /// Most open orders.
    pub const MAX_OPEN: usize = 200_000;

    /// Keeps `prediction` if it is the order's first. Returns whether it was kept.
    pub fn record(&mut self, prediction: &Prediction) -> bool {
        if self.open.contains_key(&prediction.order) || self.open.len() >= Self::MAX_OPEN {
            return false;
        }
        self.open.insert(prediction.order.clone(), prediction.clone());
        true
    }

    /// Pairs an outcome with its prediction, if there was one.
    pub fn finish(&mut self, outcome: &Outcome) -> Option<ScoredPrediction> {
        let prediction = self.open.remove(&outcome.order)?;
        let scored = ScoredPrediction { prediction, ready_at: outcome.ready_at };
        self.restore(scored.clone());
        Some(scored)
    }

    /// Puts a scored prediction back that was stored earlier.
    pub fn restore(&mut self, scored: ScoredPrediction) {
        if self.scored.len() >= Self::KEPT {
            self.scored.pop_front();
        }
        self.scored.push_back(scored);
    }

    /// Drops the prediction of a cancelled order: it has no outcome to be measured by.
    pub fn cancel(&mut self, order: &OrderId) {
        self.open.remove(order);
    }

    /// Scored predictions made at or after `since`, oldest first.
    pub fn scored(&self, since: DateTime<Utc>) -> impl Iterator<Item = &ScoredPrediction> {
        self.scored.iter().filter(move |s| s.prediction.made_at >= since)
    }
}

/// Waits in bins of equal width; the last one is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitHistogram {
    /// Width of a bin, seconds.
    pub bin_s: u32,
    /// Orders per bin, from 0 up; the last bin holds all longer waits.
    pub counts: Vec<u64>,
    /// Orders counted.
    pub sample: u64,
    /// Median wait, seconds; none without orders.
    pub median_s: Option<f64>,
}

/// Counts waits in `bins` (1 to 240) bins of `bin_s` seconds. Negative waits count as 0.
#[must_use]
pub fn wait_histogram(waits: impl IntoIterator<Item = TimeDelta>, bin_s: u32, bins: usize) -> WaitHistogram {
    let bin_s = bin_s.max(1);
    let mut counts = vec![0u64; bins.clamp(1, 240)];
    let mut all_ms: Vec<f64> = Vec::new();
    for wait in waits {
        let ms = wait.num_milliseconds().max(0);
        let bin = usize::try_from(ms / (i64::from(bin_s) * 1000)).unwrap_or(usize::MAX);
        let bin = bin.min(counts.len() - 1);
        counts[bin] += 1;
        all_ms.push(ms as f64);
    }
    WaitHistogram { bin_s, counts, sample: all_ms.len() as u64, median_s: median(&mut all_ms).map(|ms| ms / 1000.0) }
}

/// One bin of the reliability diagram.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Mean confidence of the bin's predictions.
    pub predicted: f64,
    /// Share of their orders that were ready in time.
    pub observed: f64,
    /// Lower end of Wilson's 95 % interval of that share.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Predictions in the bin, at least 1.
    pub sample: u64,
}

/// How good the predictions were. Shares are 0 to 1; none without a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Bins that hold predictions, by rising confidence.
    pub bins: Vec<CalibrationBin>,
    /// Predictions scored.
    pub sample: u64,
    /// Share of orders ready between p10 and p90; 0.8 is right.
    pub coverage_80: Option<f64>,
    /// Median of `|p50_at − ready_at|`, seconds.
    pub median_abs_error_s: Option<f64>,
    /// The same for the baseline, the store's median preparation time.
    pub naive_median_abs_error_s: Option<f64>,
}

/// Scores predictions, with confidences in `bins` (1 to 50) bins of equal width.
#[must_use]
pub fn calibration<'a>(scored: impl IntoIterator<Item = &'a ScoredPrediction>, bins: usize) -> Calibration {
    let bins = bins.clamp(1, 50);
    let mut sums = vec![(0.0_f64, 0u64, 0u64); bins];
    let (mut covered, mut errors, mut naive) = (0u64, Vec::new(), Vec::new());
    for ScoredPrediction { prediction: p, ready_at } in scored {
        let edge = |bin: usize| bin as f64 / bins as f64;
        let bin = (1..bins).take_while(|b| p.confidence >= edge(*b)).count();
        let (confidence, in_time, count) = &mut sums[bin];
        *confidence += p.confidence;
        *in_time += u64::from(*ready_at <= p.made_at + HORIZON);
        *count += 1;
        covered += u64::from((p.p10_at..=p.p90_at).contains(ready_at));
        errors.push(abs_s(p.p50_at - *ready_at));
        naive.push(abs_s(p.naive_at - *ready_at));
    }
    let sample = errors.len() as u64;
    Calibration {
        bins: sums
            .into_iter()
            .filter(|(_, _, count)| *count > 0)
            .map(|(confidence, in_time, count)| {
                let (low, high) = wilson(in_time, count);
                CalibrationBin {
                    predicted: confidence / count as f64,
                    observed: in_time as f64 / count as f64,
                    low,
                    high,
                    sample: count,
                }
            })
            .collect(),
        sample,
        coverage_80: (sample > 0).then(|| covered as f64 / sample as f64),
        median_abs_error_s: median(&mut errors),
        naive_median_abs_error_s: median(&mut naive),
    }
}

fn abs_s(delta: TimeDelta) -> f64 {
    delta.num_milliseconds().unsigned_abs() as f64 / 1000.0
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    values.get(values.len() / 2 - 1).map(|lower| f64::midpoint(*lower, upper))
}

/// Wilson's score interval at 95 % for `hits` of `count`.
fn wilson(hits: u64, count: u64) -> (f64, f64) {
    let (z, n) = (1.96_f64, count as f64);
    let share = hits as f64 / n;
    let centre = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}
