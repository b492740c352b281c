//! What a pull is checked against: epoch, markers, digests, the horizon of deletions.

use async_trait::async_trait;
use domain::Scope;
use domain::digest::Digests;

use super::DbError;

/// What a pull is checked against.
#[async_trait]
pub trait PullStore: Send + Sync {
    /// The epoch: a new one means that the data start anew.
    async fn epoch(&self) -> Result<String, DbError>;
    /// Begins the next epoch, unless somebody else has ended that one already.
    async fn end_epoch(&self, ended: &str, next: &str) -> Result<(), DbError>;
    /// Could the edit with this marker ([`domain::api::marker`]) have made or met that change? Yes where no edit
    /// is known of it: generated data have none.
    async fn knows(&self, seq: u64, marker: &str) -> Result<bool, DbError>;
    /// The newest change number of a deletion that is forgotten; 0 if none is.
    async fn pruned(&self) -> Result<u64, DbError>;
    /// Forgets deleted merchants about which nothing is asked, oldest deletion first, up to the first that the server took at that time or
    /// later, in milliseconds since 1970. Returns how many, at most `limit`. The newest change of all stays.
    async fn prune(&self, before_ms: u64, limit: usize) -> Result<u64, DbError>;
    /// The digests of what a scope sees, and the number of [`Self::pruned`], of one snapshot.
    async fn digests(&self, scope: &Scope) -> Result<(Digests, u64), DbError>;
}
