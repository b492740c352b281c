//! The outbox: every change that the server has not taken yet, by who acts next.

mod all;
mod banners;
mod edit;
mod list;
pub mod model;
mod panel;
pub mod resend;
mod tiles;
mod view;

pub use view::OutboxPage;
