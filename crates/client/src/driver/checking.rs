//! The comparison with the server's digests, and the repair of what differs.

use domain::api::{ChangesQuery, DigestReply, MINOR_DIGESTS, PAGE_CHANGES_MAX};
use domain::problem::{ErrorCode, Problem};
use sync_engine::device::{Comparison, Failure, Input};

use tokio::sync::mpsc;

use super::Parts;
use super::effects::{RECORDS_CHANGED, judge};
use crate::cache::Mended;
use crate::error::Error;
use crate::session::Pass;

/// Why it did not come to an end.
enum Stopped {
    /// The server's word, or none.
    Call(Failure),
    /// The cache refused.
    Cache(Error),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Call(failure)
    }
}
impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Cache(error)
    }
}

/// What the server does not say it can, it is not asked for.
fn offered(parts: &Parts) -> Result<(), Failure> {
    match parts.remote.addresses().minor() {
        Some(minor) if minor >= MINOR_DIGESTS => Ok(()),
        _ => Err(Failure::Refused(Problem::new(ErrorCode::Protocol, "this server does not know digests"))),
    }
}

/// A token of somebody whom the records were pulled for; what another sees says nothing about them, and a pull comes first.
async fn bearer(parts: &Parts) -> Result<Option<String>, Stopped> {
    let Pass { token, actor } = judge(parts, parts.session.pass().await)?;
    Ok(parts.cache.is_pulled_for(&actor.scope).await?.then_some(token))
}

/// Compares the digests of the pulled records with the server's.
pub(super) async fn compare(parts: &Parts, inputs: &mpsc::Sender<Input>) -> Input {
    match comparison(parts, inputs).await {
        Ok(comparison) => Input::DigestsCompared(Ok(comparison)),
        Err(Stopped::Call(failure)) => Input::DigestsCompared(Err(failure)),
        Err(Stopped::Cache(error)) => refused_by_disk(&error),
    }
}

async fn comparison(parts: &Parts, inputs: &mpsc::Sender<Input>) -> Result<Comparison, Stopped> {
    offered(parts)?;
    parts.cache.reread_digests().await?;
    let Some(token) = bearer(parts).await? else { return Ok(Comparison::Moved) };
    let DigestReply { digests: theirs, pruned } = judge(parts, parts.remote.digests(&token).await)?;
    let moved = |ours: &domain::digest::Digests| ours.epoch != theirs.epoch || ours.seq != theirs.seq;
    if moved(&parts.cache.digests().await?) {
        return Ok(Comparison::Moved);
    }
    parts.cache.forget_pruned(pruned).await?;
    let buckets = parts.cache.digests().await?.differing(&theirs);
    if buckets.is_empty() {
        let again = parts.cache.look_through_log().await?;
        if again > 0 {
            tracing::warn!(merchants = again, "the server has lost edits that it had taken; they are sent again");
            let _ = inputs.send(Input::EditSaved).await;
        }
        return Ok(Comparison::Equal);
    }
    tracing::warn!(buckets = buckets.len(), "this computer's records differ from the server's; they are fetched anew");
    Ok(Comparison::Different { buckets })
}

/// Fetches these buckets whole, one after the other. What was mended before one fails stays mended.
pub(super) async fn repair(parts: &Parts, inputs: &mpsc::Sender<Input>, buckets: Vec<u8>) -> Input {
    let mut mended = 0;
    for bucket in buckets {
        match repair_bucket(parts, bucket).await {
            Ok(done) => {
                mended += done.records;
                if done.again > 0 {
                    let _ = inputs.send(Input::EditSaved).await;
                }
            }
            Err(Stopped::Call(failure)) => return Input::BucketsRepaired(Err(failure)),
            Err(Stopped::Cache(error)) => return refused_by_disk(&error),
        }
    }
    parts.announcer.announce(&RECORDS_CHANGED);
    parts.unindexed.notify_one();
    Input::BucketsRepaired(Ok(mended))
}

async fn repair_bucket(parts: &Parts, bucket: u8) -> Result<Mended, Stopped> {
    let epoch = parts.cache.cursor().await?.epoch;
    let (mut changes, mut cursor) = (Vec::new(), 0);
    let head = loop {
        let query = ChangesQuery {
            cursor,
            limit: Some(PAGE_CHANGES_MAX),
            epoch: epoch.clone(),
            bucket: Some(bucket),
            ..ChangesQuery::default()
        };
        let token = bearer(parts).await?.ok_or(Failure::Busy { retry_after_ms: None })?;
        let page = judge(parts, parts.remote.changes(&token, &query).await)?;
        if epoch.as_ref() != Some(&page.epoch) {
            return Err(Failure::EpochChanged.into());
        }
        changes.extend(page.changes);
        if page.complete {
            break page.head;
        }
        if page.next_cursor <= cursor {
            // A server that does not go on must not be asked without end.
            return Err(Failure::Busy { retry_after_ms: None }.into());
        }
        cursor = page.next_cursor;
    };
    Ok(parts.cache.mend_bucket(bucket, changes, head).await?)
}

fn refused_by_disk(error: &Error) -> Input {
    tracing::error!(%error, "the records could not be compared or mended");
    Input::PullStorageFailed
}
