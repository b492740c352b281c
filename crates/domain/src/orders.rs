//! Orders of customers and the forecast of when each is ready.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{MerchantId, OrderId};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Accepted, nothing begun.
    Placed,
    /// At least one dish is being made.
    Preparing,
    /// All dishes done.
    Ready,
    /// The courier has it.
    PickedUp,
    /// Cancelled.
    Cancelled,
}

impl OrderState {
    /// Nothing will happen to it any more.
    pub fn is_final(self) -> bool {
        matches!(self, OrderState::PickedUp | OrderState::Cancelled)
    }
}

/// An order as the backend knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderView {
    /// Which order.
    pub order_id: OrderId,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Its name.
    pub merchant_name: String,
    /// Where it stands.
    pub state: OrderState,
    /// Number of dishes.
    pub items: u32,
    /// Of these, done.
    pub items_done: u32,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When it was ready.
    pub ready_at: Option<DateTime<Utc>>,
    /// When the courier arrived.
    pub courier_arrived_at: Option<DateTime<Utc>>,
    /// When the courier left with it.
    pub picked_up_at: Option<DateTime<Utc>>,
    /// When the rider was told that it will be ready.
    pub notified_at: Option<DateTime<Utc>>,
}

/// A forecast: the order will be ready within the window with this confidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertView {
    /// The order.
    pub order: OrderView,
    /// One in ten is ready before.
    pub p10_at: DateTime<Utc>,
    /// One in two is ready before.
    pub p50_at: DateTime<Utc>,
    /// Nine in ten are ready before.
    pub p90_at: DateTime<Utc>,
    /// Probability of being ready within the window, 0 to 1.
    pub confidence: f64,
}

/// The board: what is about to be ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertBoard {
    /// When the forecasts were made.
    pub at: DateTime<Utc>,
    /// Length of the window, in minutes.
    pub window_min: u32,
    /// The least confidence that is shown, 0 to 1.
    pub confidence_min: f64,
    /// Soonest first.
    pub alerts: Vec<AlertView>,
    /// Open orders in all.
    pub open_orders: u32,
}
