//! Syncing on request.

use std::time::{Duration, Instant};

use domain::api::MINOR_DIGESTS;
use domain::problem::ErrorCode;
use sync_engine::device::Input;

use super::Console;
use crate::clock;
use crate::driver::{FolderLock, LastKnown, SYNC_LOCK, request_rebuild, request_sync};
use crate::error::{Error, Result};
use crate::session::Session;

/// How often a waiting command looks, should nothing be told.
const LOOK: Duration = Duration::from_millis(25);

/// How long a comparison is waited for after everything else is done: a sync without it is a sync too.
const CHECK_WITHIN: Duration = Duration::from_secs(60);

impl Console {
    /// Sends and fetches now, whatever was waited for.
    ///
    /// # Errors
    /// `storage`.
    pub async fn sync_now(&self) -> Result<()> {
        self.cache.retry_all().await?;
        self.backend().await.tell(Input::SyncNow).await;
        Ok(())
    }

    /// Syncs until nothing is left that can be sent, the last pull is complete and everything is searchable.
    /// Where a window syncs already, it is asked to, and waited for.
    ///
    /// # Errors
    /// `signed_out`, `unreachable`, `busy` if it takes longer than `limit`, or the server's refusal. What was
    /// saved is kept.
    pub async fn sync_once(&self, limit: Duration) -> Result<()> {
        self.exchange(limit, false).await?;
        self.cache.index_all().await
    }

    /// The same, and compares the records with the server's, where the server can; [`Self::status`] says what that
    /// showed.
    ///
    /// # Errors
    /// As [`Self::sync_once`].
    pub async fn sync_and_check(&self, limit: Duration) -> Result<()> {
        self.exchange(limit, true).await?;
        self.cache.index_all().await
    }

    /// Sends and receives until the list can be used, without waiting for the search index; with `check` it also
    /// compares.
    ///
    /// # Errors
    /// As [`Self::sync_once`].
    pub async fn exchange(&self, limit: Duration, check: bool) -> Result<()> {
        let until = Instant::now() + limit;
        self.cache.retry_all().await?;
        let lock = match FolderLock::take(&self.home, SYNC_LOCK)? {
            Some(lock) => Some(lock),
            None => self.wait_for_other(until).await?,
        };
        match lock {
            Some(lock) => self.exchange_alone(lock, until, check).await,
            None => Ok(()),
        }
    }

    async fn exchange_alone(&self, lock: FolderLock, until: Instant, check: bool) -> Result<()> {
        let backend = self.backend().await;
        if !backend.session.is_signed_in().await {
            return Err(self.not_signed_in().await);
        }
        backend.start_sync(&self.cache, &self.announcer, Some(lock), check).await;
        let done = self.wait_for_own(until, check).await;
        backend.stop_sync().await;
        done
    }

    /// Fetches everything anew and makes list and index anew, for somebody who doubts what this device holds. Goes on in
    /// the background; the outbox stays, and what was fetched before shows until it is replaced.
    ///
    /// # Errors
    /// `storage`.
    pub async fn rebuild(&self) -> Result<()> {
        self.cache.remake_list().await?;
        self.backend().await.tell(Input::Rebuild).await;
        Ok(())
    }

    /// The same, and waits for its end as [`Self::sync_and_check`] does.
    ///
    /// # Errors
    /// As [`Self::sync_once`].
    pub async fn rebuild_once(&self, limit: Duration) -> Result<()> {
        let until = Instant::now() + limit;
        if !self.backend().await.session.is_signed_in().await {
            return Err(self.not_signed_in().await);
        }
        self.cache.remake_list().await?;
        let before = self.cache.generation().await?;
        let lock = match FolderLock::take(&self.home, SYNC_LOCK)? {
            Some(lock) => Some(lock),
            None => self.rebuilt_by_other(before, until).await?,
        };
        if let Some(lock) = lock {
            if self.cache.generation().await? == before {
                // Nobody pulls: no page of the old cursor is on its way.
                self.cache.read_anew().await?;
            }
            self.exchange_alone(lock, until, true).await?;
        }
        self.cache.index_all().await
    }

    /// Asks the process that syncs to fetch everything anew, and waits for it. Should it end before it is done, the lock
    /// is returned.
    async fn rebuilt_by_other(&self, before: u64, until: Instant) -> Result<Option<FolderLock>> {
        request_rebuild(&self.cache).await?;
        while self.cache.generation().await? == before {
            if let Some(lock) = FolderLock::take(&self.home, SYNC_LOCK)? {
                return Ok(Some(lock));
            }
            if Instant::now() >= until {
                return Err(took_too_long());
            }
            tokio::time::sleep(LOOK).await;
        }
        self.wait_for_other(until).await
    }

    async fn wait_for_own(&self, until: Instant, check: bool) -> Result<()> {
        let backend = self.backend().await;
        let Some(mut watched) = backend.watch().await else { return Err(took_too_long()) };
        let mut drained_at = None;
        while Instant::now() < until {
            // An end of the driver is no progress: the limit ends the wait.
            if !matches!(tokio::time::timeout(LOOK, watched.changed()).await, Ok(Ok(()))) {
                tokio::task::yield_now().await;
            }
            let Some((progress, refusal)) = backend.progress().await else { continue };
            // Before its first step the engine is paused too.
            let begun = progress.online.is_some() || !backend.session.is_signed_in().await;
            if progress.paused && begun {
                return Err(self.not_signed_in().await);
            }
            if progress.storage_failed {
                return Err(Error::new(
                    ErrorCode::Storage,
                    "the cache on this computer cannot be written: is the disk full?",
                ));
            }
            if progress.busy {
                continue;
            }
            if let Some(refusal) = refusal {
                return Err(Error::new(refusal.code, refusal.message));
            }
            if progress.online == Some(false) && backend.is_out_of_servers().await {
                return Err(unreachable());
            }
            if progress.pull_complete && self.is_drained().await? {
                let since = *drained_at.get_or_insert_with(Instant::now);
                let can_check = backend.remote.addresses().minor().is_some_and(|minor| minor >= MINOR_DIGESTS);
                if !check || !can_check || progress.checked.is_some() || since.elapsed() > CHECK_WITHIN {
                    return Ok(());
                }
            }
        }
        Err(took_too_long())
    }

    /// Asks the process that syncs to do it now, and waits for its end. Should that process end before, the lock is
    /// returned: it is for this one to do.
    async fn wait_for_other(&self, until: Instant) -> Result<Option<FolderLock>> {
        let asked_ms = clock::now_ms();
        request_sync(&self.cache).await?;
        while Instant::now() < until {
            tokio::time::sleep(LOOK * 4).await;
            let known = LastKnown::load(&self.cache).await?;
            if known.last_pull_ms.is_some_and(|ms| ms >= asked_ms) && self.is_drained().await? {
                return Ok(None);
            }
            if let Some(lock) = FolderLock::take(&self.home, SYNC_LOCK)? {
                return Ok(Some(lock));
            }
            if known.paused {
                return Err(Session::signed_out());
            }
            if known.unreachable_ms.is_some_and(|ms| ms >= asked_ms) {
                return Err(unreachable());
            }
        }
        match LastKnown::load(&self.cache).await?.online {
            false => Err(unreachable()),
            true => Err(took_too_long()),
        }
    }

    /// Why nothing can be asked of the server: credentials that were given were refused, or nobody is signed in.
    pub(super) async fn not_signed_in(&self) -> Error {
        match &self.options.machine {
            // Where they still count, it was the token that was refused.
            Some(machine) if !self.backend().await.session.is_signed_in().await => {
                let text = format!(
                    "the server refused the credentials of the client {}: correct its id and secret; what was saved on this computer is kept",
                    machine.id
                );
                Error::new(ErrorCode::BadCredentials, text)
            }
            _ => Session::signed_out(),
        }
    }

    /// Nothing is left that this actor could send, and every answer has come back.
    async fn is_drained(&self) -> Result<bool> {
        let actor = self.backend().await.session.actor().await?.map(|actor| actor.id);
        let due = self.cache.has_due(clock::now_ms(), actor.as_ref()).await?;
        let numbers = self.cache.numbers().await?;
        Ok(!due && numbers.coming_back == 0 && numbers.pull_complete)
    }
}

fn unreachable() -> Error {
    crate::remote::Failed::from(sync_engine::device::Failure::Unreachable).into()
}

fn took_too_long() -> Error {
    Error::new(ErrorCode::Busy, "the sync took longer than it may: what was saved is kept; run it again")
}
