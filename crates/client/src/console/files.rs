//! Files in and out.

use std::path::Path;

use super::Console;
use crate::error::Result;
use crate::exporter::{self, ExportFormat};
use crate::importer::{self, ImportOptions, ImportSummary, RowReport};

impl Console {
    /// Imports a file. `each` gets a report of every row and answers whether to go on.
    ///
    /// # Errors
    /// As [`importer::import`].
    pub async fn import(
        &self,
        options: &ImportOptions,
        each: &mut (dyn FnMut(&RowReport) -> bool + Send),
    ) -> Result<ImportSummary> {
        let actor = self.backend().await.session.actor().await?;
        let done = importer::import(&self.cache, actor.as_ref(), options, each).await;
        if !options.dry_run {
            self.edited().await;
        }
        done
    }

    /// Exports all merchants. Returns how many.
    ///
    /// # Errors
    /// As [`exporter::export`], and `bad_request` for a file name without a known ending.
    pub async fn export(&self, file: &Path) -> Result<u64> {
        exporter::export(&self.cache, file, ExportFormat::of(file)?).await
    }
}
