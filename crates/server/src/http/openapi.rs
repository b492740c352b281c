//! The OpenAPI 3.1 document, made from the table of routes and the schemas beside it.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::api::path;
use serde_json::{Map, Value, json};

use super::route::{Access, Content, Route};

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

fn operation(route: &Route) -> Value {
    let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters: Vec<Value> = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .chain(route.parameters.iter().map(|p| {
            json!({ "name": p.name, "in": "query", "required": false, "description": p.about, "schema": { "type": p.kind } })
        }))
        .collect();
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": "Done", "content": content(route.answer) }));
    let common: &[u16] = match route.access {
        Access::Open => &[426, 500],
        Access::SignedIn => &[401, 426, 500, 503],
        Access::Reviewers | Access::Administrators => &[401, 403, 426, 500, 503],
    };
    for status in route.problems.iter().chain(common) {
        let problem = json!({ "application/problem+json": { "schema": schema("Problem") } });
        responses.insert(status.to_string(), json!({ "description": reason(*status), "content": problem }));
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
