//! Orders, what was reported about them, and the newest forecast of each.

use async_trait::async_trait;
use domain::api::OrderEvent;
use domain::orders::{OrderState, OrderView};
use domain::{ActorId, MerchantId, OrderId, Scope};

use super::DbError;

/// An order to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// Which order.
    pub order_id: OrderId,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Where it stands.
    pub state: OrderState,
    /// Number of dishes.
    pub items: u32,
    /// Of these, done.
    pub items_done: u32,
    /// When it was placed, in milliseconds since 1970.
    pub placed_at_ms: u64,
    /// When it was ready.
    pub ready_at_ms: Option<u64>,
    /// When the courier arrived.
    pub courier_arrived_at_ms: Option<u64>,
    /// When the courier left with it.
    pub picked_up_at_ms: Option<u64>,
}

/// A forecast to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionRow {
    /// Of which order.
    pub order_id: OrderId,
    /// When it was made, in milliseconds since 1970.
    pub made_at_ms: u64,
    /// One in ten is ready before.
    pub p10_at_ms: u64,
    /// One in two.
    pub p50_at_ms: u64,
    /// Nine in ten.
    pub p90_at_ms: u64,
    /// Probability of being ready within the window, 0 to 1.
    pub confidence: f64,
}

/// The first forecast of an order, kept to be held against what came true.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastRow {
    /// The forecast.
    pub prediction: PredictionRow,
    /// What the shop's median preparation time alone would have said, in milliseconds since 1970.
    pub naive_at_ms: u64,
}

/// A forecast and what came true.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredRow {
    /// The forecast.
    pub forecast: ForecastRow,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// When the order was ready, in milliseconds since 1970.
    pub ready_at_ms: u64,
}

/// What kitchens report at one time.
#[derive(Clone, Debug, Default)]
pub struct KitchenReport {
    /// Orders that changed.
    pub orders: Vec<OrderRow>,
    /// First forecasts.
    pub forecasts: Vec<ForecastRow>,
    /// The newest forecasts of all open orders; they replace the ones before.
    pub board: Option<Vec<PredictionRow>>,
    /// How far the kitchens came, in milliseconds since 1970.
    pub cursor_ms: u64,
}

/// The fact that keeps [`KitchenReport::cursor_ms`].
pub const KITCHEN_CURSOR: &str = "kitchen_cursor_ms";

/// Which orders.
#[derive(Clone, Debug)]
pub struct OrdersQuery {
    /// Only those that are not final.
    pub open_only: bool,
    /// Only of this merchant.
    pub merchant: Option<MerchantId>,
    /// Only those placed before, in milliseconds since 1970.
    pub before_ms: Option<u64>,
    /// At most so many.
    pub limit: usize,
}

/// What became of a report about an order.
#[derive(Clone, Debug)]
pub enum Reported {
    /// There is no such order in the scope.
    Unknown,
    /// The order was final already; nothing changed.
    Final(OrderView),
    /// It is so now, or was before.
    Done(OrderView),
}

/// Orders and forecasts.
#[async_trait]
pub trait OrderStore: Send + Sync {
    /// Stores what kitchens report, in one transaction. What people reported is kept; nothing steps back.
    async fn put_kitchen(&self, report: &KitchenReport) -> Result<(), DbError>;
    /// Forecasts with a known outcome, of orders placed since.
    async fn scored(&self, since_ms: u64, scope: &Scope) -> Result<Vec<ScoredRow>, DbError>;
    /// Milliseconds from the courier's arrival until the order was ready, of orders placed since.
    async fn courier_waits_ms(&self, since_ms: u64, scope: &Scope) -> Result<Vec<i64>, DbError>;
    /// Orders, newest first.
    async fn orders(&self, query: &OrdersQuery, scope: &Scope) -> Result<Vec<OrderView>, DbError>;
    /// How many are not final.
    async fn open_orders(&self, scope: &Scope) -> Result<u32, DbError>;
    /// Open orders whose forecast has at least this confidence, soonest first.
    async fn board(
        &self,
        confidence_min: f64,
        limit: usize,
        scope: &Scope,
    ) -> Result<Vec<(OrderView, PredictionRow)>, DbError>;
    /// Somebody reports about an order.
    async fn report(
        &self,
        id: &OrderId,
        event: &OrderEvent,
        actor: &ActorId,
        at_ms: u64,
        scope: &Scope,
    ) -> Result<Reported, DbError>;
    /// Notes that the rider was told. The first time counts.
    async fn notify(&self, id: &OrderId, actor: &ActorId, at_ms: u64, scope: &Scope) -> Result<Reported, DbError>;
    /// What people reported since, oldest first: order, event, when (milliseconds since 1970).
    async fn reports_since(&self, after_place: u64) -> Result<Vec<(u64, OrderId, OrderEvent, u64)>, DbError>;
    /// Forgets final orders placed before, in milliseconds since 1970. Returns how many, at most `limit`.
    async fn forget_orders(&self, before_ms: u64, limit: usize) -> Result<u64, DbError>;
}
