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

/// On an answer to a request that took too long: the rest of its body is not waited for either.
#[derive(Clone, Copy)]
pub struct GivenUp;

/// Answers, once the rest of the body has come or is too much to wait for.
pub async fn throw_away(request: Request, next: Next) -> Response {
    // Who waits to be told to go on has sent nothing.
    if request.body().is_end_stream() || request.headers().contains_key(header::EXPECT) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let rest = Shared(Arc::new(Mutex::new(body)));
    let response = next.run(Request::from_parts(parts, Body::new(rest.clone()))).await;
    let given_up = response.extensions().get::<GivenUp>().is_some();
    let is_too_much = rest.size_hint().lower() > BYTES_MAX as u64;
    if !rest.is_end_stream() && !given_up && !is_too_much {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::response::IntoResponse as _;
    use axum::routing::post;
    use futures_util::stream;
    use hyper::service::Service as _;
    use hyper_util::service::TowerToHyperService;

    use super::*;

    /// The clock goes on by itself when nothing else happens.
    #[tokio::test(start_paused = true)]
    async fn the_rest_is_waited_for_but_not_once_the_request_took_too_long() {
        for (given_up, waits) in [(false, true), (true, false)] {
            let answer = move || async move {
                let mut response = "".into_response();
                if given_up {
                    response.extensions_mut().insert(GivenUp);
                }
                response
            };
            let router = Router::new().route("/", post(answer)).layer(from_fn(throw_away));
            let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
            let begun = tokio::time::Instant::now();
            let request = Request::post("/").body(body).unwrap();
            TowerToHyperService::new(router).call(request).await.unwrap();
            assert_eq!(begun.elapsed() >= WITHIN, waits, "given up: {given_up}");
        }
    }
}
