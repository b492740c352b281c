//! The stages of an edit's way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use domain::Edit;
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags, TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue, global};

/// Where an edit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Durable on its device.
    Saved,
    /// Sent by its device; ends with the server's answer or its absence.
    Sent,
    /// Decided and stored by the server, in one transaction.
    Stored,
}

impl Stage {
    /// The span's name and the log's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Sent => "sent",
            Self::Stored => "stored",
        }
    }
    fn kind(self) -> SpanKind {
        match self {
            Self::Sent => SpanKind::Client,
            Self::Stored => SpanKind::Server,
            Self::Saved => SpanKind::Internal,
        }
    }
}

static EXPORTS: AtomicBool = AtomicBool::new(false);

/// From now on stages become spans too.
pub(crate) fn export() {
    EXPORTS.store(true, Ordering::Relaxed);
}

/// Notes a stage that began then and ends now. `outcome` is its result in one stable word.
pub fn edit(stage: Stage, edit: &Edit, begun: SystemTime, outcome: &str) {
    tracing::debug!(
        target: "edit",
        trace_id = %edit.trace_id.0.simple(),
        edit_id = %edit.edit_id,
        merchant_id = edit.merchant_id.as_str(),
        outcome,
        "{}",
        stage.as_str()
    );
    if EXPORTS.load(Ordering::Relaxed) {
        span(stage, edit, begun, outcome);
    }
}

/// The header `traceparent` of W3C Trace Context, level 1, for a request about an edit.
pub fn traceparent(edit: &Edit) -> String {
    format!("00-{}-{:016x}-01", edit.trace_id.0.simple(), parent_id(edit))
}

/// The spans of an edit have one parent, which both sides can name without asking each other.
fn parent_id(edit: &Edit) -> u64 {
    let (high, low) = edit.edit_id.0.as_u64_pair();
    (high ^ low).max(1)
}

fn span(stage: Stage, edit: &Edit, begun: SystemTime, outcome: &str) {
    let parent = SpanContext::new(
        opentelemetry::TraceId::from_bytes(*edit.trace_id.0.as_bytes()),
        SpanId::from(parent_id(edit)),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    let builder =
        SpanBuilder::from_name(stage.as_str()).with_kind(stage.kind()).with_start_time(begun).with_attributes([
            KeyValue::new("edit.id", edit.edit_id.to_string()),
            KeyValue::new("merchant.id", edit.merchant_id.as_str().to_owned()),
            KeyValue::new("edit.outcome", outcome.to_owned()),
        ]);
    let context = Context::new().with_remote_span_context(parent);
    global::tracer("merchant-console").build_with_context(builder, &context).end();
}
