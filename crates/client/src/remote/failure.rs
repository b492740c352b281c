//! What a failed call means.

use domain::problem::{ErrorCode, Problem};
use sync_engine::device::Failure;

use crate::error::Error;

/// The media type of a problem document (RFC 9457).
pub(super) const PROBLEM_TYPE: &str = "application/problem+json";

/// A failed call.
#[derive(Clone, Debug, PartialEq)]
pub struct Failed {
    /// What it means for the engine.
    pub failure: Failure,
    /// No connection was made: the server cannot have taken what was sent.
    pub never_left: bool,
    /// What people should know about a failure that may pass.
    pub why: Option<Box<Problem>>,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self { failure, never_left: false, why: None }
    }
}

impl Failed {
    /// Of a call that got no answer.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        Self { failure: Failure::Unreachable, never_left: error.is_connect() || error.is_builder(), why: None }
    }

    /// Somebody answered, but not our server: the sign-in page of a network, a proxy, a wrong address. It says
    /// nothing about what was sent.
    pub(super) fn stranger() -> Self {
        let why = Problem::new(
            ErrorCode::Unreachable,
            "what answers at the server's address is not the console's server: sign in to this network if it asks for it, or correct the address; what was saved on this computer is kept and sent later",
        );
        Self { failure: Failure::Unreachable, never_left: false, why: Some(Box::new(why)) }
    }

    /// Our server answered, but in words of another version. It says nothing about the edits: they wait.
    pub(super) fn other_version(why: Problem) -> Self {
        Self { failure: Failure::Busy { retry_after_ms: None }, never_left: false, why: Some(Box::new(why)) }
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        if let Some(why) = failed.why {
            return Self::Problem(*why);
        }
        let problem = match failed.failure {
            Failure::Unreachable => Problem::new(
                ErrorCode::Unreachable,
                "nobody answers at the server's address; what was saved on this computer is kept and sent later",
            ),
            Failure::Busy { retry_after_ms } => {
                Problem { retry_after_ms, ..Problem::new(ErrorCode::Busy, "the server is busy; try again in a moment") }
            }
            Failure::SignedOut => {
                Problem::new(ErrorCode::SignedOut, "sign in again; what was saved on this computer is kept")
            }
            Failure::Refused(problem) => problem,
            Failure::EpochChanged => {
                Problem::new(ErrorCode::EpochChanged, "the server's data start anew; they are fetched again")
            }
        };
        Self::Problem(problem)
    }
}

/// The status by which a network asks for a sign-in (RFC 6585, 6).
const NETWORK_SIGN_IN: u16 = 511;
/// The status by which the server refuses another major version of the protocol (RFC 9110, 15.5.22).
const UPGRADE_REQUIRED: u16 = 426;

/// An answer that is not a success.
pub(super) struct Refusal<'a> {
    /// HTTP status.
    pub status: u16,
    /// Without parameters.
    pub content_type: &'a str,
    /// The header's wish, in milliseconds.
    pub retry_after_ms: Option<u64>,
    pub body: &'a [u8],
}

/// The meaning of an answer that is not a success. Only a problem document is our server's word: whatever else
/// comes is no verdict on what was sent.
pub(super) fn classify(refusal: &Refusal<'_>) -> Failed {
    let problem = match refusal.content_type {
        PROBLEM_TYPE => serde_json::from_slice::<Problem>(refusal.body).ok(),
        _ => None,
    };
    let busy = |retry_after_ms| Failed::from(Failure::Busy { retry_after_ms });
    let Some(problem) = problem else {
        return match refusal.status {
            NETWORK_SIGN_IN => Failed::stranger(),
            408 | 425 | 429 | 500.. => busy(refusal.retry_after_ms),
            _ => Failed::stranger(),
        };
    };
    match (refusal.status, problem.code) {
        // The pull starts anew in the same way.
        (_, ErrorCode::EpochChanged | ErrorCode::CursorTooOld) => Failure::EpochChanged.into(),
        (_, ErrorCode::SignedOut) => Failure::SignedOut.into(),
        (UPGRADE_REQUIRED, _) | (_, ErrorCode::Protocol) => Failed::other_version(problem),
        (_, ErrorCode::Busy) | (408 | 425 | 429 | 500.., _) => busy(refusal.retry_after_ms.or(problem.retry_after_ms)),
        _ => Failure::Refused(problem).into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_one_meaning() {
        let ours = |status: u16, code: ErrorCode| {
            let body = serde_json::to_vec(&Problem::new(code, "x")).unwrap();
            classify(&Refusal { status, content_type: PROBLEM_TYPE, retry_after_ms: None, body: &body }).failure
        };
        let busy = |retry_after_ms| Failure::Busy { retry_after_ms };
        assert_eq!(ours(401, ErrorCode::SignedOut), Failure::SignedOut);
        assert_eq!(ours(409, ErrorCode::EpochChanged), Failure::EpochChanged);
        assert_eq!(ours(410, ErrorCode::CursorTooOld), Failure::EpochChanged);
        assert_eq!(ours(426, ErrorCode::Protocol), busy(None));
        assert_eq!(ours(500, ErrorCode::Internal), busy(None));
        assert_eq!(ours(503, ErrorCode::Storage), busy(None));
        assert_eq!(ours(426, ErrorCode::BadRequest), busy(None), "another version is no verdict on an edit");
        assert!(matches!(ours(401, ErrorCode::BadCredentials), Failure::Refused(_)));
        assert!(matches!(ours(413, ErrorCode::TooLarge), Failure::Refused(_)));

        let problem = serde_json::to_vec(&Problem::new(ErrorCode::BadRequest, "x")).unwrap();
        for (status, content_type, body, meaning) in [
            (302, "text/html", &b"<html>"[..], Failure::Unreachable),
            (401, "", b"", Failure::Unreachable),
            (403, "text/html", b"<html>", Failure::Unreachable),
            (404, "", b"not ours", Failure::Unreachable),
            (400, PROBLEM_TYPE, b"{}", Failure::Unreachable),
            (400, "application/json", &problem, Failure::Unreachable),
            (503, "text/html", b"<html>", busy(Some(2_000))),
            (511, "text/html", b"<html>", Failure::Unreachable),
        ] {
            let failed = classify(&Refusal { status, content_type, retry_after_ms: Some(2_000), body });
            assert_eq!(failed.failure, meaning, "{status} {content_type}");
        }
    }
}
