//! Wake-ups as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::ErrorCode;
use domain::api::{DEVICE_HEADER, path};
use futures_util::{Stream, stream};
use tokio::sync::OwnedSemaphorePermit;

use super::caller::Caller;
use super::refusal::Refusal;
use super::route::{Access, Content, Route};
use crate::app::App;
use crate::clock;
use crate::feed::Listener;

/// Between two signs of life.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(
            path::EVENTS,
            events,
            Access::SignedIn,
            "Server-sent events: look again. The first one comes at once; the stream ends with the token.",
            Content::Events("WakeUp"),
        )
        .refuses(&[503]),
    ]
}

/// One listener; counted as long as it lives.
struct Listening {
    app: Arc<App>,
    listener: Listener,
    until: tokio::time::Instant,
    _place: OwnedSemaphorePermit,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.app.counters.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn next(mut listening: Listening) -> Option<(Result<Event, Infallible>, Listening)> {
    // A token that has run out ends the stream; the client comes back with a new one.
    let wake = tokio::time::timeout_at(listening.until, listening.listener.next()).await.ok()??;
    let data = serde_json::to_string(&wake).ok()?;
    Some((Ok(Event::default().data(data)), listening))
}

async fn events(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let place = Arc::clone(&app.listening).try_acquire_owned().map_err(|_| {
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Busy,
            "too many clients listen: ask for changes now and then instead",
        )
        .after_ms(30_000)
    })?;
    app.counters.listeners.fetch_add(1, Ordering::Relaxed);
    let left_ms = caller.0.expires_at_ms.saturating_sub(clock::now_ms());
    let device = headers.get(DEVICE_HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
    let listener = app.feed.listen(device);
    let until = tokio::time::Instant::now() + Duration::from_millis(left_ms);
    let listening = Listening { app, listener, until, _place: place };
    Ok(Sse::new(stream::unfold(listening, next)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}
