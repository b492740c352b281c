//! The backend as a model around the real `authority`: what is stored, what is answered, what a crash costs.
//!
//! In some runs the real server does it instead (`real_server`); then this is what was read back from its file.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use domain::api::{self, ChangesPage, DigestReply, HistoryEntry, PushReply, PushRequest};
use domain::digest::{self, Digests};
use domain::rules::{RuleBook, RuleSet};
use domain::schema::Schema;
use domain::{Actor, Edit, EditId, ErrorCode, Hlc, HlcClock, MerchantId, Outcome, OutcomeState, Problem, Record};
use server::exchange::NoPage;
use sync_engine::authority;
use sync_engine::device::Failure;
use sync_engine::reconcile;

use crate::chance::Chance;
use crate::device::{PageEnd, PullQuery, Whole};
use crate::entry::size;
use crate::held::{Row, hold};
use crate::real_server::{self, RealServer};
use crate::report::Report;
use crate::verdicts::Taken;

/// A request with more than this is refused whole, as a proxy in front of a real backend does.
pub const BODY_BYTES_MAX: usize = 4_000;
/// A request with more edits is refused whole.
pub const BODY_EDITS_MAX: usize = 8;

/// How long a tombstone is kept, in milliseconds of virtual time.
const HORIZON_MS: u64 = 15_000;

/// What somebody who is signed in holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(pub u64);

/// An edit that had an effect, and when, for those who check.
#[derive(Clone)]
pub struct Accepted {
    pub edit: Edit,
    pub actor: Actor,
}

/// What is in the server's database: what a backup holds.
#[derive(Clone)]
pub struct Data {
    pub epoch: String,
    pub seq: u64,
    pub records: BTreeMap<MerchantId, (u64, Row)>,
    pub answers: BTreeMap<EditId, Outcome>,
    pub history: Vec<HistoryEntry>,
    /// Which edit made a change.
    made_by: BTreeMap<u64, EditId>,
    /// When each record changed last, in milliseconds of virtual time.
    changed_ms: BTreeMap<MerchantId, u64>,
    /// The newest change number of a tombstone that was pruned.
    pruned_seq: u64,
    /// The rules in force.
    pub rules: Arc<RuleBook>,
    /// For those who check: what was accepted, in order.
    pub accepted: Vec<Accepted>,
    /// How often an edit had an effect.
    pub effects: BTreeMap<EditId, u32>,
    /// How many of the accepted edits were looked at by those who check.
    pub looked_at: usize,
}

/// The server. All fields outlive a crash, except that it is down for a while.
pub struct Server {
    data: Data,
    backup: Option<Data>,
    /// Epochs are drawn and never come again, whatever is restored.
    epochs: u64,
    /// How often it was restored.
    pub era: u64,
    /// Merchants whose tombstone was pruned once.
    pub pruned: BTreeSet<MerchantId>,
    /// Every edit that it ever answered, and that had an effect once.
    pub ever_answered: HashSet<EditId>,
    clock: HlcClock,
    tokens: BTreeMap<Token, (usize, u64)>,
    next_token: u64,
    /// Whose refresh tokens no longer help.
    pub revoked: Vec<bool>,
    pub actors: Vec<Actor>,
    /// What was taken and not judged yet by those who check.
    pub taken: Vec<Taken>,
    pub up: bool,
    /// Until when it asks to wait, in milliseconds of virtual time.
    pub busy_until_ms: u64,
    /// Its storage puts off one edit in so many; 0 for none.
    pub defers_one_in: u64,
    /// Until when its disk takes nothing, in milliseconds of virtual time.
    pub disk_full_until_ms: u64,
    /// The real server on a real file, if it is what does all of this.
    real: Option<RealServer>,
}

impl Deref for Server {
    type Target = Data;
    fn deref(&self) -> &Data {
        &self.data
    }
}
impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut Data {
        &mut self.data
    }
}

/// An instant of virtual time, and what the server's wall clock makes of it, both in milliseconds.
#[derive(Clone, Copy)]
pub struct Now {
    pub ms: u64,
    pub wall_ms: u64,
}

/// The answer to a push, and whether something changed.
pub struct Pushed {
    pub reply: Result<PushReply, Failure>,
    pub changed: bool,
}

impl Server {
    pub fn new(actors: Vec<Actor>) -> Self {
        Self {
            data: Data {
                epoch: "epoch-1".to_owned(),
                seq: 0,
                records: BTreeMap::new(),
                answers: BTreeMap::new(),
                history: Vec::new(),
                made_by: BTreeMap::new(),
                changed_ms: BTreeMap::new(),
                pruned_seq: 0,
                rules: Arc::default(),
                accepted: Vec::new(),
                effects: BTreeMap::new(),
                looked_at: 0,
            },
            backup: None,
            epochs: 1,
            era: 0,
            pruned: BTreeSet::new(),
            ever_answered: HashSet::new(),
            clock: HlcClock::default(),
            tokens: BTreeMap::new(),
            next_token: 1,
            revoked: vec![false; actors.len()],
            actors,
            taken: Vec::new(),
            up: true,
            busy_until_ms: 0,
            defers_one_in: 0,
            disk_full_until_ms: 0,
            real: None,
        }
    }

    /// From now on the real server does it.
    pub fn on_real_disk(&mut self) {
        self.real = Some(RealServer::new(&self.data.epoch));
    }

    /// Its process is gone.
    pub fn kill(&mut self) {
        self.up = false;
        if let Some(real) = &mut self.real {
            real.stop();
        }
    }

    /// It runs again, on what is on its disk.
    pub fn start(&mut self) {
        self.up = true;
        self.file_holds();
    }

    /// The real server, at this moment.
    fn real(&mut self, now: Now) -> Option<&mut RealServer> {
        self.real.as_mut().inspect(|real| real.set_now_ms(now.wall_ms))
    }

    /// What the file of the real server has is what is known here.
    fn file_holds(&mut self) {
        if let Some(real) = &mut self.real {
            real.holds(&self.data);
        }
    }

    /// A token for an actor (by place), good until then.
    pub fn issue(&mut self, actor: usize, until_ms: u64) -> Token {
        let token = Token(self.next_token);
        self.next_token += 1;
        self.tokens.insert(token, (actor, until_ms));
        token
    }

    /// All tokens end now.
    pub fn expire_tokens(&mut self) {
        self.tokens.clear();
    }

    /// The refresh grant.
    pub fn refresh(&mut self, now_ms: u64, actor: usize, lifetime_ms: u64) -> Result<Token, Failure> {
        self.busy(now_ms)?;
        if self.revoked[actor] {
            return Err(Failure::SignedOut);
        }
        Ok(self.issue(actor, now_ms + lifetime_ms))
    }

    /// Is the token good?
    pub fn takes(&self, now_ms: u64, token: Token) -> bool {
        self.actor(now_ms, token).is_ok()
    }

    fn busy(&self, now_ms: u64) -> Result<(), Failure> {
        if now_ms >= self.busy_until_ms {
            return Ok(());
        }
        let left_ms = self.busy_until_ms - now_ms;
        // Some servers say for how long, some do not.
        Err(Failure::Busy { retry_after_ms: left_ms.is_multiple_of(2).then_some(left_ms) })
    }

    fn actor(&self, now_ms: u64, token: Token) -> Result<Actor, Failure> {
        match self.tokens.get(&token) {
            Some((actor, until_ms)) if now_ms < *until_ms => Ok(self.actors[*actor].clone()),
            _ => Err(Failure::SignedOut),
        }
    }

    /// A push: one transaction an edit. `crash_after` kills it after so many.
    pub fn push(
        &mut self,
        now: Now,
        token: Token,
        request: &PushRequest,
        crash_after: Option<usize>,
        chance: &mut Chance,
        report: &mut Report,
    ) -> Pushed {
        let failed = |failure| Pushed { reply: Err(failure), changed: false };
        if let Err(failure) = self.busy(now.ms) {
            return failed(failure);
        }
        let actor = match self.actor(now.ms, token) {
            Ok(actor) => actor,
            Err(failure) => return failed(failure),
        };
        let bytes: usize = request.edits.iter().map(size).sum();
        if bytes > BODY_BYTES_MAX || request.edits.len() > BODY_EDITS_MAX {
            return failed(Failure::Refused(Problem::new(ErrorCode::TooLarge, "too large")));
        }
        if self.real.is_some() {
            return self.push_really(now, &actor, request, crash_after, chance, report);
        }
        if now.ms < self.disk_full_until_ms {
            return failed(Failure::Busy { retry_after_ms: None });
        }
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut put_off: Vec<&MerchantId> = Vec::new();
        let mut changed = false;
        for (n, edit) in request.edits.iter().enumerate() {
            if crash_after == Some(n) {
                self.up = false;
                return Pushed { reply: Err(Failure::Unreachable), changed };
            }
            if let Some(answer) = self.answers.get(&edit.edit_id) {
                report.count("server answered again");
                outcomes.push(answer.clone());
                continue;
            }
            if let Some(deferred) = self.put_off(edit, &mut put_off, chance, report) {
                outcomes.push(deferred);
                continue;
            }
            let (outcome, differs) = self.commit(now, edit, &actor, report);
            changed |= differs;
            outcomes.push(outcome);
        }
        let server_hlc = self.clock.tick(now.wall_ms);
        Pushed { reply: Ok(PushReply { outcomes, server_hlc, epoch: self.epoch.clone(), landed: None }), changed }
    }

    /// Its storage does not take this one now? What comes after a deferred edit of the same merchant waits too:
    /// versions count on the order.
    fn put_off<'e>(
        &self,
        edit: &'e Edit,
        merchants: &mut Vec<&'e MerchantId>,
        chance: &mut Chance,
        report: &mut Report,
    ) -> Option<Outcome> {
        let stalls = self.defers_one_in > 0 && chance.once_in(self.defers_one_in);
        if !stalls && !merchants.contains(&&edit.merchant_id) {
            return None;
        }
        merchants.push(&edit.merchant_id);
        let state = OutcomeState::Deferred;
        report.outcome(state);
        Some(Outcome { edit_id: edit.edit_id, state, decisions: Vec::new(), seq: 0 })
    }

    /// The same by the real server: one transaction for the batch. It is killed before that or right after it.
    fn push_really(
        &mut self,
        now: Now,
        actor: &Actor,
        request: &PushRequest,
        crash_after: Option<usize>,
        chance: &mut Chance,
        report: &mut Report,
    ) -> Pushed {
        let mut put_off: Vec<&MerchantId> = Vec::new();
        let deferred: Vec<Option<Outcome>> = request
            .edits
            .iter()
            .map(|edit| match self.answers.contains_key(&edit.edit_id) {
                true => None,
                false => self.put_off(edit, &mut put_off, chance, report),
            })
            .collect();
        let dies = crash_after.filter(|n| *n < request.edits.len());
        let gone = |changed| Pushed { reply: Err(Failure::Unreachable), changed };
        if dies.is_some_and(|n| n.is_multiple_of(2)) {
            self.kill();
            return gone(false);
        }
        let due = request.edits.iter().zip(&deferred).filter(|(_, deferred)| deferred.is_none());
        let due: Vec<Edit> = due.map(|(edit, _)| edit.clone()).collect();
        let disk_full = now.ms < self.disk_full_until_ms;
        let Some(mut reply) = self.real(now).and_then(|real| real.push(actor, &due, disk_full)) else {
            // Nothing of it is stored.
            self.file_holds();
            return Pushed { reply: Err(Failure::Busy { retry_after_ms: None }), changed: false };
        };
        self.note(actor, &due, &reply, report);
        let changed = reply.landed.is_some();
        if dies.is_some() {
            self.kill();
            return gone(changed);
        }
        let mut taken = std::mem::take(&mut reply.outcomes).into_iter();
        reply.outcomes = deferred.into_iter().filter_map(|deferred| deferred.or_else(|| taken.next())).collect();
        Pushed { reply: Ok(reply), changed }
    }

    /// Notes what the real server made of a batch, from its answer and from its file.
    fn note(&mut self, actor: &Actor, edits: &[Edit], reply: &PushReply, report: &mut Report) {
        let mut decided: BTreeMap<&MerchantId, Vec<EditId>> = BTreeMap::new();
        let mut made: BTreeMap<&MerchantId, Row> = BTreeMap::new();
        assert_eq!(edits.len(), reply.outcomes.len(), "one answer for each edit");
        for (edit, outcome) in edits.iter().zip(&reply.outcomes) {
            assert_eq!(edit.edit_id, outcome.edit_id, "answers are in the order of the edits");
            if let Some(known) = self.answers.get(&edit.edit_id) {
                report.count("server answered again");
                if known != outcome {
                    *self.effects.entry(edit.edit_id).or_insert(0) += 1;
                }
                continue;
            }
            report.outcome(outcome.state);
            for decision in &outcome.decisions {
                report.decision(&decision.decision);
            }
            self.ever_answered.insert(edit.edit_id);
            if outcome.refusal().is_some_and(|(_, code, _)| code == ErrorCode::Forbidden) {
                // Not stored: the right person may still send it.
                continue;
            }
            let before = made.get(&edit.merchant_id).or(self.records.get(&edit.merchant_id).map(|(_, record)| record));
            let before = before.cloned();
            let verdict = authority::accept(
                before.as_deref().map(|held| Record::clone(held)),
                edit,
                actor,
                &self.rules.rules,
                &Schema::default(),
            );
            let answered = Outcome { seq: 0, ..outcome.clone() };
            assert_eq!(answered, verdict.outcome, "the answer is what the edit comes to, one after the other");
            if outcome.state != OutcomeState::Rejected {
                self.accepted.push(Accepted { edit: edit.clone(), actor: actor.clone() });
                let after = hold(verdict.record);
                made.insert(&edit.merchant_id, after.clone());
                let (edit, actor, outcome) = (edit.clone(), actor.clone(), outcome.clone());
                self.taken.push(Taken { edit, actor, before, after, outcome });
            }
            *self.effects.entry(edit.edit_id).or_insert(0) += 1;
            self.answers.insert(edit.edit_id, outcome.clone());
            decided.entry(&edit.merchant_id).or_default().push(edit.edit_id);
        }
        let Some(real) = &mut self.real else {
            return;
        };
        let changed = real.changed_after(self.data.seq);
        real_server::landed_is_true(reply, self.data.seq, &changed);
        for (seq, record) in changed {
            let made = made.get(&record.merchant_id);
            assert_eq!(made.map(|made| &***made), Some(&record), "the file holds what the edits come to");
            self.data.seq = seq;
            self.data.records.extend(made.map(|made| (record.merchant_id, (seq, made.clone()))));
        }
        for (merchant, edits) in decided {
            self.data.history.extend(real.history(merchant, &edits));
        }
    }

    /// Record, history and answer in one transaction.
    fn commit(&mut self, now: Now, edit: &Edit, actor: &Actor, report: &mut Report) -> (Outcome, bool) {
        let stored = self.records.get(&edit.merchant_id);
        let mut seq = stored.map_or(0, |(seq, _)| *seq);
        let mut verdict = authority::accept(
            stored.map(|(_, record)| Record::clone(record)),
            edit,
            actor,
            &self.rules.rules,
            &Schema::default(),
        );
        let before = stored.map(|(_, record)| record.clone());
        let after = hold(verdict.record);
        if verdict.changed {
            self.seq += 1;
            seq = self.seq;
            self.records.insert(edit.merchant_id.clone(), (seq, after.clone()));
            self.made_by.insert(seq, edit.edit_id);
            self.changed_ms.insert(edit.merchant_id.clone(), now.ms);
        }
        // What changes nothing has the number of what it met, so several edits may have one number.
        verdict.outcome.seq = seq;
        report.outcome(verdict.outcome.state);
        for decision in &verdict.outcome.decisions {
            report.decision(&decision.decision);
        }
        if verdict.outcome.state != OutcomeState::Rejected {
            self.accepted.push(Accepted { edit: edit.clone(), actor: actor.clone() });
            let (edit, actor, outcome) = (edit.clone(), actor.clone(), verdict.outcome.clone());
            self.taken.push(Taken { edit, actor, before, after, outcome });
        }
        *self.effects.entry(edit.edit_id).or_insert(0) += 1;
        self.history.extend(verdict.history.into_iter().map(|mut entry| {
            entry.seq = seq;
            entry
        }));
        self.ever_answered.insert(edit.edit_id);
        self.answers.insert(edit.edit_id, verdict.outcome.clone());
        (verdict.outcome, verdict.changed)
    }

    fn new_epoch(&mut self) {
        self.epochs += 1;
        self.data.epoch = format!("epoch-{}", self.epochs);
    }

    /// A page of what changed, of the actor's scope, and what comes with it. The model's rows are beside the page.
    pub fn pull(
        &mut self,
        now: Now,
        token: Token,
        query: &PullQuery,
        report: &mut Report,
    ) -> Result<(ChangesPage, PageEnd), Failure> {
        self.busy(now.ms)?;
        let actor = self.actor(now.ms, token)?;
        if let Some(real) = self.real(now) {
            let page = real.page(&actor.scope, &query.changes);
            return self.read(page, report);
        }
        let PullQuery { changes: query, marker, whole } = query;
        if query.epoch.as_ref().is_some_and(|epoch| *epoch != self.epoch) {
            return Err(Failure::EpochChanged);
        }
        // On the wire the marker is a part of the edit's id; the model of the store keeps the whole.
        let of_cursor = query.marker.clone().or(marker.map(api::marker));
        let seen = [(Some(query.cursor), of_cursor), (query.answered, query.answered_marker.clone())];
        let beyond = |(seq, _): &(Option<u64>, Option<String>)| seq.is_some_and(|seq| seq > self.seq);
        let other = |(seq, marker): &(Option<u64>, Option<String>)| {
            let Some((seq, marker)) = seq.zip(marker.as_ref()) else { return false };
            let made = self.made_by.get(&seq).is_some_and(|made| api::marker(*made) != *marker);
            made && !self.answers.values().any(|known| known.seq == seq && api::marker(known.edit_id) == *marker)
        };
        let ahead = seen.iter().any(beyond);
        if ahead || seen.iter().any(other) {
            // What the device has read is not what there is now: an older backup was restored.
            report.count(if ahead { "fork: cursor ahead" } else { "fork: another marker" });
            self.new_epoch();
            return Err(Failure::EpochChanged);
        }
        let knows_deletions_to = query.cursor.max(query.begun.unwrap_or(0));
        let begins = *whole || (query.cursor == 0 && query.epoch.is_none());
        if !begins && knows_deletions_to < self.pruned_seq {
            report.count("cursor too old");
            return Err(Failure::EpochChanged);
        }
        let due = |(seq, record): &&(u64, Row)| *seq > query.cursor && actor.scope.contains(&record.merchant_id);
        let mut rows: Vec<(u64, Row)> = self.records.values().filter(due).cloned().collect();
        rows.sort_by_key(|(seq, _)| *seq);
        let limit = query.limit.unwrap_or(usize::MAX);
        let complete = rows.len() <= limit;
        rows.truncate(limit);
        let next_cursor = if complete { self.seq } else { rows.last().map_or(query.cursor, |(seq, _)| *seq) };
        let server_hlc: Hlc = self.clock.tick(now.wall_ms);
        let marker = self.made_by.get(&next_cursor).copied();
        let epoch = self.epoch.clone();
        let page = ChangesPage {
            epoch,
            changes: Vec::new(),
            next_cursor,
            complete,
            server_hlc,
            rules_version: self.rules.version,
            rules_digest: Some(self.rules.digest()),
            schema_version: None,
            marker: marker.map(api::marker).unwrap_or_default(),
            head: self.seq,
        };
        Ok((page, PageEnd { marker, era: self.era, rules: self.rules.clone(), rows }))
    }

    /// What the real server answered to a pull.
    fn read(
        &mut self,
        page: Result<ChangesPage, NoPage>,
        report: &mut Report,
    ) -> Result<(ChangesPage, PageEnd), Failure> {
        match page {
            Ok(page) => {
                let end = PageEnd { era: self.era, rules: self.rules.clone(), ..PageEnd::default() };
                return Ok((page, end));
            }
            Err(NoPage::CursorTooOld) => report.count("cursor too old"),
            Err(NoPage::EpochChanged) => {
                let epoch = self.real.as_ref().map(RealServer::epoch).unwrap_or_default();
                if epoch != self.data.epoch {
                    report.count("fork: noticed by the real server");
                    self.data.epoch = epoch;
                }
            }
            Err(NoPage::Db(error)) => panic!("the server's database: {error}"),
        }
        Err(Failure::EpochChanged)
    }

    /// An administrator puts rules in force.
    pub fn set_rules(&mut self, rules: RuleSet) {
        rules.check().unwrap();
        let replaces = self.rules.version;
        self.rules = match &mut self.real {
            Some(real) => real.set_rules(replaces, rules),
            None => Arc::new(RuleBook { version: replaces + 1, rules }),
        };
        self.file_holds();
    }

    /// Somebody makes a backup.
    pub fn back_up(&mut self) {
        self.file_holds();
        if let Some(real) = &mut self.real {
            real.back_up();
        }
        self.backup = Some(self.data.clone());
    }

    /// The edits that the last backup does not have, in the order in which they were accepted.
    pub fn since_backup(&self) -> Vec<Edit> {
        let Some(backup) = &self.backup else {
            return Vec::new();
        };
        let accepted = self.accepted.iter().map(|accepted| &accepted.edit);
        accepted.filter(|edit| !backup.answers.contains_key(&edit.edit_id)).cloned().collect()
    }

    /// Somebody restores the last backup: what came after it is gone. Returns whether there was one.
    pub fn restore(&mut self) -> bool {
        let Some(backup) = self.backup.clone() else {
            return false;
        };
        self.data = backup;
        self.era += 1;
        if let Some(real) = &mut self.real {
            real.restore();
        }
        self.file_holds();
        true
    }

    /// Tombstones that are older than the horizon are forgotten. Returns how many.
    pub fn prune(&mut self, now: Now) -> usize {
        let due = match self.real(now) {
            Some(real) => {
                real.prune(now.wall_ms.saturating_sub(HORIZON_MS));
                let left: BTreeSet<MerchantId> = real.merchants().into_iter().collect();
                let gone = self.records.iter().filter(|(merchant, _)| !left.contains(*merchant));
                gone.map(|(merchant, (seq, _))| (merchant.clone(), *seq)).collect()
            }
            None => self.expired(now.ms),
        };
        self.forget(&due);
        self.file_holds();
        due.len()
    }

    /// The tombstones that the model forgets.
    fn expired(&self, now_ms: u64) -> Vec<(MerchantId, u64)> {
        let old = |merchant: &MerchantId, record: &Record| {
            let changed_ms = self.data.changed_ms.get(merchant).copied().unwrap_or(0);
            now_ms >= changed_ms + HORIZON_MS
                && reconcile::is_deleted(record, &self.rules.rules)
                && reconcile::review(record, &self.rules.rules).is_none()
        };
        self.records
            .iter()
            .filter(|(merchant, (_, record))| old(merchant, record))
            .map(|(merchant, (seq, _))| (merchant.clone(), *seq))
            .collect()
    }

    fn forget(&mut self, due: &[(MerchantId, u64)]) {
        for (merchant, seq) in due {
            self.data.records.remove(merchant);
            self.data.accepted.retain(|accepted| accepted.edit.merchant_id != *merchant);
            self.data.pruned_seq = self.data.pruned_seq.max(*seq);
            self.pruned.insert(merchant.clone());
        }
        self.data.looked_at = self.data.accepted.len();
    }

    /// The digests of the actor's scope.
    pub fn digests(&mut self, now: Now, token: Token) -> Result<DigestReply, Failure> {
        self.busy(now.ms)?;
        let actor = self.actor(now.ms, token)?;
        if let Some(real) = self.real(now) {
            return Ok(real.digests(&actor.scope));
        }
        let mut digests = Digests::empty(self.epoch.clone(), self.seq);
        for (merchant, (_, record)) in self.records.iter().filter(|(merchant, _)| actor.scope.contains(merchant)) {
            digests.add(merchant, record.digest());
        }
        Ok(DigestReply { digests, pruned: self.pruned_seq })
    }

    /// Whole buckets of the actor's scope.
    pub fn buckets(&mut self, now: Now, token: Token, buckets: &[u8]) -> Result<Whole, Failure> {
        self.busy(now.ms)?;
        let actor = self.actor(now.ms, token)?;
        if let Some(real) = self.real(now) {
            return real.buckets(&actor.scope, buckets);
        }
        let due = |merchant: &MerchantId| actor.scope.contains(merchant) && buckets.contains(&digest::bucket(merchant));
        let rows = self.records.iter().filter(|(merchant, _)| due(merchant)).map(|(_, row)| row.clone()).collect();
        Ok(Whole { epoch: self.epoch.clone(), rows, head: self.seq })
    }

    /// Its data are rebuilt: the same content, new change numbers. The answers that it keeps get new numbers
    /// too, or a device would wait for one that never comes.
    pub fn rebuild(&mut self, chance: &mut Chance) {
        self.new_epoch();
        let mut order: Vec<MerchantId> = self.records.keys().cloned().collect();
        for n in (1..order.len()).rev() {
            order.swap(n, chance.below(n as u64 + 1) as usize);
        }
        for (n, merchant) in order.iter().enumerate() {
            if let Some(row) = self.records.get_mut(merchant) {
                row.0 = n as u64 + 1;
            }
        }
        self.seq = order.len() as u64;
        self.made_by.clear();
        self.pruned_seq = 0;
        let seq = self.seq;
        for answer in self.answers.values_mut() {
            answer.seq = seq;
        }
        if let Some(real) = &mut self.real {
            real.rebuild(&order, &self.data.epoch);
        }
        self.file_holds();
    }
}
