//! What is well and what is not, for people who ask.

use domain::ipc::SecretStore;
use serde::Serialize;

use super::Console;
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
        let who = status.session.actor.as_ref().map_or("nobody", |actor| actor.name.as_str());
        let signed = if status.session.signed_in { "signed in" } else { "not signed in" };
        found("session", status.session.signed_in, format!("{who}, {signed}"));
        let backend = self.backend().await;
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
}
