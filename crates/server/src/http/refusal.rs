//! Problem documents (RFC 9457): the one form of every refusal.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::problem::ProtocolRange;
use domain::{ErrorCode, Problem};

use crate::auth::secrets::SecretError;
use crate::auth::sessions::SessionError;
use crate::db::DbError;

/// A request that was refused or failed.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    problem: Box<Problem>,
}

impl Refusal {
    /// A status, a stable code, and what happened in a sentence.
    pub fn new(status: StatusCode, code: ErrorCode, title: impl Into<String>) -> Self {
        let mut problem = Problem::new(code, title);
        problem.status = Some(status.as_u16());
        Self { status, problem: Box::new(problem) }
    }
    /// 400
    pub fn bad_request(title: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, title)
    }
    /// 401
    pub fn signed_out() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::SignedOut,
            "the sign-in is missing or has expired; nothing was changed: sign in again",
        )
    }
    /// 403
    pub fn forbidden(title: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, title)
    }
    /// 404
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, format!("there is no such {what}, or not for you"))
    }
    /// 413
    pub fn too_large(title: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge, title)
    }
    /// 500
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Internal,
            "the server failed on this request; what it had answered before is kept: try again, and report it if it stays",
        )
    }
    /// The same, about one part of what was sent.
    #[must_use]
    pub fn about(mut self, field: String) -> Self {
        self.problem.field = Some(field);
        self
    }
    /// The same, with the versions of the protocol that are understood.
    #[must_use]
    pub fn speaking(mut self, min: &str, max: &str) -> Self {
        self.problem.protocol = Some(Box::new(ProtocolRange { min: min.to_owned(), max: max.to_owned() }));
        self
    }
    /// The same, to be tried again after a time.
    #[must_use]
    pub fn after_ms(mut self, retry_after_ms: u64) -> Self {
        self.problem.retry_after_ms = Some(retry_after_ms);
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let retry_after_ms = self.problem.retry_after_ms;
        let mut response = (self.status, Json(self.problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(ms) = retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "the database did not do it");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Storage,
            "the server cannot reach its database; nothing of this request was stored: it is safe to send it again",
        )
        .after_ms(1000)
    }
}

impl From<SessionError> for Refusal {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Db(error) => error.into(),
            SessionError::Secret(error) => error.into(),
        }
    }
}

impl From<SecretError> for Refusal {
    fn from(error: SecretError) -> Self {
        tracing::error!(%error, "no secret could be made");
        Self::internal()
    }
}
