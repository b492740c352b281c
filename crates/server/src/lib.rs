//! The backend of Merchant Console.
//!
//! - [`http`]: one file for each resource; bodies and paths are those of [`domain::api`].
//! - [`exchange`]: what devices ask for, without HTTP.
//! - [`ingest`]: from a batch of edits to rows and answers; the decisions are [`sync_engine::authority`]'s.
//! - [`in_force`]: the rules and the schema in force, as this server knows them; another may change them.
//! - [`rulebook`]: the rules in force, and what a change of them means for what is stored.
//! - [`declared`]: the schema in force, and what a change of the declared fields means for what is stored.
//! - [`db`]: what is kept, behind traits; SQLite.
//! - `lineage`: notices data restored from an older backup.
//! - `serving`: connections, their bound and their time limits; [`places`]: who may listen to wake-ups; [`room`] and [`sending`]:
//!   memory for bodies and answers.
//! - [`auth`]: passwords, secrets, tokens. [`feed`]: wake-ups. [`preptime`]: kitchens and forecasts.
//! - [`jobs`]: what runs by itself. [`demo`]: generated merchants, users and kitchens.

pub mod accounts;
pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod counters;
pub mod db;
pub mod declared;
pub mod demo;
pub mod exchange;
pub mod feed;
pub mod http;
pub mod in_force;
pub mod ingest;
pub mod jobs;
mod lineage;
mod patient;
pub mod places;
pub mod preptime;
pub mod room;
pub mod rulebook;
pub mod sending;
mod service;
mod serving;

pub use service::{Config, DemoConfig, Running, StartError, TOMBSTONE_DAYS, start};
