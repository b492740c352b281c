//! The schema of a profile: the copy on this device for all who fill in profiles, the server's for who changes it.

use domain::ipc::{SchemaView, Topic};
use domain::schema::{NewSchema, Schema, SchemaDraft, SchemaPreview};
use sync_engine::device::Input;

use super::Console;
use crate::error::Result;

impl Console {
    /// The schema as this device has it, offline too.
    pub fn schema(&self) -> Schema {
        Schema::clone(&self.cache.schema())
    }

    /// The schema as the server has it now, with who changed it; where the server cannot be asked, the copy on this
    /// device.
    ///
    /// # Errors
    /// `storage`.
    pub async fn schema_view(&self) -> Result<SchemaView> {
        let backend = self.backend().await;
        let asked = backend.session.call(|token| {
            let remote = backend.remote.clone();
            async move { Ok((remote.schema(&token).await?, remote.schema_events(&token).await?)) }
        });
        Ok(match asked.await {
            Ok((schema, events)) => SchemaView { schema, events, fresh: true },
            Err(_) => SchemaView { schema: self.schema(), events: Vec::new(), fresh: false },
        })
    }

    /// Puts declared fields in force, in place of the version that was looked at. From then on they hold on this device
    /// too, also for edits that wait here.
    ///
    /// # Errors
    /// `bad_schema` before anything is sent, `schema_moved`, `forbidden` to all but administrators, `unreachable`.
    pub async fn put_schema(&self, new: &NewSchema) -> Result<Schema> {
        self.schema().next(new.custom.clone())?;
        let schema = self.ask(|remote, token| async move { remote.put_schema(&token, new).await }).await?;
        let backend = self.backend().await;
        backend.remote.has_schema(schema.version);
        // They are in force whatever happens here; the next pull brings them too.
        if let Err(error) = self.cache.adopt_schema(schema.clone()).await {
            tracing::warn!(%error, "the schema could not be kept; it is fetched with the next page");
        }
        self.announcer.announce(&[Topic::Schema, Topic::Stores, Topic::Outbox, Topic::Status]);
        backend.tell(Input::WakeUp).await;
        Ok(schema)
    }

    /// What declared fields would mean, if they were put in force now.
    ///
    /// # Errors
    /// `bad_schema`, `forbidden`, `unreachable`.
    pub async fn preview_schema(&self, draft: &SchemaDraft) -> Result<SchemaPreview> {
        self.ask(|remote, token| async move { remote.preview_schema(&token, draft).await }).await
    }
}
