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

const OUTBOX_CHANGED: [Topic; 3] = [Topic::Outbox, Topic::Stores, Topic::Status];
pub(super) const RECORDS_CHANGED: [Topic; 4] = [Topic::Stores, Topic::Outbox, Topic::Reviews, Topic::Status];

/// Does it, and says how it went. Edits that wait again because of it are told as an input of their own.
pub(super) async fn carry_out(parts: &Parts, inputs: &mpsc::Sender<Input>, effect: Effect) -> Input {
    match effect {
        Effect::LoadBatch { edits_max, bytes_max } => load_batch(parts, edits_max, bytes_max).await,
        Effect::Push { edits } => push(parts, edits).await,
        Effect::StoreOutcomes { reply, retry_at_ms } => {
            stored(parts, parts.cache.store_outcomes(&reply, retry_at_ms).await)
        }
        Effect::Release { edit_ids } => {
            let never_left = parts.never_left.swap(false, std::sync::atomic::Ordering::Relaxed);
            stored(parts, parts.cache.release(&edit_ids, never_left).await)
        }
        Effect::Reject { edit_id, problem } => stored(parts, parts.cache.reject(edit_id, &problem).await),
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

async fn push(parts: &Parts, edits: Vec<domain::Edit>) -> Input {
    let token = match parts.session.bearer().await {
        Ok(token) => token,
        Err(failed) => {
            parts.never_left.store(true, std::sync::atomic::Ordering::Relaxed);
            return Input::Pushed(Err(failed.failure));
        }
    };
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
    if let Err(failed) = &answer {
        // Not taken for lack of a token or not sent at all: the server cannot have them.
        let never_left = failed.never_left || failed.failure == Failure::SignedOut;
        parts.never_left.store(never_left, std::sync::atomic::Ordering::Relaxed);
    }
    Input::Pushed(judge(parts, answer))
}

async fn pull(parts: &Parts, limit: usize) -> std::result::Result<domain::api::ChangesPage, Failure> {
    let mut query = match parts.cache.cursor().await {
        Ok(query) => query,
        Err(error) => {
            tracing::error!(%error, "the cursor could not be read");
            return Err(Failure::Busy { retry_after_ms: None });
        }
    };
    query.limit = Some(limit);
    let answer = async {
        let token = parts.session.bearer().await?;
        match parts.ahead.take(&token, &query).await {
            Some(answer) => answer,
            None => parts.remote.changes(&token, &query).await,
        }
    };
    let page = judge(parts, answer.await)?;
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
