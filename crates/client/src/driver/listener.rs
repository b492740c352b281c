//! Listens to the server's wake-ups, as long as somebody is signed in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::api::WakeUp;
use domain::ipc::Topic;
use sync_engine::device::{Backoff, Failure, Input, Progress};
use tokio::sync::{mpsc, watch};

use super::Parts;
use crate::clock;
use crate::remote;

/// A connection that is only listened to may be tried more often than a request.
const RECONNECT: Backoff = Backoff { burst: 3, first_ms: 500, burst_max_ms: 2_000, slow_ms: 4_000 };

/// A connection that lasted so long was a good one: after it the delays begin anew. Shorter ones, which somebody
/// in between may cut each time, must not be followed by connections and syncs without pause.
const GOOD: Duration = Duration::from_secs(10);

/// How long the first pull is let go ahead: a wake-up in between would ask for another one behind it.
const FIRST_PULL: Duration = Duration::from_secs(10);

/// Listens for ever.
pub(super) async fn listen(parts: Arc<Parts>, inputs: mpsc::Sender<Input>, mut progress: watch::Receiver<Progress>) {
    let is_over = |now: &Progress| now.pull_complete || now.online == Some(false);
    let _ = tokio::time::timeout(FIRST_PULL, progress.wait_for(is_over)).await;
    let mut failures = 0_u32;
    loop {
        let (mut moves, mut sign_ins) = (parts.remote.addresses().moves(), parts.session.changes());
        if parts.session.is_signed_in().await {
            let mut opened = None;
            let failure = tokio::select! {
                failure = once(&parts, &inputs, failures > 0, &mut opened) => failure,
                // To the other address, or as the other person; or not at all.
                Ok(()) = moves.changed() => { failures = 0; continue },
                Ok(()) = sign_ins.changed() => { failures = 0; continue },
            };
            if opened.is_some_and(|at: Instant| at.elapsed() >= GOOD) {
                failures = 0;
            }
            match failure {
                Failure::SignedOut => failures = failures.max(RECONNECT.burst),
                failure => tracing::debug!(?failure, "no wake-ups"),
            }
        }
        failures = failures.saturating_add(1);
        let delay_ms = RECONNECT.delay_ms(failures, clock::random_u64());
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(delay_ms)) => {}
            Ok(()) = moves.changed() => {}
            Ok(()) = sign_ins.changed() => {}
        }
    }
}

async fn once(parts: &Parts, inputs: &mpsc::Sender<Input>, lost: bool, at: &mut Option<Instant>) -> Failure {
    let token = match parts.session.bearer().await {
        Ok(token) => token,
        Err(failed) => return failed.failure,
    };
    let opened = || {
        *at = Some(Instant::now());
        if lost {
            // The server is back: nothing need wait out its delay.
            let _ = inputs.try_send(Input::SyncNow);
        }
    };
    // The first one comes with the connection: what it names may be here.
    let mut at_hand = parts.cache.cursor().await.ok().map(|query| query.cursor);
    let wake = |wake: WakeUp| match wake {
        WakeUp::Changes { seq } => {
            if at_hand.take() != Some(seq) {
                let _ = inputs.try_send(Input::WakeUp);
            }
        }
        WakeUp::Orders => parts.announcer.announce(&[Topic::Insights]),
    };
    match remote::wake_ups(&parts.remote, &token, opened, wake).await {
        Ok(()) => Failure::Unreachable,
        Err(failed) => failed.failure,
    }
}
