//! The outbox on its way to the server.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::api::PushReply;
use domain::edit::{Edit, EditState, Outcome, OutcomeState};
use domain::ipc::IpcError;
use domain::problem::{ErrorCode, Problem};
use domain::rules::RuleSet;
use domain::{ActorId, EditId, MerchantId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::direct::Flush;
use super::in_flight::{InFlight, Place};
use super::{Cache, count, int, json_numbers, landing, merchant, meta, open_fields, sql};
use crate::error::Result;

/// The longest time that a deferred edit waits where the engine's delays are shorter, in milliseconds: a clock that was
/// set by seconds makes nothing due.
pub(super) const DEFER_MS_MAX: u64 = 60_000;

/// Edits to push; they are marked `sending`.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Oldest first.
    pub edits: Vec<Edit>,
    /// When the next edit that waits is due, in milliseconds since 1970.
    pub next_due_ms: Option<u64>,
}

/// An edit of the outbox that is not answered.
#[derive(Clone)]
struct ToSend {
    n: i64,
    merchant: String,
    state: String,
    author: Option<String>,
    not_before_ms: i64,
    bytes: i64,
}

/// Rows of the outbox that are looked at together.
const WINDOW_ROWS: i64 = 2_000;

/// Picks what may go now: oldest first, each merchant in order; a merchant whose head waits is passed over.
struct Picker<'a> {
    edits_max: usize,
    bytes_max: usize,
    now_ms: u64,
    /// A later time was written under another setting of the clock, and is ignored.
    latest_ms: u64,
    actor: Option<&'a ActorId>,
    waits: HashSet<String>,
    picked: Vec<i64>,
    bytes: usize,
    next_due_ms: Option<u64>,
}

impl<'a> Picker<'a> {
    fn new(limits: (usize, usize), [now_ms, latest_ms]: [u64; 2], actor: Option<&'a ActorId>) -> Self {
        let ((edits_max, bytes_max), waits, picked) = (limits, HashSet::new(), Vec::new());
        Self { edits_max, bytes_max, now_ms, latest_ms, actor, waits, picked, bytes: 0, next_due_ms: None }
    }

    /// Looks at the next row. Returns whether the batch has room for more.
    fn look(&mut self, row: ToSend) -> bool {
        if self.waits.contains(&row.merchant) {
            return true;
        }
        let mine = row.author.as_deref().is_none_or(|author| self.actor.is_some_and(|actor| actor.as_str() == author));
        let due_ms = Some(count(row.not_before_ms)).filter(|due| *due <= self.latest_ms).unwrap_or(0);
        let waits = due_ms > self.now_ms;
        if row.state != EditState::Queued.as_str() || !mine || waits {
            if mine && waits {
                self.next_due_ms = Some(self.next_due_ms.map_or(due_ms, |next| next.min(due_ms)));
            }
            self.waits.insert(row.merchant);
            return true;
        }
        let bytes = usize::try_from(row.bytes).unwrap_or(usize::MAX);
        if self.picked.len() >= self.edits_max
            || !self.picked.is_empty() && self.bytes.saturating_add(bytes) > self.bytes_max
        {
            return false;
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.picked.push(row.n);
        self.picked.len() < self.edits_max
    }
}

fn window(tx: &Connection, after: i64) -> Result<Vec<ToSend>> {
    let mut select = tx.prepare_cached(sql!("outbox/to_send"))?;
    let rows = select.query_map([after, WINDOW_ROWS], |row| {
        Ok(ToSend {
            n: row.get(0)?,
            merchant: row.get(1)?,
            state: row.get(2)?,
            author: row.get(3)?,
            not_before_ms: row.get(4)?,
            bytes: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Reads windows of the outbox until the batch is full, and marks what it picked.
fn load(tx: &Connection, mut picker: Picker<'_>, in_flight: &InFlight) -> Result<Batch> {
    let mut after = i64::MIN;
    loop {
        let rows = window(tx, after)?;
        let whole = rows.len() as i64 == WINDOW_ROWS;
        after = rows.last().map_or(after, |row| row.n);
        let has_room = rows.into_iter().all(|row| picker.look(row));
        if !whole || !has_room {
            break;
        }
    }
    let mut read = tx.prepare_cached(sql!("outbox/edit"))?;
    let mut mark = tx.prepare_cached(sql!("outbox/mark_sending"))?;
    let mut edits: Vec<Edit> = Vec::with_capacity(picker.picked.len());
    for n in &picker.picked {
        let text: String = read.query_row([n], |row| row.get(0))?;
        edits.push(serde_json::from_str(&text)?);
        mark.execute([n])?;
    }
    let place = |(edit, n): (&Edit, &i64)| (edit.edit_id, Place { n: *n, merchant: edit.merchant_id.clone() });
    in_flight.note(edits.iter().zip(&picker.picked).map(place));
    Ok(Batch { edits, next_due_ms: picker.next_due_ms })
}

impl Cache {
    /// How long an edit that the server put off may wait, in milliseconds: as long as the engine's longest delay.
    pub fn set_longest_delay(&self, longest_ms: u64) {
        self.longest_delay_ms.store(longest_ms.max(DEFER_MS_MAX), Ordering::Relaxed);
    }

    fn latest_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_add(self.longest_delay_ms.load(Ordering::Relaxed))
    }

    /// Reads the next edits that are due for this actor and marks them `sending`. They are on the disk when this returns,
    /// also where saved edits need not be: the server must never have an edit that a loss of power takes from here, or
    /// its number would be given out again.
    ///
    /// # Errors
    /// `storage`.
    pub async fn load_batch(
        &self,
        edits_max: usize,
        bytes_max: usize,
        now_ms: u64,
        actor: Option<&ActorId>,
    ) -> Result<Batch> {
        let (actor, in_flight) = (actor.cloned(), Arc::clone(&self.in_flight));
        let times_ms = [now_ms, self.latest_ms(now_ms)];
        let work = move |tx: &Transaction<'_>| {
            load(tx, Picker::new((edits_max, bytes_max), times_ms, actor.as_ref()), &in_flight)
        };
        self.direct.write(Flush::Now, work).await
    }

    /// After a crash: what was on its way waits again. Only the process that syncs may call it.
    ///
    /// # Errors
    /// `storage`.
    pub async fn release_all(&self) -> Result<u64> {
        self.write(|tx, _| Ok(tx.execute(sql!("outbox/release_all"), [])? as u64)).await
    }

    /// No answer came: the edits wait again. `never_left` says that no connection was made, so that the server
    /// cannot have them.
    ///
    /// # Errors
    /// `storage`.
    pub async fn release(&self, edits: &[EditId], never_left: bool) -> Result<()> {
        let (edits, in_flight) = (edits.to_vec(), Arc::clone(&self.in_flight));
        let work = move |tx: &Transaction<'_>, _: &RuleSet| {
            let places = in_flight.take(tx, edits)?;
            let numbers = json_numbers(places.values().map(|place| place.n));
            Ok(tx.execute(sql!("outbox/release"), params![numbers, never_left]).map(|_| ())?)
        };
        self.write(work).await
    }

    /// The server will never take this edit.
    ///
    /// # Errors
    /// `storage`.
    pub async fn reject(&self, edit_id: EditId, problem: &Problem) -> Result<()> {
        let problem = serde_json::to_string(&IpcError::from(problem.clone()))?;
        let in_flight = Arc::clone(&self.in_flight);
        let work = move |tx: &Transaction<'_>, rules: &RuleSet| {
            let place = in_flight.take(tx, [edit_id])?.remove(&edit_id);
            let mut reject = tx.prepare_cached(sql!("outbox/reject"))?;
            let values = params![place.map(|place| place.n), problem];
            let touched: Option<String> = reject.query_row(values, |row| row.get(0)).optional()?;
            touched.map_or(Ok(()), |id| merchant::refresh(tx, &MerchantId::new(id)?, rules))
        };
        self.write(work).await
    }

    /// Writes the server's answers, and what the server made of the edits where that is known here. A deferred edit waits
    /// until `retry_at_ms`. While more is on its way, this is on the disk with what is read to be sent next: what a loss of
    /// power takes is sent once more, and answered as it was.
    ///
    /// # Errors
    /// `storage`.
    pub async fn store_outcomes(&self, reply: &PushReply, retry_at_ms: u64) -> Result<()> {
        let (reply, now_ms) = (reply.clone(), self.machine.now_ms());
        let ids = reply.outcomes.iter().map(|outcome| outcome.edit_id);
        let flush = if self.in_flight.has_others(ids) { Flush::Later } else { Flush::AsSet };
        let (schemas, in_flight) = (Arc::clone(&self.schemas), Arc::clone(&self.in_flight));
        let work = move |tx: &Transaction<'_>, rules: &RuleSet| {
            let places = in_flight.take(tx, reply.outcomes.iter().map(|outcome| outcome.edit_id))?;
            // What shows stays the same until the answer has come back, except after a refusal.
            let (mut recounted, mut refreshed) = (BTreeSet::new(), BTreeSet::new());
            let landed = landing::land(tx, (rules, &schemas.now()), (&reply, &places), now_ms)?;
            if landed.is_some() {
                tracing::debug!(edits = reply.outcomes.len(), "a batch need not be pulled");
            }
            // What landed has left the outbox.
            let left = |outcome: &&Outcome| landed.is_none_or(|landed| !landing::is_of(outcome, landed));
            for outcome in reply.outcomes.iter().filter(left) {
                let Some(place) = places.get(&outcome.edit_id) else { continue };
                let Some(merchant) = answer(tx, place.n, outcome, &reply.epoch, retry_at_ms)? else { continue };
                match outcome.state {
                    OutcomeState::Rejected => refreshed.insert(merchant),
                    _ => recounted.insert(merchant),
                };
            }
            let mut recount = tx.prepare_cached(sql!("own/recount"))?;
            for merchant in recounted.difference(&refreshed) {
                recount.execute([merchant])?;
            }
            for merchant in refreshed {
                merchant::refresh(tx, &MerchantId::new(merchant)?, rules)?;
            }
            meta::observe(tx, reply.server_hlc, now_ms)
        };
        self.write_flushed(flush, work).await
    }

    /// Is anything to be sent now, by this actor?
    ///
    /// # Errors
    /// `storage`.
    pub async fn has_due(&self, now_ms: u64, actor: Option<&ActorId>) -> Result<bool> {
        let (latest_ms, actor) = (self.latest_ms(now_ms), actor.map(|actor| actor.as_str().to_owned()));
        let work = move |tx: &Transaction<'_>| {
            let values = params![int(now_ms), int(latest_ms), actor];
            Ok(tx.prepare_cached(sql!("outbox/due"))?.query_row(values, |row| row.get(0))?)
        };
        self.direct.read(work).await
    }
}

/// Stores the answer to the edit of a number.
fn answer(tx: &Connection, n: i64, outcome: &Outcome, epoch: &str, retry_at_ms: u64) -> Result<Option<String>> {
    let state = match outcome.state {
        OutcomeState::Applied => EditState::Applied,
        OutcomeState::Merged => EditState::Merged,
        OutcomeState::InReview => EditState::InReview,
        OutcomeState::Rejected => EditState::Rejected,
        OutcomeState::Deferred => {
            let problem = IpcError {
                code: ErrorCode::Busy,
                message: "the server could not store it yet; it is sent again by itself".to_owned(),
                field: None,
            };
            let mut defer = tx.prepare_cached(sql!("outbox/defer"))?;
            let values = params![n, int(retry_at_ms), serde_json::to_string(&problem)?];
            return Ok(defer.query_row(values, |row| row.get(0)).optional()?);
        }
    };
    let problem = outcome.refusal().map(|(field, code, message)| IpcError {
        code,
        message: message.to_owned(),
        field: Some(field.to_string()),
    });
    let rejected = state == EditState::Rejected;
    let mut answer = tx.prepare_cached(sql!("outbox/answer"))?;
    let values = params![
        n,
        state.as_str(),
        // A refusal changes nothing on the server: there is nothing to come back.
        (!rejected).then(|| int(outcome.seq)),
        (!rejected).then_some(epoch),
        problem.map(|problem| serde_json::to_string(&problem)).transpose()?,
        serde_json::to_string(&outcome.decisions)?,
        if state == EditState::InReview { open_fields::answered(&outcome.decisions)? } else { None },
    ];
    Ok(answer.query_row(values, |row| row.get(0)).optional()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn row(n: i64, merchant: &str, state: &str, author: Option<&str>, not_before_ms: i64, bytes: i64) -> ToSend {
        ToSend {
            n,
            merchant: merchant.into(),
            state: state.into(),
            author: author.map(Into::into),
            not_before_ms,
            bytes,
        }
    }

    fn pick(rows: &[ToSend], limits: (usize, usize), now_ms: u64, actor: Option<&ActorId>) -> (Vec<i64>, Option<u64>) {
        let mut picker = Picker::new(limits, [now_ms, now_ms + 1_000], actor);
        rows.iter().cloned().all(|row| picker.look(row));
        (picker.picked, picker.next_due_ms)
    }

    #[test]
    fn a_merchant_whose_head_waits_is_passed_over() {
        let me = ActorId::new("me").unwrap();
        let rows = vec![
            row(1, "A", "queued", None, 50, 10),
            row(2, "A", "queued", None, 0, 10),
            row(3, "B", "sending", None, 0, 10),
            row(4, "B", "queued", None, 0, 10),
            row(5, "C", "queued", Some("other"), 0, 10),
            row(6, "C", "queued", Some("me"), 0, 10),
            row(7, "D", "queued", Some("me"), 0, 10),
            row(8, "D", "queued", None, 0, 10),
        ];
        assert_eq!(pick(&rows, (9, 99), 10, Some(&me)), (vec![7, 8], Some(50)));
        assert_eq!(pick(&rows, (1, 99), 60, Some(&me)).0, vec![1]);
        assert_eq!(pick(&rows, (9, 5), 60, Some(&me)).0, vec![1], "at least one edit");
        assert_eq!(pick(&rows, (9, 99), 60, None).0, vec![1, 2], "D's head is somebody's who is not signed in");
    }
}
