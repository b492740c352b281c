//! The schema as the server has it.

use domain::api::{SchemaReply, path};
use domain::schema::{NewSchema, Schema, SchemaDraft, SchemaEvent, SchemaPreview};
use reqwest::Method;
use serde::Deserialize;

use super::{Failed, Remote};

#[derive(Deserialize)]
struct Events {
    events: Vec<SchemaEvent>,
}

impl Remote {
    /// The schema in force.
    ///
    /// # Errors
    /// As any call; `not_found` from a server that has none.
    pub async fn schema(&self, token: &str) -> Result<Schema, Failed> {
        let reply: SchemaReply = self.call(self.request(Method::GET, path::SCHEMA, Some(token))).await?;
        Ok(reply.schema)
    }

    /// Puts declared fields in force.
    ///
    /// # Errors
    /// As any call; `schema_moved`, `bad_schema`.
    pub async fn put_schema(&self, token: &str, new: &NewSchema) -> Result<Schema, Failed> {
        self.call(self.request(Method::PUT, path::SCHEMA, Some(token)).json(new)).await
    }

    /// What declared fields would mean.
    ///
    /// # Errors
    /// As any call; `bad_schema`.
    pub async fn preview_schema(&self, token: &str, draft: &SchemaDraft) -> Result<SchemaPreview, Failed> {
        self.call(self.request(Method::POST, path::SCHEMA_PREVIEW, Some(token)).json(draft)).await
    }

    /// Who changed the schema, newest first.
    ///
    /// # Errors
    /// As any call.
    pub async fn schema_events(&self, token: &str) -> Result<Vec<SchemaEvent>, Failed> {
        let events: Events = self.call(self.request(Method::GET, path::SCHEMA_HISTORY, Some(token))).await?;
        Ok(events.events)
    }
}
