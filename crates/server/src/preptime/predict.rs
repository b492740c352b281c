//! From what was observed to a distribution of each open order's ready time. The method is in the
//! module's documentation one level up.

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::normal;
use super::observed::{Duration, Observation, Observed, ObservedOrder};
use super::seed::{exponential, stream};
use super::types::{OrderEvent, Prediction, Station, StoreRef};

/// The span that `confidence` speaks about.
pub const HORIZON: TimeDelta = TimeDelta::minutes(15);
/// Monte Carlo draws per store.
pub const DRAWS: usize = 200;
/// Mean time until a cook who should be working is back, seconds.
const ABSENCE_MEAN_S: f64 = 480.0;
/// Mean time until an item that others have overtaken can start, seconds.
const HOLD_MEAN_S: f64 = 300.0;

/// When a prediction becomes an alert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlertRule {
    /// Least confidence, 0 to 1.
    pub min_confidence: f64,
}

impl Default for AlertRule {
    fn default() -> Self {
        Self { min_confidence: 0.85 }
    }
}

impl AlertRule {
    /// Whether the rider can be called.
    #[must_use]
    pub fn applies(&self, prediction: &Prediction) -> bool {
        prediction.confidence >= self.min_confidence
    }

    /// The predictions that are alerts, soonest first.
    #[must_use]
    pub fn select(&self, predictions: &[Prediction]) -> Vec<Prediction> {
        let mut alerts: Vec<_> = predictions.iter().filter(|p| self.applies(p)).cloned().collect();
        alerts.sort_by(|a, b| a.p50_at.cmp(&b.p50_at).then_with(|| a.order.cmp(&b.order)));
        alerts
    }
}

/// Observes and predicts.
#[derive(Debug, Clone, Default)]
pub struct Predictor {
    seed: u64,
    observed: Observed,
}

impl Predictor {
    /// A predictor that has seen nothing. The same seed and events give the same predictions.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, observed: Observed::default() }
    }

    /// Folds one event in; see [`Observed::observe`].
    pub fn observe(&mut self, event: &OrderEvent) -> Observation {
        self.observed.observe(event)
    }

    /// What is known.
    #[must_use]
    pub const fn observed(&self) -> &Observed {
        &self.observed
    }

    /// Predictions for all open orders that are not ready, by store, first come first.
    #[must_use]
    pub fn predict(&self, now: DateTime<Utc>) -> Vec<Prediction> {
        self.observed.stores().flat_map(|store| self.predict_store(store, now)).collect()
    }

    /// Predictions for one store's open orders that are not ready, first come first.
    #[must_use]
    pub fn predict_store(&self, store: &StoreRef, now: DateTime<Utc>) -> Vec<Prediction> {
        let open: Vec<&ObservedOrder> = self
            .observed
            .open_orders(store)
            .into_iter()
            .filter(|o| o.ready_at.is_none() && o.order.placed_at <= now)
            .collect();
        if open.is_empty() {
            return Vec::new();
        }
        let model = Model::of(&self.observed, store, &open, now);
        let now_ms = now.timestamp_millis().to_le_bytes();
        let mut rng = stream(self.seed, &[b"predict", store.0.as_bytes(), &now_ms]);
        let mut ready_s = vec![Vec::with_capacity(DRAWS); open.len()];
        for _ in 0..DRAWS {
            for (order, at) in model.draw(&mut rng).into_iter().enumerate() {
                ready_s[order].push(at);
            }
        }
        let prep = self.observed.median_prep(store);
        open.iter().zip(ready_s).map(|(open, draws)| summarise(open, draws, now, prep)).collect()
    }
}

fn summarise(open: &ObservedOrder, mut draws: Vec<f64>, now: DateTime<Utc>, prep: TimeDelta) -> Prediction {
    draws.sort_by(f64::total_cmp);
    let horizon_s = HORIZON.num_seconds() as f64;
    let in_time = draws.iter().filter(|s| **s <= horizon_s).count() as f64;
    let at = |share: usize| {
        let index = (draws.len() * share / 100).min(draws.len().saturating_sub(1));
        now + whole_ms(draws.get(index).copied().unwrap_or(0.0))
    };
    Prediction {
        order: open.order.id.clone(),
        store: open.order.store.clone(),
        made_at: now,
        p10_at: at(10),
        p50_at: at(50),
        p90_at: at(90),
        confidence: (in_time + 1.0) / (draws.len() as f64 + 2.0),
        naive_at: (open.order.placed_at + prep).max(now),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to a day first")]
fn whole_ms(seconds: f64) -> TimeDelta {
    TimeDelta::milliseconds((seconds.clamp(0.0, 86_400.0) * 1000.0) as i64)
}

struct Waiting {
    order: usize,
    work: Duration,
    /// A later item of the station was started before this one.
    overtaken: bool,
}

struct InWork {
    order: usize,
    work: Duration,
    elapsed_s: f64,
}

struct Bench {
    idle: usize,
    unsure: f64,
    in_work: Vec<InWork>,
    waiting: Vec<Waiting>,
}

enum Packing {
    /// Items are missing.
    Later,
    /// All items are done since then.
    Since(f64),
}

/// A store's queue as seen at one moment.
struct Model {
    benches: Vec<Bench>,
    packing: Vec<Packing>,
    packing_time: Duration,
}

impl Model {
    fn of(observed: &Observed, store: &StoreRef, open: &[&ObservedOrder], now: DateTime<Utc>) -> Self {
        let since = |at: DateTime<Utc>| (now - at).num_milliseconds().max(0) as f64 / 1000.0;
        let benches = Station::ALL.into_iter().map(|station| bench(observed, store, station, open, &since)).collect();
        let packing =
            open.iter().map(|o| o.last_done_at().map_or(Packing::Later, |at| Packing::Since(since(at)))).collect();
        Self { benches, packing, packing_time: observed.packing() }
    }

    /// One possible future: seconds from now until each order is ready.
    fn draw(&self, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut done_s = vec![0.0_f64; self.packing.len()];
        for bench in &self.benches {
            bench.draw(rng, &mut done_s);
        }
        for (done, packing) in done_s.iter_mut().zip(&self.packing) {
            *done += match packing {
                Packing::Later => fresh(self.packing_time, rng),
                Packing::Since(elapsed_s) => remaining(self.packing_time, *elapsed_s, rng),
            };
        }
        done_s
    }
}

fn bench(
    observed: &Observed,
    store: &StoreRef,
    station: Station,
    open: &[&ObservedOrder],
    since: &impl Fn(DateTime<Utc>) -> f64,
) -> Bench {
    let mut bench = Bench { idle: 0, unsure: 0.0, in_work: Vec::new(), waiting: Vec::new() };
    let mut started_after = false;
    // From the back, so that an item knows whether a later one was started.
    for (order, o) in open.iter().enumerate().rev() {
        for (item, progress) in o.order.items.iter().zip(&o.items).rev() {
            if item.station != station {
                continue;
            }
            let (work, unsure) = observed.work(store, &item.dish, station);
            bench.unsure = unsure;
            match (progress.started_at, progress.done_at) {
                (_, Some(_)) => started_after = true,
                (Some(at), None) => {
                    started_after = true;
                    bench.in_work.push(InWork { order, work, elapsed_s: since(at) });
                }
                (None, None) => {
                    bench.waiting.push(Waiting { order, work, overtaken: started_after });
                }
            }
        }
    }
    bench.waiting.reverse();
    bench.idle = observed.cooks(store, station).saturating_sub(bench.in_work.len());
    bench
}

impl Bench {
    /// Runs this station to its end and moves `done_s` of the orders back accordingly.
    fn draw(&self, rng: &mut ChaCha8Rng, done_s: &mut [f64]) {
        if self.in_work.is_empty() && self.waiting.is_empty() {
            return;
        }
        // One draw of how slow this store is today, common to all its items.
        let pace = self.unsure * normal::quantile(rng.random());
        let paced = |work: Duration| Duration { mu: work.mu + pace, ..work };
        let mut free_s = Vec::with_capacity(self.in_work.len() + self.idle);
        for item in &self.in_work {
            let left_s = remaining(paced(item.work), item.elapsed_s, rng);
            free_s.push(left_s);
            done_s[item.order] = done_s[item.order].max(left_s);
        }
        // A cook without work beside an item that waits is away.
        let away = self.waiting.iter().any(|w| !w.overtaken);
        for _ in 0..self.idle {
            free_s.push(if away { exponential(rng, ABSENCE_MEAN_S) } else { 0.0 });
        }
        if free_s.is_empty() {
            free_s.push(0.0);
        }
        let mut queue: Vec<(f64, &Waiting)> =
            self.waiting.iter().map(|w| (if w.overtaken { exponential(rng, HOLD_MEAN_S) } else { 0.0 }, w)).collect();
        queue.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (available_s, item) in queue {
            let Some(cook) = free_s.iter_mut().min_by(|a, b| a.total_cmp(b)) else {
                return;
            };
            *cook = cook.max(available_s) + fresh(paced(item.work), rng);
            done_s[item.order] = done_s[item.order].max(*cook);
        }
    }
}

fn fresh(work: Duration, rng: &mut ChaCha8Rng) -> f64 {
    (work.mu + work.sigma * normal::quantile(rng.random())).exp()
}

/// What is left of a duration of which `elapsed_s` have passed.
fn remaining(work: Duration, elapsed_s: f64, rng: &mut ChaCha8Rng) -> f64 {
    let passed = if elapsed_s > 0.0 { normal::cdf((elapsed_s.ln() - work.mu) / work.sigma) } else { 0.0 };
    let u = passed + (1.0 - passed) * rng.random::<f64>();
    let total_s = (work.mu + work.sigma * normal::quantile(u)).exp();
    // Far beyond everything seen the formula has no digits left: a twentieth more at least.
    (total_s - elapsed_s).max(if passed > 0.999_9 { elapsed_s / 20.0 } else { 0.0 })
}
