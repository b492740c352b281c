//! Who is signed in: tokens, their renewal, the last actor. Tokens are never printed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::ActorId;
use domain::api::TokenReply;
use domain::ipc::{self, SignIn};
use domain::problem::ErrorCode;
use domain::role::{Actor, Role, Scope};
use serde::{Deserialize, Serialize};
use sync_engine::device::Failure;
use tokio::sync::{Mutex, RwLock, watch};

use crate::cache::Cache;
use crate::clock;
use crate::error::Result;
use crate::remote::{Failed, Grant, Remote};
use crate::secrets::Secrets;

/// A token is renewed so long before it expires, in milliseconds.
const RENEW_BEFORE_MS: u64 = 60_000;

/// A machine's sign-in. It has no `Debug`: it holds a secret.
#[derive(Clone)]
pub struct ClientCredentials {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct Tokens {
    access: String,
    refresh: Option<String>,
    expires_at_ms: u64,
    actor: Actor,
}

impl Tokens {
    fn of(reply: TokenReply) -> Self {
        let expires_at_ms = clock::now_ms().saturating_add(reply.expires_in.saturating_mul(1_000));
        Self { access: reply.access_token, refresh: reply.refresh_token, expires_at_ms, actor: reply.actor }
    }
    fn is_fresh(&self) -> bool {
        self.expires_at_ms > clock::now_ms().saturating_add(RENEW_BEFORE_MS)
    }
}

/// A token, and whom it speaks for.
#[derive(Clone)]
pub struct Pass {
    /// For the header.
    pub token: String,
    /// As the server named them when it gave the token.
    pub actor: Actor,
}

impl From<Tokens> for Pass {
    fn from(tokens: Tokens) -> Self {
        Self { token: tokens.access, actor: tokens.actor }
    }
}

/// The sign-in of this data folder at one server.
pub struct Session {
    remote: Arc<Remote>,
    cache: Arc<Cache>,
    secrets: Secrets,
    machine: Option<ClientCredentials>,
    /// Somebody signed out or a person signed in: the machine's sign-in is not used again in this run, or a renewal
    /// would put the machine in the person's place.
    machine_left: AtomicBool,
    tokens: RwLock<Option<Tokens>>,
    /// One renewal at a time: a refresh token may work only once.
    renewing: Mutex<()>,
    /// Tokens in memory and keyring and the last actor are changed together, and not by an answer to a question that
    /// somebody asked who has signed out since.
    keeping: Mutex<()>,
    refused: AtomicBool,
    /// Changes when somebody signs in or out.
    changed: watch::Sender<u64>,
}

impl Session {
    /// Takes up the session that was kept.
    pub async fn resume(
        remote: Arc<Remote>,
        cache: Arc<Cache>,
        secrets: Secrets,
        machine: Option<ClientCredentials>,
    ) -> Self {
        let kept = match &machine {
            Some(_) => None,
            None => secrets.load().await.and_then(|text| serde_json::from_str(&text).ok()),
        };
        Self {
            remote,
            cache,
            secrets,
            machine,
            machine_left: AtomicBool::new(false),
            tokens: RwLock::new(kept),
            renewing: Mutex::new(()),
            keeping: Mutex::new(()),
            refused: AtomicBool::new(false),
            changed: watch::Sender::new(0),
        }
    }

    /// Changes when somebody signs in or out: what was begun with the old token is to end.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The machine's sign-in, as long as it counts.
    fn machine(&self) -> Option<&ClientCredentials> {
        self.machine.as_ref().filter(|_| !self.machine_left.load(Ordering::SeqCst))
    }

    /// Is there a token or a way to get one?
    pub async fn is_signed_in(&self) -> bool {
        !self.refused.load(Ordering::Relaxed) && (self.machine().is_some() || self.tokens.read().await.is_some())
    }

    /// Who is signed in; the last one if nobody is.
    ///
    /// # Errors
    /// `storage`.
    pub async fn actor(&self) -> Result<Option<Actor>> {
        match self.signed_in_actor().await {
            Some(actor) => Ok(Some(actor)),
            None => self.cache.last_actor().await,
        }
    }

    /// Who speaks for the machine before it has a token, where another was last on this data folder: who its credentials
    /// name. Where nobody ever was, nobody.
    /// What it may, the server says with the token: until then it may the least.
    async fn machine_actor(&self, machine: &ClientCredentials) -> Option<Actor> {
        let id = ActorId::new(machine.id.as_str()).ok()?;
        match self.cache.last_actor().await.ok()?? {
            last if last.id == id => Some(last),
            _ => Some(Actor { id, name: machine.id.clone(), role: Role::Merchant, scope: Scope::All }),
        }
    }

    /// Who is signed in.
    pub async fn signed_in_actor(&self) -> Option<Actor> {
        let actor = self.tokens.read().await.as_ref().map(|tokens| tokens.actor.clone());
        match (actor, self.machine()) {
            (None, Some(machine)) => self.machine_actor(machine).await,
            (actor, _) => actor,
        }
    }

    /// A machine that has no token yet gets one, if the server can be reached: so it is known what it may. Returns whether
    /// it did.
    pub async fn introduce(&self) -> bool {
        self.machine().is_some() && self.tokens.read().await.is_none() && self.bearer().await.is_ok()
    }

    /// For the window.
    ///
    /// # Errors
    /// `storage`.
    pub async fn view(&self) -> Result<ipc::Session> {
        Ok(ipc::Session {
            actor: self.actor().await?,
            signed_in: self.is_signed_in().await,
            secret_store: self.secrets.kind(),
        })
    }

    /// A token that works for a while; renewed first if it does not.
    ///
    /// # Errors
    /// `SignedOut` if there is no way to one; otherwise as any call.
    pub async fn bearer(&self) -> std::result::Result<String, Failed> {
        Ok(self.pass().await?.token)
    }

    /// The same, with whom it speaks for: where something is done in somebody's name, another may have signed in since.
    ///
    /// # Errors
    /// As [`Self::bearer`].
    pub async fn pass(&self) -> std::result::Result<Pass, Failed> {
        if let Some(tokens) = self.tokens.read().await.as_ref().filter(|tokens| tokens.is_fresh()) {
            return Ok(tokens.clone().into());
        }
        self.renew(None).await
    }

    /// A new token, because the server did not take the old one.
    ///
    /// # Errors
    /// As [`Self::bearer`].
    pub async fn refresh(&self) -> std::result::Result<(), Failed> {
        let used = self.tokens.read().await.as_ref().map(|tokens| tokens.access.clone());
        self.renew(used).await.map(drop)
    }

    async fn renew(&self, unusable: Option<String>) -> std::result::Result<Pass, Failed> {
        let _one = self.renewing.lock().await;
        let begun = *self.changed.borrow();
        let works = |tokens: &Tokens| tokens.is_fresh() && unusable.as_ref() != Some(&tokens.access);
        let current = self.tokens.read().await.clone();
        if let Some(tokens) = current.as_ref().filter(|tokens| works(tokens)) {
            return Ok(tokens.clone().into());
        }
        // Another process on this data folder may have renewed it already.
        let machine = self.machine();
        let kept: Option<Tokens> = match machine {
            Some(_) => None,
            None => self.secrets.load().await.and_then(|text| serde_json::from_str(&text).ok()),
        };
        if let Some(tokens) = kept.clone().filter(|tokens| works(tokens)) {
            return self.take(tokens, begun, false).await;
        }
        let refresh = kept.or(current).and_then(|tokens| tokens.refresh);
        let reply = match (machine, &refresh) {
            (Some(machine), _) => self.remote.token(Grant::Client { id: &machine.id, secret: &machine.secret }).await,
            (None, Some(refresh)) => self.remote.token(Grant::Refresh(refresh)).await,
            (None, None) => Err(Failure::SignedOut.into()),
        };
        match reply {
            Ok(reply) => self.take(Tokens::of(reply), begun, true).await,
            // Nor does a refusal say anything about who signed in meanwhile.
            Err(_) if *self.changed.borrow() != begun => self.current().await,
            Err(failed) => {
                let over = matches!(failed.failure, Failure::SignedOut | Failure::Refused(_));
                self.refused.store(over, Ordering::Relaxed);
                if over { Err(Failure::SignedOut.into()) } else { Err(failed) }
            }
        }
    }

    /// What there is without asking anybody.
    async fn current(&self) -> std::result::Result<Pass, Failed> {
        self.tokens.read().await.clone().map(Pass::from).ok_or_else(|| Failure::SignedOut.into())
    }

    /// Takes what a renewal brought, unless somebody has signed out or in since it was begun: they count.
    async fn take(&self, tokens: Tokens, begun: u64, are_new: bool) -> std::result::Result<Pass, Failed> {
        let _keeping = self.keeping.lock().await;
        if *self.changed.borrow() != begun {
            return self.current().await;
        }
        if are_new {
            self.keep(&tokens).await;
        }
        *self.tokens.write().await = Some(tokens.clone());
        self.refused.store(false, Ordering::Relaxed);
        Ok(tokens.into())
    }

    /// For the next start: tokens in the keyring, unless they are a machine's, and who signed in.
    async fn keep(&self, tokens: &Tokens) {
        if self.machine().is_none()
            && let Ok(text) = serde_json::to_string(tokens)
        {
            self.secrets.store(text).await;
        }
        if let Err(error) = self.cache.set_last_actor(&tokens.actor).await {
            tracing::warn!(%error, "the actor could not be kept");
        }
    }

    /// Signs a person in.
    ///
    /// # Errors
    /// `bad_credentials`, or as any call.
    pub async fn sign_in(&self, sign_in: &SignIn) -> Result<()> {
        let tokens = Tokens::of(self.remote.token(Grant::Password(sign_in)).await?);
        let _keeping = self.keeping.lock().await;
        self.machine_left.store(true, Ordering::SeqCst);
        self.keep(&tokens).await;
        *self.tokens.write().await = Some(tokens);
        self.refused.store(false, Ordering::Relaxed);
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }

    /// Forgets the tokens, here and, if it can be reached, at the server: should the keyring keep its copy, that is worth
    /// nothing. Edits are kept.
    pub async fn sign_out(&self) {
        let _keeping = self.keeping.lock().await;
        self.machine_left.store(true, Ordering::SeqCst);
        let tokens = self.tokens.write().await.take();
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        if let Some(tokens) = tokens {
            let remote = Arc::clone(&self.remote);
            // Nobody waits for it: whoever signs out may be offline.
            tokio::spawn(async move {
                if let Err(failed) = remote.revoke(tokens.refresh.as_deref().unwrap_or(&tokens.access)).await {
                    tracing::debug!(failure = ?failed.failure, "the server was not told of the sign-out");
                }
            });
        }
        self.secrets.clear().await;
    }

    /// Calls with a token; once more with a new one if it is not taken.
    ///
    /// # Errors
    /// As any call.
    pub async fn call<T, F, R>(&self, call: F) -> std::result::Result<T, Failed>
    where
        F: Fn(String) -> R,
        R: Future<Output = std::result::Result<T, Failed>>,
    {
        match call(self.bearer().await?).await {
            Err(failed) if failed.failure == Failure::SignedOut => {
                self.refresh().await?;
                call(self.bearer().await?).await
            }
            other => other,
        }
    }

    /// The code for "nobody is signed in".
    pub fn signed_out() -> crate::Error {
        crate::Error::new(ErrorCode::SignedOut, "sign in first; what was saved on this computer is kept")
    }
}
