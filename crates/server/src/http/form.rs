//! Forms of OAuth.

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use domain::ErrorCode;
use serde::de::DeserializeOwned;

use super::refusal::Refusal;
use super::{BODY_BYTES_MAX, body};

/// What RFC 6749 §5.2 calls a form that cannot be read.
pub const INVALID_REQUEST: &str = "invalid_request";

/// Reads a form.
///
/// # Errors
/// 413 `too_large`; 400 `bad_request` if it is not whole; 415 if it is something else.
pub async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(body, BODY_BYTES_MAX).await?;
    match Form::from_request(Request::from_parts(parts, bytes.into()), &()).await {
        Ok(Form(form)) => Ok(form),
        Err(bad) => {
            let status = match bad.status() {
                StatusCode::UNSUPPORTED_MEDIA_TYPE => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                _ => StatusCode::BAD_REQUEST,
            };
            let said = "send what belongs here as a form, each name once (RFC 6749)";
            Err(Refusal::new(status, ErrorCode::BadRequest, said).named(INVALID_REQUEST))
        }
    }
}
