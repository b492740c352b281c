//! A layer between SQLite and the system that writes a transaction to the write-ahead log in one piece.
//!
//! SQLite writes every page of a transaction by itself, and the 24 bytes ahead of it too: a save of nine pages is eighteen
//! calls of the system, which take longer than the copying. Here they wait for each other, at most until the transaction
//! is complete: then they are written, and only then SQLite flushes the file and tells others of it. What is in the file
//! at any moment that matters is the same as without this layer.
//!
//! Behind small transactions the log's file grows in few steps, because it takes longer to flush what makes it longer.
//!
//! [`install`] puts it there, and what is committed within [`together`] goes in one piece. It also spares commits a search
//! through SQLite's cache (`swaps`).

mod commit;
mod gathered;
mod layer;
mod swaps;

pub use commit::together;
pub use layer::{Refused, install};
