//! Insights: orders that are about to be ready, and how syncing goes.

mod answer;
mod board;
mod chart;
mod figures;
mod kitchen;
pub mod model;
mod sync;
mod view;

pub use view::InsightsPage;
