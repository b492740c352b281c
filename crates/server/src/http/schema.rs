//! The schema of a profile: read, tried, changed.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ErrorCode;
use domain::api::{RegisterReply, SchemaReply, path};
use domain::digest;
use domain::schema::{Declared, Form, NewSchema, SCHEMA, Schema, SchemaDraft, SchemaEvent, SchemaPreview};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::caller::{Asked, Caller};
use super::refusal::Refusal;
use super::route::{Access, Content, Parameter, Route};
use super::{body, unreadable};
use crate::app::App;
use crate::declared::{self, SchemaError};

/// The largest body of a change, in bytes: 200 fields with their words and options.
const SCHEMA_BYTES_MAX: usize = 1024 * 1024;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(
            path::SCHEMA,
            read,
            Access::SignedIn,
            "The schema of a profile: the program's registers and the declared fields, under one semantic version. It has an ETag.",
            Content::Json("SchemaReply"),
        )
        .asks(&[Parameter { name: "major", kind: "integer", about: "As it was last in this major: the one in force or the one before." }])
        .hears(&[
            Parameter { name: "if-none-match", kind: "string", about: "The ETag of the schema that one has." },
            Parameter { name: "accept-encoding", kind: "string", about: "zstd, to get the answer packed." },
        ])
        .says(&[
            Parameter { name: "etag", kind: "string", about: "Names this schema." },
            Parameter { name: "content-encoding", kind: "string", about: "zstd, or absent." },
        ])
        .conditional()
        .refuses(&[400, 429]),
        Route::put(
            path::SCHEMA,
            change,
            Access::Administrators,
            "Puts declared fields in force. The server gives the version; devices fetch the schema with their next pull.",
            Content::Json("Schema"),
        )
        .takes(Content::Json("NewSchema"))
        .refuses(&[400, 409, 413, 415]),
        Route::post(
            path::SCHEMA_PREVIEW,
            preview,
            Access::Administrators,
            "Which version declared fields would make, and how many merchants hold values that they would read otherwise or not take. Changes nothing.",
            Content::Json("SchemaPreview"),
        )
        .takes(Content::Json("SchemaDraft"))
        .refuses(&[400, 413, 415]),
        Route::get(
            path::SCHEMA_HISTORY,
            history,
            Access::SignedIn,
            "Who changed the schema, when and how, newest first; at most 200.",
            Content::Json("SchemaEvents"),
        ),
    ]
}

impl From<SchemaError> for Refusal {
    fn from(error: SchemaError) -> Self {
        let problem = match error {
            SchemaError::Db(error) => return error.into(),
            SchemaError::Refused(problem) => problem,
        };
        let status = match problem.code {
            ErrorCode::SchemaMoved => StatusCode::CONFLICT,
            ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::SchemaTooOld => StatusCode::UPGRADE_REQUIRED,
            _ => StatusCode::BAD_REQUEST,
        };
        let refusal = Refusal::new(status, problem.code, problem.title);
        match problem.field {
            Some(field) => refusal.about(field),
            None => refusal,
        }
    }
}

fn register(declared: &Declared) -> RegisterReply {
    let options = match declared.form {
        Form::Choice(of) => of.iter().map(|word| (*word).to_owned()).collect(),
        _ => Vec::new(),
    };
    RegisterReply {
        path: declared.path.to_owned(),
        form: declared.form.name().to_owned(),
        options,
        required: declared.required,
        since: declared.since,
        deprecated: declared.deprecated,
    }
}

#[derive(Deserialize)]
struct SchemaQuery {
    major: Option<u16>,
}

/// Does the client have what bears this tag? Compared weakly (RFC 9110 §13.1.2); no tag of ours contains a comma.
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Asked(asked): Asked<SchemaQuery>,
) -> Result<Response, Refusal> {
    let schema = declared::of_major(&app, asked.major).await?;
    let majors = declared::majors(app.schemas.now().version);
    let reply =
        SchemaReply { schema: Schema::clone(&schema), registers: SCHEMA.iter().map(register).collect(), majors };
    let json = serde_json::to_string(&reply).map_err(|_| Refusal::internal())?;
    let tag = format!("\"{}-{:016x}\"", schema.version, digest::row(&json));
    let mut response = if knows(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body::answer(&app, &caller.actor().id, &headers, json).await?
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// What an administrator writes has no member that nobody reads.
async fn written<T: DeserializeOwned>(app: &App, headers: &HeaderMap, body: Body) -> Result<T, Refusal> {
    let json: serde_json::Value = body::json(&app.room, headers, body, SCHEMA_BYTES_MAX).await?;
    domain::schema::check_members(&json).map_err(SchemaError::from)?;
    unreadable::typed(json)
}

async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Schema>, Refusal> {
    caller.must_administrate()?;
    let new: NewSchema = written(&app, &headers, body).await?;
    // In a task of its own: whoever hangs up does not leave it half done.
    let task = tokio::spawn(async move {
        let schema = declared::change(&app, new, caller.actor()).await?;
        tracing::info!(actor = %caller.actor().id, version = %schema.version, "the schema was put in force");
        Ok(Json(Schema::clone(&schema)))
    });
    task.await.map_err(|_| Refusal::internal())?
}

async fn preview(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SchemaPreview>, Refusal> {
    caller.must_administrate()?;
    let draft: SchemaDraft = written(&app, &headers, body).await?;
    Ok(Json(declared::preview(&app, draft, &caller.actor().scope).await?))
}

/// Changes of the schema, newest first.
#[derive(Serialize)]
struct SchemaEvents {
    events: Vec<SchemaEvent>,
}

async fn history(State(app): State<Arc<App>>, _: Caller) -> Result<Json<SchemaEvents>, Refusal> {
    Ok(Json(SchemaEvents { events: app.db.schema_events(declared::EVENTS_MAX).await? }))
}
