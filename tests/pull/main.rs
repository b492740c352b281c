//! Pull through the real parts: the device's library against the real backend over loopback, SQLite on both sides.

// A test that cannot go on says so by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod checking;
mod failover;
mod horizon;
mod landing;
mod restored;
mod unknown;
mod world;
