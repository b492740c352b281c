//! Lists under a name.

use domain::ipc::{Topic, Views};

use super::Console;
use crate::error::Result;

/// Where they are kept in the cache.
const VIEWS: &str = "views";

impl Console {
    /// The views of this device.
    ///
    /// # Errors
    /// `storage`.
    pub async fn views(&self) -> Result<Views> {
        Ok(self.cache.fact(VIEWS).await?.unwrap_or_default())
    }

    /// Keeps them.
    ///
    /// # Errors
    /// As [`Views::check`]; `storage`. Those of before stay then.
    pub async fn save_views(&self, views: Views) -> Result<Views> {
        views.check()?;
        self.cache.set_fact(VIEWS, &views).await?;
        self.announcer.announce(&[Topic::Settings]);
        Ok(views)
    }
}
