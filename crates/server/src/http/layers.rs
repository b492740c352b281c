//! What every request passes: panics caught, time limited, protocol checked, bodies read on, answers counted and guarded.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::ErrorCode;
use tower_http::catch_panic::CatchPanicLayer;

use super::protocol::negotiate;
use super::refusal::Refusal;
use super::unread;
use crate::app::App;

/// A request that takes longer is given up.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Headers of every answer: data for programs, never to be framed, sniffed, kept by caches or run.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Puts the layers around the routes; the last one is the outermost.
pub fn around(router: Router<Arc<App>>, app: Arc<App>) -> Router<Arc<App>> {
    router
        .layer(from_fn(time_limit))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(negotiate))
        .layer(from_fn(unread::throw_away))
        .layer(from_fn_with_state(app, count))
        .layer(from_fn(guard))
}

/// No such path.
pub async fn no_such_path(uri: Uri) -> Refusal {
    let path: String = uri.path().chars().take(100).collect();
    Refusal::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, format!("there is nothing at {path}: see /openapi.json"))
}

/// The path has no such method.
pub async fn no_such_method(method: Method, uri: Uri) -> Refusal {
    let path: String = uri.path().chars().take(100).collect();
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::BadRequest,
        format!("{path} does not take {method}: see /openapi.json"),
    )
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic itself was written to the log by the panic hook.
    Refusal::internal().into_response()
}

async fn time_limit(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let refusal = Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::Busy,
                "the server took too long; an edit that was stored keeps its answer: it is safe to send it again",
            );
            let mut response = refusal.after_ms(1000).into_response();
            response.extensions_mut().insert(unread::GivenUp);
            response
        }
    }
}

async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let method = match *request.method() {
        Method::GET => "get",
        Method::POST => "post",
        Method::PUT => "put",
        // Anything else has no route; its name is the caller's to choose and must not become a label.
        _ => "other",
    };
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    app.counters.request(&route, method, response.status().as_u16());
    response
}

async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
