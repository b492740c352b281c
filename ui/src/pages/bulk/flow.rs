//! The way of a bulk edit through its stages.

use std::sync::Arc;

use domain::ipc::{BulkPlan, BulkRequest, BulkSaved, IpcError};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Toaster, use_toaster};
use crate::i18n::bulk;
use crate::ipc;
use crate::words::undone_text;

/// Where one is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// Which stores, which change.
    #[default]
    Choosing,
    /// The stores are looked at.
    Planning,
    /// What would change.
    Looking(Arc<BulkPlan>),
    /// Edits are saved.
    Saving,
    /// What was saved.
    Saved(Arc<BulkSaved>),
    /// Edits are taken back.
    Undoing(Arc<BulkSaved>),
}

/// A bulk edit while its dialog is there.
#[derive(Clone, Copy)]
pub struct Flow {
    /// Is the dialog open?
    pub open: RwSignal<bool>,
    /// Where one is.
    pub stage: RwSignal<Stage>,
    /// What failed.
    pub problem: RwSignal<Option<IpcError>>,
    toaster: Toaster,
}

/// A flow whose dialog is closed.
pub fn use_flow() -> Flow {
    Flow {
        open: RwSignal::new(false),
        stage: RwSignal::new(Stage::Choosing),
        problem: RwSignal::new(None),
        toaster: use_toaster(),
    }
}

impl Flow {
    /// Opens the dialog, unless something is under way in it: then that shows.
    pub fn begin(&self) {
        let under_way = self.stage.with_untracked(|stage| matches!(stage, Stage::Saving | Stage::Undoing(_)));
        if !under_way {
            self.stage.set(Stage::Choosing);
            self.problem.set(None);
        }
        self.open.set(true);
    }
    /// Closes it. Looking stops; what is being saved goes on, and a notice tells how it ended.
    pub fn close(&self) {
        if self.stage.with_untracked(|stage| *stage == Stage::Planning) {
            self.stop();
        }
        self.open.set(false);
    }
    /// Back to choosing.
    pub fn back(&self) {
        self.stage.set(Stage::Choosing);
    }
    /// Stops what is under way.
    pub fn stop(&self) {
        spawn_local(async {
            // If it cannot be told, it goes on to its end, which shows.
            let _ = ipc::bulk_cancel().await;
        });
    }
    fn to(&self, stage: Stage) {
        self.problem.set(None);
        self.stage.set(stage);
    }
    fn fail(&self, problem: IpcError, back: Stage) {
        self.stage.try_set(back);
        self.problem.try_set(Some(problem));
    }

    /// Looks at what it would change.
    pub fn preview(self, request: BulkRequest) {
        self.to(Stage::Planning);
        spawn_local(async move {
            match ipc::bulk_plan(&request).await {
                Ok(Some(plan)) => {
                    self.stage.try_set(Stage::Looking(Arc::new(plan)));
                }
                Ok(None) => {
                    self.stage.try_set(Stage::Choosing);
                }
                Err(problem) => self.fail(problem, Stage::Choosing),
            }
        });
    }

    /// Saves what was looked at.
    pub fn save(self, plan: Arc<BulkPlan>) {
        self.to(Stage::Saving);
        spawn_local(async move {
            match ipc::bulk_save(&plan.plan_id).await {
                Ok(saved) => {
                    let text = bulk::saved(saved.saved);
                    match saved.bulk_id.clone().filter(|_| saved.saved > 0) {
                        Some(bulk_id) => self.toaster.say_with_undo_bulk(text, bulk_id),
                        None => self.toaster.say(text),
                    }
                    self.stage.try_set(Stage::Saved(Arc::new(saved)));
                }
                Err(problem) => {
                    if self.open.try_get_untracked() != Some(true) {
                        self.toaster.fail(&problem);
                    }
                    self.fail(problem, Stage::Choosing);
                }
            }
        });
    }

    /// Takes it back.
    pub fn undo(self, saved: Arc<BulkSaved>) {
        let Some(bulk_id) = saved.bulk_id.clone() else { return };
        self.to(Stage::Undoing(saved.clone()));
        spawn_local(async move {
            match ipc::bulk_undo(&bulk_id).await {
                Ok(done) => {
                    self.toaster.say(undone_text(done));
                    if done.cancelled {
                        self.stage.try_set(Stage::Saved(saved));
                    } else {
                        self.stage.try_set(Stage::Choosing);
                        self.open.try_set(false);
                    }
                }
                Err(problem) => self.fail(problem, Stage::Saved(saved)),
            }
        });
    }
}
