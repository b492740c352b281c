//! The nouns of orders and kitchens.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An order's identity, unique over all stores and days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub String);

/// The merchant whose kitchen it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoreRef(pub String);

/// The name of a dish, as the menu has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dish(pub String);

/// Where in the kitchen an item is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Station {
    /// Stir-fried dishes.
    Wok,
    /// Dumplings, buns, rice.
    Steamer,
    /// Skewers and roasts.
    Grill,
    /// Cold dishes.
    Cold,
    /// Drinks.
    Drinks,
}

impl Station {
    /// All stations, in a fixed order.
    pub const ALL: [Self; 5] = [Self::Wok, Self::Steamer, Self::Grill, Self::Cold, Self::Drinks];

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// One portion of a dish in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// What it is.
    pub dish: Dish,
    /// Where it is made.
    pub station: Station,
}

/// An order as the till reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its identity.
    pub id: OrderId,
    /// The number called out at the counter; unique per store and day.
    pub number: String,
    /// Whose kitchen.
    pub store: StoreRef,
    /// When the customer ordered.
    pub placed_at: DateTime<Utc>,
    /// What was ordered, at least one item.
    pub items: Vec<OrderItem>,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Placed, no item started.
    Placed,
    /// At least one item started.
    Preparing,
    /// Packed; waiting for the courier.
    Ready,
    /// Final: handed to the courier.
    PickedUp,
    /// Final: cancelled.
    Cancelled,
}

impl OrderStatus {
    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::PickedUp | Self::Cancelled)
    }
}

/// Why an order was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The customer changed their mind.
    Customer,
    /// An ingredient ran out.
    SoldOut,
}

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEvent {
    /// Which order.
    pub order: OrderId,
    /// Whose kitchen.
    pub store: StoreRef,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    #[serde(flatten)]
    pub kind: OrderEventKind,
}

/// What happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OrderEventKind {
    /// It was placed; the event carries the whole order.
    Placed {
        /// The number called out at the counter.
        number: String,
        /// What was ordered.
        items: Vec<OrderItem>,
    },
    /// A cook started an item.
    ItemStarted {
        /// Index into the order's items.
        item: u16,
    },
    /// An item is done.
    ItemDone {
        /// Index into the order's items.
        item: u16,
    },
    /// All items are done and packed.
    Ready,
    /// The courier is in the store.
    CourierArrived,
    /// The courier has the order. Final.
    PickedUp,
    /// The order was cancelled. Final.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
}

/// When an order will be ready, as known at `made_at`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Which order.
    pub order: OrderId,
    /// Whose kitchen.
    pub store: StoreRef,
    /// When the prediction was made.
    pub made_at: DateTime<Utc>,
    /// Ready by then with probability 0.1.
    pub p10_at: DateTime<Utc>,
    /// Ready by then with probability 0.5.
    pub p50_at: DateTime<Utc>,
    /// Ready by then with probability 0.9.
    pub p90_at: DateTime<Utc>,
    /// Probability of being ready within 15 minutes of `made_at`, 0 to 1.
    pub confidence: f64,
    /// What the store's median preparation time alone would say: the baseline.
    pub naive_at: DateTime<Utc>,
}
