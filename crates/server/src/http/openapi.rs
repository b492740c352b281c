//! The OpenAPI 3.1 document, made from the table of routes and the schemas beside it.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::api::{PROTOCOL_HEADER, path};
use serde_json::{Map, Value, json};

use super::route::{Access, Content, Parameter, Route};

/// In every request and every answer.
const SPOKEN: Parameter = Parameter {
    name: PROTOCOL_HEADER,
    kind: "string",
    about: "The version of the protocol that this side speaks; 1.0 if absent.",
};
/// With every JSON body.
const CODING: Parameter =
    Parameter { name: "content-encoding", kind: "string", about: "How the body is packed: zstd, gzip or identity." };
/// With what asks to wait.
const RETRY_AFTER: Parameter =
    Parameter { name: "retry-after", kind: "integer", about: "Seconds after which to try again, where known." };

/// Named schemas of bodies. A test holds them against what is really sent.
const SCHEMAS: &str = include_str!("schemas.json");

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The route of the document itself.
pub fn routes() -> Vec<Route> {
    vec![Route::get(path::OPENAPI, openapi, Access::Open, "This document.", Content::AnyJson)]
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn content(content: Content) -> Value {
    match content {
        Content::Json(name) => json!({ "application/json": { "schema": schema(name) } }),
        Content::Form(name) => json!({ "application/x-www-form-urlencoded": { "schema": schema(name) } }),
        Content::Events(name) => json!({ "text/event-stream": { "schema": schema(name) } }),
        Content::Text => json!({ "text/plain": { "schema": { "type": "string" } } }),
        Content::AnyJson => json!({ "application/json": { "schema": { "type": "object" } } }),
    }
}

fn reason(status: u16) -> &'static str {
    axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Problem")
}

/// The common header and these.
fn headers(of_route: &[Parameter]) -> Map<String, Value> {
    let header = |p: &Parameter| (p.name.to_owned(), json!({ "description": p.about, "schema": { "type": p.kind } }));
    [SPOKEN].iter().chain(of_route).map(header).collect()
}

fn operation(route: &Route) -> Value {
    let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |place: &str, p: &Parameter| json!({ "name": p.name, "in": place, "required": false, "description": p.about, "schema": { "type": p.kind } });
    let packed: &[Parameter] = if matches!(route.request, Some(Content::Json(_))) { &[CODING] } else { &[] };
    let parameters: Vec<Value> = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .chain(route.parameters.iter().map(|p| parameter("query", p)))
        .chain([SPOKEN].iter().chain(packed).chain(route.heard).map(|p| parameter("header", p)))
        .collect();
    let mut responses = Map::new();
    let done = json!({ "description": "Done", "content": content(route.answer), "headers": headers(route.said) });
    responses.insert("200".to_owned(), done);
    if route.conditional {
        let known = json!({ "description": reason(304), "headers": headers(route.said) });
        responses.insert("304".to_owned(), known);
    }
    let common: &[u16] = match route.access {
        Access::Open => &[426, 500, 503],
        Access::SignedIn => &[401, 426, 500, 503],
        Access::Reviewers | Access::Administrators => &[401, 403, 426, 500, 503],
    };
    for status in route.problems.iter().chain(common) {
        let problem = json!({ "application/problem+json": { "schema": schema("Problem") } });
        let says: &[Parameter] = if matches!(status, 429 | 503) { &[RETRY_AFTER] } else { &[] };
        let refused = json!({ "description": reason(*status), "content": problem, "headers": headers(says) });
        responses.insert(status.to_string(), refused);
    }
    let mut operation = json!({ "summary": route.about, "parameters": parameters, "responses": responses });
    if let Some(request) = route.request {
        operation["requestBody"] = json!({ "required": true, "content": content(request) });
    }
    if route.access == Access::Open {
        operation["security"] = json!([]);
    }
    operation
}

/// The document.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in super::routes() {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = operation(&route);
    }
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap_or_default();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Merchant Console",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Merchant data that is edited offline: sign-in, push and pull of edits, reviews, orders, forecasts.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "oauth": {
                    "type": "oauth2",
                    "flows": {
                        "clientCredentials": { "tokenUrl": path::TOKEN, "scopes": {} },
                        "password": { "tokenUrl": path::TOKEN, "refreshUrl": path::TOKEN, "scopes": {} },
                    },
                },
            },
        },
        "security": [{ "oauth": [] }],
    })
}
