//! What the tests share.

pub mod api;
pub mod desk;
pub mod display;
pub mod evidence;
pub mod proxy;
pub mod saver;
pub mod seat;
pub mod unsynced;
pub mod webdriver;
pub mod world;
