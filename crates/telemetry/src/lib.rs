//! Logs and traces of both programs.
//!
//! An edit carries its `trace_id` from the keystroke to the server's row. Every stage of its way is noted
//! by [`edit`]: as a log line (target `edit`, level debug) and, where a collector is named, as an
//! OpenTelemetry span of the trace with the very same id, sent by OTLP over HTTP.

mod edit;
mod start;

pub use edit::{Stage, edit, traceparent};
pub use start::{Guard, Log, Options, StartError, start};
