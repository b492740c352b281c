//! What a collector receives, and what the log says, of one edit.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use domain::edit::{Edit, Source};
use domain::hlc::Hlc;
use domain::version::{Dot, VersionVector};
use domain::{DeviceId, EditId, MerchantId, TraceId};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use telemetry::{Log, Options, Stage};
use uuid::Uuid;

type Received = Arc<Mutex<Vec<ExportTraceServiceRequest>>>;

async fn take(State(received): State<Received>, body: Bytes) {
    received.lock().unwrap().push(ExportTraceServiceRequest::decode(body).unwrap());
}

fn edit() -> Edit {
    Edit {
        edit_id: EditId(Uuid::from_u128(7)),
        merchant_id: MerchantId::new("BJ-0001").unwrap(),
        dot: Dot { device: DeviceId(1), counter: 1 },
        base: VersionVector::default(),
        hlc: Hlc::default(),
        actor: None,
        source: Source::Manual,
        writes: Vec::new(),
        settles: None,
        trace_id: TraceId(Uuid::from_u128(0x0123_4567_89ab_cdef)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edits_stages_are_spans_of_its_own_trace_and_lines_of_the_log() {
    let received = Received::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let collector = format!("http://{}/", listener.local_addr().unwrap());
    let service = Router::new().route("/v1/traces", post(take)).with_state(received.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let folder = tempfile::tempdir().unwrap();

    let options = Options {
        service: "merchant-console",
        version: "1",
        filter: "edit=debug",
        log: Log::Folder(folder.path().to_owned()),
        collector: Some(collector),
    };
    let noted = tokio::task::spawn_blocking(|| {
        let guard = telemetry::start(options).unwrap();
        telemetry::edit(Stage::Saved, &edit(), SystemTime::now(), "queued");
        telemetry::edit(Stage::Stored, &edit(), SystemTime::now(), "applied");
        drop(guard);
    });
    noted.await.unwrap();

    let requests = received.lock().unwrap();
    let spans: Vec<_> =
        requests.iter().flat_map(|r| &r.resource_spans).flat_map(|r| &r.scope_spans).flat_map(|s| &s.spans).collect();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["saved", "stored"]);
    assert!(spans.iter().all(|span| span.trace_id == edit().trace_id.0.as_bytes()), "the edit's own trace");
    assert!(spans.iter().all(|span| span.parent_span_id == spans[0].parent_span_id), "one parent for both sides");

    let log = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
    let log = std::fs::read_to_string(log.path()).unwrap();
    assert!(log.lines().count() == 2 && log.contains(&edit().trace_id.0.simple().to_string()), "{log}");
    serving.abort();
}
