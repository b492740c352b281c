//! Bodies: compressed or not, never larger than their limit.

use std::io::Read;

use axum::body::{Body, HttpBody as _};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::{ActorId, ErrorCode};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::refusal::Refusal;
use super::unreadable;
use crate::app::App;
use crate::room::{self, Held, Room};

/// Windows larger than this are refused: they cost memory before the first byte comes out. 2^23 is 8 MiB.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// Fast, and still a fifth of the size.
const ZSTD_LEVEL: i32 = 1;
/// Smaller answers are not worth compressing, in bytes.
const COMPRESS_FROM: usize = 1024;
/// When to ask again where answers are not read, in milliseconds.
const UNREAD_AFTER_MS: u64 = 5_000;

#[derive(Clone, Copy)]
enum Coding {
    Identity,
    Gzip,
    Zstd,
}

fn coding(headers: &HeaderMap) -> Result<Coding, Refusal> {
    let named =
        headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    match named.as_deref() {
        None | Some("" | "identity") => Ok(Coding::Identity),
        Some("gzip" | "x-gzip") => Ok(Coding::Gzip),
        Some("zstd") => Ok(Coding::Zstd),
        Some(_) => Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::BadRequest,
            "content-encoding: zstd, gzip or identity",
        )),
    }
}

fn inflate(reader: impl Read, bytes_max: usize) -> Result<Vec<u8>, Refusal> {
    let mut plain = Vec::new();
    reader
        .take(bytes_max as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|_| Refusal::bad_request("the body is damaged or not compressed as its content-encoding says"))?;
    if plain.len() > bytes_max { Err(too_large(bytes_max)) } else { Ok(plain) }
}

fn too_large(bytes_max: usize) -> Refusal {
    Refusal::too_large(format!("the body is larger than {bytes_max} bytes; nothing was stored: send it in parts"))
}

fn plain(coding: Coding, bytes: &Bytes, bytes_max: usize) -> Result<Vec<u8>, Refusal> {
    match coding {
        Coding::Identity => Ok(bytes.to_vec()),
        Coding::Gzip => inflate(flate2::read::MultiGzDecoder::new(bytes.as_ref()), bytes_max),
        Coding::Zstd => {
            let damaged = |_| Refusal::bad_request("the body is not zstd");
            let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes.as_ref()).map_err(damaged)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(damaged)?;
            inflate(decoder, bytes_max)
        }
    }
}

/// Reads a body of at most so many bytes as they travel.
///
/// # Errors
/// 413 `too_large`; 400 if it breaks off.
pub async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
    // Who waits to be told to go on is told before anything is sent, who declares too much before it has come.
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(too_large(bytes_max));
    }
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::bad_request("the body broke off; nothing was stored: send it again"))?;
        if bytes.len() + chunk.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// Reads, unpacks and parses a JSON object of at most so many bytes after unpacking, and holds its room.
///
/// # Errors
/// 413 `too_large`; 400 if it is damaged or no such object; 415 for an unknown coding.
pub async fn json_held<T: DeserializeOwned + Send + 'static>(
    room: &Room,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<(T, Held), Refusal> {
    let coding = coding(headers)?;
    let bytes = read(body, bytes_max).await?;
    let _turn = room.turn().await.ok_or_else(Refusal::internal)?;
    let unpack = move || {
        let text = plain(coding, &bytes, bytes_max)?;
        let memory = room::memory(&text);
        Ok::<_, Refusal>((text, memory))
    };
    let (text, memory) = tokio::task::spawn_blocking(unpack).await.map_err(|_| Refusal::internal())??;
    if memory > room::OF_ONE {
        return Err(Refusal::too_large(
            "the body has too many parts for one request; nothing was stored: send less at once",
        ));
    }
    let held = room.hold(memory).await.ok_or_else(Refusal::internal)?;
    let parse = move || {
        // The parser would take a list for an object, member by member.
        let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
        if first.is_some_and(|byte| *byte != b'{') {
            return Err(Refusal::bad_request("the body is not what belongs here: send a JSON object, {…}"));
        }
        serde_json::from_slice(&text).map_err(|error| unreadable::refusal::<T>(&text, &error))
    };
    let parsed = tokio::task::spawn_blocking(parse).await.map_err(|_| Refusal::internal())??;
    Ok((parsed, held))
}

/// The same of what is small once it is parsed, or done with at once.
///
/// # Errors
/// As [`json_held`].
pub async fn json<T: DeserializeOwned + Send + 'static>(
    room: &Room,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<T, Refusal> {
    json_held(room, headers, body, bytes_max).await.map(|(parsed, _)| parsed)
}

/// Is zstd among the codings that are accepted, with a weight above 0 (RFC 9110 §12.5.3)?
fn takes_zstd(headers: &HeaderMap) -> bool {
    let weighs = |parameter: &str| match parameter.trim().split_once('=') {
        Some(("q" | "Q", weight)) => weight.parse::<f32>().is_ok_and(|weight| weight > 0.0),
        _ => true,
    };
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';');
        parts.next().is_some_and(|name| name.trim().eq_ignore_ascii_case("zstd")) && parts.all(weighs)
    })
}

/// Answers somebody with JSON text, in zstd where the client takes it.
///
/// # Errors
/// 500 if compressing fails; 429 `busy` if they do not read what they asked for before.
pub async fn answer(app: &App, to: &ActorId, headers: &HeaderMap, json: String) -> Result<Response, Refusal> {
    let json_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let varies = (header::VARY, HeaderValue::from_static("accept-encoding"));
    let send = |text: Vec<u8>| {
        app.sending.send(text, to).ok_or_else(|| {
            let said = "too many answers to you are not read yet: read them, then ask again";
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::Busy, said).after_ms(UNREAD_AFTER_MS)
        })
    };
    if !takes_zstd(headers) || json.len() < COMPRESS_FROM {
        return Ok(([json_type, varies], send(json.into_bytes())?).into_response());
    }
    let packed = tokio::task::spawn_blocking(move || zstd::bulk::compress(json.as_bytes(), ZSTD_LEVEL)).await;
    let packed = packed.map_err(|_| Refusal::internal())?.map_err(|error| {
        tracing::error!(%error, "an answer could not be compressed");
        Refusal::internal()
    })?;
    let coding = (header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    Ok(([json_type, varies, coding], send(packed)?).into_response())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_unpacked_up_to_their_limit() {
        let text = vec![b'a'; 100_000];
        let packed = Bytes::from(zstd::bulk::compress(&text, 1).unwrap());
        assert_eq!(plain(Coding::Zstd, &packed, 100_000).unwrap(), text);
        assert!(plain(Coding::Zstd, &packed, 99_999).is_err());
        assert!(plain(Coding::Gzip, &packed, 100_000).is_err());
    }

    #[test]
    fn a_coding_of_no_weight_is_not_accepted() {
        for (accepts, takes) in [
            ("gzip, zstd", true),
            ("ZSTD;q=0.001", true),
            ("zstd ; q=1.0, gzip", true),
            ("gzip;q=0, zstd", true),
            ("gzip", false),
            ("zstd;q=0", false),
            ("zstd; q=0.000", false),
            ("zstd;q=many", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepts))]);
            assert_eq!(takes_zstd(&headers), takes, "{accepts}");
        }
    }
}
