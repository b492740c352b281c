//! Tokens: given out, checked (mostly in memory), exchanged.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Actor, ActorId};

use super::secrets::{self, SecretError};
use crate::db::accounts::{NewToken, Rotated, TokenHash, TokenKind};
use crate::db::{Database, DbError};

/// How long an access token is good, in seconds.
pub const ACCESS_S: u64 = 60 * 60;
/// How long a refresh token is good, in seconds.
pub const REFRESH_S: u64 = 30 * 24 * 60 * 60;
/// How long a refresh token may be sent again though what it was exchanged for is in use: two processes of one device may
/// refresh at once. As long as nothing of it is in use the answer may have been lost, and no time is too long.
pub const REFRESH_GRACE_MS: u64 = 2 * 60 * 1000;
/// Access tokens that are remembered.
const REMEMBERED_MAX: usize = 20_000;
/// After this a token is looked up again, so that a change of role takes effect.
const REMEMBERED_MS: u64 = 60 * 1000;

/// Somebody whose token was checked.
#[derive(Clone)]
pub struct SignedIn {
    /// The token, by its hash.
    pub token: TokenHash,
    /// Who.
    pub actor: Arc<Actor>,
    /// Until when, in milliseconds since 1970.
    pub expires_at_ms: u64,
}

/// New tokens.
pub struct Granted {
    /// Goes with every request.
    pub access: String,
    /// To be exchanged later; absent for programs.
    pub refresh: Option<String>,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// No random numbers.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// The tokens that are out.
pub struct Sessions {
    db: Arc<dyn Database>,
    remembered: Mutex<Remembered>,
}

/// Tokens that were checked, and until when that is believed.
#[derive(Default)]
struct Remembered {
    tokens: HashMap<TokenHash, (SignedIn, u64)>,
    /// How often all were forgotten: what was read before is not remembered after.
    forgotten: u64,
}

/// Draws tokens: as they are given out, and as they are kept.
fn draw(with_refresh: bool, now_ms: u64) -> Result<(Granted, Vec<NewToken>), SecretError> {
    let kept = |token: &str, kind, seconds: u64| NewToken {
        hash: secrets::token_hash(token),
        kind,
        expires_at_ms: now_ms + seconds * 1000,
    };
    let access = secrets::draw()?;
    let refresh = if with_refresh { Some(secrets::draw()?) } else { None };
    let mut tokens = vec![kept(&access, TokenKind::Access, ACCESS_S)];
    tokens.extend(refresh.iter().map(|token| kept(token, TokenKind::Refresh, REFRESH_S)));
    Ok((Granted { access, refresh }, tokens))
}

impl Sessions {
    /// Tokens kept in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        Self { db, remembered: Mutex::default() }
    }

    /// Gives out the tokens of a new sign-in.
    ///
    /// # Errors
    /// If they cannot be drawn or stored; then none were given out.
    pub async fn grant(&self, actor: &Actor, with_refresh: bool, now_ms: u64) -> Result<Granted, SessionError> {
        let (granted, tokens) = draw(with_refresh, now_ms)?;
        self.db.add_tokens(&actor.id, secrets::random()?, &tokens).await?;
        Ok(granted)
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// # Errors
    /// If they cannot be drawn or stored; then nothing has changed. A bad token is `None`.
    pub async fn refresh(&self, token: &str, now_ms: u64) -> Result<Option<(Actor, Granted)>, SessionError> {
        let (granted, tokens) = draw(true, now_ms)?;
        let hash = secrets::token_hash(token);
        match self.db.rotate(&hash, &tokens, now_ms, REFRESH_GRACE_MS).await? {
            Rotated::Exchanged(actor) => Ok(Some((actor, granted))),
            Rotated::Nobodys => Ok(None),
            Rotated::Voided => {
                self.forget();
                Ok(None)
            }
        }
    }

    /// Who has this access token?
    ///
    /// # Errors
    /// If the database fails. An unknown or expired token is `None`.
    pub async fn check(&self, token: &str, now_ms: u64) -> Result<Option<SignedIn>, DbError> {
        self.check_hash(secrets::token_hash(token), now_ms).await
    }

    /// The same of a token that was checked before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn check_hash(&self, token: TokenHash, now_ms: u64) -> Result<Option<SignedIn>, DbError> {
        let forgotten = {
            let remembered = self.remembered();
            if let Some((known, until_ms)) = remembered.tokens.get(&token)
                && *until_ms > now_ms
                && known.expires_at_ms > now_ms
            {
                return Ok(Some(known.clone()));
            }
            remembered.forgotten
        };
        let Some((actor, expires_at_ms)) = self.db.access_token(&token, now_ms).await? else { return Ok(None) };
        let signed_in = SignedIn { token, actor: Arc::new(actor), expires_at_ms };
        let mut remembered = self.remembered();
        if remembered.tokens.len() >= REMEMBERED_MAX {
            remembered.tokens.retain(|_, (_, until_ms)| *until_ms > now_ms);
            if remembered.tokens.len() >= REMEMBERED_MAX {
                remembered.tokens.clear();
            }
        }
        if remembered.forgotten == forgotten {
            remembered.tokens.insert(token, (signed_in.clone(), now_ms + REMEMBERED_MS));
        }
        Ok(Some(signed_in))
    }

    /// Voids a token, with all others of its sign-in. Answers with whose it was; nothing if nobody has it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revoke(&self, token: &str) -> Result<Option<ActorId>, DbError> {
        let actor = self.db.revoke(&secrets::token_hash(token)).await?;
        if actor.is_some() {
            self.forget();
        }
        Ok(actor)
    }

    /// Every token is looked up again: some are void.
    pub fn forget(&self) {
        let mut remembered = self.remembered();
        remembered.tokens.clear();
        remembered.forgotten += 1;
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
