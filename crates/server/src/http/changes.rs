//! Pull: pages of changes in the server's order.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::api::{ChangesQuery, DEVICE_HEADER, path};
use domain::{DeviceId, ErrorCode};
use tracing::Instrument as _;

use super::body;
use super::caller::{Asked, Caller};
use super::protocol::Minor;
use super::refusal::{Refusal, echo};
use super::route::{Access, Content, Parameter, Route};
use crate::app::App;
use crate::exchange::{self, NoPage};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(path::CHANGES, changes, Access::SignedIn, "The newest state of the merchants that changed after a number, in the server's order. Zstd where it is accepted. The header `link` names the next page.", Content::Json("ChangesPage"))
            .asks(&[
                Parameter { name: "cursor", kind: "integer", about: "Changes after this number; 0 for all." },
                Parameter { name: "limit", kind: "integer", about: "At most so many, up to 2000." },
                Parameter { name: "epoch", kind: "string", about: "The epoch that the cursor belongs to." },
                Parameter { name: "marker", kind: "string", about: "The marker that came with the cursor." },
                Parameter { name: "answered", kind: "integer", about: "The newest change number of an answer to a push that has not come back by pull yet." },
                Parameter { name: "answered_marker", kind: "string", about: "The first 16 hexadecimal digits of the id of the edit that got it." },
                Parameter { name: "begun", kind: "integer", about: "The head that came with the first page of this pull, the one of cursor 0." },
                Parameter { name: "bucket", kind: "integer", about: "Only the merchants of this bucket, 0 to 255." },
            ])
            .hears(&[
                Parameter { name: DEVICE_HEADER, kind: "string", about: "Which device asks, for the log." },
                Parameter { name: "accept-encoding", kind: "string", about: "zstd, to get the answer packed." },
            ])
            .says(&[
                Parameter { name: "link", kind: "string", about: "The question for the next page (RFC 8288); absent from the last." },
                Parameter { name: "content-encoding", kind: "string", about: "zstd, or absent." },
            ])
            .refuses(&[400, 409, 410, 429]),
    ]
}

async fn changes(
    State(app): State<Arc<App>>,
    caller: Caller,
    Extension(Minor(minor)): Extension<Minor>,
    headers: HeaderMap,
    Asked(asked): Asked<ChangesQuery>,
) -> Result<Response, Refusal> {
    [&asked.marker, &asked.answered_marker].into_iter().flatten().try_for_each(|marker| check(marker))?;
    // A new epoch makes all devices pull anew: the log says at whose word.
    let device = headers.get(DEVICE_HEADER).and_then(|value| value.to_str().ok()?.parse::<DeviceId>().ok());
    let span = tracing::info_span!("pull", actor = %caller.actor().id, device = device.map(tracing::field::display));
    let page = exchange::page(&app, &caller.actor().scope, &asked, minor).instrument(span).await?;
    let link = page.next.as_ref().and_then(link);
    let mut answer = body::answer(&app, &caller.actor().id, &headers, page.json).await?;
    if let Some(link) = link {
        answer.headers_mut().insert(header::LINK, link);
    }
    Ok(answer)
}

/// A marker of another form would be taken for that of another history.
fn check(marker: &str) -> Result<(), Refusal> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if marker.is_empty() || (marker.len() == 16 && marker.bytes().all(is_digit)) {
        return Ok(());
    }
    let said = format!("{:?} is no marker: send the 16 hexadecimal digits that came with the cursor", echo(marker));
    Err(Refusal::bad_request(said))
}

/// Names the next page before this one is read (RFC 8288): whoever wants all can ask for it at once.
fn link(next: &ChangesQuery) -> Option<HeaderValue> {
    let query = serde_urlencoded::to_string(next).ok()?;
    HeaderValue::from_str(&format!("<{}?{query}>; rel=\"next\"", path::CHANGES)).ok()
}

impl From<NoPage> for Refusal {
    fn from(why: NoPage) -> Self {
        let said = why.to_string();
        match why {
            NoPage::EpochChanged => Self::new(StatusCode::CONFLICT, ErrorCode::EpochChanged, said),
            NoPage::CursorTooOld => Self::new(StatusCode::GONE, ErrorCode::CursorTooOld, said),
            NoPage::Db(error) => error.into(),
        }
    }
}
