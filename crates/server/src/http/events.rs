//! Wake-ups as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::ErrorCode;
use domain::api::{DEVICE_HEADER, path};
use futures_util::{Stream, stream};

use super::caller::Caller;
use super::refusal::Refusal;
use super::route::{Access, Content, Parameter, Route};
use crate::app::App;
use crate::auth::SignedIn;
use crate::clock;
use crate::feed::{Listener, Revocations};
use crate::places::{LISTENERS_OF_ACTOR_MAX, NoPlace, Place};

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
        .hears(&[Parameter {
            name: DEVICE_HEADER,
            kind: "string",
            about: "Which device listens: it is not woken by what it pushed itself.",
        }])
        .refuses(&[429]),
    ]
}

/// One listener; has its place as long as it lives.
struct Listening {
    app: Arc<App>,
    caller: SignedIn,
    listener: Listener,
    revocations: Revocations,
    until: tokio::time::Instant,
    _place: Place,
}

async fn next(mut listening: Listening) -> Option<(Result<Event, Infallible>, Listening)> {
    loop {
        tokio::select! {
            // A token that has run out ends the stream; the client comes back with a new one.
            wake = tokio::time::timeout_at(listening.until, listening.listener.next()) => {
                let data = serde_json::to_string(&wake.ok()??).ok()?;
                return Some((Ok(Event::default().data(data)), listening));
            }
            () = listening.revocations.of(&listening.caller.actor.id) => {
                let token = listening.caller.token;
                listening.app.sessions.check_hash(token, clock::now_ms()).await.ok()??;
            }
        }
    }
}

impl From<NoPlace> for Refusal {
    fn from(why: NoPlace) -> Self {
        let (status, said) = match why {
            NoPlace::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too many clients listen: ask for changes now and then instead".to_owned(),
            ),
            NoPlace::OfActor => (
                StatusCode::TOO_MANY_REQUESTS,
                format!(
                    "{LISTENERS_OF_ACTOR_MAX} clients of yours listen already: ask for changes now and then instead"
                ),
            ),
        };
        Self::new(status, ErrorCode::Busy, said).after_ms(30_000)
    }
}

async fn events(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let place = app.listening.take(&caller.actor().id)?;
    let left_ms = caller.0.expires_at_ms.saturating_sub(clock::now_ms());
    let device = headers.get(DEVICE_HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
    let device = device.map(|device| (caller.actor().id.clone(), device));
    let (listener, revocations) = (app.feed.listen(device), app.feed.revocations());
    let until = tokio::time::Instant::now() + Duration::from_millis(left_ms);
    let listening = Listening { app, caller: caller.0, listener, revocations, until, _place: place };
    Ok(Sse::new(stream::unfold(listening, next)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}
