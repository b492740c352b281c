//! People and programs that sign in, and their tokens.

use async_trait::async_trait;
use domain::{Actor, ActorId};

use super::DbError;

/// Person or program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountKind {
    /// A person, with a password.
    User,
    /// A program, with a secret of 256 random bits.
    Client,
}

impl AccountKind {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
        }
    }
}

/// Somebody who may sign in.
#[derive(Clone)]
pub struct Account {
    /// Person or program.
    pub kind: AccountKind,
    /// Who, as what, for which merchants.
    pub actor: Actor,
    /// Hash of the password or secret.
    pub secret: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("kind", &self.kind).field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Goes with every request.
    Access,
    /// Is exchanged for new tokens, once.
    Refresh,
}

impl TokenKind {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// SHA-256 of a token: all that is kept of it.
pub type TokenHash = [u8; 32];

/// A token that is given out.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Its hash.
    pub hash: TokenHash,
    /// What it is for.
    pub kind: TokenKind,
    /// Until when, in milliseconds since 1970.
    pub expires_at_ms: u64,
}

/// What became of a refresh token that was sent.
#[derive(Clone, Debug)]
pub enum Rotated {
    /// It was exchanged, and this is whose it is.
    Exchanged(Actor),
    /// Nobody has it.
    Nobodys,
    /// It was sent once too often: every token of its sign-in is void.
    Voided,
}

/// People and programs that sign in, and their tokens.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Who has this sign-in name?
    async fn account(&self, id: &ActorId) -> Result<Option<Account>, DbError>;
    /// Adds somebody. False if the name is taken; then nothing changed.
    async fn add_account(&self, account: &Account, now_ms: u64) -> Result<bool, DbError>;
    /// Removes somebody, with all tokens. False if nobody of that kind has the name; then nothing changed.
    async fn remove_account(&self, id: &ActorId, kind: AccountKind) -> Result<bool, DbError>;
    /// Gives somebody another secret (its hash), and voids all tokens. False as above.
    async fn change_secret(&self, id: &ActorId, kind: AccountKind, secret: &str) -> Result<bool, DbError>;
    /// How often one of these two was done: a server sees by it that tokens are void.
    async fn revocations(&self) -> Result<u64, DbError>;
    /// Voids all tokens of the sign-in that a token is of, and answers with whose they were.
    async fn revoke(&self, hash: &TokenHash) -> Result<Option<ActorId>, DbError>;
    /// Keeps the tokens of a new sign-in. All that descend from it share the family.
    async fn add_tokens(&self, actor: &ActorId, family: [u8; 16], tokens: &[NewToken]) -> Result<(), DbError>;
    /// Whose access token is it, and until when (milliseconds since 1970)? That a successor of a refresh token was used
    /// is remembered: the answer to the refresh arrived.
    async fn access_token(&self, hash: &TokenHash, now_ms: u64) -> Result<Option<(Actor, u64)>, DbError>;
    /// Exchanges a refresh token for others, in one transaction. One that nobody has costs those who write nothing.
    ///
    /// As long as no successor was used it may be sent again, however late: the answer may have been lost. The successors
    /// that nobody used are void then. Within `grace_ms` after it was exchanged they stay good, and it may be sent again
    /// though their access tokens were used: of two processes that refresh at once, one is later. Otherwise it was stolen,
    /// and every token of its sign-in is void.
    async fn rotate(&self, hash: &TokenHash, next: &[NewToken], now_ms: u64, grace_ms: u64)
    -> Result<Rotated, DbError>;
    /// Forgets expired tokens.
    async fn forget_expired(&self, now_ms: u64) -> Result<u64, DbError>;
}
