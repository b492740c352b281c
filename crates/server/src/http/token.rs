//! Sign-in: the token endpoint (RFC 6749) with the grants client credentials, password and refresh.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use domain::api::{TokenReply, path};
use domain::{Actor, ActorId, ErrorCode};
use serde::Deserialize;

use super::form;
use super::refusal::Refusal;
use super::route::{Access, Content, Route};
use crate::app::App;
use crate::auth::attempts::Attempt;
use crate::auth::hashing::Turn;
use crate::auth::secrets::{self, SECRET_BYTES_MAX};
use crate::auth::sessions::{ACCESS_S, Granted};
use crate::clock;
use crate::db::accounts::{Account, AccountKind};

/// The longest `Authorization: Basic` that is looked at, in bytes.
const BASIC_BYTES_MAX: usize = 1024;
/// How long to wait where too many sign in at once, in milliseconds.
const WAIT_FOR_TURN_MS: u64 = 2000;

pub fn routes() -> Vec<Route> {
    vec![
        Route::post(
            path::TOKEN,
            grant,
            Access::Open,
            "Signs in: client_credentials, password or refresh_token.",
            Content::Json("TokenReply"),
        )
        .takes(Content::Form("TokenRequest"))
        .refuses(&[400, 401, 413, 415, 429]),
    ]
}

/// The form. Its secrets are never written to a log: there is no `Debug`.
#[derive(Deserialize)]
struct TokenForm {
    grant_type: String,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    client_secret: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
}

/// What RFC 6749 §5.2 calls a refusal, beside our own code.
mod error {
    pub const INVALID_CLIENT: &str = "invalid_client";
    pub const INVALID_GRANT: &str = "invalid_grant";
    pub const UNSUPPORTED_GRANT_TYPE: &str = "unsupported_grant_type";
}

fn bad_request(title: impl Into<String>) -> Refusal {
    Refusal::bad_request(title).named(form::INVALID_REQUEST)
}

fn bad_credentials(kind: AccountKind) -> Refusal {
    let refusal = Refusal::new(
        StatusCode::UNAUTHORIZED,
        ErrorCode::BadCredentials,
        "the name or the password is wrong: check both and sign in again",
    );
    match kind {
        AccountKind::Client => refusal.named(error::INVALID_CLIENT).challenging("Basic realm=\"merchant-console\""),
        AccountKind::User => refusal.named(error::INVALID_GRANT),
    }
}

/// Id and secret of `Authorization: Basic`, each encoded as in a form (RFC 6749 §2.3.1).
fn decoded(code: &str) -> Option<(String, String)> {
    if code.len() > BASIC_BYTES_MAX {
        return None;
    }
    let plain = base64::engine::general_purpose::STANDARD.decode(code.trim()).ok()?;
    let (id, secret) = std::str::from_utf8(&plain).ok()?.split_once(':')?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&format!("id={id}&secret={secret}")).ok()?;
    match <[_; 2]>::try_from(pairs).ok()? {
        [(_, id), (_, secret)] => Some((id, secret)),
    }
}

/// Id and secret of a program, from the head or from the form.
fn of_client(headers: &HeaderMap, form: &mut TokenForm) -> Result<(String, String), Refusal> {
    let basic = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.as_bytes().split_at_checked(6))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"basic "));
    match basic {
        Some((_, code)) => {
            std::str::from_utf8(code).ok().and_then(decoded).ok_or_else(|| bad_credentials(AccountKind::Client))
        }
        None => Ok((needs(&mut form.client_id, "client_id")?, needs(&mut form.client_secret, "client_secret")?)),
    }
}

fn needs(what: &mut Option<String>, name: &str) -> Result<String, Refusal> {
    what.take().ok_or_else(|| bad_request(format!("{name} is missing")))
}

async fn grant(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<TokenReply>, Refusal> {
    let mut form: TokenForm = form::read(request).await?;
    match form.grant_type.as_str() {
        "client_credentials" => {
            let (id, secret) = of_client(&headers, &mut form)?;
            let actor = sign_in(&app, id, secret, AccountKind::Client, from.ip()).await?;
            let granted = app.sessions.grant(&actor, false, clock::now_ms()).await?;
            Ok(reply(actor, granted))
        }
        "password" => {
            let (id, secret) = (needs(&mut form.username, "username")?, needs(&mut form.password, "password")?);
            let actor = sign_in(&app, id, secret, AccountKind::User, from.ip()).await?;
            let granted = app.sessions.grant(&actor, true, clock::now_ms()).await?;
            Ok(reply(actor, granted))
        }
        "refresh_token" => {
            let token = needs(&mut form.refresh_token, "refresh_token")?;
            let signed_out = || Refusal::signed_out().named(error::INVALID_GRANT);
            if token.len() > SECRET_BYTES_MAX {
                return Err(signed_out());
            }
            let refreshed = app.sessions.refresh(&token, clock::now_ms()).await?;
            let (actor, granted) = refreshed.ok_or_else(signed_out)?;
            Ok(reply(actor, granted))
        }
        _ => Err(Refusal::bad_request("grant_type: client_credentials, password or refresh_token")
            .named(error::UNSUPPORTED_GRANT_TYPE)),
    }
}

fn reply(actor: Actor, granted: Granted) -> Json<TokenReply> {
    Json(TokenReply {
        access_token: granted.access,
        token_type: "Bearer".to_owned(),
        expires_in: ACCESS_S,
        refresh_token: granted.refresh,
        actor,
    })
}

async fn sign_in(app: &App, id: String, secret: String, kind: AccountKind, from: IpAddr) -> Result<Actor, Refusal> {
    if secret.len() > SECRET_BYTES_MAX {
        return Err(bad_credentials(kind));
    }
    let id: ActorId = id.parse().map_err(|_| bad_credentials(kind))?;
    let account = app.db.account(&id).await?.filter(|account| account.kind == kind);
    let attempt = Attempt { kind, name: &id, known: account.is_some(), from };
    let now_ms = clock::now_ms();
    app.attempts.begin(attempt, now_ms).map_err(|wait_ms| {
        busy("too many failed sign-ins with this name or from this network: wait, then try again", wait_ms)
    })?;
    let good = match kind {
        AccountKind::Client => {
            let stored = account.as_ref().map(|account| account.secret.clone()).unwrap_or_default();
            secrets::is_client_secret(&secret, &stored)
        }
        AccountKind::User => {
            let Some(turn) = app.hashing.turn(app.attempts.is_familiar(attempt, now_ms)).await else {
                app.attempts.not_looked_at(attempt);
                return Err(busy("too many sign in at once: wait, then try again", WAIT_FOR_TURN_MS));
            };
            is_password(turn, secret, account.as_ref()).await?
        }
    };
    match account {
        Some(account) if good => {
            app.attempts.succeeded(attempt, clock::now_ms());
            Ok(account.actor)
        }
        _ => {
            tracing::info!(actor = %id, %from, "sign-in failed");
            Err(bad_credentials(kind))
        }
    }
}

fn busy(said: &'static str, wait_ms: u64) -> Refusal {
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::Busy, said).after_ms(wait_ms)
}

async fn is_password(turn: Turn, password: String, account: Option<&Account>) -> Result<bool, Refusal> {
    let stored = account.map(|account| account.secret.clone());
    // The turn lasts as long as the hashing, also when nobody waits for the answer any more.
    let hash = move || {
        let _turn = turn;
        secrets::is_password(&password, stored.as_deref())
    };
    tokio::task::spawn_blocking(hash).await.map_err(|_| Refusal::internal())
}
