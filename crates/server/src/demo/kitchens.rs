//! The demo's kitchens: the simulation is advanced, observed and forecast in turns. What it reports is stored
//! as if tills and kitchen screens had sent it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::api::OrderEvent as Report;
use domain::orders::OrderState;
use domain::{MerchantId, OrderId, Problem};

use crate::clock;
use crate::db::orders::{ForecastRow, KitchenReport, OrderRow, PredictionRow};
use crate::preptime::{
    CancelReason, Kitchen, KitchenConfig, KitchenError, OrderEvent, OrderEventKind, Prediction, Predictor,
    StoreKitchen, StoreRef,
};

/// Between two rounds of forecasts.
pub const ROUND: TimeDelta = TimeDelta::seconds(15);
/// Before the first round the kitchens are watched for so long, so that forecasts know the usual durations.
const WARM_UP: TimeDelta = TimeDelta::hours(24);
/// When the demo's stores have their day, as offsets of their clocks from UTC: most in China's daytime, some
/// early, some for night owls, so that there is something to see at every hour.
const SHIFTS_S: [i32; 3] = [8 * 3600, 13 * 3600, -2 * 3600];
/// Orders of a quiet and of a busy store on an average day.
const ORDERS_PER_DAY: (f64, f64) = (40.0, 120.0);

/// Why there are no kitchens.
#[derive(Debug, thiserror::Error)]
pub enum KitchensError {
    /// The simulation refuses its configuration.
    #[error(transparent)]
    Kitchen(#[from] KitchenError),
}

/// Kitchens that run.
pub struct Kitchens {
    /// One simulation for each shift; all have come to the same time.
    shifts: Vec<Kitchen>,
    cursor: DateTime<Utc>,
    predictor: Predictor,
    /// Orders that are not over, by their id.
    open: BTreeMap<String, OrderRow>,
    /// Those of them that have had their first forecast.
    forecast: BTreeSet<String>,
}

impl Kitchens {
    /// Kitchens of some stores, whose first round is after `from`.
    ///
    /// # Errors
    /// If a store is named twice or there are too many.
    pub fn new(seed: u64, stores: &[MerchantId], from: DateTime<Utc>) -> Result<Self, KitchensError> {
        let (quiet, busy) = ORDERS_PER_DAY;
        let count = stores.len().max(2) as f64 - 1.0;
        let mut by_shift: [Vec<StoreKitchen>; SHIFTS_S.len()] = Default::default();
        for (n, id) in stores.iter().enumerate() {
            by_shift[n % SHIFTS_S.len()].push(StoreKitchen {
                store: StoreRef(id.as_str().to_owned()),
                orders_per_day: quiet + (busy - quiet) * n as f64 / count,
            });
        }
        let begin = from - WARM_UP;
        let shifts = by_shift
            .into_iter()
            .zip(SHIFTS_S)
            .map(|(stores, utc_offset_s)| Kitchen::new(KitchenConfig { seed, utc_offset_s, stores }, begin))
            .collect::<Result<Vec<_>, _>>()?;
        let mut kitchens = Self {
            shifts,
            cursor: begin,
            predictor: Predictor::new(seed),
            open: BTreeMap::new(),
            forecast: BTreeSet::new(),
        };
        let mut ignored = BTreeMap::new();
        for event in kitchens.advance(from) {
            kitchens.observe(&event, &mut ignored);
        }
        // Their first forecast was due before.
        kitchens.forecast = kitchens.open.keys().cloned().collect();
        Ok(kitchens)
    }

    /// Rounds up to `to`, and what they reported. The board is that of the last round.
    pub fn run(&mut self, to: DateTime<Utc>) -> KitchenReport {
        let mut changed = BTreeMap::new();
        let mut report = KitchenReport::default();
        let mut now = self.cursor;
        while now < to {
            now = (now + ROUND).min(to);
            let mut placed = BTreeSet::new();
            for event in self.advance(now) {
                if matches!(event.kind, OrderEventKind::Placed { .. }) {
                    placed.insert(event.store.clone());
                }
                self.observe(&event, &mut changed);
            }
            for store in placed {
                let forecasts = self.predictor.predict_store(&store, now);
                report.forecasts.extend(forecasts.iter().filter_map(|made| self.first_forecast(made)));
            }
        }
        report.board = Some(self.predictor.predict(to).iter().filter_map(|made| row(made).ok()).collect());
        report.orders = changed.into_values().collect();
        report.cursor_ms = clock::millis(to);
        report
    }

    /// What happened in all kitchens until then, in order of time.
    fn advance(&mut self, to: DateTime<Utc>) -> Vec<OrderEvent> {
        self.cursor = to;
        let mut events: Vec<OrderEvent> = self.shifts.iter_mut().flat_map(|kitchen| kitchen.advance(to)).collect();
        events.sort_by_key(|event| event.at);
        events
    }

    /// Somebody reported about an order: the kitchens' next reports build on it.
    pub fn hear(&mut self, order: &OrderId, report: &Report, at: DateTime<Utc>) {
        let Some(row) = self.open.get(order.as_str()) else { return };
        let kind = match report {
            Report::Ready => OrderEventKind::Ready,
            Report::CourierArrived => OrderEventKind::CourierArrived,
            Report::PickedUp => OrderEventKind::PickedUp,
            Report::Cancelled => OrderEventKind::Cancelled { reason: CancelReason::Customer },
        };
        let event = OrderEvent {
            order: crate::preptime::OrderId(order.as_str().to_owned()),
            store: StoreRef(row.merchant_id.as_str().to_owned()),
            at,
            kind,
        };
        // The database has it already, by whoever reported it.
        self.observe(&event, &mut BTreeMap::new());
    }

    fn first_forecast(&mut self, made: &Prediction) -> Option<ForecastRow> {
        let id = &made.order.0;
        if !self.open.contains_key(id) || !self.forecast.insert(id.clone()) {
            return None;
        }
        Some(ForecastRow { prediction: row(made).ok()?, naive_at_ms: clock::millis(made.naive_at) })
    }

    fn observe(&mut self, event: &OrderEvent, changed: &mut BTreeMap<String, OrderRow>) {
        self.predictor.observe(event);
        let id = &event.order.0;
        if let OrderEventKind::Placed { items, .. } = &event.kind
            && let Ok(order) = placed(event, items.len())
        {
            self.open.insert(id.clone(), order);
        }
        let Some(order) = self.open.get_mut(id) else { return };
        fold(order, event);
        changed.insert(id.clone(), order.clone());
        if order.state.is_final() {
            self.open.remove(id);
            self.forecast.remove(id);
        }
    }
}

fn placed(event: &OrderEvent, items: usize) -> Result<OrderRow, Problem> {
    Ok(OrderRow {
        order_id: OrderId::new(event.order.0.as_str())?,
        merchant_id: MerchantId::new(event.store.0.as_str())?,
        state: OrderState::Placed,
        items: u32::try_from(items).unwrap_or(u32::MAX),
        items_done: 0,
        placed_at_ms: clock::millis(event.at),
        ready_at_ms: None,
        courier_arrived_at_ms: None,
        picked_up_at_ms: None,
    })
}

fn fold(order: &mut OrderRow, event: &OrderEvent) {
    let at_ms = clock::millis(event.at);
    match event.kind {
        OrderEventKind::Placed { .. } => {}
        OrderEventKind::ItemStarted { .. } if order.state == OrderState::Placed => order.state = OrderState::Preparing,
        OrderEventKind::ItemStarted { .. } => {}
        OrderEventKind::ItemDone { .. } => order.items_done = (order.items_done + 1).min(order.items),
        OrderEventKind::Ready => {
            order.state = OrderState::Ready;
            order.items_done = order.items;
            order.ready_at_ms.get_or_insert(at_ms);
        }
        OrderEventKind::CourierArrived => {
            order.courier_arrived_at_ms.get_or_insert(at_ms);
        }
        OrderEventKind::PickedUp => {
            order.state = OrderState::PickedUp;
            order.picked_up_at_ms.get_or_insert(at_ms);
        }
        OrderEventKind::Cancelled { .. } => order.state = OrderState::Cancelled,
    }
}

fn row(made: &Prediction) -> Result<PredictionRow, Problem> {
    Ok(PredictionRow {
        order_id: OrderId::new(made.order.0.as_str())?,
        made_at_ms: clock::millis(made.made_at),
        p10_at_ms: clock::millis(made.p10_at),
        p50_at_ms: clock::millis(made.p50_at),
        p90_at_ms: clock::millis(made.p90_at),
        confidence: made.confidence,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reports_do_not_depend_on_how_time_is_sliced() {
        let stores: Vec<MerchantId> = ["BJ-0001", "BJ-0002"].iter().map(|id| id.parse().unwrap()).collect();
        let from = clock::date(1_795_140_000_000);
        let to = from + TimeDelta::hours(6);
        let mut whole = Kitchens::new(7, &stores, from).unwrap();
        let all = whole.run(to);
        assert!(!all.orders.is_empty() && !all.forecasts.is_empty());
        let mut parts = Kitchens::new(7, &stores, from).unwrap();
        let mut orders = BTreeMap::new();
        let mut forecasts = Vec::new();
        for n in 1..=6 {
            let part = parts.run(from + TimeDelta::hours(n));
            orders.extend(part.orders.into_iter().map(|order| (order.order_id.clone(), order)));
            forecasts.extend(part.forecasts);
        }
        assert_eq!(orders.into_values().collect::<Vec<_>>(), all.orders);
        assert_eq!(forecasts, all.forecasts);
    }
}
