//! The backend over HTTP: typed calls, bounded in time and size. What a failure means for the engine is
//! decided here; what to do about it, there.

mod addresses;
mod calls;
mod events;
mod failure;
mod pages;
mod rules;
mod schema;
mod token;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use domain::DeviceId;
use domain::api::{DEVICE_HEADER, PROTOCOL, PROTOCOL_HEADER, SCHEMA_HEADER, path};
use domain::problem::{ErrorCode, Problem};
use domain::schema::{SchemaVersion, VERSION};
use futures_util::StreamExt;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use sync_engine::device::Failure;

pub use addresses::{Addresses, tidy};
pub use calls::{KnownHistory, Packed};
pub use events::wake_ups;
pub use failure::Failed;
use failure::Refusal;
pub use pages::Unread;
pub use token::Grant;

use crate::error::{Error, Result};

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that is not used is closed before the server closes it (docs/sync-protocol.md, section 19).
const IDLE: Duration = Duration::from_secs(60);
/// How long a whole call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Most bytes of an answer, after decompression.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The media type of almost all answers.
const JSON: &str = "application/json";
/// Most bytes of a problem document.
const PROBLEM_BYTES_MAX: usize = 64 * 1024;

/// How long a server may take to say that it is able to serve.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

/// One backend.
pub struct Remote {
    http: Client,
    addresses: Addresses,
    device: DeviceId,
    /// Milliseconds of the last answered call; `u64::MAX` before the first.
    latency_ms: AtomicU64,
    /// The version of this device's schema.
    schema: RwLock<SchemaVersion>,
}

impl Remote {
    /// A backend at an address such as `http://127.0.0.1:8080`, or at several in order of preference. Nothing is
    /// sent yet.
    ///
    /// # Errors
    /// `bad_request` if one is no http or https address.
    pub fn new(servers: &str, device: DeviceId) -> Result<Self> {
        let addresses = Addresses::parse(servers)?;
        let http = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("merchant-console/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::new(ErrorCode::Internal, error.to_string()))?;
        Ok(Self { http, addresses, device, latency_ms: AtomicU64::new(u64::MAX), schema: RwLock::new(VERSION) })
    }

    /// This device has this schema from now on; every call says so.
    pub fn has_schema(&self, version: SchemaVersion) {
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = version;
    }

    /// How long the last answered call took, in milliseconds.
    pub fn latency_ms(&self) -> Option<u64> {
        Some(self.latency_ms.load(Ordering::Relaxed)).filter(|ms| *ms != u64::MAX)
    }

    /// The address in use.
    pub fn base(&self) -> &str {
        self.addresses.text(self.addresses.active())
    }

    /// All addresses.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Is the server at one of the addresses able to serve? It has a short time to say so.
    pub async fn is_healthy(&self, place: usize) -> bool {
        let url = format!("{}{}", self.addresses.text(place), path::READYZ);
        let request = self.http.get(url).header(PROTOCOL_HEADER, PROTOCOL).timeout(HEALTH_TIMEOUT);
        matches!(request.send().await, Ok(response) if response.status().is_success() && media_type(&response) == "text/plain")
    }

    /// Sends, and tells who watches over the addresses how it went.
    async fn send(&self, request: RequestBuilder) -> std::result::Result<Response, Failed> {
        match request.send().await {
            Ok(response) => {
                let protocol = response.headers().get(PROTOCOL_HEADER).and_then(|value| value.to_str().ok());
                self.addresses.speaks(response.url(), protocol);
                // One that cannot serve is asked for its health like one that does not answer.
                if response.status().is_server_error() {
                    self.addresses.failed(response.url());
                } else {
                    self.addresses.answered(response.url());
                }
                Ok(response)
            }
            Err(error) => {
                if let Some(url) = error.url() {
                    self.addresses.failed(url);
                }
                Err(Failed::of(&error))
            }
        }
    }

    fn request(&self, method: Method, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.base()))
            .header(PROTOCOL_HEADER, PROTOCOL)
            .header(DEVICE_HEADER, self.device.to_string())
            .header(SCHEMA_HEADER, self.schema.read().unwrap_or_else(PoisonError::into_inner).to_string());
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn call<T: DeserializeOwned>(&self, request: RequestBuilder) -> std::result::Result<T, Failed> {
        parse(&self.call_raw(request, JSON).await?)
    }

    /// The body of an answer of that media type.
    async fn call_raw(&self, request: RequestBuilder, expected: &str) -> std::result::Result<Vec<u8>, Failed> {
        read(self.answer(request, expected).await?, ANSWER_BYTES_MAX).await
    }

    /// An answer of that media type whose body is still to be read; of any other it is not our server's.
    async fn answer(&self, request: RequestBuilder, expected: &str) -> std::result::Result<Response, Failed> {
        let begun = Instant::now();
        let response = self.send(request.timeout(CALL_TIMEOUT)).await?;
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.latency_ms.store(took, Ordering::Relaxed);
        if response.status().is_success() {
            if media_type(&response) != expected {
                return Err(Failed::stranger());
            }
            return Ok(response);
        }
        Err(refusal(response).await)
    }
}

/// What a body of JSON says.
fn parse<T: DeserializeOwned>(body: &[u8]) -> std::result::Result<T, Failed> {
    serde_json::from_slice(body).map_err(|error| {
        Failed::other_version(Problem::new(
            ErrorCode::Internal,
            format!(
                "the server's answer cannot be understood ({error}); nothing is lost: use a program of the server's version, or correct its address"
            ),
        ))
    })
}

/// The media type of an answer without its parameters, in lower case; empty if it names none.
fn media_type(response: &Response) -> String {
    let named = response.headers().get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = named.unwrap_or_default().split(';').next().unwrap_or_default();
    media_type.trim().to_ascii_lowercase()
}

/// Reads an answer that is not one.
async fn refusal(response: Response) -> Failed {
    let status = response.status().as_u16();
    let retry_after_ms = response
        .headers()
        .get(reqwest::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok())
        .map(|seconds| seconds.saturating_mul(1_000));
    let content_type = media_type(&response);
    let body = read(response, PROBLEM_BYTES_MAX).await.unwrap_or_default();
    failure::classify(&Refusal { status, content_type: &content_type, retry_after_ms, body: &body })
}

async fn read(response: Response, bytes_max: usize) -> std::result::Result<Vec<u8>, Failed> {
    let mut stream = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Failed::from(Failure::Unreachable))?;
        if body.len() + piece.len() > bytes_max {
            let problem = Problem::new(ErrorCode::TooLarge, "the server's answer is larger than this program takes");
            // Whoever sent so much: it is no verdict on what was asked.
            return Err(Failed::other_version(problem));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}
