//! The fields that a profile can have, for who looks after them.

use serde::{Deserialize, Serialize};

use crate::schema::{Schema, SchemaEvent};

/// The schema, and who changed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SchemaView {
    /// Version and declared fields.
    pub schema: Schema,
    /// Its changes, newest first; none where the server could not be asked.
    pub events: Vec<SchemaEvent>,
    /// Is it the server's word of now? Else it is the copy on this device.
    pub fresh: bool,
}
