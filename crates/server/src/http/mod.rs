//! The HTTP face. Each resource has a file with its routes; the same table makes the router and the
//! OpenAPI document, so that neither can lack what the other has.

mod alerts;
mod body;
mod caller;
mod changes;
mod digest;
mod edits;
mod events;
mod form;
mod health;
mod layers;
mod me;
mod merchants;
mod metrics;
pub mod openapi;
mod orders;
mod protocol;
mod refusal;
mod reviews;
mod revoke;
pub mod route;
mod rules;
mod schema;
mod token;
mod unread;
mod unreadable;

use std::sync::Arc;

use axum::Router;

use crate::app::App;
use route::Route;

/// The largest body of a request that is neither push nor schema, in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// Every route of the server.
pub fn routes() -> Vec<Route> {
    [
        token::routes(),
        revoke::routes(),
        me::routes(),
        edits::routes(),
        changes::routes(),
        digest::routes(),
        merchants::routes(),
        reviews::routes(),
        rules::routes(),
        schema::routes(),
        orders::routes(),
        alerts::routes(),
        metrics::routes(),
        events::routes(),
        openapi::routes(),
        health::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The service.
pub fn router(app: Arc<App>) -> Router {
    let router = routes()
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, route.handler))
        .fallback(layers::no_such_path)
        .method_not_allowed_fallback(layers::no_such_method);
    layers::around(router, Arc::clone(&app)).with_state(app)
}
