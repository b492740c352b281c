//! Carries out the engine's effects. Each answers with one input.

use std::time::SystemTime;

use domain::Problem;
use domain::ipc::{IpcError, Topic};
use sync_engine::device::{Effect, Failure, Input};
use telemetry::Stage;
use tokio::sync::mpsc;

use super::{Parts, ahead};
use crate::clock;
use crate::error::Result;
use crate::remote::Failed;
use crate::session::Pass;

const OUTBOX_CHANGED: [Topic; 3] = [Topic::Outbox, Topic::Stores, Topic::Status];
pub(super) const RECORDS_CHANGED: [Topic; 4] = [Topic::Stores, Topic::Outbox, Topic::Reviews, Topic::Status];

/// Does it, and says how it went. Edits that wait again because of it are told as an input of their own.
pub(super) async fn carry_out(parts: &Parts, inputs: &mpsc::Sender<Input>, effect: Effect) -> Input {
    match effect {
        Effect::LoadBatch { edits_max, bytes_max } => load_batch(parts, edits_max, bytes_max).await,
        Effect::Push { edits } => push(parts, edits).await,
        Effect::StoreOutcomes { reply, retry_at_ms } => {
            let result = parts.cache.store_outcomes(&reply, retry_at_ms).await;
            if result.is_ok() {
                let mut carried = parts.carried();
                for outcome in &reply.outcomes {
                    carried.remove(&outcome.edit_id);
                }
            }
            stored(parts, result)
        }
        Effect::Release { edit_ids } => stored(parts, release(parts, edit_ids).await),
        Effect::Reject { edit_id, problem } => {
            parts.carried().remove(&edit_id);
            stored(parts, parts.cache.reject(edit_id, &problem).await)
        }
        Effect::Pull { limit } => Input::Pulled(pull(parts, limit).await),
        Effect::StorePage { page } => {
            let (complete, some) = (page.complete, !page.changes.is_empty());
            if let Err(error) = ahead::read_on(parts, &page).await {
                tracing::debug!(%error, "the next page is read afterwards");
            }
            let ready = parts.ahead.ready(&page);
            match parts.cache.apply_ready_page(page, ready).await {
                Ok(again) => {
                    if again > 0 {
                        let _ = inputs.send(Input::EditSaved).await;
                    }
                    if complete {
                        parts.unindexed.notify_one();
                    }
                    if some || again > 0 {
                        parts.announcer.announce(&RECORDS_CHANGED);
                    }
                    Input::PageStored
                }
                Err(error) => {
                    tracing::error!(%error, "a page could not be stored");
                    Input::PullStorageFailed
                }
            }
        }
        Effect::CompareDigests => super::checking::compare(parts, inputs).await,
        Effect::RepairBuckets { buckets } => super::checking::repair(parts, inputs, buckets).await,
        Effect::RefreshToken => {
            let refreshed = parts.session.refresh().await.map_err(|failed| failed.failure);
            parts.announcer.announce(&[Topic::Session, Topic::Status]);
            Input::Refreshed(refreshed)
        }
        // Carried out by the loop itself, before anything that follows it.
        Effect::RestartPull => begin_anew(parts, true).await,
        Effect::ReadAnew => begin_anew(parts, false).await,
    }
}

/// Gives the cursor up; answered edits that wait again after the end of an epoch are to be sent. If the disk refuses,
/// nothing has changed: the next pull meets the same answer, or the same wish, and tries again.
pub(super) async fn begin_anew(parts: &Parts, epoch_ended: bool) -> Input {
    let begun = if epoch_ended { parts.cache.restart_pull().await } else { parts.cache.read_anew().await };
    match begun {
        Ok(()) => {
            parts.announcer.announce(&OUTBOX_CHANGED);
            Input::PullRestarted
        }
        Err(error) => {
            tracing::error!(%error, "the pull could not be started anew");
            Input::PullStorageFailed
        }
    }
}

async fn load_batch(parts: &Parts, edits_max: usize, bytes_max: usize) -> Input {
    let loaded = async {
        let actor = parts.session.actor().await?.map(|actor| actor.id);
        parts.cache.load_batch(edits_max, bytes_max, clock::now_ms(), actor.as_ref()).await
    };
    match loaded.await {
        Ok(batch) => {
            if !batch.edits.is_empty() {
                parts.packed.pack(parts, &batch.edits);
                parts.announcer.announce(&[Topic::Outbox]);
            }
            Input::Batch { edits: batch.edits, next_due_ms: batch.next_due_ms }
        }
        Err(error) => {
            tracing::error!(%error, "the outbox could not be read");
            Input::PushStorageFailed
        }
    }
}

/// What no request has carried may be taken back as if it had never been. Of what one has, the next attempt knows no more.
async fn release(parts: &Parts, edit_ids: Vec<domain::EditId>) -> Result<()> {
    let (carried, others): (Vec<_>, Vec<_>) = {
        let mut carried = parts.carried();
        edit_ids.into_iter().partition(|id| carried.remove(id))
    };
    for (edit_ids, never_left) in [(carried, false), (others, true)] {
        if !edit_ids.is_empty() {
            parts.cache.release(&edit_ids, never_left).await?;
        }
    }
    Ok(())
}

async fn push(parts: &Parts, edits: Vec<domain::Edit>) -> Input {
    let Pass { token, actor } = match parts.session.pass().await {
        Ok(pass) => pass,
        Err(failed) => return Input::Pushed(Err(failed.failure)),
    };
    // Somebody else has signed in since these were read: they are not theirs to send.
    if edits.iter().any(|edit| edit.actor.as_ref().is_some_and(|author| *author != actor.id)) {
        return Input::Pushed(Err(Failure::Busy { retry_after_ms: None }));
    }
    let begun = SystemTime::now();
    let answer = match parts.packed.take(parts, &edits) {
        Ok(packed) => parts.remote.push(&token, packed).await,
        Err(failed) => Err(failed),
    };
    let answer = match answer {
        // A cut answer is no answer: the edits are sent again, and have their one effect.
        Ok(reply) if reply.outcomes.len() != edits.len() => Err(Failed::from(Failure::Busy { retry_after_ms: None })),
        answer => answer,
    };
    for (n, edit) in edits.iter().enumerate() {
        let outcome = answer.as_ref().map_or("unanswered", |reply| reply.outcomes[n].state.as_str());
        telemetry::edit(Stage::Sent, edit, begun, outcome);
    }
    // Not taken for lack of a token or not sent at all: the server cannot have them.
    let never_left = |failed: &Failed| failed.never_left || failed.failure == Failure::SignedOut;
    if !answer.as_ref().is_err_and(never_left) {
        parts.carried().extend(edits.iter().map(|edit| edit.edit_id));
    }
    Input::Pushed(judge(parts, answer))
}

async fn pull(parts: &Parts, limit: usize) -> std::result::Result<domain::api::ChangesPage, Failure> {
    let Pass { token, actor } = judge(parts, parts.session.pass().await)?;
    let mut query = match parts.cache.cursor_of(&actor.scope).await {
        Ok(query) => query,
        Err(error) => {
            tracing::error!(%error, "the cursor could not be read");
            return Err(Failure::Busy { retry_after_ms: None });
        }
    };
    query.limit = Some(limit);
    let answer = match parts.ahead.take(&token, &query).await {
        Some(answer) => answer,
        None => parts.remote.changes(&token, &query).await,
    };
    let page = judge(parts, answer)?;
    match &query.epoch {
        Some(epoch) if *epoch != page.epoch => Err(Failure::EpochChanged),
        _ => super::policy::before(parts, page).await,
    }
}

/// Keeps what the server refused for the status bar.
pub(super) fn judge<T>(parts: &Parts, answer: std::result::Result<T, Failed>) -> std::result::Result<T, Failure> {
    match &answer {
        Ok(_) => parts.set_refusal(None),
        Err(Failed { failure: Failure::Refused(problem), .. }) => {
            parts.set_refusal(Some(IpcError::from(problem.clone())));
        }
        // It may pass, but not without people: a program of another version, say.
        Err(Failed { failure: Failure::Busy { .. }, why: Some(why), .. }) => {
            parts.set_refusal(Some(IpcError::from(Problem::clone(why))));
        }
        Err(_) => {}
    }
    answer.map_err(|failed| failed.failure)
}

fn stored(parts: &Parts, result: Result<()>) -> Input {
    match result {
        Ok(()) => {
            parts.announcer.announce(&OUTBOX_CHANGED);
            Input::OutcomesStored
        }
        Err(error) => {
            tracing::error!(%error, "the outbox could not be written");
            Input::PushStorageFailed
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use domain::edit::{Source, Write};
    use domain::{FieldPath, MerchantId, Value};

    use super::*;
    use crate::cache::{Cache, Discarded, Draft};
    use crate::driver::Announcer;
    use crate::remote::Remote;
    use crate::secrets::Secrets;
    use crate::session::Session;

    #[tokio::test]
    async fn only_what_no_request_has_carried_can_be_taken_back() {
        let home = tempfile::tempdir().unwrap();
        let cache = Arc::new(Cache::open(home.path()).await.unwrap());
        let remote = Arc::new(Remote::new("http://127.0.0.1:1", cache.device()).unwrap());
        let session = Session::resume(remote.clone(), cache.clone(), Secrets::in_memory(), None).await;
        let parts = Parts::new(cache.clone(), remote, Arc::new(session), Announcer::default());
        let mut ids = Vec::new();
        for merchant in ["A", "B"] {
            let name =
                Write { field: FieldPath::new("name").unwrap(), base_value: Value::NULL, value: Value::text("店") };
            let draft = Draft::new(MerchantId::new(merchant).unwrap(), vec![name], Source::Manual);
            ids.push(cache.save(draft, None).await.unwrap().edit_id);
        }
        assert_eq!(cache.load_batch(9, 1_000_000, 0, None).await.unwrap().edits.len(), 2);
        // The answer to the first could not be stored; the second made no connection. Both are given back together.
        parts.carried().insert(ids[0]);
        release(&parts, ids.clone()).await.unwrap();
        assert!(matches!(cache.discard(ids[0]).await.unwrap(), Discarded::Sent(_)));
        assert!(matches!(cache.discard(ids[1]).await.unwrap(), Discarded::Cancelled(_)));
        assert!(parts.carried().is_empty());
    }
}
