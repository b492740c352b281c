//! The program as people use it: real windows on virtual screens, real clicks and typing, a real backend that stops
//! and comes back. Ignored unless asked for (`./dev e2e`).

#![allow(clippy::unwrap_used)]

mod conflicts;
mod fields;
mod hours;
mod imports;
mod insights;
mod million;
mod offline;
mod settings;
mod stores;
mod words;
