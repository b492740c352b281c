//! Problem documents (RFC 9457): the one form of every refusal.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::problem::ProtocolRange;
use domain::{ErrorCode, Problem};
use serde::Serialize;

use crate::auth::secrets::SecretError;
use crate::auth::sessions::SessionError;
use crate::db::DbError;

/// A request that was refused or failed.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    problem: Box<Problem>,
    error: Option<&'static str>,
    challenge: &'static str,
}

/// The longest sentence of a refusal, in characters: it may name what was sent, which is anything.
const TITLE_CHARS_MAX: usize = 400;
/// The longest part of what was sent that a sentence names, in characters.
const ECHO_CHARS_MAX: usize = 200;

/// The beginning of a text of any length, as a sentence may name it.
pub fn echo(text: &str) -> String {
    cut(text.to_owned(), ECHO_CHARS_MAX)
}

fn cut(mut text: String, chars_max: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(chars_max) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// A problem document, with what OAuth calls it beside it.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    problem: &'a Problem,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

impl Refusal {
    /// A status, a stable code, and what happened in a sentence.
    pub fn new(status: StatusCode, code: ErrorCode, title: impl Into<String>) -> Self {
        let mut problem = Problem::new(code, cut(title.into(), TITLE_CHARS_MAX));
        problem.status = Some(status.as_u16());
        Self { status, problem: Box::new(problem), error: None, challenge: "Bearer" }
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
        self.problem.field = Some(cut(field, ECHO_CHARS_MAX));
        self
    }
    /// The same, with the word of RFC 6749 §5.2 for it.
    #[must_use]
    pub fn named(mut self, error: &'static str) -> Self {
        self.error = Some(error);
        self
    }
    /// The same, asking for another authentication than a bearer token, if it asks for one.
    #[must_use]
    pub fn challenging(mut self, challenge: &'static str) -> Self {
        self.challenge = challenge;
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
        let document = Document { problem: &self.problem, error: self.error };
        let mut response = (self.status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(ms) = retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(self.challenge));
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
