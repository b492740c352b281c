//! Orders in kitchens: a seeded simulation for the demo backend, and the prediction of when an
//! order will be ready. Pure: time comes in as an argument, randomness from a seed.
//!
//! # The parts
//! * [`kitchen`] makes what a till, a kitchen screen and a courier application would report. It is
//!   the demo's stand-in for the real world and the only part that knows the hidden truth (number
//!   of cooks, true durations, who is away).
//! * [`observed`] folds those reports into what a backend can know: open orders, item progress,
//!   queues, past durations.
//! * [`predict`] turns that knowledge into a distribution of each open order's ready time.
//! * [`metrics`] scores kept predictions against outcomes.
//!
//! # Definitions
//! * **Ready**: all items are done and the bag is packed.
//! * **Avoidable wait**: the time a courier stands in the store because the order is not ready:
//!   `max(0, ready_at − courier_arrived_at)`. Time that the courier is late counts as 0, the hand
//!   over after both are there does not count.
//! * **Confidence**: the probability that the order is ready within the next 15 minutes
//!   ([`predict::HORIZON`]).
//! * **Alert**: confidence of at least 0.85 ([`predict::AlertRule`]): the rider can be called.
//!
//! # The method of prediction
//! Log-durations are taken as normal (service times are positive and skewed to the right). An
//! item's median is its dish's mean log-duration, pooled over all stores and shrunk to the
//! station's prior, plus the store's own deviation at that station, shrunk to 0 and forgetting, so
//! that a slow evening counts. Spread is the pooled residual variance of the station. Cooks per
//! station are the largest number of items ever seen in work at once. Then, per store, seeded
//! Monte Carlo draws run the observed queue forward, first come first served: items in work are
//! drawn from their distribution given the time they took already; a cook who should be working
//! and is not returns after an exponential time, and so does an item that others have overtaken.
//! Later orders cannot delay earlier ones under that rule, so future arrivals are left out.
//! The quantiles are those of the draws; the confidence is `(k + 1) / (n + 2)` for `k` of `n` draws
//! in time (Laplace's rule), so that it is never exactly 0 or 1.
//!
//! # Scores
//! One prediction per order counts, the first one ([`metrics::Ledger`]): later ones are easier and
//! would flatter. The baseline is the store's median preparation time so far, added to the
//! time of placing. Shares come with Wilson's score interval at 95 %.

pub mod kitchen;
pub mod menu;
pub mod metrics;
mod normal;
pub mod observed;
pub mod predict;
mod queue;
mod seed;
pub mod types;

pub use kitchen::{Kitchen, KitchenConfig, KitchenError, KitchenState, StoreKitchen};
pub use metrics::{
    Calibration, CalibrationBin, Ledger, Outcome, ScoredPrediction, WaitHistogram, avoidable_wait, calibration,
    wait_histogram,
};
pub use observed::{Observed, ObservedOrder};
pub use predict::{AlertRule, HORIZON, Predictor};
pub use types::{
    CancelReason, Dish, Order, OrderEvent, OrderEventKind, OrderId, OrderItem, OrderStatus, Prediction, Station,
    StoreRef,
};

#[cfg(test)]
mod tests;
