//! Files in and out.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::ipc::{
    ExportRequest, ImportPreview, ImportProgress, ImportRequest, ImportSummary, PastImport, RowReport, Topic,
    UndoneImport, WriteImportReport, Written,
};
use domain::problem::ErrorCode;
use sync_engine::device::Input;
use tokio::task::JoinHandle;

use super::Console;
use crate::error::{Error, Result};
use crate::exporter;
use crate::importer::{self, ImportOptions, SHOWN_MAX, ShareRead};

/// Rows after which the window is told to look again.
const ROWS_PER_LOOK: u64 = 2_000;

/// The import that the window has begun.
#[derive(Default)]
pub(super) struct Importing {
    progress: Arc<Mutex<ImportProgress>>,
    stop: Arc<AtomicBool>,
    task: Mutex<Option<JoinHandle<()>>>,
    /// How much of its file is read.
    share: Mutex<ShareRead>,
}

impl Importing {
    fn progress(&self) -> std::sync::MutexGuard<'_, ImportProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends with the console: what is saved is saved, and the same import goes on from there.
    pub async fn end(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // It ends after its batch; one that broke off has said why in its progress.
            let _ = task.await;
        }
    }
}

fn note(progress: &Mutex<ImportProgress>, row: &RowReport) -> u64 {
    let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
    progress.rows = row.row;
    *progress.counts.entry(row.outcome.counted_as().to_owned()).or_default() += 1;
    // Who shows what stands in a row has counted how many are shown; of rows of an import that goes on nothing is known.
    let is_loud = row.outcome.has_failed() || !row.warnings.is_empty();
    if row.shown.is_some() || is_loud && progress.remarkable.len() < SHOWN_MAX {
        progress.remarkable.push(row.clone());
    }
    progress.rows
}

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
        if !options.request.dry_run {
            self.edited().await;
        }
        done
    }

    /// Looks at a file: what it is, where its columns would go and why, its first rows.
    ///
    /// # Errors
    /// As [`importer::preview`].
    pub async fn import_preview(&self, request: &ImportRequest) -> Result<ImportPreview> {
        importer::preview(&self.cache, request).await
    }

    /// Begins an import or dry run and returns; [`Topic::Imports`] says when to look at its progress again.
    ///
    /// # Errors
    /// `bad_request` while another one is under way; `storage`.
    pub async fn import_start(&self, request: ImportRequest) -> Result<()> {
        {
            let mut progress = self.importing.progress();
            if progress.running {
                let title = "an import is under way: wait for its end or stop it; nothing was begun";
                return Err(Error::new(ErrorCode::BadRequest, title));
            }
            *progress = ImportProgress { running: true, dry_run: request.dry_run, ..ImportProgress::default() };
        }
        self.importing.stop.store(false, Ordering::Relaxed);
        let (progress, stop) = (self.importing.progress.clone(), self.importing.stop.clone());
        let share = ShareRead::default();
        *self.importing.share.lock().unwrap_or_else(PoisonError::into_inner) = share.clone();
        let (cache, announcer, backend) = (self.cache.clone(), self.announcer.clone(), self.backend.clone());
        let actor = self.backend().await.session.actor().await;
        let task = tokio::spawn(async move {
            let saves = !request.dry_run;
            let options = ImportOptions { request, shows: true, share, ..ImportOptions::default() };
            let mut each = |row: &RowReport| {
                if note(&progress, row).is_multiple_of(ROWS_PER_LOOK) {
                    announcer.announce(&[Topic::Imports]);
                }
                !stop.load(Ordering::Relaxed)
            };
            let done = match actor {
                Ok(actor) => importer::import(&cache, actor.as_ref(), &options, &mut each).await,
                Err(error) => Err(error),
            };
            {
                let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
                progress.running = false;
                match done {
                    Ok(summary) => progress.summary = Some(summary),
                    Err(error) => progress.error = Some(error.into()),
                }
            }
            announcer.announce(&[Topic::Imports]);
            if saves {
                announcer.announce(&[Topic::Stores, Topic::Outbox, Topic::Status]);
                let backend = backend.read().await.clone();
                backend.tell(Input::EditSaved).await;
            }
        });
        *self.importing.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        Ok(())
    }

    /// How far the import is that was begun last.
    pub fn import_progress(&self) -> ImportProgress {
        let permille = self.importing.share.lock().unwrap_or_else(PoisonError::into_inner).permille();
        let progress = self.importing.progress().clone();
        // What is read is not yet judged.
        let percent = if progress.running { (permille / 10).min(99) } else { 100 };
        ImportProgress { percent: u8::try_from(percent).unwrap_or(99), ..progress }
    }

    /// Stops what is under way after its batch; the same import goes on from there.
    pub fn import_cancel(&self) {
        self.importing.stop.store(true, Ordering::Relaxed);
    }

    /// Imports of the past, newest first.
    ///
    /// # Errors
    /// `storage`.
    pub async fn imports(&self) -> Result<Vec<PastImport>> {
        self.cache.imports().await
    }

    /// Takes an import back: by new edits, and only what nobody has changed since.
    ///
    /// # Errors
    /// As [`importer::undo`].
    pub async fn import_undo(&self, import_id: &str) -> Result<UndoneImport> {
        let actor = self.backend().await.session.actor().await?;
        let done = importer::undo(&self.cache, actor.as_ref(), import_id).await;
        self.announcer.announce(&[Topic::Imports]);
        self.edited().await;
        done
    }

    /// Writes what an import did, or the rows that failed so that they can be mended.
    ///
    /// # Errors
    /// As [`importer::write_report`].
    pub async fn import_report(&self, asked: &WriteImportReport) -> Result<Written> {
        let file = Path::new(&asked.file);
        let rows = importer::write_report(&self.cache, &asked.import_id, file, asked.failed_only).await?;
        Ok(Written { rows })
    }

    /// Exports merchants: all, or what the list shows.
    ///
    /// # Errors
    /// As [`exporter::export`], and `bad_request` for a file name without a known ending.
    pub async fn export(&self, request: &ExportRequest) -> Result<Written> {
        let file = Path::new(&request.file);
        let format = exporter::ExportFormat::of(file)?;
        if request.query.is_some() {
            self.catch_up().await?;
        }
        let extent = exporter::Extent { query: request.query.as_ref(), sensitive: request.sensitive };
        let rows = exporter::export(&self.cache, file, format, &extent).await?;
        Ok(Written { rows })
    }
}
