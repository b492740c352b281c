//! What an answer left of its request's body is read and thrown away: a client that is still writing when the connection
//! closes would not see the answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;

/// At most so much is thrown away, in bytes; whoever sends more does not see the answer.
const BYTES_MAX: usize = 32 * 1024 * 1024;
/// For at most so long.
const WITHIN: Duration = Duration::from_secs(30);

/// A body that two can read, one after the other.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

impl Shared {
    fn body(&self) -> std::sync::MutexGuard<'_, Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Frame = Option<Result<http_body::Frame<Bytes>, axum::Error>>;

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Frame> {
        Pin::new(&mut *self.body()).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body().is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body().size_hint()
    }
}

/// Answers, once the rest of the body has come or is too much to wait for.
pub async fn throw_away(request: Request, next: Next) -> Response {
    // Who waits to be told to go on has sent nothing.
    if request.body().is_end_stream() || request.headers().contains_key(header::EXPECT) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let rest = Shared(Arc::new(Mutex::new(body)));
    let response = next.run(Request::from_parts(parts, Body::new(rest.clone()))).await;
    if !rest.is_end_stream() {
        // Too slow: the answer goes out all the same.
        let _ = tokio::time::timeout(WITHIN, read(Body::new(rest))).await;
    }
    response
}

async fn read(body: Body) {
    let mut chunks = body.into_data_stream();
    let mut seen = 0;
    while let Some(Ok(chunk)) = chunks.next().await {
        seen += chunk.len();
        if seen > BYTES_MAX {
            break;
        }
    }
}
