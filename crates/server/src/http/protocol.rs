//! Versions of the protocol: which are understood, and what the other side can do.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::ErrorCode;
use domain::api::{PROTOCOL, PROTOCOL_HEADER, PROTOCOL_MIN, Version};

use super::refusal::Refusal;

/// The minor of the version that the client speaks.
#[derive(Clone, Copy, Debug)]
pub struct Minor(pub u32);

fn asked(headers: &HeaderMap) -> Option<Version> {
    match headers.get(PROTOCOL_HEADER) {
        None => PROTOCOL_MIN.parse().ok(),
        Some(named) => named.to_str().ok()?.parse().ok(),
    }
}

/// Refuses another major version; says its own in every answer.
pub async fn negotiate(mut request: Request, next: Next) -> Response {
    let ours: Option<Version> = PROTOCOL.parse().ok();
    let mut response = match asked(request.headers()) {
        Some(theirs) if ours.is_some_and(|ours| ours.major == theirs.major) => {
            request.extensions_mut().insert(Minor(theirs.minor));
            next.run(request).await
        }
        _ => Refusal::new(
            StatusCode::UPGRADE_REQUIRED,
            ErrorCode::Protocol,
            format!(
                "this server speaks protocol {PROTOCOL_MIN} to {PROTOCOL}; nothing was changed: use a program of the same major version"
            ),
        )
        .speaking(PROTOCOL_MIN, PROTOCOL)
        .into_response(),
    };
    response.headers_mut().insert(PROTOCOL_HEADER, HeaderValue::from_static(PROTOCOL));
    response
}
