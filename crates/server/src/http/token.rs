//! Sign-in: the token endpoint (RFC 6749) with the grants client credentials, password and refresh.

use std::sync::Arc;

use axum::Form;
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use domain::api::{TokenReply, path};
use domain::{Actor, ActorId, ErrorCode};
use serde::Deserialize;

use super::refusal::Refusal;
use super::route::{Access, Content, Route};
use super::{BODY_BYTES_MAX, body};
use crate::app::App;
use crate::auth::secrets::{self, SECRET_BYTES_MAX};
use crate::auth::sessions::{ACCESS_S, Granted};
use crate::clock;
use crate::db::accounts::{Account, AccountKind};

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

fn bad_credentials() -> Refusal {
    Refusal::new(
        StatusCode::UNAUTHORIZED,
        ErrorCode::BadCredentials,
        "the name or the password is wrong: check both and sign in again",
    )
}

/// `Authorization: Basic`, as RFC 6749 §2.3.1 has it.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, code) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || code.len() > 1024 {
        return None;
    }
    let plain = base64::engine::general_purpose::STANDARD.decode(code.trim()).ok()?;
    let (id, secret) = std::str::from_utf8(&plain).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

async fn form(request: Request) -> Result<TokenForm, Refusal> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(body, BODY_BYTES_MAX).await?;
    match Form::from_request(Request::from_parts(parts, bytes.into()), &()).await {
        Ok(Form(form)) => Ok(form),
        Err(bad) => Err(Refusal::new(bad.status(), ErrorCode::BadRequest, "send the grant as a form (RFC 6749)")),
    }
}

async fn grant(State(app): State<Arc<App>>, headers: HeaderMap, request: Request) -> Result<Json<TokenReply>, Refusal> {
    let form = form(request).await?;
    let needs =
        |what: Option<String>, name: &str| what.ok_or_else(|| Refusal::bad_request(format!("{name} is missing")));
    match form.grant_type.as_str() {
        "client_credentials" => {
            let (id, secret) = match basic(&headers) {
                Some(pair) => pair,
                None => (needs(form.client_id, "client_id")?, needs(form.client_secret, "client_secret")?),
            };
            let actor = sign_in(&app, id, secret, AccountKind::Client).await?;
            let granted = app.sessions.grant(&actor, None, false, clock::now_ms()).await?;
            Ok(reply(actor, granted))
        }
        "password" => {
            let (id, secret) = (needs(form.username, "username")?, needs(form.password, "password")?);
            let actor = sign_in(&app, id, secret, AccountKind::User).await?;
            let granted = app.sessions.grant(&actor, None, true, clock::now_ms()).await?;
            Ok(reply(actor, granted))
        }
        "refresh_token" => {
            let token = needs(form.refresh_token, "refresh_token")?;
            if token.len() > SECRET_BYTES_MAX {
                return Err(Refusal::signed_out());
            }
            let refreshed = app.sessions.refresh(&token, clock::now_ms()).await?;
            let (actor, granted) = refreshed.ok_or_else(Refusal::signed_out)?;
            Ok(reply(actor, granted))
        }
        _ => Err(Refusal::bad_request("grant_type: client_credentials, password or refresh_token")),
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

async fn sign_in(app: &App, id: String, secret: String, kind: AccountKind) -> Result<Actor, Refusal> {
    if secret.len() > SECRET_BYTES_MAX {
        return Err(bad_credentials());
    }
    let id: ActorId = id.parse().map_err(|_| bad_credentials())?;
    let name = id.as_str().to_owned();
    app.attempts.begin(&name, clock::now_ms()).map_err(|wait_ms| {
        Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::Busy,
            "too many failed sign-ins with this name: wait, then try again",
        )
        .after_ms(wait_ms)
    })?;
    let account = app.db.account(&id).await?.filter(|account| account.kind == kind);
    let good = match kind {
        AccountKind::Client => {
            let stored = account.as_ref().map(|account| account.secret.clone()).unwrap_or_default();
            secrets::is_client_secret(&secret, &stored)
        }
        AccountKind::User => is_password(app, secret, account.as_ref()).await?,
    };
    match account {
        Some(account) if good => {
            app.attempts.succeeded(&name);
            Ok(account.actor)
        }
        _ => {
            tracing::info!(actor = %id, "sign-in failed");
            Err(bad_credentials())
        }
    }
}

async fn is_password(app: &App, password: String, account: Option<&Account>) -> Result<bool, Refusal> {
    let stored = account.map(|account| account.secret.clone());
    // Hashing takes memory and time on purpose: only a few at once.
    let _turn = app.hashing.acquire().await.map_err(|_| Refusal::internal())?;
    tokio::task::spawn_blocking(move || secrets::is_password(&password, stored.as_deref()))
        .await
        .map_err(|_| Refusal::internal())
}
