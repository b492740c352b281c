//! Faults on real processes: partitions, pauses, kills and power cuts.

// A test that cannot go on says so by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod partition;
mod power;
