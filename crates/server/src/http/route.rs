//! One route: how it is reached, who answers, and what its documentation says.

use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post, put};

use crate::app::App;

/// Who may call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Whoever is signed in; sees what their scope allows.
    SignedIn,
    /// Operations and administrators.
    Reviewers,
    /// Administrators.
    Administrators,
}

/// A parameter in the query, or a header.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// `string`, `integer` or `boolean`.
    pub kind: &'static str,
    /// What it does.
    pub about: &'static str,
}

/// What is sent or answered.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// JSON of a named schema.
    Json(&'static str),
    /// A form of a named schema.
    Form(&'static str),
    /// Server-sent events whose data are of a named schema.
    Events(&'static str),
    /// Plain text.
    Text,
    /// JSON without a schema of ours.
    AnyJson,
}

/// One route.
pub struct Route {
    /// `get`, `post` or `put`.
    pub method: &'static str,
    /// With `{id}` for what varies.
    pub path: &'static str,
    /// Who answers.
    pub handler: MethodRouter<Arc<App>>,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// Who may call it.
    pub access: Access,
    /// In the query.
    pub parameters: &'static [Parameter],
    /// Headers of the request, beside the common ones.
    pub heard: &'static [Parameter],
    /// Headers of the answer, beside the common ones.
    pub said: &'static [Parameter],
    /// Does it answer 304 to who has it already?
    pub conditional: bool,
    /// What is sent.
    pub request: Option<Content>,
    /// What is answered with 200.
    pub answer: Content,
    /// Statuses of the problem documents that it answers beside the common ones.
    pub problems: &'static [u16],
}

impl Route {
    /// A route that reads.
    pub fn get<H, T>(path: &'static str, handler: H, access: Access, about: &'static str, answer: Content) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new("get", path, get(handler), access, about, answer)
    }

    /// A route that changes something.
    pub fn post<H, T>(path: &'static str, handler: H, access: Access, about: &'static str, answer: Content) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new("post", path, post(handler), access, about, answer)
    }

    /// A route that replaces something.
    pub fn put<H, T>(path: &'static str, handler: H, access: Access, about: &'static str, answer: Content) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new("put", path, put(handler), access, about, answer)
    }

    fn new(
        method: &'static str,
        path: &'static str,
        handler: MethodRouter<Arc<App>>,
        access: Access,
        about: &'static str,
        answer: Content,
    ) -> Self {
        Self {
            method,
            path,
            handler,
            about,
            access,
            parameters: &[],
            heard: &[],
            said: &[],
            conditional: false,
            request: None,
            answer,
            problems: &[],
        }
    }

    /// With parameters in the query.
    pub fn asks(mut self, parameters: &'static [Parameter]) -> Self {
        self.parameters = parameters;
        self
    }

    /// With headers of its own in the request.
    pub fn hears(mut self, headers: &'static [Parameter]) -> Self {
        self.heard = headers;
        self
    }

    /// With headers of its own in the answer.
    pub fn says(mut self, headers: &'static [Parameter]) -> Self {
        self.said = headers;
        self
    }

    /// Whoever has the newest answer gets none.
    pub fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    /// With a body.
    pub fn takes(mut self, request: Content) -> Self {
        self.request = Some(request);
        self
    }

    /// With problems of its own.
    pub fn refuses(mut self, problems: &'static [u16]) -> Self {
        self.problems = problems;
        self
    }
}
