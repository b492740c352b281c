//! First edits of merchants that nothing is stored of, as an import makes many: nothing is read for them, and each of
//! their rows is written once.

use domain::change;
use domain::edit::{FirstEdit, Source, Write};
use domain::{EditId, MerchantId, TraceId};
use rusqlite::Connection;
use serde_json::value::{RawValue, to_raw_value};

use super::meta::Stamps;
use super::saving::{Desk, Draft, Waiting, make_room};
use super::{int, list, listing, merchant};
use crate::error::Result;

/// A merchant that nobody knows, as an import makes it: what can be made of its first edit before that is saved.
#[derive(Debug)]
pub(crate) struct NewMerchant {
    id: MerchantId,
    /// A list of [`Write`].
    writes: Box<RawValue>,
    lines: i64,
    row: listing::Row,
}

impl NewMerchant {
    /// # Errors
    /// Only if a value cannot be written as JSON; none can.
    pub fn new(id: MerchantId, writes: &[Write]) -> Result<Self> {
        let lines = int(change::count(writes) as u64);
        let row = listing::row_of_new(&id, writes, lines);
        row.keys();
        Ok(Self { writes: to_raw_value(writes)?, id, lines, row })
    }

    /// Which merchant.
    pub fn id(&self) -> &MerchantId {
        &self.id
    }

    /// What is written of it.
    ///
    /// # Errors
    /// None: it was written a moment ago.
    pub fn writes(&self) -> Result<Vec<Write>> {
        Ok(serde_json::from_str(self.writes.get())?)
    }

    /// As an edit like any other.
    fn draft(&self, trace_id: TraceId) -> Result<Draft> {
        let mut draft = Draft::new(self.id.clone(), self.writes()?, Source::Import);
        draft.trace_id = Some(trace_id);
        Ok(draft)
    }
}

impl Desk {
    /// Saves them within a transaction that is already begun. The merchants differ, and neither server nor outbox knows
    /// any of them.
    pub fn insert_new(&self, tx: &Connection, new: &mut [(NewMerchant, TraceId)]) -> Result<()> {
        make_room(tx, new.len())?;
        let now_ms = self.machine.now_ms();
        let mut stamps = Stamps::read(tx, self.device)?;
        let (mut rows, mut waiting, actor) = (merchant::Rows::of(tx)?, Waiting::of(tx)?, self.actor.as_ref());
        for (merchant, trace_id) in new {
            let (dot, hlc) = stamps.next(now_ms);
            let edit = FirstEdit {
                edit_id: EditId(self.machine.fresh_id()),
                merchant_id: &merchant.id,
                dot,
                hlc,
                actor: actor.map(|actor| &actor.id),
                source: Source::Import,
                writes: &merchant.writes,
                trace_id: *trace_id,
            };
            let json = serde_json::to_string(&edit)?;
            waiting.put((dot, edit.edit_id), &merchant.id, &json, merchant.lines, actor, now_ms)?;
            merchant.row.updated_ms = int(hlc.wall_ms());
            let n = rows.insert(&merchant.id, &merchant.row)?;
            list::note(tx, n, &merchant.row.words)?;
        }
        rows.count_added()?;
        waiting.count_added()?;
        stamps.write(tx)
    }

    /// The same where somebody may know some of them by now.
    pub fn insert_known(
        &self,
        tx: &Connection,
        rules: &domain::rules::RuleSet,
        new: &[(NewMerchant, TraceId)],
    ) -> Result<()> {
        let drafts = new.iter().map(|(merchant, trace_id)| merchant.draft(*trace_id)).collect::<Result<_>>()?;
        self.insert(tx, rules, drafts).map(drop)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use domain::edit::{Source, Write};
    use domain::rules::RuleSet;
    use domain::{FieldPath, MerchantId, Value};
    use rusqlite::types::Value as Stored;
    use uuid::Uuid;

    use super::super::Cache;
    use super::*;
    use crate::clock::Machine;

    const TRACE: TraceId = TraceId(Uuid::from_u128(7));

    /// Time stands still, and ids are counted.
    #[derive(Default)]
    struct Still(AtomicU64);

    impl Machine for Still {
        fn now_ms(&self) -> u64 {
            1_800_000_000_000
        }
        fn fresh_id(&self) -> Uuid {
            Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
        }
    }

    fn drafts() -> Vec<Draft> {
        let draft = |n: usize| {
            let write = |path: &str, value: Value| Write {
                field: FieldPath::new(path).unwrap(),
                base_value: Value::NULL,
                value,
            };
            let mut writes = vec![
                write("address", Value::text(format!("长安街{n}号"))),
                write("category", Value::text(["火锅", "面馆"][n % 2])),
                write("hours.mo", Value::list(["10:00-14:00", "17:00-22:00"])),
                write("name", Value::text(format!("店{n}"))),
                write("phones.+8613800138000", Value::yes()),
                write("phones.primary", Value::text("+8613800138000")),
                write("tags.清真", Value::yes()),
            ];
            writes.truncate(7 - n % 3);
            let mut draft = Draft::new(MerchantId::new(format!("A{n:02}")).unwrap(), writes, Source::Import);
            draft.trace_id = Some(TRACE);
            draft
        };
        (0..30).map(draft).collect()
    }

    /// All that a transaction wrote.
    async fn written(is_short: bool) -> Vec<Vec<Stored>> {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::open_on(home.path(), Arc::new(Still::default())).await.unwrap();
        let (desk, device) = (cache.desk(None), cache.device().to_string());
        let work = move |tx: &rusqlite::Transaction<'_>| {
            match is_short {
                true => {
                    let new = |draft: Draft| (NewMerchant::new(draft.merchant_id, &draft.writes).unwrap(), TRACE);
                    desk.insert_new(tx, &mut drafts().into_iter().map(new).collect::<Vec<_>>())?;
                }
                false => drop(desk.insert(tx, &RuleSet::default(), drafts())?),
            }
            let mut all = Vec::new();
            for table in ["outbox", "outbox_totals", "listing", "own_rows", "unindexed", "categories", "listing_total"]
            {
                let mut select = tx.prepare(&format!("SELECT * FROM {table} ORDER BY 1"))?;
                let columns = select.column_count();
                let mut rows = select.query([])?;
                while let Some(row) = rows.next()? {
                    let cells = (0..columns).map(|n| {
                        Ok(match row.get(n)? {
                            Stored::Text(text) => Stored::Text(text.replace(&device, "device")),
                            other => other,
                        })
                    });
                    all.push(cells.collect::<rusqlite::Result<Vec<_>>>()?);
                }
            }
            Ok(all)
        };
        cache.direct.write(super::super::direct::Flush::AsSet, work).await.unwrap()
    }

    #[tokio::test]
    async fn nothing_is_read_and_the_same_is_written() {
        let (short, long) = (written(true).await, written(false).await);
        assert!(short.len() > 90, "{}", short.len());
        assert_eq!(short, long);
    }
}
