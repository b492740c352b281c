//! Bulk edit: the same change for many merchants, planned and looked at, saved as one ordinary edit each, taken back
//! together. Works through batches, so that memory stays small and whoever saves meanwhile hardly waits.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::edit::Write;
use domain::field::FieldPath;
use domain::ipc::{
    BULK_STORES_MAX, BulkEdit, BulkPlan, BulkProgress, BulkRequest, BulkSaved, BulkStage, BulkState, Chosen, LeftOut,
    LeftStore, StorePlan, Topic, Undone,
};
use domain::problem::{ErrorCode, Problem};
use domain::profile::Registers;
use domain::role::Actor;
use domain::schema::Schema;
use domain::{MerchantId, Value, validate};
use uuid::Uuid;

use super::{Console, fields};
use crate::cache::{Looked, OpenBulk};
use crate::clock;
use crate::error::{Error, Result};

/// Merchants looked at in one read.
const STEP: usize = 500;
/// Edits of one transaction.
const BATCH_EDITS: usize = 100;
/// Edits after which views and engine are told.
const EDITS_PER_LOOK: u64 = 2_000;

/// What is under way, and the plan that was looked at last.
#[derive(Default)]
pub(super) struct BulkDesk {
    plan: Mutex<Option<Planned>>,
    progress: Mutex<BulkProgress>,
    stop: AtomicBool,
}

/// A plan that may be saved: small, however many merchants it is for.
struct Planned {
    plan_id: String,
    registers: Registers,
    /// Merchants that change, and what was shown of them.
    stores: Vec<(MerchantId, u64)>,
}

/// The turn of whoever works; ends with it, however it ends.
struct Turn<'d>(&'d BulkDesk);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.progress() = BulkProgress::default();
    }
}

impl BulkDesk {
    fn progress(&self) -> MutexGuard<'_, BulkProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn plan(&self) -> MutexGuard<'_, Option<Planned>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn begin(&self, stage: BulkStage, total: u64) -> Result<Turn<'_>> {
        let mut progress = self.progress();
        if progress.stage != BulkStage::Idle {
            let title = "another bulk edit is under way: wait for its end or stop it; nothing was changed";
            return Err(Error::new(ErrorCode::BadRequest, title));
        }
        *progress = BulkProgress { stage, done: 0, total };
        self.stop.store(false, Ordering::Relaxed);
        Ok(Turn(self))
    }
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A register and the value that it shall have.
type Wanted = Vec<(FieldPath, Value)>;

fn wanted(schema: &Schema, asked: &BulkRequest) -> Result<Wanted> {
    let mut registers = asked.registers.clone();
    for typed in &asked.typed {
        if typed.field == "hours" && !typed.text.trim().is_empty() {
            // A week's text says nothing of the days that it does not name.
            fields::assign(schema, &mut registers, &typed.field, &typed.text)?;
        } else {
            let (field, value) = fields::register(schema, &typed.field, &typed.text)?;
            registers.insert(field, value);
        }
    }
    if registers.is_empty() {
        return Err(Error::new(ErrorCode::BadRequest, "no field was chosen: nothing would be changed"));
    }
    let normal = |(field, value): (FieldPath, Value)| Ok((field.clone(), schema.normalise(&field, &value)?));
    registers.into_iter().map(normal).collect()
}

/// What a merchant lacks of the registers, and which of these people are choosing.
fn lacking(looked: &Looked, wanted: &[(FieldPath, Value)]) -> (Vec<Write>, Vec<String>) {
    let (mut writes, mut contested) = (Vec::new(), Vec::new());
    for (field, value) in wanted {
        let now = looked.registers.get(field).cloned().unwrap_or_default();
        // A question is answered one by one, by somebody who looks at its candidates.
        if looked.contested.contains(field) {
            contested.push(field.to_string());
        } else if !validate::same(field, &now, value) {
            writes.push(Write { field: field.clone(), base_value: now, value: value.clone() });
        }
    }
    (writes, contested)
}

/// Tells whether a merchant still is what was shown of it.
fn fingerprint(writes: &[Write]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for write in writes {
        write.field.hash(&mut hasher);
        write.base_value.canonical().hash(&mut hasher);
    }
    hasher.finish()
}

impl Console {
    /// What it would change to give many merchants these registers. Nothing is written; the plan is kept until it is
    /// saved or another one is made. Nothing is answered if it was stopped.
    ///
    /// # Errors
    /// `too_large` for more than [`BULK_STORES_MAX`] merchants; the problem of a value; `bad_request` for no field, or
    /// while another bulk edit is under way; `storage`.
    pub async fn bulk_plan(&self, asked: &BulkRequest) -> Result<Option<BulkPlan>> {
        let wanted = wanted(&self.cache.schema(), asked)?;
        let ids = self.chosen(&asked.stores).await?;
        let total = ids.len() as u64;
        let turn = self.bulk.begin(BulkStage::Planning, total)?;
        let actor = self.backend().await.session.actor().await?;
        let mut plan = BulkPlan { plan_id: Uuid::now_v7().to_string(), ..BulkPlan::default() };
        let mut stores = Vec::new();
        for step in ids.chunks(STEP) {
            if self.bulk.is_stopped() {
                return Ok(None);
            }
            let looked = self.cache.look_at(step.to_vec()).await?;
            for (id, looked) in step.iter().zip(looked) {
                plan.stores += 1;
                plan_one(&mut plan, &mut stores, id.clone(), looked, &wanted, actor.as_ref());
            }
            self.advance(plan.stores);
        }
        plan.changes = stores.len() as u64;
        plan.room = self.cache.outbox_room().await?;
        let registers = wanted.into_iter().collect();
        *self.bulk.plan() = Some(Planned { plan_id: plan.plan_id.clone(), registers, stores });
        drop(turn);
        Ok(Some(plan))
    }

    /// The merchants of a request, each once.
    async fn chosen(&self, chosen: &Chosen) -> Result<Vec<MerchantId>> {
        let (ids, total) = match chosen {
            Chosen::These { stores } => {
                let once: BTreeSet<&MerchantId> = stores.iter().collect();
                (once.iter().map(|id| (*id).clone()).collect::<Vec<_>>(), once.len() as u64)
            }
            Chosen::Matching { query, except } => {
                self.catch_up().await?;
                let found = self.cache.ids_of(query).await?;
                let except: BTreeSet<&MerchantId> = except.iter().collect();
                (found.ids.into_iter().filter(|id| !except.contains(id)).collect(), found.total)
            }
        };
        if total > BULK_STORES_MAX {
            let text = format!("{total} stores at once; nothing was changed: choose at most {BULK_STORES_MAX}");
            return Err(Problem::new(ErrorCode::TooLarge, text).into());
        }
        Ok(ids)
    }

    fn advance(&self, done: u64) {
        self.bulk.progress().done = done;
        self.announcer.announce(&[Topic::Bulk]);
    }

    /// Saves the plan that was looked at, one edit for each merchant that changes. A merchant that is no longer what was
    /// shown is left out and named.
    ///
    /// # Errors
    /// `not_found` unless it is the newest plan; `outbox_full` if it cannot hold all of it: nothing was saved then;
    /// `bad_request` while another bulk edit is under way; `storage`: what was saved before stays, and can be taken back.
    pub async fn bulk_save(&self, plan_id: &str) -> Result<BulkSaved> {
        let turn = self.bulk.begin(BulkStage::Saving, 0)?;
        let planned = self.bulk.plan().take_if(|plan| plan.plan_id == plan_id).ok_or_else(|| {
            Error::new(ErrorCode::NotFound, "this plan is no longer kept: look at what would change once more")
        })?;
        let total = planned.stores.len() as u64;
        let room = self.cache.outbox_room().await?;
        if total > room {
            let text = format!(
                "{total} changes, but the outbox has room for {room}: nothing was saved; sync, or choose fewer stores"
            );
            return Err(Error::new(ErrorCode::OutboxFull, text));
        }
        self.bulk.progress().total = total;
        let actor = self.backend().await.session.actor().await?;
        let mut saved = BulkSaved {
            bulk_id: None,
            saved: 0,
            exceptions: Default::default(),
            cancelled: false,
            saved_at: clock::at(clock::now_ms()),
        };
        if total > 0 {
            let mut open = self.cache.begin_bulk(&planned.registers, total, actor.as_ref()).await?;
            saved.bulk_id = Some(open.bulk_id.clone());
            let outcome = self.save_batches(&mut open, planned, actor.as_ref(), &mut saved).await;
            saved.saved = open.saved;
            let state = if saved.cancelled || outcome.is_err() { BulkState::Cancelled } else { BulkState::Done };
            self.cache.set_bulk_state(&open, state).await?;
            self.edited().await;
            outcome?;
        }
        saved.saved_at = clock::at(clock::now_ms());
        drop(turn);
        self.announcer.announce(&[Topic::Bulk]);
        Ok(saved)
    }

    async fn save_batches(
        &self,
        open: &mut OpenBulk,
        planned: Planned,
        actor: Option<&Actor>,
        saved: &mut BulkSaved,
    ) -> Result<()> {
        let wanted: Wanted = planned.registers.into_iter().collect();
        let wanted = Arc::new(wanted);
        let mut stores = planned.stores.into_iter().peekable();
        let (mut done, mut told) = (0, 0);
        while stores.peek().is_some() {
            if self.bulk.is_stopped() {
                saved.cancelled = true;
                break;
            }
            let batch: Vec<_> = stores.by_ref().take(BATCH_EDITS).collect();
            done += batch.len() as u64;
            let wanted = Arc::clone(&wanted);
            let judge = move |id: &MerchantId, shown: u64, looked: Option<Looked>| {
                let left = |name, because| LeftStore { id: id.clone(), name, because, fields: Vec::new() };
                let looked = looked.ok_or_else(|| left(String::new(), LeftOut::Gone))?;
                let (writes, _) = lacking(&looked, &wanted);
                if fingerprint(&writes) == shown { Ok(writes) } else { Err(left(looked.name, LeftOut::Moved)) }
            };
            let left = self.cache.save_bulk_batch(open, batch, actor, judge).await?;
            left.into_iter().for_each(|store| saved.exceptions.add(store));
            self.advance(done);
            if done - told >= EDITS_PER_LOOK {
                told = done;
                self.edited().await;
            }
        }
        Ok(())
    }

    /// Takes a bulk edit back, the last merchant first. What was changed since stays, and each merchant that keeps
    /// something of it is counted as left, also where the rest of its edit was taken back. Stopped or broken off, it goes
    /// on when asked again.
    ///
    /// # Errors
    /// `not_found`; `bad_request` if it was taken back already, or while another one is under way; `outbox_full`,
    /// `storage`: those before it were taken back then.
    pub async fn bulk_undo(&self, bulk_id: &str) -> Result<Undone> {
        let (open, edit) = self.cache.bulk_edit(bulk_id).await?;
        if edit.state == BulkState::Undone {
            return Err(Error::new(
                ErrorCode::BadRequest,
                "this bulk edit was taken back already: nothing was changed",
            ));
        }
        let turn = self.bulk.begin(BulkStage::Undoing, edit.saved)?;
        let actor = self.backend().await.session.actor().await?;
        self.cache.set_bulk_state(&open, BulkState::Undoing).await?;
        let done = self.undo_batches(&open, actor.as_ref()).await;
        if let Ok(Undone { cancelled: false, .. }) = done {
            self.cache.set_bulk_state(&open, BulkState::Undone).await?;
        }
        drop(turn);
        self.edited().await;
        self.announcer.announce(&[Topic::Bulk]);
        done
    }

    async fn undo_batches(&self, open: &OpenBulk, actor: Option<&Actor>) -> Result<Undone> {
        let (mut done, mut before, mut looked_at) = (Undone::default(), i64::MAX.cast_unsigned(), 0);
        loop {
            if self.bulk.is_stopped() {
                done.cancelled = true;
                return Ok(done);
            }
            let batch = self.cache.undo_bulk_batch(open, before, BATCH_EDITS, actor).await?;
            let Some(last) = batch.last_row else { return Ok(done) };
            before = last;
            done.undone += batch.undone;
            done.left += batch.left;
            looked_at += batch.rows;
            self.advance(looked_at);
        }
    }

    /// How far it is.
    pub fn bulk_progress(&self) -> BulkProgress {
        *self.bulk.progress()
    }

    /// Stops what is under way after its batch. What is saved stays.
    pub fn bulk_cancel(&self) {
        self.bulk.stop.store(true, Ordering::Relaxed);
    }

    /// Bulk edits of the past, newest first.
    ///
    /// # Errors
    /// `storage`.
    pub async fn bulk_edits(&self) -> Result<Vec<BulkEdit>> {
        self.cache.bulk_edits().await
    }
}

fn plan_one(
    plan: &mut BulkPlan,
    stores: &mut Vec<(MerchantId, u64)>,
    id: MerchantId,
    looked: Option<Looked>,
    wanted: &[(FieldPath, Value)],
    actor: Option<&Actor>,
) {
    let Some(looked) = looked else {
        plan.exceptions.add(LeftStore { id, name: String::new(), because: LeftOut::Gone, fields: Vec::new() });
        return;
    };
    if actor.is_some_and(|actor| !actor.scope.contains(&id)) {
        plan.exceptions.add(LeftStore { id, name: looked.name, because: LeftOut::NotAllowed, fields: Vec::new() });
        return;
    }
    let (writes, contested) = lacking(&looked, wanted);
    if writes.is_empty() && contested.is_empty() {
        plan.same += 1;
        return;
    }
    if !contested.is_empty() {
        let left =
            LeftStore { id: id.clone(), name: looked.name.clone(), because: LeftOut::Contested, fields: contested };
        plan.exceptions.add(left);
    }
    if writes.is_empty() {
        return;
    }
    for write in &writes {
        *plan.fields.entry(write.field.to_string()).or_default() += 1;
    }
    stores.push((id.clone(), fingerprint(&writes)));
    if plan.shown.len() < BulkPlan::SHOWN_MAX {
        plan.shown.push(StorePlan { id, name: looked.name, writes });
    }
}
