//! What a device does next: every way in which such machines have stood still, spun, or forgotten something.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it finds something wrong")]

mod checking;
mod desk;
mod pulling;
mod pushing;
mod signing;
#[path = "../story/mod.rs"]
mod story;
mod waiting;
