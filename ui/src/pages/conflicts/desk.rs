//! What the parts of the page share: the reviews, the bench of each store, and what goes on.

use std::ops::Deref;
use std::sync::Arc;

use domain::field::FieldPath;
use domain::ipc::{OutboxGroup, OutboxPage, OutboxQuery, Topic};
use domain::review::Review;
use domain::{ActorId, ErrorCode, MerchantId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::kept::{Kept, use_kept};
use super::model::{self, Applied, Bench, Moved, Picked, Refused};
use super::table::focus_row;
use crate::components::{Toaster, use_toaster};
use crate::i18n::{conflicts, everywhere};
use crate::ipc;
use crate::query::{Query, use_query};
use crate::session::use_shared;

/// Lines of the outbox that are looked through for own decisions.
const OUTBOX_ROWS: u32 = 500;

/// What became of a store that was being worked on.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Its values changed under the hands.
    Moved(Moved),
    /// Somebody else decided everything; so many choices were not applied.
    Settled {
        /// The store's name.
        store: String,
        /// Choices that were not applied.
        lost: u64,
    },
}

/// The page's state.
#[derive(Clone, Copy)]
pub struct Desk {
    /// What the shell says.
    pub reviews: Query<Vec<Review>>,
    outbox: Query<OutboxPage>,
    /// The open reviews, the longest-waiting first.
    pub queue: Memo<Vec<Review>>,
    /// Refused decisions of this device.
    pub refused: Memo<Vec<Refused>>,
    /// What outlives the page.
    kept: Kept,
    /// The bench of the open store.
    pub bench: Memo<Option<Bench>>,
    /// The field that is being typed.
    pub typing: RwSignal<Option<FieldPath>>,
    /// May this actor decide?
    pub may_review: Memo<bool>,
    toaster: Toaster,
}

impl Deref for Desk {
    type Target = Kept;
    fn deref(&self) -> &Kept {
        &self.kept
    }
}

impl Desk {
    /// Asks for the reviews and keeps the benches true to them.
    pub fn new() -> Self {
        let shared = use_shared();
        let reviews = use_query(&[Topic::Reviews, Topic::Session], || (), |()| ipc::reviews());
        let outbox = use_query(
            &[Topic::Outbox],
            || (),
            |()| async { ipc::outbox(&OutboxQuery { group: OutboxGroup::All, offset: 0, limit: OUTBOX_ROWS }).await },
        );
        let kept = use_kept();
        let Kept { benches, open, applied, .. } = kept;
        // The outbox is asked after them: one that is not in it was answered, or taken back, while the page was away.
        applied.update(|applied| applied.iter_mut().for_each(|decision| decision.seen = true));
        Effect::new(move |_| {
            if let Some(page) = outbox.get() {
                applied.update(|applied| model::note_outbox(applied, &page.rows));
            }
        });
        let queue = Memo::new(move |_| {
            let all = reviews.get().unwrap_or_else(|| Arc::new(Vec::new()));
            model::queue(applied.with(|applied| model::undecided(&all, applied)))
        });
        let desk = Self {
            reviews,
            outbox,
            queue,
            refused: Memo::new(move |_| outbox.get().map(|page| model::refused(&page.rows)).unwrap_or_default()),
            kept,
            bench: Memo::new(move |_| open.get().and_then(|id| benches.with(|benches| benches.get(&id).cloned()))),
            typing: RwSignal::new(None),
            may_review: Memo::new(move |_| shared.may_review()),
            toaster: use_toaster(),
        };
        Effect::new(move |_| {
            // Whose value is "mine" is known with the session only.
            let (Some(status), true) = (shared.status(), reviews.get().is_some()) else { return };
            desk.renew(&queue.get(), status.session.actor.as_ref().map(|actor| &actor.id));
        });
        desk
    }

    fn renew(self, queue: &[Review], me: Option<&ActorId>) {
        let mut notices = self.notices.get_untracked();
        let mut benches = self.benches.get_untracked();
        benches.retain(|_, bench| !bench.is_of_another(me));
        let gone: Vec<MerchantId> =
            benches.keys().filter(|id| !queue.iter().any(|review| review.merchant_id == **id)).cloned().collect();
        for id in gone {
            if let Some(bench) = benches.remove(&id)
                && bench.decided() > 0
            {
                let store = bench.review().merchant_name.clone();
                notices.insert(id, Notice::Settled { store, lost: bench.decided() as u64 });
            }
        }
        for review in queue {
            match benches.get_mut(&review.merchant_id) {
                None => {
                    benches.insert(review.merchant_id.clone(), Bench::new(review.clone(), me.cloned()));
                }
                Some(bench) => {
                    let mut moved = bench.renew(review.clone());
                    self.own.update_value(|own| {
                        moved.settled.retain(|field| !own.remove(&(review.merchant_id.clone(), field.clone())));
                    });
                    if !moved.is_empty() {
                        notices.insert(review.merchant_id.clone(), Notice::Moved(moved));
                    }
                }
            }
        }
        let open = self.open.get_untracked();
        let back = self.back.get_value().filter(|id| queue.iter().any(|review| review.merchant_id == *id));
        if back.is_some() {
            self.back.set_value(None);
        }
        let next = model::to_open(queue, back.as_ref().or(open.as_ref()), self.place.get_value());
        let at = next.as_ref().and_then(|id| queue.iter().position(|review| review.merchant_id == *id));
        self.place.set_value(at.unwrap_or(0));
        if self.benches.with_untracked(|before| *before != benches) {
            self.benches.set(benches);
        }
        if self.notices.with_untracked(|before| *before != notices) {
            self.notices.set(notices);
        }
        if next != open {
            self.typing.set(None);
            self.open.set(next);
        }
    }

    /// Opens a store.
    pub fn show(self, id: &MerchantId) {
        if self.open.with_untracked(|open| open.as_ref() != Some(id)) {
            let at = self.queue.with_untracked(|queue| queue.iter().position(|review| review.merchant_id == *id));
            self.place.set_value(at.unwrap_or(0));
            self.typing.set(None);
            self.open.set(Some(id.clone()));
        }
    }

    /// Changes the open bench.
    pub fn change(self, how: impl FnOnce(&mut Bench)) {
        let Some(id) = self.open.get_untracked() else { return };
        self.benches.update(|benches| {
            if let Some(bench) = benches.get_mut(&id) {
                how(bench);
            }
        });
    }

    /// Chooses for a field, if this actor may.
    pub fn pick(self, field: &FieldPath, choice: Picked) {
        self.choose(|bench| bench.pick(field, choice));
    }

    /// The same by a press on the value: on the chosen one it takes the choice back.
    pub fn press(self, field: &FieldPath, choice: Picked) {
        self.choose(|bench| bench.toggle(field, choice));
    }

    fn choose(self, how: impl FnOnce(&mut Bench)) {
        if self.may_review.get_untracked() && !self.saving.get_untracked() {
            self.change(how);
        }
    }

    /// Takes the last choice back; where nothing is chosen, the decision that was applied last.
    pub fn undo(self) {
        let mut undone = false;
        self.change(|bench| undone = bench.undo().is_some());
        if undone {
            return focus_row();
        }
        let Some((edit_id, merchant_id)) = self.last.get_value() else { return };
        self.last.set_value(None);
        spawn_local(async move {
            match ipc::undo(edit_id).await {
                Ok(_) => {
                    self.toaster.say(everywhere::undone());
                    let waits = self.applied.with_untracked(|applied| applied.iter().any(|one| one.edit_id == edit_id));
                    if waits {
                        self.back.set_value(Some(merchant_id));
                        self.applied.update(|applied| applied.retain(|one| one.edit_id != edit_id));
                    }
                    self.reviews.refetch();
                    self.outbox.refetch();
                    focus_row();
                }
                Err(problem) => self.toaster.fail(&problem),
            }
        });
    }

    /// The refused decision about the open store.
    pub fn refused_here(self) -> Option<Refused> {
        let id = self.open.get()?;
        self.refused.with(|refused| refused.iter().find(|refused| refused.merchant_id == id).cloned())
    }

    /// Forgets what was told about a store.
    pub fn dismiss(self, id: &MerchantId) {
        self.notices.update(|notices| {
            notices.remove(id);
        });
    }

    /// Drops a refused decision.
    pub fn drop_refused(self, refused: Refused) {
        spawn_local(async move {
            match ipc::discard(refused.edit_id).await {
                Ok(()) => {
                    self.toaster.say(conflicts::refused_dropped());
                    self.outbox.refetch();
                }
                Err(problem) => self.toaster.fail(&problem),
            }
        });
    }

    /// Saves the chosen fields of the open store as a decision.
    pub fn apply(self) {
        let Some(bench) = self.bench.get_untracked() else { return };
        let Some(resolve) = bench.resolve() else { return };
        if !self.may_review.get_untracked() || self.saving.get_untracked() {
            return;
        }
        self.saving.set(true);
        let store = bench.review().merchant_name.clone();
        let left = bench.remaining() as u64;
        let old = self.refused.with_untracked(|refused| {
            refused.iter().filter(|refused| refused.merchant_id == resolve.merchant_id).cloned().collect::<Vec<_>>()
        });
        spawn_local(async move {
            match ipc::resolve(&resolve).await {
                Ok(saved) => {
                    if let Some(edit_id) = saved.edit_id {
                        let merchant_id = &resolve.merchant_id;
                        self.own.update_value(|own| {
                            own.extend(
                                resolve.choices.iter().map(|choice| (merchant_id.clone(), choice.field.clone())),
                            );
                        });
                        self.benches.update(|benches| {
                            if let Some(bench) = benches.get_mut(merchant_id) {
                                bench.saved();
                            }
                        });
                        self.applied.update(|applied| {
                            applied.extend(resolve.choices.iter().map(|choice| Applied {
                                edit_id,
                                merchant_id: merchant_id.clone(),
                                field: choice.field.clone(),
                                dots: choice.dots.clone(),
                                seen: false,
                            }));
                        });
                        self.last.set_value(Some((edit_id, merchant_id.clone())));
                        // What was just settled here is no news.
                        self.dismiss(merchant_id);
                        let text = if left == 0 {
                            conflicts::done_all(&store)
                        } else {
                            conflicts::done_some(resolve.choices.len() as u64, left)
                        };
                        self.toaster.say_with_undo(text, edit_id);
                        // The next store is decided without leaving the keys.
                        focus_row();
                    }
                    for refused in old {
                        // It was refused and is replaced: nothing is lost if it stays a little longer.
                        let _ = ipc::discard(refused.edit_id).await;
                    }
                    self.reviews.refetch();
                    self.outbox.refetch();
                }
                Err(problem) => {
                    self.toaster.fail(&problem);
                    if problem.code == ErrorCode::ReviewMoved {
                        self.reviews.refetch();
                    }
                }
            }
            self.saving.set(false);
        });
    }
}

/// The page's state, for its parts.
pub fn use_desk() -> Desk {
    use_context().unwrap_or_else(Desk::new)
}
