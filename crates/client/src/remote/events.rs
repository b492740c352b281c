//! Wake-ups: server-sent events (WHATWG HTML, "Server-sent events"), read as they come. A lost event costs
//! nothing but time: the engine also pulls by itself.

use std::time::Duration;

use domain::api::{WakeUp, path};
use futures_util::StreamExt;
use reqwest::Method;
use reqwest::header::ACCEPT;
use sync_engine::device::Failure;
use tokio::time::timeout;

use super::{Failed, Remote, media_type, refusal};

/// A connection that says nothing for so long is dead: the server sends a comment more often.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// The media type of the stream.
const EVENT_STREAM: &str = "text/event-stream";
/// How long to wait for the head of the answer.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest line, in bytes.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// Cuts the bytes of an event stream into wake-ups.
#[derive(Default)]
pub struct Lines {
    line: Vec<u8>,
    data: String,
}

impl Lines {
    /// Takes the next bytes. Events of other kinds are passed over.
    pub fn push(&mut self, bytes: &[u8], mut wake: impl FnMut(WakeUp)) {
        for byte in bytes {
            if *byte != b'\n' {
                if self.line.len() < LINE_BYTES_MAX {
                    self.line.push(*byte);
                }
                continue;
            }
            let line = String::from_utf8_lossy(&self.line).trim_end_matches('\r').to_owned();
            self.line.clear();
            if let Some(data) = line.strip_prefix("data:") {
                if self.data.len() + data.len() <= LINE_BYTES_MAX {
                    self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
                }
            } else if line.is_empty() && !self.data.is_empty() {
                if let Ok(event) = serde_json::from_str(&self.data) {
                    wake(event);
                }
                self.data.clear();
            }
        }
    }
}

/// Listens until the connection ends. `opened` is called when the server has accepted it.
///
/// # Errors
/// What a failed call means; an orderly end too is an error, because the stream should not end.
pub async fn wake_ups(
    remote: &Remote,
    token: &str,
    opened: impl FnOnce(),
    mut wake: impl FnMut(WakeUp),
) -> Result<(), Failed> {
    let request = remote.request(Method::GET, path::EVENTS, Some(token)).header(ACCEPT, EVENT_STREAM);
    let response =
        timeout(HEAD_TIMEOUT, remote.send(request)).await.map_err(|_| Failed::from(Failure::Unreachable))??;
    if !response.status().is_success() {
        return Err(refusal(response).await);
    }
    if media_type(&response) != EVENT_STREAM {
        return Err(Failed::stranger());
    }
    opened();
    let mut stream = response.bytes_stream();
    let mut lines = Lines::default();
    while let Ok(Some(Ok(bytes))) = timeout(SILENCE_MAX, stream.next()).await {
        lines.push(&bytes, &mut wake);
    }
    Err(Failure::Unreachable.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_wherever_the_bytes_are_cut() {
        let text = b": hello\n\ndata: {\"wake\":\"changes\",\"seq\":7}\n\nevent: x\ndata: nonsense\n\ndata:{\"wake\":\"orders\"}\r\n\r\n";
        for cut in 1..text.len() {
            let (mut lines, mut seen) = (Lines::default(), Vec::new());
            for piece in text.chunks(cut) {
                lines.push(piece, |wake| seen.push(wake));
            }
            assert_eq!(seen, [WakeUp::Changes { seq: 7 }, WakeUp::Orders], "cut {cut}");
        }
    }
}
