//! What a backend can know from the event log: open orders, queues, past durations.
//!
//! Folding is tolerant: events of unknown orders, repeats and events after a final one are ignored,
//! so reports of people and of machines can be mixed. Memory is bounded: closed orders leave,
//! history is kept as sums.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::metrics::Outcome;
use super::types::{Dish, Order, OrderEvent, OrderEventKind, OrderId, OrderStatus, Station, StoreRef};

/// Most open orders per store; further ones are ignored until some close.
pub const MAX_OPEN_PER_STORE: usize = 2_000;
/// Most items per order.
pub const MAX_ITEMS: usize = 200;
/// Past preparation times kept per store, for its median.
const PREP_KEPT: usize = 300;
/// Dishes learned apart; further ones use their station's prior.
const MAX_DISHES: usize = 20_000;

/// How far an item is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemProgress {
    /// When a cook started it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
}

/// An order with what was reported about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedOrder {
    /// The order.
    pub order: Order,
    /// How far it is.
    pub status: OrderStatus,
    /// Progress of its items, in their order.
    pub items: Vec<ItemProgress>,
    /// When it was ready.
    pub ready_at: Option<DateTime<Utc>>,
    /// When the courier arrived.
    pub courier_arrived_at: Option<DateTime<Utc>>,
    /// Position in the store's order of arrival.
    pub(crate) sequence: u64,
}

impl ObservedOrder {
    pub(crate) fn last_done_at(&self) -> Option<DateTime<Utc>> {
        let all: Option<Vec<_>> = self.items.iter().map(|i| i.done_at).collect();
        all?.into_iter().max()
    }
}

/// What an event changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// The order goes on.
    Changed,
    /// The order was picked up, with the outcome when it had been seen ready.
    Finished(Option<Outcome>),
    /// The order was cancelled.
    Cancelled,
    /// Nothing: unknown order, repeat, or after the end.
    Ignored,
}

/// Count and sum of log-durations, or of their squared residuals.
#[derive(Debug, Clone, Copy, Default)]
struct LogSums {
    count: f64,
    sum: f64,
}

/// A store's deviation from the pooled mean, forgetting old observations.
#[derive(Debug, Clone, Copy, Default)]
struct Deviation {
    weight: f64,
    mean: f64,
}

/// Weight kept by all earlier observations when a new one comes: about 60 count.
const MEMORY: f64 = 0.983;
/// Observations that the assumption "as everywhere" is worth.
const DEVIATION_PRIOR: f64 = 4.0;
/// Observations that a station's prior is worth.
const DISH_PRIOR: f64 = 3.0;
/// The prior spread of log-durations and its worth.
const SPREAD_PRIOR: (f64, f64) = (0.45, 20.0);

impl Deviation {
    fn learn(&mut self, residual: f64) {
        self.weight = self.weight * MEMORY + 1.0;
        self.mean += (residual - self.mean) / self.weight;
    }
    fn value(self) -> f64 {
        self.mean * self.weight / (self.weight + DEVIATION_PRIOR)
    }
}

#[derive(Debug, Clone, Default)]
struct StoreLog {
    open: BTreeMap<OrderId, ObservedOrder>,
    sequence: u64,
    most_in_work: [u32; 5],
    deviation: [Deviation; 5],
    prep_ms: VecDeque<i64>,
}

/// The log-normal distribution of a duration in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Duration {
    /// Mean of the log.
    pub(crate) mu: f64,
    /// Spread of the log.
    pub(crate) sigma: f64,
}

/// What is known; see the module.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    stores: BTreeMap<StoreRef, StoreLog>,
    dishes: BTreeMap<Dish, LogSums>,
    spread: [LogSums; 5],
    packing: LogSums,
    packing_spread: LogSums,
}

/// Median seconds that a station's dishes are assumed to take before any was seen.
const fn prior_median_s(station: Station) -> f64 {
    match station {
        Station::Wok => 240.0,
        Station::Steamer => 300.0,
        Station::Grill => 360.0,
        Station::Cold => 100.0,
        Station::Drinks => 80.0,
    }
}
const PACKING_PRIOR_S: f64 = 45.0;
/// A store's preparation time before any was seen.
const PREP_PRIOR: TimeDelta = TimeDelta::minutes(12);

impl Observed {
    /// Folds one event in. Feed them in the order of time.
    pub fn observe(&mut self, event: &OrderEvent) -> Observation {
        match &event.kind {
            OrderEventKind::Placed { number, items } => {
                let log = self.stores.entry(event.store.clone()).or_default();
                let known = log.open.contains_key(&event.order);
                if known || log.open.len() >= MAX_OPEN_PER_STORE || items.len() > MAX_ITEMS {
                    return Observation::Ignored;
                }
                log.sequence += 1;
                let order = Order {
                    id: event.order.clone(),
                    number: number.clone(),
                    store: event.store.clone(),
                    placed_at: event.at,
                    items: items.clone(),
                };
                let observed = ObservedOrder {
                    items: vec![ItemProgress::default(); order.items.len()],
                    order,
                    status: OrderStatus::Placed,
                    ready_at: None,
                    courier_arrived_at: None,
                    sequence: log.sequence,
                };
                log.open.insert(event.order.clone(), observed);
                Observation::Changed
            }
            OrderEventKind::ItemStarted { item } => self.item_started(event, usize::from(*item)),
            OrderEventKind::ItemDone { item } => self.item_done(event, usize::from(*item)),
            OrderEventKind::Ready => self.ready(event),
            OrderEventKind::CourierArrived => match self.open_mut(event) {
                Some(open) if open.courier_arrived_at.is_none() => {
                    open.courier_arrived_at = Some(event.at);
                    Observation::Changed
                }
                _ => Observation::Ignored,
            },
            OrderEventKind::PickedUp => self.close(event).map_or(Observation::Ignored, |open| {
                let outcome = open.ready_at.map(|ready_at| Outcome {
                    order: open.order.id,
                    store: open.order.store,
                    placed_at: open.order.placed_at,
                    ready_at,
                    courier_arrived_at: open.courier_arrived_at,
                    picked_up_at: event.at,
                });
                Observation::Finished(outcome)
            }),
            OrderEventKind::Cancelled { .. } => {
                self.close(event).map_or(Observation::Ignored, |_| Observation::Cancelled)
            }
        }
    }

    /// All stores that placed an order so far.
    pub fn stores(&self) -> impl Iterator<Item = &StoreRef> {
        self.stores.keys()
    }

    /// Orders of a store that are not picked up or cancelled, first come first.
    #[must_use]
    pub fn open_orders(&self, store: &StoreRef) -> Vec<&ObservedOrder> {
        let mut open: Vec<_> = self.stores.get(store).map(|log| log.open.values().collect()).unwrap_or_default();
        open.sort_by_key(|o| o.sequence);
        open
    }

    /// An open order.
    #[must_use]
    pub fn order(&self, store: &StoreRef, id: &OrderId) -> Option<&ObservedOrder> {
        self.stores.get(store)?.open.get(id)
    }

    /// The store's median preparation time so far, from placed to ready.
    #[must_use]
    pub fn median_prep(&self, store: &StoreRef) -> TimeDelta {
        let mut times: Vec<i64> =
            self.stores.get(store).map(|log| log.prep_ms.iter().copied().collect()).unwrap_or_default();
        if times.is_empty() {
            return PREP_PRIOR;
        }
        times.sort_unstable();
        TimeDelta::milliseconds(times[times.len() / 2])
    }

    /// The largest number of items ever seen in work at once: the cooks, as far as one can see.
    pub(crate) fn cooks(&self, store: &StoreRef, station: Station) -> usize {
        let most = self.stores.get(store).map_or(0, |log| log.most_in_work[station.index()]);
        usize::try_from(most).unwrap_or(1).max(1)
    }

    /// How long an item takes in work, and how unsure the store's part of that is (spread of log).
    pub(crate) fn work(&self, store: &StoreRef, dish: &Dish, station: Station) -> (Duration, f64) {
        let sigma = spread(self.spread[station.index()]);
        let deviation = self.stores.get(store).map(|log| log.deviation[station.index()]).unwrap_or_default();
        let mu = self.dish_mu(dish, station) + deviation.value();
        let unsure = sigma / (deviation.weight + DEVIATION_PRIOR).sqrt();
        (Duration { mu, sigma }, unsure)
    }

    /// How long packing takes.
    pub(crate) fn packing(&self) -> Duration {
        Duration { mu: shrunk(self.packing, PACKING_PRIOR_S.ln()), sigma: spread(self.packing_spread) }
    }

    fn dish_mu(&self, dish: &Dish, station: Station) -> f64 {
        let sums = self.dishes.get(dish).copied().unwrap_or_default();
        shrunk(sums, prior_median_s(station).ln())
    }

    fn open_mut(&mut self, event: &OrderEvent) -> Option<&mut ObservedOrder> {
        self.stores.get_mut(&event.store)?.open.get_mut(&event.order)
    }

    fn close(&mut self, event: &OrderEvent) -> Option<ObservedOrder> {
        self.stores.get_mut(&event.store)?.open.remove(&event.order)
    }

    fn item_started(&mut self, event: &OrderEvent, item: usize) -> Observation {
        let Some(open) = self.open_mut(event) else {
            return Observation::Ignored;
        };
        let fresh = open.items.get(item).is_some_and(|p| p.started_at.is_none());
        if !fresh || open.ready_at.is_some() {
            return Observation::Ignored;
        }
        open.items[item].started_at = Some(event.at);
        open.status = OrderStatus::Preparing;
        let station = open.order.items[item].station;
        if let Some(log) = self.stores.get_mut(&event.store) {
            let in_work = log
                .open
                .values()
                .filter(|o| o.ready_at.is_none())
                .flat_map(|o| o.order.items.iter().zip(&o.items))
                .filter(|(i, p)| i.station == station && p.started_at.is_some() && p.done_at.is_none())
                .count();
            let most = &mut log.most_in_work[station.index()];
            *most = (*most).max(u32::try_from(in_work).unwrap_or(u32::MAX));
        }
        Observation::Changed
    }

    fn item_done(&mut self, event: &OrderEvent, item: usize) -> Observation {
        let Some(open) = self.open_mut(event) else {
            return Observation::Ignored;
        };
        let Some(progress) = open.items.get_mut(item).filter(|p| p.done_at.is_none()) else {
            return Observation::Ignored;
        };
        progress.done_at = Some(event.at);
        let started_at = progress.started_at;
        let made = &open.order.items[item];
        let (dish, station) = (made.dish.clone(), made.station);
        if let Some(took_s) = started_at.and_then(|s| seconds(event.at - s)) {
            self.learn_work(&event.store, &dish, station, took_s.ln());
        }
        Observation::Changed
    }

    fn learn_work(&mut self, store: &StoreRef, dish: &Dish, station: Station, log_s: f64) {
        let pooled = log_s - self.dish_mu(dish, station);
        let i = station.index();
        if let Some(log) = self.stores.get_mut(store) {
            let residual = pooled - log.deviation[i].value();
            self.spread[i].add(residual * residual);
            log.deviation[i].learn(pooled);
        }
        if self.dishes.len() < MAX_DISHES || self.dishes.contains_key(dish) {
            self.dishes.entry(dish.clone()).or_default().add(log_s);
        }
    }

    fn ready(&mut self, event: &OrderEvent) -> Observation {
        let Some(open) = self.open_mut(event) else {
            return Observation::Ignored;
        };
        if open.ready_at.is_some() {
            return Observation::Ignored;
        }
        open.ready_at = Some(event.at);
        open.status = OrderStatus::Ready;
        let packing_s = open.last_done_at().and_then(|done| seconds(event.at - done));
        let prep_ms = (event.at - open.order.placed_at).num_milliseconds();
        if let Some(log_s) = packing_s.map(f64::ln) {
            let residual = log_s - self.packing().mu;
            self.packing_spread.add(residual * residual);
            self.packing.add(log_s);
        }
        if let Some(log) = self.stores.get_mut(&event.store) {
            log.prep_ms.push_back(prep_ms);
            if log.prep_ms.len() > PREP_KEPT {
                log.prep_ms.pop_front();
            }
        }
        Observation::Changed
    }
}

impl LogSums {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
    }
}

fn shrunk(sums: LogSums, prior: f64) -> f64 {
    (sums.sum + DISH_PRIOR * prior) / (sums.count + DISH_PRIOR)
}

fn spread(squares: LogSums) -> f64 {
    let (prior, worth) = SPREAD_PRIOR;
    ((squares.sum + worth * prior * prior) / (squares.count + worth)).sqrt()
}

/// Seconds of a duration that can be learned from: longer than nothing, shorter than six hours.
fn seconds(delta: TimeDelta) -> Option<f64> {
    let s = delta.num_milliseconds() as f64 / 1000.0;
    (s > 0.0 && s < 21_600.0).then_some(s)
}
