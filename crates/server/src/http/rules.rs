//! The rules that settle concurrent writes: read, tried, changed.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::ErrorCode;
use domain::api::path;
use domain::rules::{NewRules, RuleBook, RulesDraft, RulesPreview};
use serde::de::DeserializeOwned;

use super::caller::Caller;
use super::refusal::Refusal;
use super::route::{Access, Content, Route};
use super::{BODY_BYTES_MAX, body, unreadable};
use crate::app::App;
use crate::rulebook::{self, RulesError};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(
            path::RULES,
            read,
            Access::SignedIn,
            "The rules that settle concurrent writes without people.",
            Content::Json("RuleBook"),
        ),
        Route::put(
            path::RULES,
            change,
            Access::Administrators,
            "Puts other rules in force: open questions are judged anew, devices fetch the rules with their next pull.",
            Content::Json("RuleBook"),
        )
        .takes(Content::Json("NewRules"))
        .refuses(&[400, 409, 413, 415]),
        Route::post(
            path::RULES_PREVIEW,
            preview,
            Access::Reviewers,
            "What other rules would settle, reopen and change, if they were put in force now. Changes nothing.",
            Content::Json("RulesPreview"),
        )
        .takes(Content::Json("RulesDraft"))
        .refuses(&[400, 413, 415]),
    ]
}

impl From<RulesError> for Refusal {
    fn from(error: RulesError) -> Self {
        let problem = match error {
            RulesError::Db(error) => return error.into(),
            RulesError::Refused(problem) => problem,
        };
        let status = match problem.code {
            ErrorCode::RulesMoved => StatusCode::CONFLICT,
            ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        let refusal = Refusal::new(status, problem.code, problem.title);
        match problem.field {
            Some(field) => refusal.about(field),
            None => refusal,
        }
    }
}

async fn read(State(app): State<Arc<App>>, _: Caller) -> Result<Json<RuleBook>, Refusal> {
    Ok(Json(RuleBook::clone(&app.look().await?.book)))
}

/// What an administrator writes has no member that nobody reads.
async fn written<T: DeserializeOwned>(app: &App, headers: &HeaderMap, body: Body) -> Result<T, Refusal> {
    let json: serde_json::Value = body::json(&app.room, headers, body, BODY_BYTES_MAX).await?;
    domain::rules::check_members(&json).map_err(RulesError::from)?;
    unreadable::typed(json)
}

async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RuleBook>, Refusal> {
    caller.must_administrate()?;
    let new: NewRules = written(&app, &headers, body).await?;
    // In a task of its own: whoever hangs up does not leave it half done.
    let task = tokio::spawn(async move {
        let book = rulebook::change(&app, new).await?;
        tracing::info!(actor = %caller.actor().id, version = book.version, "the rules were put in force");
        Ok(Json(RuleBook::clone(&book)))
    });
    task.await.map_err(|_| Refusal::internal())?
}

async fn preview(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RulesPreview>, Refusal> {
    caller.must_review()?;
    let draft: RulesDraft = written(&app, &headers, body).await?;
    Ok(Json(rulebook::preview(&app, &draft.rules, &caller.actor().scope).await?))
}
