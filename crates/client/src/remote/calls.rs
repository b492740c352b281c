//! The typed calls.

use domain::api::{DigestReply, HistoryEntry, PushReply, path};
use domain::ipc::InsightsQuery;
use domain::metrics::{KitchenMetrics, SyncMetrics};
use domain::orders::AlertBoard;
use domain::role::Actor;
use domain::{DeviceId, Edit, ErrorCode, MerchantId, OrderId, Problem};
use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use sync_engine::device::Failure;

use super::{Failed, Remote};

/// Bodies from here on are compressed, in bytes.
const COMPRESS_BYTES_MIN: usize = 1024;
/// Fast: level 3 makes a batch a tenth smaller and takes twice the time.
const COMPRESS_LEVEL: i32 = 1;

/// W3C Trace Context, level 1. A batch goes under the trace of its first edit; each edit keeps its own.
const TRACEPARENT: &str = "traceparent";

/// Edits of one page of a history.
const HISTORY_PAGE: u64 = 200;
/// Pages of a history that are asked for; what is older stays on the server.
const HISTORY_PAGES_MAX: usize = 5;

#[derive(Deserialize)]
struct HistoryPage {
    entries: Vec<HistoryEntry>,
    #[serde(default)]
    next: Option<u64>,
}

/// The newest part of a merchant's history, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KnownHistory {
    /// What edits did to registers.
    pub entries: Vec<HistoryEntry>,
    /// Does the server have older ones?
    pub older: bool,
}

type Answer<T> = Result<T, Failed>;

/// [`domain::api::PushRequest`], of edits that stay where they are.
#[derive(Serialize)]
struct Travelling<'e> {
    device_id: DeviceId,
    edits: &'e [Edit],
}

/// A batch as it travels.
pub struct Packed {
    body: Vec<u8>,
    compressed: bool,
    traceparent: Option<String>,
}

fn filled(path: &str, id: &str) -> String {
    path.replace("{id}", id)
}

impl Remote {
    /// Writes edits as they will travel, compressed if that is wanted and worth it.
    ///
    /// # Errors
    /// `internal` if they cannot be written.
    pub fn pack(&self, edits: &[Edit], compress: bool) -> Answer<Packed> {
        let internal = |error: String| Failed::from(Failure::Refused(Problem::new(ErrorCode::Internal, error)));
        let request = Travelling { device_id: self.device, edits };
        let mut body = serde_json::to_vec(&request).map_err(|error| internal(error.to_string()))?;
        let compressed = compress && body.len() >= COMPRESS_BYTES_MIN;
        if compressed {
            body = zstd::bulk::compress(&body, COMPRESS_LEVEL).map_err(|error| internal(error.to_string()))?;
        }
        Ok(Packed { body, compressed, traceparent: edits.first().map(telemetry::traceparent) })
    }

    /// Sends edits.
    ///
    /// # Errors
    /// What the engine needs to know.
    pub async fn push(&self, token: &str, packed: Packed) -> Answer<PushReply> {
        let mut call = self.request(Method::POST, path::EDITS, Some(token)).header(CONTENT_TYPE, "application/json");
        if let Some(traceparent) = packed.traceparent {
            call = call.header(TRACEPARENT, traceparent);
        }
        if packed.compressed {
            call = call.header(CONTENT_ENCODING, "zstd");
        }
        self.call(call.body(packed.body)).await
    }

    /// Asks for the digests.
    ///
    /// # Errors
    /// What the engine needs to know.
    pub async fn digests(&self, token: &str) -> Answer<DigestReply> {
        self.call(self.request(Method::GET, path::DIGEST, Some(token))).await
    }

    /// Who the token is of.
    ///
    /// # Errors
    /// As any call.
    pub async fn me(&self, token: &str) -> Answer<Actor> {
        self.call(self.request(Method::GET, path::ME, Some(token))).await
    }

    /// A merchant's history, newest first: the newest thousand edits at most.
    ///
    /// # Errors
    /// As any call.
    pub async fn history(&self, token: &str, id: &MerchantId) -> Answer<KnownHistory> {
        let mut known = KnownHistory::default();
        let mut before = None;
        for _ in 0..HISTORY_PAGES_MAX {
            let call = self.request(Method::GET, &filled(path::HISTORY, id.as_str()), Some(token));
            let asked = [("limit", Some(HISTORY_PAGE)), ("before", before)];
            let asked: Vec<_> = asked.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            let page: HistoryPage = self.call(call.query(&asked)).await?;
            known.entries.extend(page.entries);
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        known.older = before.is_some();
        Ok(known)
    }

    /// Sync lag and conflicts.
    ///
    /// # Errors
    /// As any call.
    pub async fn sync_metrics(&self, token: &str, query: &InsightsQuery) -> Answer<SyncMetrics> {
        self.call(self.request(Method::GET, path::METRICS_SYNC, Some(token)).query(&range(query))).await
    }

    /// Couriers' waits and forecast quality.
    ///
    /// # Errors
    /// As any call.
    pub async fn kitchen_metrics(&self, token: &str, query: &InsightsQuery) -> Answer<KitchenMetrics> {
        self.call(self.request(Method::GET, path::METRICS_KITCHEN, Some(token)).query(&range(query))).await
    }

    /// The board of prep-time alerts.
    ///
    /// # Errors
    /// As any call.
    pub async fn alerts(&self, token: &str) -> Answer<AlertBoard> {
        self.call(self.request(Method::GET, path::ALERTS, Some(token))).await
    }

    /// Tells the rider. Idempotent.
    ///
    /// # Errors
    /// As any call.
    pub async fn pickup_ready(&self, token: &str, order: &OrderId) -> Answer<()> {
        let call = self.request(Method::POST, &filled(path::PICKUP_READY, order.as_str()), Some(token));
        self.call_raw(call, "application/json").await.map(|_| ())
    }

    /// Does it serve? Needs no token.
    ///
    /// # Errors
    /// As any call.
    pub async fn ready(&self) -> Answer<()> {
        self.call_raw(self.request(Method::GET, path::READYZ, None), "text/plain").await.map(|_| ())
    }
}

fn range(query: &InsightsQuery) -> [(&'static str, i64); 2] {
    [("days", i64::from(query.days)), ("utc_offset_min", i64::from(query.utc_offset_min))]
}
