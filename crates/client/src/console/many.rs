//! The same change for many merchants: planned, looked at, saved as one ordinary edit each, taken back together.

use domain::edit::{Source, Write};
use domain::ipc::{PLAN_STORES_MAX, PlanCopy, SavePlans, SavedPlans, StorePlan, Undone};
use domain::problem::{ErrorCode, Problem};
use domain::{EditId, MerchantId, validate};

use super::Console;
use super::stores::{version_seen, version_text};
use crate::cache::Draft;
use crate::clock;
use crate::error::{Error, Result};

impl Console {
    /// What it would change in each merchant to have these registers too. Nothing is written.
    ///
    /// # Errors
    /// `too_large` for more than [`PLAN_STORES_MAX`] merchants; the problem of a value; `not_found` for a
    /// merchant that is not here; `storage`.
    pub async fn plan_copy(&self, asked: &PlanCopy) -> Result<Vec<StorePlan>> {
        few_enough(asked.stores.len())?;
        let mut wanted = Vec::with_capacity(asked.registers.len());
        for (field, value) in &asked.registers {
            wanted.push((field, self.cache.schema().normalise(field, value)?));
        }
        let may_review = self.backend().await.session.actor().await?.is_none_or(|actor| actor.role.may_review());
        let mut plans = Vec::with_capacity(asked.stores.len());
        for id in &asked.stores {
            plans.push(self.plan_one(id, &wanted, may_review).await?);
        }
        Ok(plans)
    }

    async fn plan_one(
        &self,
        id: &MerchantId,
        wanted: &[(&domain::FieldPath, domain::Value)],
        may_review: bool,
    ) -> Result<StorePlan> {
        let known = self.cache.known(id).await?;
        let row = self.cache.row(id).await?.ok_or_else(|| {
            Error::new(ErrorCode::NotFound, format!("there is no merchant {id} on this computer; sync and look again"))
        })?;
        let contested = |field: &domain::FieldPath| {
            known.review.as_ref().is_some_and(|review| review.items.iter().any(|item| item.field == *field))
        };
        let mut plan = StorePlan {
            id: id.clone(),
            name: row.name,
            writes: Vec::new(),
            locked: Vec::new(),
            version: version_text(&known.seen(), known.waiting.iter().map(|w| (w.edit.dot, w.state)))?,
        };
        for (field, value) in wanted {
            let now = known.registers.get(*field).cloned().unwrap_or_default();
            if validate::same(field, &now, value) {
                continue;
            }
            if !may_review && contested(field) {
                plan.locked.push(field.to_string());
            } else {
                plan.writes.push(Write { field: (*field).clone(), base_value: now, value: value.clone() });
            }
        }
        Ok(plan)
    }

    /// Saves a plan as it was shown: one edit for each merchant with writes, all or none. What somebody else changes
    /// meanwhile meets these edits as it meets any other.
    ///
    /// # Errors
    /// `too_large`; the problem of a value; `outbox_full`; `storage`. Nothing was saved then.
    pub async fn save_plans(&self, save: SavePlans) -> Result<SavedPlans> {
        few_enough(save.plans.len())?;
        let mut drafts = Vec::new();
        for plan in save.plans.into_iter().filter(|plan| !plan.writes.is_empty()) {
            let mut writes = plan.writes;
            for write in &mut writes {
                write.value = self.cache.schema().normalise(&write.field, &write.value)?;
            }
            let mut draft = Draft::new(plan.id, writes, Source::Manual);
            draft.seen = Some(version_seen(&plan.version)?);
            drafts.push(draft);
        }
        let mut edits = Vec::new();
        if !drafts.is_empty() {
            let actor = self.backend().await.session.actor().await?;
            let saved = self.cache.save_all(drafts, actor.as_ref()).await?;
            edits.extend(saved.iter().map(|edit| edit.edit_id));
            self.edited().await;
        }
        Ok(SavedPlans { edits, saved_at: clock::at(clock::now_ms()) })
    }

    /// Takes several edits back, the newest first. What was changed since stays, and is counted.
    ///
    /// # Errors
    /// `too_large`; `storage`: those before it were taken back then.
    pub async fn undo_all(&self, edit_ids: &[EditId]) -> Result<Undone> {
        few_enough(edit_ids.len())?;
        let mut done = Undone::default();
        let mut outcome = Ok(());
        for edit_id in edit_ids.iter().rev() {
            match self.take_back(*edit_id).await {
                Ok(_) => done.undone += 1,
                Err(error) if error.code() == ErrorCode::NotFound => done.left += 1,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        self.edited().await;
        outcome.map(|()| done)
    }
}

fn few_enough(count: usize) -> Result<()> {
    if count > PLAN_STORES_MAX {
        let text = format!("{count} stores at once; nothing was changed: choose at most {PLAN_STORES_MAX}");
        return Err(Problem::new(ErrorCode::TooLarge, text).into());
    }
    Ok(())
}
