//! Who is asking, and what they ask in the path and query.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::header;
use axum::http::request::Parts;
use domain::{Actor, Role};
use serde::de::DeserializeOwned;

use super::refusal::{Refusal, echo};
use crate::app::App;
use crate::auth::SignedIn;
use crate::clock;

/// The longest bearer token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 256;

/// Whoever is signed in.
pub struct Caller(pub SignedIn);

impl Caller {
    /// Who.
    pub fn actor(&self) -> &Actor {
        &self.0.actor
    }

    /// # Errors
    /// `forbidden` to whom may not settle reviews.
    pub fn must_review(&self) -> Result<(), Refusal> {
        if self.actor().role.may_review() {
            Ok(())
        } else {
            Err(Refusal::forbidden("only operations and administrators may do this"))
        }
    }
}

impl Caller {
    /// # Errors
    /// `forbidden` to everybody but administrators.
    pub fn must_administrate(&self) -> Result<(), Refusal> {
        if self.actor().role == Role::Administrator {
            Ok(())
        } else {
            Err(Refusal::forbidden("only administrators may do this"))
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && token.len() <= TOKEN_BYTES_MAX)
            .map(|(_, token)| token.trim())
            .ok_or_else(Refusal::signed_out)?;
        let signed_in = app.sessions.check(token, clock::now_ms()).await?;
        signed_in.map(Self).ok_or_else(Refusal::signed_out)
    }
}

/// "Failed to …: NAME: why" as a sentence about the parameter.
fn misread(said: &str) -> Refusal {
    let told = said.split_once(": ").map_or(said, |(_, told)| told);
    match told.split_once(": ") {
        Some((name, why)) => {
            Refusal::bad_request(format!("the parameter {} cannot be read: {}", echo(name), echo(why)))
                .about(name.to_owned())
        }
        None => Refusal::bad_request(format!("the parameters cannot be read: {}", echo(told))),
    }
}

/// What is asked in the query.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(bad) => Err(misread(&bad.body_text())),
        }
    }
}

/// The id in the path.
pub struct Id<T>(pub T);

impl<T: std::str::FromStr<Err = domain::Problem>, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|bad| Refusal::bad_request(echo(&bad.body_text())))?;
        text.parse()
            .map(Self)
            .map_err(|problem| Refusal::new(axum::http::StatusCode::BAD_REQUEST, problem.code, problem.title))
    }
}
