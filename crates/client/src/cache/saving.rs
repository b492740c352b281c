//! Saving: an edit, the list's row and what search shall find it by in one transaction, durable when it returns.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::SystemTime;

use domain::change;
use domain::edit::{Edit, EditState, Settles, Source, WRITES_MAX, Write};
use domain::problem::ErrorCode;
use domain::record::Record;
use domain::role::Actor;
use domain::rules::RuleSet;
use domain::version::{Dot, VersionVector};
use domain::{DeviceId, EditId, MerchantId, TraceId};
use rusqlite::{CachedStatement, Connection, Transaction, params};
use telemetry::Stage;

use super::listing::Own;
use super::merchant::Merchant;
use super::meta::{self, Stamps};
use super::{Cache, int, permits, sql};
use crate::clock::Machine;
use crate::error::{Error, Result};

/// The most edits that wait on one device.
pub const OUTBOX_EDITS_MAX: u64 = 200_000;

/// What a person or file wants to change. The cache adds dot, stamp and base.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Register by register.
    pub writes: Vec<Write>,
    /// From where.
    pub source: Source,
    /// What the editor had seen; absent for "what is in the cache now".
    pub seen: Option<VersionVector>,
    /// For a resolution.
    pub settles: Option<Settles>,
    /// Follows it through logs and history; drawn if absent.
    pub trace_id: Option<TraceId>,
}

impl Draft {
    /// A draft by hand of what is seen now.
    pub fn new(merchant_id: MerchantId, writes: Vec<Write>, source: Source) -> Self {
        Self { merchant_id, writes, source, seen: None, settles: None, trace_id: None }
    }
}

impl Cache {
    /// Saves one edit. It is on disk when this returns.
    ///
    /// # Errors
    /// `outbox_full`, `bad_request` for no or too many writes, `storage`.
    pub async fn save(&self, draft: Draft, actor: Option<&Actor>) -> Result<Edit> {
        only(self.save_all(vec![draft], actor).await?)
    }

    /// The same in the name of whoever signed in last; who that was is read in the transaction of the save.
    ///
    /// # Errors
    /// As [`Self::save`].
    pub async fn save_by_last_actor(&self, draft: Draft) -> Result<Edit> {
        let mut desk = self.desk(None);
        let insert = move |tx: &Transaction<'_>, rules: &RuleSet| {
            desk.actor = meta::last_actor(tx)?;
            desk.insert(tx, rules, vec![draft])
        };
        only(self.save_with(insert).await?)
    }

    /// As one of the two above, unless the server would refuse it for certain.
    ///
    /// # Errors
    /// `forbidden` for a merchant outside of the scope; `in_review` for a field that people are choosing, where the role
    /// may not; as [`Self::save`].
    pub async fn save_permitted(&self, draft: Draft, actor: Option<Actor>) -> Result<Edit> {
        let mut desk = self.desk(None);
        let insert = move |tx: &Transaction<'_>, rules: &RuleSet| {
            desk.actor = actor.map_or_else(|| meta::last_actor(tx), |actor| Ok(Some(actor)))?;
            let check =
                |merchant: &Merchant, draft: &Draft| permits::check(desk.actor.as_ref(), merchant, draft, rules);
            desk.insert_checked(tx, rules, vec![draft], check)
        };
        only(self.save_with(insert).await?)
    }

    /// Saves many edits in one transaction: all or none.
    ///
    /// # Errors
    /// As [`Self::save`].
    pub async fn save_all(&self, drafts: Vec<Draft>, actor: Option<&Actor>) -> Result<Vec<Edit>> {
        let desk = self.desk(actor);
        self.save_with(move |tx, rules| desk.insert(tx, rules, drafts)).await
    }

    /// Saves, and tells of it.
    async fn save_with(
        &self,
        insert: impl FnOnce(&Transaction<'_>, &RuleSet) -> Result<Vec<Edit>> + Send + 'static,
    ) -> Result<Vec<Edit>> {
        let begun = SystemTime::now();
        let edits = self.write(insert).await?;
        for edit in &edits {
            telemetry::edit(Stage::Saved, edit, begun, "queued");
        }
        Ok(edits)
    }

    /// Who saves.
    pub(super) fn desk(&self, actor: Option<&Actor>) -> Desk {
        Desk { device: self.device, actor: actor.cloned(), machine: Arc::clone(&self.machine) }
    }
}

/// What saving needs beside the transaction.
pub(super) struct Desk {
    pub device: DeviceId,
    pub actor: Option<Actor>,
    pub machine: Arc<dyn Machine>,
}

impl Desk {
    /// Saves within a transaction that is already begun.
    pub fn insert(&self, tx: &Connection, rules: &RuleSet, drafts: Vec<Draft>) -> Result<Vec<Edit>> {
        self.insert_checked(tx, rules, drafts, |_, _| Ok(()))
    }

    /// The same, unless the check has something against one of them as its merchant stands before it.
    fn insert_checked(
        &self,
        tx: &Connection,
        rules: &RuleSet,
        drafts: Vec<Draft>,
        check: impl Fn(&Merchant, &Draft) -> Result<()>,
    ) -> Result<Vec<Edit>> {
        make_room(tx, drafts.len())?;
        let now_ms = self.machine.now_ms();
        let mut stamps = Stamps::read(tx, self.device)?;
        let mut merchants: BTreeMap<MerchantId, Merchant> = BTreeMap::new();
        let mut edits = Vec::with_capacity(drafts.len());
        for draft in drafts {
            if draft.writes.is_empty() || draft.writes.len() > WRITES_MAX {
                return Err(Error::new(ErrorCode::BadRequest, "an edit has 1 to 256 changes: nothing was saved"));
            }
            let merchant = match merchants.entry(draft.merchant_id.clone()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Merchant::read(tx, &draft.merchant_id)?),
            };
            check(merchant, &draft)?;
            let (dot, hlc) = stamps.next(now_ms);
            let edit = Edit {
                edit_id: EditId(self.machine.fresh_id()),
                dot,
                base: base(draft.seen, merchant.record.as_deref(), &merchant.own),
                hlc,
                actor: self.actor.as_ref().map(|actor| actor.id.clone()),
                source: draft.source,
                writes: draft.writes,
                settles: draft.settles,
                trace_id: draft.trace_id.unwrap_or_else(|| TraceId(self.machine.fresh_id())),
                merchant_id: draft.merchant_id,
            };
            let lines = int(change::count(&edit.writes) as u64);
            put(tx, &edit, lines, self.actor.as_ref(), now_ms)?;
            merchant.own.push(Own { edit: edit.clone(), state: EditState::Queued, changes: lines, come_back: false });
            edits.push(edit);
        }
        stamps.write(tx)?;
        for (id, merchant) in &merchants {
            merchant.refresh(tx, id, rules)?;
        }
        Ok(edits)
    }
}

fn only(mut edits: Vec<Edit>) -> Result<Edit> {
    edits.pop().ok_or_else(|| Error::new(ErrorCode::Internal, "nothing was saved"))
}

/// What the editor had seen, and this device's own edits that lie on top of it.
fn base(seen: Option<VersionVector>, record: Option<&Record>, own: &[Own]) -> VersionVector {
    let mut base = seen.or_else(|| record.map(Record::version)).unwrap_or_default();
    own.iter().filter(|o| o.on_top()).for_each(|o| base.add(o.edit.dot));
    base
}

pub(super) fn make_room(tx: &Connection, wanted: usize) -> Result<()> {
    let waiting: i64 = tx.prepare_cached(sql!("outbox/count"))?.query_row([], |row| row.get(0))?;
    if super::count(waiting) + wanted as u64 > OUTBOX_EDITS_MAX {
        return Err(Error::new(
            ErrorCode::OutboxFull,
            format!(
                "{waiting} changes wait on this computer, at most {OUTBOX_EDITS_MAX} may: this one was not saved, all others are kept; connect to the server so that they are sent"
            ),
        ));
    }
    Ok(())
}

pub(super) fn put(tx: &Connection, edit: &Edit, lines: i64, actor: Option<&Actor>, now_ms: u64) -> Result<()> {
    let json = serde_json::to_string(edit)?;
    let mut waiting = Waiting::of(tx)?;
    waiting.put((edit.dot, edit.edit_id), &edit.merchant_id, &json, lines, actor, now_ms)?;
    waiting.count_added()
}

/// Counts edits of so many lines that were put into the outbox.
pub(super) fn count_added(tx: &Connection, lines: i64, edits: i64) -> Result<()> {
    tx.prepare_cached(sql!("outbox/count_added"))?.execute([lines, edits])?;
    Ok(())
}

/// Puts edits into the outbox, many with one statement. At the end, [`Self::count_added`].
pub(super) struct Waiting<'t> {
    tx: &'t Connection,
    insert: CachedStatement<'t>,
    lines: i64,
    edits: i64,
}

impl<'t> Waiting<'t> {
    pub fn of(tx: &'t Connection) -> Result<Self> {
        Ok(Self { tx, insert: tx.prepare_cached(sql!("outbox/insert"))?, lines: 0, edits: 0 })
    }

    /// Counts those that were put.
    pub fn count_added(self) -> Result<()> {
        count_added(self.tx, self.lines, self.edits)
    }

    /// Puts one, as JSON, of so many lines.
    pub fn put(
        &mut self,
        (dot, edit_id): (Dot, EditId),
        merchant_id: &MerchantId,
        json: &str,
        lines: i64,
        actor: Option<&Actor>,
        now_ms: u64,
    ) -> Result<()> {
        self.insert.execute(params![
            int(dot.counter),
            edit_id.to_string(),
            merchant_id.as_str(),
            json,
            int(json.len() as u64),
            lines,
            actor.map(|actor| actor.id.as_str()),
            actor.map(|actor| actor.name.as_str()).unwrap_or_default(),
            int(now_ms),
        ])?;
        (self.lines, self.edits) = (self.lines + lines, self.edits + 1);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::{FieldPath, Value};

    use super::super::direct::Flush;
    use super::*;

    fn draft(id: &str) -> Draft {
        let write =
            Write { field: FieldPath::new("name").unwrap(), base_value: Value::NULL, value: Value::text("店") };
        Draft::new(MerchantId::new(id).unwrap(), vec![write], Source::Manual)
    }

    #[tokio::test]
    async fn an_edit_that_has_no_place_takes_its_whole_transaction_along() {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::open(home.path()).await.unwrap();
        let desk = cache.desk(None);
        let twice = move |tx: &rusqlite::Transaction<'_>| {
            let edits = desk.insert(tx, &RuleSet::default(), vec![draft("A"), draft("B")])?;
            // Whoever went on regardless could not store anything either.
            let refused = put(tx, &edits[0], 1, None, 0);
            assert!(refused.is_err() && tx.is_autocommit());
            refused
        };
        assert!(cache.direct.write(Flush::AsSet, twice).await.is_err());
        let numbers = cache.numbers().await.unwrap();
        assert_eq!((numbers.queued, numbers.merchants), (0, 0));
        // The next one has the number that was not given out, and all is counted.
        let edit = cache.save(draft("A"), None).await.unwrap();
        assert_eq!(edit.dot.counter, 1);
        let numbers = cache.numbers().await.unwrap();
        assert_eq!((numbers.queued, numbers.merchants), (1, 1));
    }
}
