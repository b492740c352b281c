//! The seeded kitchens of the demo backend.
//!
//! A day of a store is a pure function of `(seed, store, local date)`, run from midnight until its
//! last order is over. [`Kitchen::advance`] hands out what lies between its cursor and the
//! given time. So the events do not depend on how time is sliced, and a restart needs no more than
//! [`KitchenState`]: at most [`DAYS_BACK`] days are run again.
//!
//! Hidden truth: cooks per station, the speed of the store and of the day, cooks who are away,
//! ingredients that have to be fetched. None of it is in the events.

use std::collections::VecDeque;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::menu::{MENU, MenuDish};
use super::queue::{Absence, DayPlan, Happened, PlannedItem, PlannedOrder, run_day};
use super::seed::{log_normal, stream};
use super::types::{CancelReason, Dish, OrderEvent, OrderEventKind, OrderId, OrderItem, Station, StoreRef};

/// Most stores in one kitchen simulation.
pub const MAX_STORES: usize = 2_000;
/// Most orders of one store and day.
pub const MAX_ORDERS_PER_DAY: usize = 2_000;
/// How far one `advance` goes at most; call again for more.
pub const MAX_ADVANCE: TimeDelta = TimeDelta::days(31);
/// A day's last order is over before this many further days have passed.
pub const DAYS_BACK: u64 = 1;

/// Share of an average day's orders by local hour: a lunch and a dinner peak.
const HOURLY: [f64; 24] = [
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 2.0, 2.5, 2.0, 5.0, 13.0, 14.5, 7.0, 3.5, 3.0, 4.5, 11.0, 13.5, 9.0, 5.0, 3.0,
    1.0, 0.0,
];
/// Monday to Sunday.
const WEEKDAY: [f64; 7] = [0.92, 0.94, 0.97, 1.0, 1.12, 1.15, 1.05];
/// Spread of the log of the time in work.
const WORK_SIGMA: f64 = 0.35;
/// Share of the cooks' time that an average day's busiest hour takes.
const PEAK_LOAD: f64 = 0.8;
const HOUR_MS: i64 = 3_600_000;

/// A store that takes part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoreKitchen {
    /// Its reference.
    pub store: StoreRef,
    /// Orders on an average day.
    pub orders_per_day: f64,
}

/// What the simulation is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KitchenConfig {
    /// The seed; the same seed gives the same events.
    pub seed: u64,
    /// The stores' zone, seconds east of UTC.
    pub utc_offset_s: i32,
    /// The stores, each once.
    pub stores: Vec<StoreKitchen>,
}

/// All that must be kept to go on after a restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KitchenState {
    /// What the simulation is of.
    pub config: KitchenConfig,
    /// Events up to and including this time have been handed out.
    pub cursor: DateTime<Utc>,
}

/// Why there is no simulation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KitchenError {
    /// Too many stores.
    #[error("{0} stores are too many for the demo kitchens; name at most {MAX_STORES}")]
    TooManyStores(usize),
    /// A store is named twice.
    #[error("store {} is named twice; nothing was simulated, name it once", .0.0)]
    DuplicateStore(StoreRef),
    /// The zone does not exist.
    #[error("{0} s is no offset from UTC; give at most a day")]
    Offset(i32),
}

impl KitchenError {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooManyStores(_) => "kitchen_too_many_stores",
            Self::DuplicateStore(_) => "kitchen_duplicate_store",
            Self::Offset(_) => "kitchen_offset",
        }
    }
}

/// The running simulation.
#[derive(Debug, Clone)]
pub struct Kitchen {
    state: KitchenState,
    offset: FixedOffset,
    /// Events after the cursor of the days that were run, in order.
    pending: VecDeque<OrderEvent>,
    /// The first local day that was not run yet.
    next_day: NaiveDate,
}

impl Kitchen {
    /// Kitchens whose first event is after `from`. Orders placed before `from` appear with the
    /// rest of their events only, so start at a quiet hour (local midnight) or some hours early.
    ///
    /// # Errors
    /// [`KitchenError`] when the configuration makes no sense.
    pub fn new(config: KitchenConfig, from: DateTime<Utc>) -> Result<Self, KitchenError> {
        Self::restore(KitchenState { config, cursor: from })
    }

    /// Goes on where `state` was taken.
    ///
    /// # Errors
    /// [`KitchenError`] when the configuration makes no sense.
    pub fn restore(state: KitchenState) -> Result<Self, KitchenError> {
        let config = &state.config;
        if config.stores.len() > MAX_STORES {
            return Err(KitchenError::TooManyStores(config.stores.len()));
        }
        let mut seen = std::collections::BTreeSet::new();
        if let Some(twice) = config.stores.iter().find(|s| !seen.insert(&s.store)) {
            return Err(KitchenError::DuplicateStore(twice.store.clone()));
        }
        let offset = FixedOffset::east_opt(config.utc_offset_s).ok_or(KitchenError::Offset(config.utc_offset_s))?;
        let today = state.cursor.with_timezone(&offset).date_naive();
        let next_day = today.checked_sub_days(Days::new(DAYS_BACK)).unwrap_or(today);
        Ok(Self { state, offset, pending: VecDeque::new(), next_day })
    }

    /// What to keep for a restart.
    #[must_use]
    pub const fn state(&self) -> &KitchenState {
        &self.state
    }

    /// All events after the last call up to and including `to`, in the order of time; none when
    /// `to` is in the past. At most [`MAX_ADVANCE`] at once: [`Kitchen::state`] tells how far it
    /// came.
    pub fn advance(&mut self, to: DateTime<Utc>) -> Vec<OrderEvent> {
        let to = to.min(self.state.cursor + MAX_ADVANCE);
        if to <= self.state.cursor {
            return Vec::new();
        }
        let last_day = to.with_timezone(&self.offset).date_naive();
        if self.next_day <= last_day {
            let mut events: Vec<OrderEvent> = self.pending.drain(..).collect();
            while self.next_day <= last_day {
                for store in &self.state.config.stores {
                    let day = day_events(self.state.config.seed, store, self.next_day, self.offset);
                    events.extend(day.into_iter().filter(|e| e.at > self.state.cursor));
                }
                let Some(next) = self.next_day.succ_opt() else {
                    break;
                };
                self.next_day = next;
            }
            // Stable: events of one store at one instant keep their order.
            events.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.store.cmp(&b.store)));
            self.pending = events.into();
        }
        let due = self.pending.partition_point(|e| e.at <= to);
        self.state.cursor = to;
        self.pending.drain(..due).collect()
    }
}

/// All events of the orders that a store takes on a local day.
fn day_events(seed: u64, store: &StoreKitchen, day: NaiveDate, offset: FixedOffset) -> Vec<OrderEvent> {
    let plan = plan_day(seed, store, day);
    let midnight = day.and_time(NaiveTime::MIN).and_utc() - TimeDelta::seconds(i64::from(offset.local_minus_utc()));
    run_day(&plan)
        .into_iter()
        .map(|(ms, index, happened)| OrderEvent {
            order: OrderId(format!("{}-{}-{:04}", store.store.0, day.format("%y%m%d"), index + 1)),
            store: store.store.clone(),
            at: midnight + TimeDelta::milliseconds(ms),
            kind: event_kind(happened, index, &plan.orders[index]),
        })
        .collect()
}

fn event_kind(happened: Happened, index: usize, order: &PlannedOrder) -> OrderEventKind {
    let item = |i: usize| u16::try_from(i).unwrap_or(u16::MAX);
    match happened {
        Happened::Placed => OrderEventKind::Placed {
            number: format!("A-{:04}", index + 1),
            items: order
                .items
                .iter()
                .map(|i| OrderItem { dish: Dish(MENU[i.dish].name.to_owned()), station: i.station })
                .collect(),
        },
        Happened::Started(i) => OrderEventKind::ItemStarted { item: item(i) },
        Happened::Done(i) => OrderEventKind::ItemDone { item: item(i) },
        Happened::Ready => OrderEventKind::Ready,
        Happened::Courier => OrderEventKind::CourierArrived,
        Happened::PickedUp => OrderEventKind::PickedUp,
        Happened::Cancelled(reason) => OrderEventKind::Cancelled { reason },
    }
}

/// What a store is like on all days.
struct Nature {
    speed: f64,
    cooks: [u32; 5],
    courier_median_ms: f64,
}

fn nature(seed: u64, store: &StoreKitchen) -> Nature {
    let mut rng = stream(seed, &[b"store", store.store.0.as_bytes()]);
    let speed = log_normal(&mut rng, 1.0, 0.15);
    let all: f64 = MENU.iter().map(|d| d.weight).sum();
    let peak_share = HOURLY.iter().copied().fold(0.0, f64::max) / HOURLY.iter().sum::<f64>();
    let items_per_s = store.orders_per_day.max(0.0) * 1.15 * peak_share * 2.3 / 3600.0;
    let cooks = std::array::from_fn(|i| {
        let work_s: f64 =
            MENU.iter().filter(|d| d.station.index() == i).map(|d| d.weight / all * d.median_s * 1.07 * speed).sum();
        let wanted = items_per_s * work_s / PEAK_LOAD;
        (1..=60u32).find(|n| f64::from(*n) >= wanted).unwrap_or(60)
    });
    Nature { speed, cooks, courier_median_ms: 1000.0 * 60.0 * (5.5 + 3.0 * rng.random::<f64>()) }
}

fn plan_day(seed: u64, store: &StoreKitchen, day: NaiveDate) -> DayPlan {
    let nature = nature(seed, store);
    let date = day.num_days_from_ce().to_le_bytes();
    let mut rng = stream(seed, &[b"day", store.store.0.as_bytes(), &date]);
    let pace = nature.speed * log_normal(&mut rng, 1.0, 0.08);
    let weekday = WEEKDAY[day.weekday().num_days_from_monday() as usize];
    let rate = store.orders_per_day.clamp(0.0, MAX_ORDERS_PER_DAY as f64) * weekday / HOURLY.iter().sum::<f64>();
    let mut orders = Vec::new();
    for (hour, share) in (0i64..).zip(HOURLY) {
        let per_ms = rate * share / HOUR_MS as f64;
        let mut at = hour * HOUR_MS;
        while per_ms > 0.0 && orders.len() < MAX_ORDERS_PER_DAY {
            at += whole_ms(super::seed::exponential(&mut rng, 1.0 / per_ms)).max(1);
            if at >= (hour + 1) * HOUR_MS {
                break;
            }
            orders.push(plan_order(&mut rng, at, pace, nature.courier_median_ms));
        }
    }
    let mut absences = Vec::new();
    for station in Station::ALL {
        for _ in 0..2 {
            if rng.random_bool(0.25) {
                let from_ms = 11 * HOUR_MS + rng.random_range(0..9 * HOUR_MS);
                let to_ms = from_ms + whole_ms(log_normal(&mut rng, 480_000.0, 0.4));
                absences.push(Absence { station, from_ms, to_ms });
            }
        }
    }
    DayPlan { orders, cooks: nature.cooks, absences }
}

fn plan_order(rng: &mut ChaCha8Rng, at: i64, pace: f64, courier_median_ms: f64) -> PlannedOrder {
    let count = match rng.random_range(0..100) {
        0..25 => 1,
        25..60 => 2,
        60..85 => 3,
        85..96 => 4,
        _ => 5,
    };
    let items = (0..count)
        .map(|_| {
            let (dish, chosen) = choose(rng);
            let fetched = rng.random_bool(0.012);
            let hold_ms = if fetched { whole_ms(log_normal(rng, 300_000.0, 0.5)) } else { 0 };
            PlannedItem {
                dish,
                station: chosen.station,
                work_ms: whole_ms(1000.0 * log_normal(rng, chosen.median_s * pace, WORK_SIGMA)),
                available_ms: at + hold_ms,
            }
        })
        .collect();
    let cancel = rng.random_bool(0.03).then(|| {
        let reason = if rng.random_bool(0.8) { CancelReason::Customer } else { CancelReason::SoldOut };
        (at + rng.random_range(30_000..900_000), reason)
    });
    PlannedOrder {
        placed_ms: at,
        items,
        packing_ms: whole_ms(log_normal(rng, 40_000.0, 0.35)),
        courier_ms: at + whole_ms(log_normal(rng, courier_median_ms, 0.35)).max(180_000),
        handover_ms: rng.random_range(15_000..70_000),
        cancel,
    }
}

fn choose(rng: &mut ChaCha8Rng) -> (usize, MenuDish) {
    let all: f64 = MENU.iter().map(|d| d.weight).sum();
    let mut left = rng.random::<f64>() * all;
    for (i, dish) in MENU.iter().enumerate() {
        left -= dish.weight;
        if left < 0.0 {
            return (i, *dish);
        }
    }
    (0, MENU[0])
}

/// Milliseconds, at most six hours: no single delay is longer.
#[expect(clippy::cast_possible_truncation, reason = "clamped first")]
fn whole_ms(ms: f64) -> i64 {
    ms.clamp(0.0, 6.0 * HOUR_MS as f64) as i64
}
