//! What the page remembers while other pages are shown.

use std::sync::Arc;

use domain::ipc::{ImportPreview, ImportProgress, ImportRequest, IpcError, PastImport, Topic};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::model::{self, Step};
use super::source::{self, is_source};
use crate::query::{Query, use_query};
use crate::route::{Navigator, Route};
use crate::{ipc, remembered};

const SOURCE_KEY: &str = "import-source";

/// The page's memory.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Where somebody is.
    pub step: RwSignal<Step>,
    /// What is asked for.
    pub request: RwSignal<ImportRequest>,
    /// What the file is.
    pub preview: RwSignal<Option<Arc<ImportPreview>>>,
    /// Is the file being looked at?
    pub looking: RwSignal<bool>,
    /// Why the last look or start failed.
    pub problem: RwSignal<Option<IpcError>>,
    /// Rows of the file, once a dry run has counted them.
    pub total: RwSignal<Option<u64>>,
    /// Is a file held over the window?
    pub held: RwSignal<bool>,
    /// How far the run is.
    pub progress: Query<ImportProgress>,
    /// Imports of the past.
    pub past: Query<Vec<PastImport>>,
}

impl Desk {
    /// Takes a file, and looks at it.
    pub fn take(&self, path: &str) {
        let file = model::clean_path(path);
        if file.is_empty() || self.is_running() {
            return;
        }
        let past = self.past.data.get_untracked();
        let past = past.as_ref().map(|past| past.as_slice()).unwrap_or_default();
        let source = source::propose(&file, past, remembered::get(SOURCE_KEY).as_deref());
        self.request.update(|request| *request = model::request_for(file, source, request));
        self.step.set(Step::File);
        self.total.set(None);
        self.preview.set(None);
        // It was about another file.
        self.problem.set(None);
        self.look();
    }

    /// Asks what the file is, with all that was said by hand. The newest question counts.
    pub fn look(&self) {
        let (desk, asked) = (*self, self.request.get_untracked());
        if asked.file.is_empty() || !is_source(&asked.source) {
            return;
        }
        self.looking.set(true);
        spawn_local(async move {
            let answer = ipc::import_preview(&asked).await;
            if desk.request.with_untracked(|now| *now != asked) {
                return;
            }
            desk.looking.set(false);
            match answer {
                Ok(preview) => {
                    desk.preview.set(Some(Arc::new(preview)));
                    desk.problem.set(None);
                }
                Err(problem) => desk.problem.set(Some(problem)),
            }
        });
    }

    /// Changes the request and looks again.
    pub fn change(&self, change: impl FnOnce(&mut ImportRequest)) {
        self.request.update(change);
        self.look();
    }

    /// Begins a dry run or an import.
    pub fn begin(&self, dry_run: bool) {
        let desk = *self;
        let mut asked = self.request.get_untracked();
        asked.dry_run = dry_run;
        remembered::set(SOURCE_KEY, &asked.source);
        self.problem.set(None);
        self.progress.data.set(None);
        self.step.set(if dry_run { Step::DryRun } else { Step::Apply });
        spawn_local(async move {
            if let Err(problem) = ipc::import_start(&asked).await {
                desk.problem.set(Some(problem));
            }
            desk.progress.refetch();
        });
    }

    /// Stops what is under way.
    pub fn stop(&self) {
        let desk = *self;
        spawn_local(async move {
            if let Err(problem) = ipc::import_cancel().await {
                desk.problem.set(Some(problem));
            }
        });
    }

    /// From the beginning, with another file.
    pub fn clear(&self) {
        self.request.update(|request| *request = model::request_for(String::new(), String::new(), request));
        self.preview.set(None);
        self.problem.set(None);
        self.total.set(None);
        self.looking.set(false);
        self.step.set(Step::File);
    }

    /// Is a run under way?
    pub fn is_running(&self) -> bool {
        self.progress.data.with_untracked(|progress| progress.as_ref().is_some_and(|progress| progress.running))
    }
}

/// Provides the memory and hears of files that are dropped on the window. Once, by the app.
pub fn provide(navigator: Navigator) -> Desk {
    let progress = use_query(&[Topic::Imports], || (), |()| ipc::import_progress());
    let past = use_query(&[Topic::Imports], || (), |()| ipc::imports());
    let desk = Desk {
        step: RwSignal::new(Step::File),
        request: RwSignal::new(ImportRequest::default()),
        preview: RwSignal::new(None),
        looking: RwSignal::new(false),
        problem: RwSignal::new(None),
        total: RwSignal::new(None),
        held: RwSignal::new(false),
        progress,
        past,
    };
    // The end of a dry run says how many rows there are; a page that was loaded anew finds the run that goes on.
    Effect::new(move |_| {
        let Some(progress) = progress.get() else { return };
        if let Some(summary) = progress.summary.as_ref().filter(|summary| summary.dry_run && !summary.cancelled) {
            desk.total.set(Some(summary.counts.values().sum()));
        }
        if progress.running && desk.step.get_untracked() < Step::DryRun {
            desk.step.set(if progress.dry_run { Step::DryRun } else { Step::Apply });
        }
    });
    ipc::on_drop(move |drop| match drop {
        ipc::Drop::Held => desk.held.set(true),
        ipc::Drop::Left => desk.held.set(false),
        ipc::Drop::Dropped(files) => {
            desk.held.set(false);
            let Some(file) = files.into_iter().next() else { return };
            navigator.go(Route::Imports);
            if navigator.is_at(&Route::Imports) {
                desk.take(&file);
            }
        }
    });
    provide_context(desk);
    desk
}

/// The memory.
pub fn use_desk() -> Desk {
    use_context().unwrap_or_else(|| provide(crate::route::use_navigator()))
}
