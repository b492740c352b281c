//! The comparison with the server's digests, and the repair of what differs.

use domain::api::PROTOCOL;
use domain::problem::{ErrorCode, Problem};
use sync_engine::device::{Failure, Input};

use super::Parts;

/// Protocol 1.0 has no digests: the engine asks again at its next turn.
fn not_in_this_protocol() -> Failure {
    Failure::Refused(Problem::new(ErrorCode::NotFound, format!("protocol {PROTOCOL} has no digests")))
}

/// Compares the digests of the pulled records with the server's.
pub(super) async fn compare(_parts: &Parts) -> Input {
    Input::DigestsCompared(Err(not_in_this_protocol()))
}

/// Fetches these buckets whole.
pub(super) async fn repair(_parts: &Parts, _buckets: Vec<u8>) -> Input {
    Input::BucketsRepaired(Err(not_in_this_protocol()))
}
