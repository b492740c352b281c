//! The real command line against the real backend, over loopback.

// A test that cannot go on says so by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cli;
mod files;
mod folders;
mod hostile;
mod keyring;
mod merging;
mod offline;
mod rebuild;
mod regressions;
mod rules;
mod schema;
