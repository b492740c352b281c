//! The state of the work bench: which field is current, what was chosen for each, and what that means
//! when the review changes meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use domain::field::{FieldKind, FieldPath};
use domain::ipc::{Choice, OutboxRow, Resolve};
use domain::review::{Candidate, Review, ReviewItem};
use domain::{ActorId, Dot, EditId, EditState, ErrorCode, MerchantId, Value};

/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 500;
/// Choices that can be undone.
const UNDO_MAX: usize = 100;

/// Where a chosen value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// What was there before.
    Base,
    /// The nth shown candidate, from 0.
    Candidate(usize),
    /// Typed, and found good.
    Typed(Value),
}

/// Whose value a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// What all saw before.
    Base,
    /// This actor's.
    Mine,
    /// The other one, beside this actor's.
    Theirs,
    /// The nth, from 1, where none of two is this actor's, or there are more.
    Nth(usize),
}

/// The candidates in the order of the screen: of two, mine first; of more, oldest first.
pub fn in_order<'a>(item: &'a ReviewItem, me: Option<&ActorId>) -> Vec<&'a Candidate> {
    let mut shown: Vec<&Candidate> = item.candidates.iter().collect();
    if let [first, second] = shown.as_slice()
        && me == Some(&second.actor)
        && me != Some(&first.actor)
    {
        shown.reverse();
    }
    shown
}

/// The columns before "merged", for a review whose widest field has so many candidates. They are "mine" and
/// "theirs" only where that is true of every field.
pub fn columns(review: &Review, me: Option<&ActorId>) -> Vec<Column> {
    let most = review.items.iter().map(|item| item.candidates.len()).max().unwrap_or(0).max(2);
    let mine_first = |item: &ReviewItem| {
        let shown = in_order(item, me);
        let mine = |n: usize| shown.get(n).map(|candidate| me == Some(&candidate.actor));
        mine(0) == Some(true) && mine(1) != Some(true)
    };
    let mine = most == 2 && review.items.iter().all(mine_first);
    let rest = (0..most).map(|n| match (mine, n) {
        (true, 0) => Column::Mine,
        (true, _) => Column::Theirs,
        (false, n) => Column::Nth(n + 1),
    });
    std::iter::once(Column::Base).chain(rest).collect()
}

/// The one author of a column, if all its cells have the same and were made by the same edit.
pub fn common_author<'a>(review: &'a Review, column: usize, me: Option<&ActorId>) -> Option<&'a Candidate> {
    let mut cells = review.items.iter().filter_map(|item| in_order(item, me).get(column).copied());
    let first = cells.next()?;
    cells.all(|cell| cell.edit_id == first.edit_id).then_some(first)
}

/// Can a value be typed for this field?
pub fn typeable(field: &FieldPath) -> bool {
    matches!(field.kind(), FieldKind::Text | FieldKind::Hours | FieldKind::Custom)
}

/// Which name a field has for checking what was typed.
pub fn check_name(field: &FieldPath) -> &str {
    match field.as_str() {
        "phones.primary" => "phones",
        path => path,
    }
}

/// What a checked value becomes: one number of a list of one.
pub fn checked_value(field: &FieldPath, normalised: &Value) -> Value {
    match (field.as_str(), normalised.as_list()) {
        ("phones.primary", Some(list)) => list.first().map_or(Value::NULL, |number| Value::text(*number)),
        _ => normalised.clone(),
    }
}

/// What changed under somebody's hands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Chosen before, and their candidates changed: to be chosen again.
    pub chosen_again: Vec<FieldPath>,
    /// Others whose candidates changed.
    pub changed: Vec<FieldPath>,
    /// Contested since.
    pub added: Vec<FieldPath>,
    /// Settled since.
    pub settled: Vec<FieldPath>,
}

impl Moved {
    /// Nothing to tell?
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// One merchant's review being worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bench {
    review: Review,
    me: Option<ActorId>,
    picked: BTreeMap<FieldPath, Picked>,
    undo: Vec<(FieldPath, Option<Picked>)>,
    cursor: usize,
    /// Why, as typed.
    pub reason: String,
}

impl Bench {
    /// Nothing chosen, the first field current.
    pub fn new(review: Review, me: Option<ActorId>) -> Self {
        Self { review, me, picked: BTreeMap::new(), undo: Vec::new(), cursor: 0, reason: String::new() }
    }
    /// Who works here.
    pub fn me(&self) -> Option<&ActorId> {
        self.me.as_ref()
    }
    /// Was it begun by somebody else, or by nobody, than who works here now? While nobody does, it waits.
    pub fn is_of_another(&self, now: Option<&ActorId>) -> bool {
        now.is_some() && self.me.as_ref() != now
    }
    /// The review as it is on the screen.
    pub fn review(&self) -> &Review {
        &self.review
    }
    /// The fields.
    pub fn items(&self) -> &[ReviewItem] {
        &self.review.items
    }
    /// Number of the current field.
    #[cfg(test)]
    pub fn cursor(&self) -> usize {
        self.cursor
    }
    /// The current field.
    pub fn current(&self) -> Option<&ReviewItem> {
        self.review.items.get(self.cursor)
    }
    /// What was chosen for a field.
    pub fn picked(&self, field: &FieldPath) -> Option<&Picked> {
        self.picked.get(field)
    }
    /// How many fields are chosen.
    pub fn decided(&self) -> usize {
        self.picked.len()
    }
    /// How many are not.
    pub fn remaining(&self) -> usize {
        self.review.items.len().saturating_sub(self.picked.len())
    }

    /// Makes a field current.
    pub fn select(&mut self, index: usize) {
        self.cursor = index.min(self.review.items.len().saturating_sub(1));
    }
    /// Moves up or down by so many fields; false at the end.
    pub fn step(&mut self, by: isize) -> bool {
        let before = self.cursor;
        self.select(self.cursor.saturating_add_signed(by));
        self.cursor != before
    }
    /// Goes to the next field that is not chosen, round the end; false if there is none.
    pub fn next_open(&mut self) -> bool {
        let count = self.review.items.len();
        let open = (1..=count)
            .map(|n| (self.cursor + n) % count)
            .find(|n| !self.picked.contains_key(&self.review.items[*n].field));
        if let Some(n) = open {
            self.cursor = n;
        }
        open.is_some()
    }

    /// The choice that a key stands for: 1 the base, 2 the first candidate, and so on.
    pub fn by_key(&self, key: usize) -> Option<Picked> {
        let candidates = self.current()?.candidates.len();
        match key {
            1 => Some(Picked::Base),
            n if n >= 2 && n - 2 < candidates => Some(Picked::Candidate(n - 2)),
            _ => None,
        }
    }

    /// Chooses for a field of this review; the same again changes nothing.
    pub fn pick(&mut self, field: &FieldPath, choice: Picked) {
        if self.picked.get(field) != Some(&choice) {
            self.put(field, Some(choice));
        }
    }

    /// Chooses, or takes the choice back if it is chosen.
    pub fn toggle(&mut self, field: &FieldPath, choice: Picked) {
        let is_chosen = self.picked.get(field) == Some(&choice);
        self.put(field, (!is_chosen).then_some(choice));
    }

    fn put(&mut self, field: &FieldPath, choice: Option<Picked>) {
        let Some(item) = self.review.items.iter().find(|item| item.field == *field) else { return };
        if matches!(choice, Some(Picked::Candidate(n)) if n >= item.candidates.len()) {
            return;
        }
        let before = match choice {
            Some(choice) => self.picked.insert(field.clone(), choice),
            None => self.picked.remove(field),
        };
        self.undo.push((field.clone(), before));
        if self.undo.len() > UNDO_MAX {
            self.undo.remove(0);
        }
    }

    /// Takes the last choice back and makes its field current.
    pub fn undo(&mut self) -> Option<FieldPath> {
        let (field, before) = self.undo.pop()?;
        match before {
            Some(choice) => self.picked.insert(field.clone(), choice),
            None => self.picked.remove(&field),
        };
        if let Some(n) = self.review.items.iter().position(|item| item.field == field) {
            self.cursor = n;
        }
        Some(field)
    }

    /// The value that was chosen for a field.
    pub fn merged(&self, item: &ReviewItem) -> Option<Value> {
        match self.picked.get(&item.field)? {
            Picked::Base => Some(item.base.clone()),
            Picked::Candidate(n) => in_order(item, self.me.as_ref()).get(*n).map(|c| c.value.clone()),
            Picked::Typed(value) => Some(value.clone()),
        }
    }

    /// The resolution of all chosen fields, naming the candidates on the screen; nothing if none is chosen.
    pub fn resolve(&self) -> Option<Resolve> {
        let choices: Vec<Choice> = self
            .review
            .items
            .iter()
            .filter_map(|item| {
                Some(Choice { field: item.field.clone(), value: self.merged(item)?, dots: item.dots.clone() })
            })
            .collect();
        let reason: String = self.reason.trim().chars().take(REASON_CHARS_MAX).collect();
        (!choices.is_empty()).then(|| Resolve {
            review_id: self.review.review_id,
            merchant_id: self.review.merchant_id.clone(),
            choices,
            reason: (!reason.is_empty()).then_some(reason),
        })
    }

    /// Takes a newer state of the same review. Choices for unchanged fields stay; the others are dropped and told.
    pub fn renew(&mut self, newer: Review) -> Moved {
        let mut moved = Moved::default();
        let current = self.current().map(|item| item.field.clone());
        let old: BTreeMap<&FieldPath, &ReviewItem> = self.review.items.iter().map(|item| (&item.field, item)).collect();
        for item in &newer.items {
            match old.get(&item.field) {
                None => moved.added.push(item.field.clone()),
                Some(before) if same_question(before, item) => {}
                Some(_) if self.picked.contains_key(&item.field) => moved.chosen_again.push(item.field.clone()),
                Some(_) => moved.changed.push(item.field.clone()),
            }
        }
        let still: BTreeSet<&FieldPath> = newer.items.iter().map(|item| &item.field).collect();
        moved.settled = old.keys().filter(|field| !still.contains(*field)).map(|field| (*field).clone()).collect();
        let dropped: BTreeSet<FieldPath> =
            moved.chosen_again.iter().chain(&moved.changed).chain(&moved.settled).cloned().collect();
        self.picked.retain(|field, _| !dropped.contains(field));
        self.undo.retain(|(field, _)| !dropped.contains(field));
        let same_place = current.and_then(|field| newer.items.iter().position(|item| item.field == field));
        self.review = newer;
        self.select(same_place.unwrap_or(self.cursor));
        moved
    }

    /// Drops the choices that were just saved.
    pub fn saved(&mut self) {
        self.picked.clear();
        self.undo.clear();
        self.reason.clear();
    }
}

/// Do two states of a field ask the same?
pub fn same_question(a: &ReviewItem, b: &ReviewItem) -> bool {
    a.dots == b.dots && a.base == b.base && a.kind == b.kind && a.candidates.len() == b.candidates.len()
}

/// A decision of this device that the server refused because the values had changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The edit, to be discarded once a new decision is saved.
    pub edit_id: EditId,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// When it was made.
    pub at: chrono::DateTime<chrono::Utc>,
    /// What it had chosen.
    pub fields: Vec<String>,
}

/// The refused decisions among lines of the outbox, one for each edit.
pub fn refused(rows: &[OutboxRow]) -> Vec<Refused> {
    let mut found: Vec<Refused> = Vec::new();
    let moved = |row: &&OutboxRow| {
        row.state == EditState::Rejected && row.problem.as_ref().is_some_and(|p| p.code == ErrorCode::ReviewMoved)
    };
    for row in rows.iter().filter(moved) {
        match found.iter_mut().find(|refused| refused.edit_id == row.edit_id) {
            Some(refused) => refused.fields.push(row.change.field.clone()),
            None => found.push(Refused {
                edit_id: row.edit_id,
                merchant_id: row.merchant_id.clone(),
                at: row.at,
                fields: vec![row.change.field.clone()],
            }),
        }
    }
    found
}

/// A field that was decided on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The decision.
    pub edit_id: EditId,
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Which field.
    pub field: FieldPath,
    /// The candidates that were on the screen.
    pub dots: Vec<Dot>,
    /// Was the decision seen in the outbox?
    pub seen: bool,
}

/// Notes which decisions are in the outbox, and forgets those that left it again: taken back, refused, or answered.
pub fn note_outbox(applied: &mut Vec<Applied>, rows: &[OutboxRow]) {
    for decision in applied.iter_mut() {
        decision.seen |= rows.iter().any(|row| row.edit_id == decision.edit_id);
    }
    applied.retain(|decision| {
        let row = rows.iter().find(|row| row.edit_id == decision.edit_id);
        match row.map(|row| row.state) {
            Some(state) => !matches!(state, EditState::Rejected | EditState::Cancelled),
            None => !decision.seen,
        }
    });
}

/// The reviews without the fields that are decided here and wait to be sent; those without any field are left out.
pub fn undecided(reviews: &[Review], applied: &[Applied]) -> Vec<Review> {
    let decided = |review: &Review, item: &ReviewItem| {
        applied.iter().any(|a| a.merchant_id == review.merchant_id && a.field == item.field && a.dots == item.dots)
    };
    reviews
        .iter()
        .map(|review| Review {
            items: review.items.iter().filter(|item| !decided(review, item)).cloned().collect(),
            ..review.clone()
        })
        .filter(|review| !review.items.is_empty())
        .collect()
}

/// The queue: the longest-waiting first.
pub fn queue(mut reviews: Vec<Review>) -> Vec<Review> {
    reviews.sort_by(|a, b| a.since.cmp(&b.since).then_with(|| a.merchant_id.cmp(&b.merchant_id)));
    reviews
}

/// Seconds that a review has waited, as of `now_ms`.
pub fn age_s(review: &Review, now_ms: u64) -> u64 {
    now_ms.saturating_sub(review.since.wall_ms()) / 1000
}

/// The merchant to open: the same, or the one at its old place in the queue, or the last.
pub fn to_open(queue: &[Review], open: Option<&MerchantId>, place: usize) -> Option<MerchantId> {
    let same = queue.iter().find(|review| Some(&review.merchant_id) == open);
    same.or(queue.get(place)).or(queue.last()).map(|review| review.merchant_id.clone())
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
