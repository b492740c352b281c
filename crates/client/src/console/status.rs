//! The status bar.

use domain::ipc::{DataCheck, StatusView, SyncPhase};
use sync_engine::device::Progress;

use super::Console;
use super::backend::Backend;
use crate::cache::Numbers;
use crate::clock;
use crate::driver::{LastKnown, address_in_use};
use crate::error::Result;

impl Console {
    /// The state of everything. Asks nobody.
    ///
    /// # Errors
    /// `storage`.
    pub async fn status(&self) -> Result<StatusView> {
        let backend = self.backend().await;
        let numbers = self.cache.numbers().await?;
        let known = LastKnown::load(&self.cache).await?;
        let settings = self.settings().await?;
        let session = backend.session.view().await?;
        let (progress, refusal) = match backend.progress().await {
            Some((progress, refusal)) => (Some(progress), refusal),
            None => (None, None),
        };
        let online = progress.and_then(|progress| progress.online).unwrap_or(known.online);
        let (server, fallback) = match backend.is_syncing().await {
            true => (backend.remote.base().to_owned(), backend.remote.addresses().active() != 0),
            false => self.address_elsewhere(&backend).await?,
        };
        let phase = phase(progress.as_ref(), refusal.is_some(), session.signed_in, online, &numbers);
        Ok(StatusView {
            phase,
            queued: numbers.queued,
            oldest_unsynced_s: numbers.oldest_ms.map(|ms| clock::now_ms().saturating_sub(ms) / 1_000),
            in_review: numbers.in_review,
            rejected: numbers.rejected,
            reviews: numbers.reviews,
            merchants: numbers.merchants,
            online,
            latency_ms: backend.remote.latency_ms().filter(|_| online),
            last_sync_at: known.last_sync_ms.map(clock::at),
            next_attempt_at: progress.and_then(|progress| progress.next_attempt_ms).map(clock::at),
            device_name: settings.device_name,
            server,
            fallback,
            checked: known.checked.map(|check| DataCheck {
                at: clock::at(check.at_ms),
                equal: check.equal,
                mended: check.mended,
            }),
            clock_ahead_ms: progress.and_then(|progress| progress.clock_ahead_ms),
            problem: refusal.filter(|_| phase == SyncPhase::Error),
            session,
        })
    }

    /// The address that another process on this data folder uses, and whether it is not the preferred one.
    async fn address_elsewhere(&self, backend: &Backend) -> Result<(String, bool)> {
        let addresses = backend.remote.addresses();
        let known = if addresses.count() > 1 { address_in_use(&self.cache).await? } else { None };
        let place = known.and_then(|known| (0..addresses.count()).find(|place| addresses.text(*place) == known));
        let place = place.unwrap_or(0);
        Ok((addresses.text(place).to_owned(), place != 0))
    }
}

fn phase(progress: Option<&Progress>, refused: bool, signed_in: bool, online: bool, numbers: &Numbers) -> SyncPhase {
    if refused || progress.is_some_and(|progress| progress.storage_failed) {
        return SyncPhase::Error;
    }
    if progress.map_or(!signed_in, |progress| progress.paused) {
        return SyncPhase::Paused;
    }
    if !online && progress.is_none_or(|progress| progress.online.is_some()) {
        return SyncPhase::Offline;
    }
    if progress.is_some_and(|progress| progress.busy) {
        return SyncPhase::Syncing;
    }
    match numbers.is_synced() && progress.is_none_or(|progress| progress.pull_complete) {
        true => SyncPhase::Synced,
        false if numbers.queued > 0 || numbers.rejected > 0 => SyncPhase::Pending,
        false => SyncPhase::Syncing,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn progress() -> Progress {
        Progress {
            online: Some(true),
            paused: false,
            busy: false,
            pull_complete: true,
            next_attempt_ms: None,
            clock_ahead_ms: None,
            storage_failed: false,
            checked: None,
            damaged_buckets: 0,
        }
    }

    #[test]
    fn synced_is_never_said_by_guess() {
        let synced = Numbers { pull_complete: true, ..Numbers::default() };
        let is = |progress: Progress, numbers: Numbers| {
            phase(Some(&progress), false, true, progress.online == Some(true), &numbers)
        };
        assert_eq!(is(progress(), synced), SyncPhase::Synced);
        for (numbers, expected) in [
            (Numbers { queued: 1, ..synced }, SyncPhase::Pending),
            (Numbers { rejected: 1, ..synced }, SyncPhase::Pending),
            (Numbers { coming_back: 1, ..synced }, SyncPhase::Syncing),
            (Numbers { pull_complete: false, ..synced }, SyncPhase::Syncing),
            (Numbers { in_review: 1, ..synced }, SyncPhase::Synced),
        ] {
            assert_eq!(is(progress(), numbers), expected, "{numbers:?}");
        }
        assert_eq!(is(Progress { pull_complete: false, ..progress() }, synced), SyncPhase::Syncing);
        assert_eq!(is(Progress { busy: true, ..progress() }, synced), SyncPhase::Syncing);
        assert_eq!(is(Progress { online: Some(false), busy: true, ..progress() }, synced), SyncPhase::Offline);
        assert_eq!(is(Progress { paused: true, ..progress() }, synced), SyncPhase::Paused);
        assert_eq!(is(Progress { storage_failed: true, ..progress() }, synced), SyncPhase::Error);
        assert_eq!(phase(None, false, true, true, &synced), SyncPhase::Synced);
    }
}
