//! What is well and what is not, for people who ask.

use domain::ipc::SecretStore;
use serde::Serialize;
use sync_engine::device::Failure;

use super::Console;
use super::backend::Backend;
use crate::driver::{FolderLock, SYNC_LOCK};
use crate::error::{Error, Result};

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// Is it well?
    pub ok: bool,
    /// What was found.
    pub detail: String,
}

impl Console {
    /// Looks at cache, keyring, sign-in, server and clock.
    ///
    /// # Errors
    /// `storage` if the cache cannot even be read.
    pub async fn doctor(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let mut found = |check, ok, detail: String| findings.push(Finding { check, ok, detail });
        let integrity = self.cache.quick_check().await?;
        found("cache", integrity == "ok", format!("{}: {integrity}", self.cache.path().display()));
        let status = self.status().await?;
        let unindexed = self.cache.unindexed().await?;
        found("search", unindexed == 0, format!("{} merchants, {unindexed} not searchable yet", status.merchants));
        found(
            "outbox",
            status.rejected == 0,
            format!("{} waiting, {} in review, {} refused", status.queued, status.in_review, status.rejected),
        );
        let other = FolderLock::take(&self.home, SYNC_LOCK)?.is_none();
        found("sync", true, if other { "a running program syncs" } else { "nobody syncs now" }.to_owned());
        let (ok, detail) = match &status.checked {
            None => (true, "not compared with the server yet".to_owned()),
            Some(check) => {
                let same = if check.equal { "the same as the server's" } else { "not the same as the server's" };
                (check.equal, format!("{same} at {}, {} fetched anew before", check.at.to_rfc3339(), check.mended))
            }
        };
        found("records", ok, detail);
        let kept = match status.session.secret_store {
            SecretStore::Keyring => "tokens are kept in the system's keyring",
            SecretStore::Memory => "tokens are kept in memory only: sign in again at each start",
        };
        found("keyring", status.session.secret_store == SecretStore::Keyring, kept.to_owned());
        let backend = self.backend().await;
        let (ok, detail) = self.signed_in(&backend).await?;
        found("session", ok, detail);
        match backend.remote.ready().await.map_err(Error::from) {
            Ok(()) => {
                let latency = backend.remote.latency_ms().unwrap_or_default();
                let which = if status.fallback { ", not the preferred address" } else { "" };
                found("server", true, format!("{} answers in {latency} ms{which}", status.server));
            }
            Err(error) => found("server", false, format!("{}: {error}", status.server)),
        }
        Ok(findings)
    }

    /// Who is signed in, as the server says; where it does not answer, who was last.
    async fn signed_in(&self, backend: &Backend) -> Result<(bool, String)> {
        let session = &backend.session;
        let token = if session.is_signed_in().await { Some(session.bearer().await) } else { None };
        let actor = session.actor().await?.map(|actor| actor.name);
        let who = |without: &str| actor.clone().unwrap_or_else(|| without.to_owned());
        Ok(match token {
            None => (false, format!("{}, not signed in", who("nobody"))),
            Some(Ok(_)) => (true, format!("{}, signed in", who("somebody"))),
            Some(Err(failed)) if failed.failure == Failure::SignedOut => {
                (false, self.not_signed_in().await.to_string())
            }
            Some(Err(_)) => (true, format!("{}, to be signed in when the server answers", who("a client"))),
        })
    }
}
