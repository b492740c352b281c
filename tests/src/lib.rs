//! What the tests share.

pub mod api;
pub mod display;
pub mod seat;
pub mod webdriver;
pub mod world;
