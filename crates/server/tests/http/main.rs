//! The backend through its HTTP face: a real server on a free port, a real SQLite file.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod changes;
mod cli;
mod crash;
mod demo;
mod digest;
mod edits;
mod events;
mod hygiene;
mod lineage;
mod merchants;
mod metrics;
mod neighbours;
mod openapi;
mod orders;
mod refresh;
mod reviews;
mod rules;
mod schema;
mod sign_in;
mod speed;
mod vectors;
mod world;
